"""Code that cannot be loaded, called or compared: one clear error that names file, function and mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convergan.numeric.user_code.errors import CodeError
from convergan.numeric.user_code.kinds import bind
from convergan.numeric.user_code.loading import load_function
from convergan.symbolic.proposal_reader import read_proposal

R1: dict[str, Any] = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
}


def written(folder: Path, text: str, name: str = "code.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("nothing", "write CODE.py:FUNCTION"),
        ("code.py:", "write CODE.py:FUNCTION"),
        ("absent.py:f", "no such file: absent.py"),
        ("code.txt:f", "not a Python file"),
        ("code.py:penality", "did you mean 'penalty'?"),
        ("code.py:Loss", "is a class"),
        ("code.py:weight", "is a int"),
    ],
)
def test_what_is_no_function(where: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "weight = 3\nclass Loss:\n    pass\ndef penalty(discriminator, x_real, x_fake):\n    return 0\n")
    written(tmp_path, "", "code.txt")
    with pytest.raises(CodeError) as raised:
        load_function(where)
    assert said in str(raised.value)
    assert where.split(":")[0] in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import absent_package\n", "ModuleNotFoundError: No module named 'absent_package' (line 1)"),
        ("x = 1\nif x\n", "SyntaxError"),
        ("x = 1\n\n1/0\n", "ZeroDivisionError: division by zero (line 3)"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
    ],
)
def test_code_that_does_not_import(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CodeError, match="importing it failed") as raised:
        load_function(f"{written(tmp_path, text)}:f")
    assert said in str(raised.value)


def test_packages_and_siblings_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A StyleGAN-like layout: a relative import, and a package beside the one that the file is in."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "", "training/__init__.py")
    written(tmp_path, "SCALE = 7\n", "training/scale.py")
    written(tmp_path, "def twice(x):\n    return 2*x\n", "torch_utils/misc.py")
    text = "from torch_utils.misc import twice\nfrom .scale import SCALE\ndef f(theta, psi):\n    return twice(SCALE)\n"
    found = load_function(f"{written(tmp_path, text, 'training/loss.py')}:f")
    assert found.function(0, 0) == 14
    from convergan.training import __name__ as own  # the user's package of that name is another one

    assert own == "convergan.training"


def bound(tmp_path: Path, signature: str, document: dict[str, Any] | None = None, **bindings: str):
    path = written(tmp_path, f"def f({signature}):\n    return None\n")
    return bind(load_function(f"{path}:f"), read_proposal(document or R1), bindings)


@pytest.mark.parametrize(
    ("signature", "roles", "numbers"),
    [
        ("discriminator, x_real, x_fake", ["discriminator", "real", "fake"], []),
        ("D, real, fake, gamma", ["discriminator", "real", "fake"], ["gamma"]),
        ("net, a, b", ["discriminator", "real", "fake"], []),
        ("netD, netG, real_img, gen_z, *, gamma=10.0", ["discriminator", "generator", "real", "latent"], ["gamma"]),
        ("theta, psi, gamma", ["theta", "psi"], ["gamma"]),
        ("critic, real_data, fake_data, LAMBDA", ["discriminator", "real", "fake"], ["LAMBDA"]),
        ("discriminator, x_real, x_fake, gamma, eps=1e-8", ["discriminator", "real", "fake"], ["gamma"]),
        ("x, y", ["theta", "psi"], []),
        ("discriminator, x_real, x_fake, *rest, **options", ["discriminator", "real", "fake"], []),
    ],
)
def test_signatures(signature: str, roles: list[str], numbers: list[str], tmp_path: Path) -> None:
    binding = bound(tmp_path, signature)
    assert list(binding.positions.values()) == roles
    assert list(binding.numbers) == numbers


@pytest.mark.parametrize(
    ("signature", "bindings", "said"),
    [
        ("discriminator", {}, "are none of (discriminator, x_real, x_fake)"),
        ("", {}, "are none of"),
        ("discriminator, x_real, x_fake, k, lam", {}, "the argument 'k' gets no value"),
        ("discriminator, x_real, x_fake, k", {"k": "2*delta"}, "'delta'"),
        ("discriminator, x_real, x_fake, k", {"k": "__import__('os')"}, "--with k="),
        ("discriminator, x_real, x_fake", {"w": "gamma"}, "no argument 'w'"),
        ("net, a, b, weight, other", {}, "are none of"),
    ],
)
def test_signatures_that_are_not_understood(
    signature: str, bindings: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(CodeError) as raised:
        bound(tmp_path, signature, **bindings)
    assert said in str(raised.value)
    assert "code.py:f" in str(raised.value)
