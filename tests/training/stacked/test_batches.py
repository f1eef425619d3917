"""Who shares the batch changes nothing: not the draws, not the arithmetic, not when a neighbour diverges."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import torch

from convergan.symbolic.proposal_reader import read_proposal
from convergan.training.data.circle import Circle
from convergan.training.data.segment import Segment
from convergan.training.networks import MLP
from convergan.training.stacked import Architecture, Member, MemberError, Trainer

R1 = {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}}
GP = {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2 * E_mix((norm(grad(D)) - 1)**2)"}}
NOISE = {"objective": {"f": "standard", "instance_noise": "1/4"}}
ALTERNATING = {"update": "alternating", "d_steps": 2}
RMSPROP = {"update": "alternating", "optimizer": "rmsprop"}
STEPS = 9


def member(document: dict[str, Any], training: dict[str, Any], **changes: Any) -> Member:
    proposal = read_proposal({"objective": {"f": "standard"}} | document | {"training": training})
    values = {"gamma": Fraction(2)} if "parameters" in document else {}
    return replace(Member(proposal, values, Fraction(1, 50), Circle()), **changes)


MEMBERS = [
    member(R1, ALTERNATING),
    member(GP, RMSPROP, seed=3),
    member(NOISE, ALTERNATING, law=Segment(), seed=4),
    member(R1, ALTERNATING, step=Fraction(1, 9)),
    member(R1, RMSPROP, law=Segment()),
    member({}, {"momentum": "1/2"}, seed=3),
    member(R1, ALTERNATING, values={"gamma": Fraction(7)}, seed=3),
    member(GP, ALTERNATING),
]
DIVERGING = [
    member(R1, {"update": "simultaneous"}, values={"gamma": Fraction(10**6)}),
    member({"objective": {"f": "wasserstein"}}, ALTERNATING, step=Fraction(10**3)),
]


def trained(members: list[Member], dtype: torch.dtype, steps: int = STEPS) -> Trainer:
    networks = MLP(3, 2, 8, 3, "tanh"), MLP(2, 1, 8, 3, "leaky-relu")
    trainer = Trainer(members, Architecture(*networks, 16), dtype=dtype)
    trainer.run(steps)
    return trainer


def rows(trainer: Trainer) -> torch.Tensor:
    return torch.cat(trainer.parameters(judged=False), 1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("place", range(len(MEMBERS)))
def test_alone_or_together(place: int, dtype: torch.dtype) -> None:
    alone = rows(trained([MEMBERS[place]], dtype))[0]
    together = rows(trained(MEMBERS, dtype))[place]
    torch.testing.assert_close(alone, together, rtol=0, atol=0)


def test_the_order_of_members_does_not_matter() -> None:
    forward, backward = rows(trained(MEMBERS, torch.float64)), rows(trained(MEMBERS[::-1], torch.float64))
    torch.testing.assert_close(forward, backward.flip(0), rtol=0, atol=0)


def test_members_differ_where_they_should() -> None:
    found = rows(trained([*MEMBERS, MEMBERS[0]], torch.float64))
    torch.testing.assert_close(found[0], found[-1], rtol=0, atol=0)
    others = (found[:-1, None] - found[None, :-1]).abs().amax(-1)
    assert (others + torch.eye(len(MEMBERS), dtype=others.dtype)).min() > 1e-6


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_diverging_member_is_marked_and_disturbs_nobody(dtype: torch.dtype) -> None:
    quiet, loud = trained(MEMBERS, dtype, 40), trained([*DIVERGING, *MEMBERS], dtype, 40)
    torch.testing.assert_close(rows(loud)[2:], rows(quiet), rtol=0, atol=0)
    since, causes = loud.divergence()
    assert since[2:] == [None] * len(MEMBERS)
    assert causes[2:] == [""] * len(MEMBERS)
    for step, cause in zip(since[:2], causes[:2], strict=True):
        assert step is not None
        assert 1 <= step <= 40
        assert "parameter" in cause
    assert rows(loud).isfinite().all(), "a member stays where it last was finite"
    earlier = trained([*DIVERGING, *MEMBERS], dtype, since[0])
    assert earlier.divergence()[0][0] == since[0]
    assert trained([*DIVERGING, *MEMBERS], dtype, since[0] - 1).divergence()[0][0] is None


@pytest.mark.parametrize("stop", [1, 4, 8])
def test_going_on_from_a_state_is_going_on(stop: int) -> None:
    whole = trained(MEMBERS, torch.float32)
    first = trained(MEMBERS, torch.float32, stop)
    second = trained(MEMBERS, torch.float32, 0)
    second.load(first.state(), first.steps)
    second.run(STEPS - stop)
    assert whole.state().keys() == second.state().keys()
    for name, value in whole.state().items():
        torch.testing.assert_close(second.state()[name], value, rtol=0, atol=0)


def test_going_on_across_chunks_of_draws() -> None:
    whole = trained(MEMBERS[:2], torch.float32, 70)
    second = trained(MEMBERS[:2], torch.float32, 0)
    second.load(trained(MEMBERS[:2], torch.float32, 66).state(), 66)
    second.run(4)
    torch.testing.assert_close(rows(second), rows(whole), rtol=0, atol=0)


def test_the_state_of_others_is_refused() -> None:
    with pytest.raises(MemberError, match="other members"):
        trained(MEMBERS[:3], torch.float32, 0).load(trained(MEMBERS[:2], torch.float32, 1).state(), 1)


def test_samples_and_outputs_come_in_the_order_of_the_members() -> None:
    trainer = trained(MEMBERS, torch.float64)
    fakes, reals = trainer.samples(50, seed=1)
    values = trainer.discriminate(fakes)
    assert fakes.shape == reals.shape == (len(MEMBERS), 50, 2)
    for place, each in enumerate(MEMBERS):
        alone = trained([each], torch.float64)
        own, law = alone.samples(50, seed=1)
        torch.testing.assert_close(fakes[place], own[0], rtol=0, atol=0)
        torch.testing.assert_close(reals[place], law[0], rtol=0, atol=0)
        torch.testing.assert_close(values[place], alone.discriminate(own)[0], rtol=0, atol=0)
        assert each.law.distance(reals[place]).max() < 1e-12
