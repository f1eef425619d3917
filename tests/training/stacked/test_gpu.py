"""On a CUDA device: the captured graph is the loop, and both are what the CPU computes."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

from convergan.symbolic.proposal_reader import read_proposal
from convergan.training.data.circle import Circle
from convergan.training.networks import MLP
from convergan.training.stacked import Architecture, Member, Trainer

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device, and torch finds none"),
]
ARCHITECTURE = Architecture(MLP(3, 2, 8, 3), MLP(2, 1, 8, 3), 16)


def trainer(dtype: torch.dtype = torch.float64, members: int = 3) -> Trainer:
    document = {
        "parameters": {"gamma": "gamma > 0"},
        "objective": {"f": "standard"},
        "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
        "training": {"update": "alternating", "d_steps": 2, "optimizer": "rmsprop"},
    }
    proposal = read_proposal(document)
    steps = [Fraction(1, 100 + k) for k in range(members)]
    return Trainer(
        [Member(proposal, {"gamma": Fraction(3)}, step, Circle(), seed=k) for k, step in enumerate(steps)],
        ARCHITECTURE,
        dtype=dtype,
        device="cuda",
    )


def test_the_graph_computes_what_the_loop_does(monkeypatch: pytest.MonkeyPatch) -> None:
    captured, plain = trainer(), trainer()
    captured.run(80)
    assert captured._graph is not None
    monkeypatch.setattr("convergan.training.stacked.trainer._WARM_UP", 10**9)
    plain.run(80)
    assert plain._graph is None
    for a, b in zip(captured.parameters(), plain.parameters(), strict=True):
        # Kernels may be chosen differently in a capture: 80 steps of some 1e4 roundings each.
        torch.testing.assert_close(a, b, rtol=1e-8, atol=1e-8)


def test_going_on_from_a_state_is_going_on() -> None:
    whole, first, second = trainer(), trainer(), trainer()
    whole.run(50)
    first.run(23)
    second.load(first.state(), 23)
    second.run(27)
    for name, value in whole.state().items():
        torch.testing.assert_close(second.state()[name], value, rtol=1e-8, atol=1e-8)


def test_hundreds_of_members_at_once() -> None:
    many = trainer(torch.float32, members=416)
    many.run(70)
    alone = trainer(torch.float32, members=1)
    alone.run(70)
    assert many.divergence()[0] == [None] * 416
    # float32: 70 steps of RMSprop, whose step does not shrink with the gradient.
    torch.testing.assert_close(many.parameters()[0][:1], alone.parameters()[0], rtol=1e-2, atol=1e-2)
