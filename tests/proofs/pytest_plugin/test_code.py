"""``[[tool.convergan.agree]]``: the repository's own torch code, with its own imports, against a proposal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., str]
Make = Callable[[dict[str, str]], Path]
LOSS = """
    import torch
    from torch_utils import misc
    from training import networks


    def r1(discriminator, x_real, x_fake, reg_param):
        x_real = x_real.detach().requires_grad_(True)
        (gradient,) = torch.autograd.grad(discriminator(x_real).sum(), x_real, create_graph=True)
        return reg_param * gradient.square().flatten(1).sum(1).mean()


    class Loss:
        @staticmethod
        def r1(discriminator, x_real, x_fake, gamma):
            return r1(discriminator, x_real, x_fake, gamma)
    """
AGREE = '[[tool.convergan.agree]]\nproposal = "proposals/{}.proposal.toml"\ncode = "training/loss.py:{}"\n'
SETTINGS = (
    "[tool.convergan]\nseed = 2\n"
    + AGREE.format("r1", "r1")
    + 'with = {reg_param = "gamma/2"}\nplayer = "discriminator"\n'
    + AGREE.format("r1", "Loss.r1")
    + AGREE.format("r1", "r3")
    + 'with = {reg_param = "gamma / 2"}\nplayer = "generator"\nrounds = 3\n'
    + AGREE.format("wgan", "r1")
)


def test_code(repository: Make, run_pytest: Run) -> None:
    """GAN_stability's convention agrees once it is named, and else is 2 times the proposal."""
    files = {"pyproject.toml": SETTINGS, "training/loss.py": LOSS, "proposals/wgan.proposal.toml": "[objectiv]\n"}
    root = repository(files)
    output = run_pytest(root / "tests", "--convergan", "-v", "../proposals", "-k", "agree or wgan", "-rs", code=1)
    words = re.findall(r"^\.\./proposals/(\w+).proposal.toml::(\S+) (PASSED|FAILED|SKIPPED)", output, re.MULTILINE)
    found = {(proposal, item): word for proposal, item, word in words}
    assert found == {
        ("r1", "agree[training/loss.py:r1]"): "PASSED",
        ("r1", "agree[training/loss.py:Loss.r1]"): "FAILED",
        ("r1", "agree[training/loss.py:r3]"): "FAILED",
        ("wgan", "verdict"): "FAILED",
        ("wgan", "evidence"): "SKIPPED",
        ("wgan", "agree[training/loss.py:r1]"): "SKIPPED",
    }
    assert re.search(r"^differs: .* 2 times the proposal", output, re.MULTILINE)
    assert re.search(r"^  factor +2$", output, re.MULTILINE)
    assert re.search(r"^  at +\.\./training/loss.py:15$", output, re.MULTILINE)
    command = "convergan agree ../proposals/r1.proposal.toml ../training/loss.py:Loss.r1 --seed 2"
    assert re.search(rf"^  more +{re.escape(command)}$", output, re.MULTILINE)
    given = "--with 'reg_param=gamma / 2' --player generator --rounds 3 --seed 2"
    assert f"convergan agree ../proposals/r1.proposal.toml ../training/loss.py:r3 {given}\n" in output
    assert re.search(r"^invalid: \.\./training/loss.py:r3: no function 'r3' in it", output, re.MULTILINE)
