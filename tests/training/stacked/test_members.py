"""What a member may be: proposals with fields, parameters, steps; every misfit is one clear error."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from convergan.symbolic.proposal_reader import read_proposal
from convergan.training.data.circle import Circle
from convergan.training.data.dirac import Dirac
from convergan.training.networks import MLP, Linear, Point
from convergan.training.networks.registry import NetworkError
from convergan.training.stacked import Architecture, Member, MemberError, Specification, Trainer, trainable

R1 = {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}}
SMALL = Architecture(MLP(2, 2, 4, 2), MLP(2, 1, 4, 2), 4)
DIRAC = Architecture(Point(1, 1), Linear(1, 1), 1)


def specification(**changes: Any) -> Specification:
    return Specification(**({"document": R1, "values": {"gamma": "10"}, "generator": "mlp:width=4"} | changes))


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "missing value": ({"values": {}}, r"gamma has no value; give gamma = a number"),
    "unknown value": ({"values": {"gamma": "1", "beta": "2"}}, r"beta is not declared .* declared: gamma"),
    "no number": ({"values": {"gamma": "ten"}}, r"gamma = 'ten' is no number; write one such as"),
    "huge exponent": ({"values": {"gamma": "1e999999999"}}, r"is no number"),
    "zero denominator": ({"values": {"gamma": "1/0"}}, r"is no number"),
    "broken condition": ({"values": {"gamma": "-1"}}, r"break the declared condition gamma = 'gamma > 0'; choose"),
    "h of zero": ({"step": "0"}, r"step size h = 0; it must be positive"),
    "flow": ({"changes": {"training.update": "flow"}}, r'update = "flow" takes no steps; train it with'),
    "bad change": ({"changes": {"optimizer": "adam"}}, r"'optimizer' names no key of a proposal; write SECTION.KEY"),
    "unknown change": ({"changes": {"training.optimiser": "adam"}}, r"optimiser"),
    "unknown law": ({"data": "circel"}, r"circle"),
    "bare psi": ({"document": {"penalty": {"discriminator": "psi**2"}}, "values": {}}, r"write norm\(psi\)"),
    "decay of 2": ({"decay": "2"}, r"decay = 2; a decay of second moments is at least 0 and below 1"),
    "decay of -1": ({"decay": "-1"}, r"decay = -1"),
    "too large for a float": ({"values": {"gamma": "1e400"}}, r"gamma is beyond the range of float32"),
    "a step that is 0 as a float": ({"step": "1e-400"}, r"h is beyond the range of float32"),
    "point as D": ({"discriminator": "point"}, r"a point does not look at its input"),
    "huge batch": ({"batch": 10**11}, r"give a smaller batch or latent dimension"),
    "huge codes": ({"latent": 10**10}, r"give a smaller batch or latent dimension"),
    "a law out of range": ({"data": "circle:radius=1e200"}, r"a law in a window of"),
    "h as a value": (
        {"document": {"parameters": {"h": "h > 0"}}, "values": {"h": "1"}},
        r"h is the step size, not a value",
    ),
    "condition on h": (
        {"document": {"parameters": {"h": "h > 0 and h < 1/1000"}}, "values": {}},
        r"break the declared condition h = 'h > 0 and h < 1/1000'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_misfits_are_one_clear_error(name: str) -> None:
    changes, message = BAD[name]
    given = specification(**changes)
    with pytest.raises(ValueError, match=message):
        Trainer([given.member()], given.architecture())


def test_what_is_right_is_taken() -> None:
    given = specification(values={"gamma": "1e-3"}, changes={"training.optimizer": "adam"})
    Trainer([given.member()], given.architecture()).run(1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mpl", r"unknown; did you mean 'mlp'"),
        ("mlp:widht=3", r"no key 'widht'; did you mean 'width'"),
        ("mlp:width=0", r"width = '0'; write an integer from 1"),
        ("mlp:width=3,width=4", r"width is given twice"),
        ("mlp:activation=tahn", r"no activation 'tahn'; did you mean 'tanh'"),
        ("mlp:width", r"no key 'width'|no key"),
    ],
)
def test_networks_that_do_not_exist(text: str, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        specification(generator=text).architecture()


def test_dimensions_have_to_fit() -> None:
    member = Member(trainable(read_proposal(R1)), {"gamma": Fraction(1)}, Fraction(1, 10), Dirac(dimension=3))
    with pytest.raises(MemberError, match=r"data in R\^3 and a generator into R\^2"):
        Trainer([member], SMALL)
    with pytest.raises(MemberError, match="no members"):
        Trainer([], SMALL)
    for device in ("abacus", "meta", "mkldnn", "cuda:99"):
        with pytest.raises(MemberError, match="on 'cpu' torch can always compute"):
            Trainer([member], Architecture(Point(1, 3), Linear(3, 1), 1), device=device)


def test_an_arbitrary_objective_is_replaced_and_others_are_kept() -> None:
    assert trainable(read_proposal(R1)).objective.label == "standard"
    assert trainable(read_proposal(R1), "wasserstein").objective.label == "wasserstein"
    concrete = read_proposal({"objective": {"f": "hinge"}})
    assert trainable(concrete) is concrete


FIELD = {
    "parameters": {"a": "a > 0"},
    "field": {"theta": "-a*psi", "psi": "theta - psi**3"},
}


def test_a_field_trains_on_the_dirac_gan_and_nowhere_else() -> None:
    member = Member(
        trainable(read_proposal(FIELD | {"training": {"update": "extragradient", "h_ratio": "1/2"}})),
        {"a": Fraction(2)},
        Fraction(1, 8),
        Dirac(dimension=1),
        start=(np.array([0.5]), np.array([-0.75])),
    )
    trainer = Trainer([member], DIRAC, dtype=torch.float64)
    trainer.run(3)
    x, y, h = 0.5, -0.75, 0.125
    for _ in range(3):
        x_half, y_half = x + h * -2 * y, y + h / 2 * (x - y**3)
        x, y = x + h * -2 * y_half, y + h / 2 * (x_half - y_half**3)
    theta, psi = trainer.parameters()
    # 3 steps of 20 operations on numbers below 2.
    assert abs(theta.item() - x) + abs(psi.item() - y) < 120 * 2.0**-52 * 4
    circle = Member(member.proposal, member.values, member.step, Circle())
    with pytest.raises(MemberError, match="train it on the Dirac-GAN: data dirac:dimension=1"):
        Trainer([circle], SMALL)
    with pytest.raises(MemberError, match="f1 has no value in training"):
        trainable(read_proposal({"field": {"theta": "-f1*psi", "psi": "theta"}, "objective": {"f": "any"}}))


def test_the_declared_step_has_its_value_in_formulas() -> None:
    """A penalty of the weight h: v2 = -h psi - ... at theta = 0 moves psi by h (-h psi)."""
    document = {
        "parameters": {"h": "h > 0"},
        "objective": {"f": "wasserstein"},
        "penalty": {"discriminator": "h/2 * norm(psi)**2"},
    }
    start = (np.array([0.0]), np.array([1.0]))
    member = Member(read_proposal(document), {}, Fraction(1, 4), Dirac(dimension=1), start=start)
    trainer = Trainer([member], DIRAC, dtype=torch.float64)
    trainer.run(1)
    assert trainer.parameters()[1].item() == 1 - 1 / 16


def test_uniform_averages_are_what_is_judged() -> None:
    document = {"objective": {"f": "wasserstein"}, "training": {"update": "averaged"}}
    start = (np.array([1.0]), np.array([0.0]))
    member = Member(read_proposal(document), {}, Fraction(1, 2), Dirac(dimension=1), start=start)
    trainer = Trainer([member], DIRAC, dtype=torch.float64)
    assert trainer.parameters()[0].item() == 1.0
    trainer.run(3)
    iterates, (x, y) = [], (1.0, 0.0)
    for _ in range(3):
        x, y = x - y / 2, y + x / 2
        iterates.append((x, y))
    mean = np.mean(iterates, axis=0)
    assert [p.item() for p in trainer.parameters()] == pytest.approx(mean, abs=1e-15)
    assert [p.item() for p in trainer.parameters(judged=False)] == list(iterates[-1])
