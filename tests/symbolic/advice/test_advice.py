"""Advice on proposals: weights, equal noise, and when there is none."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic import analyse, read_proposal
from convergan.symbolic.advice import Advice, Schedule, advise, curvatures, equivalent_variance
from convergan.symbolic.derivation import derive
from convergan.symbolic.objectives import NAMED_OBJECTIVES

Document = dict[str, Any]
GAMMA = {"gamma": "gamma > 0"}
R1 = {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}
NOISE = {"parameters": {"sigma": "sigma > 0"}, "objective": {"instance_noise": "sigma"}}
BOTH = "gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"


def advice(document: Document) -> Advice | None:
    return _advice(json.dumps(document))


@cache
def _advice(text: str) -> Advice | None:
    return advise(analyse(read_proposal(json.loads(text))))


def text(expression: sp.Expr | None) -> str:
    return str(expression)


WEIGHTS: dict[str, tuple[Document, str, str, str]] = {
    # The weight's quantity and its value at the critical damping, and the damping.
    "R1": ({"parameters": GAMMA, "penalty": R1}, "gamma", "2*Abs(f1)", "gamma"),
    "R1 logistic": ({"parameters": GAMMA, "objective": {"f": "standard"}, "penalty": R1}, "gamma", "1", "gamma"),
    "instance noise": (NOISE, "sigma**2", "-Abs(f1)/f2", "-2*f2*sigma**2"),
    "zero-centred": (
        {"parameters": {"lam": "lam > 0"}, "penalty": {"discriminator": "lam*E_real_noisy(norm(grad(D))**2, 1)"}},
        "lam",
        "Abs(f1)",
        "2*lam",
    ),
    "two time scales": (
        {"parameters": GAMMA, "penalty": R1, "training": {"h_ratio": "4"}},
        "gamma",
        "Abs(f1)",
        "4*gamma",
    ),
    "Nagarajan-Kolter": (
        {"parameters": {"eta": "eta > 0"}, "penalty": {"generator": "eta*norm(grad_psi(L))**2"}},
        "eta",
        "1/Abs(f1)",
        "2*eta*f1**2",
    ),
    "beside noise": (
        {"parameters": GAMMA, "objective": {"f": "least-squares", "instance_noise": "1/2"}, "penalty": R1},
        "gamma",
        "3/2",
        "gamma + 1/2",
    ),
    "data at c": (
        {"parameters": GAMMA, "game": {"data": "1/2"}, "objective": {"f": "least-squares"}, "penalty": R1},
        "gamma",
        "3/2",
        "gamma + 1/2",
    ),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights(name: str) -> None:
    document, quantity, critical, damping = WEIGHTS[name]
    found = advice(document)
    assert found is not None
    assert found.weight is not None
    assert text(found.weight.quantity) == quantity
    assert text(found.weight.at(found.critical)) == critical
    assert text(found.centre.damping) == damping


def test_several_weights_are_advised_on_together() -> None:
    penalty = "gamma1/2*E_real(norm(grad(D))**2) + gamma2/2*E_fake(norm(grad(D))**2)"
    conditions = {"gamma1": "gamma1 > 0", "gamma2": "gamma2 > 0"}
    found = advice({"parameters": conditions, "penalty": {"discriminator": penalty}})
    assert found is not None
    assert found.weight is None
    assert text(found.centre.damping) == "gamma1 + gamma2"
    assert text(found.critical) == "2*Abs(f1)"


@pytest.mark.parametrize(
    "document",
    [
        {"field": {"theta": "-psi", "psi": "theta - psi"}},
        {"parameters": GAMMA, "penalty": {"discriminator": BOTH, "generator": BOTH}},
        {"parameters": GAMMA, "penalty": {"discriminator": "gamma*E_real((norm(grad(D)) - 1)**2)"}},
        {"objective": {"fake": "t", "real": "t"}},
        {"penalty": {"discriminator": "psi"}},
    ],
    ids=["a field", "both players damped", "not smooth", "no output", "not stationary"],
)
def test_where_nothing_applies_there_is_no_advice(document: Document) -> None:
    assert advice(document) is None


def test_a_critical_weight_outside_the_conditions_is_reported() -> None:
    conditions = {"gamma": "gamma > 5"}
    for objective, excluded in (({"f": "standard"}, True), ({"f": "any"}, False)):
        found = advice({"parameters": conditions, "objective": objective, "penalty": R1})
        assert found is not None
        assert found.excluded is excluded
        assert {plan.for_step.excluded for plan in found.plans} == {excluded}
        assert {plan.together.excluded for plan in found.plans} == {excluded}


@pytest.mark.parametrize(
    ("condition", "schedule", "steps"),
    [
        ("0 < gamma < 1", Schedule.SIMULTANEOUS, ["2*gamma"]),
        ("gamma > 1", Schedule.SIMULTANEOUS, ["2/gamma"]),
        ("0 < gamma < 7/10", Schedule.ALTERNATING, ["4 - 4*gamma"]),
    ],
)
def test_regions_that_do_not_occur_are_left_out(condition: str, schedule: Schedule, steps: list[str]) -> None:
    found = advice({"parameters": {"gamma": condition}, "objective": {"f": "standard"}, "penalty": R1})
    assert found is not None
    (plan,) = [plan for plan in found.plans if plan.schedule is schedule]
    assert [text(sp.expand(best.step)) for best in plan.for_damping] == steps


# -- equal noise ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMED_OBJECTIVES)
def test_curvatures_are_those_of_the_table(name: str) -> None:
    row = NAMED_OBJECTIVES[name]
    found = curvatures(derive(read_proposal({"objective": {"f": name}})))
    assert found is not None
    assert found == tuple(sp.Rational(c.numerator, c.denominator) for c in (row.fake_curvature, row.real_curvature))


def test_a_kink_has_no_curvature() -> None:
    assert curvatures(derive(read_proposal({"objective": {"f": "t - abs(t)**3/3"}}))) is None
    assert curvatures(derive(read_proposal({"objective": {"f": "min(0, t)"}}))) is None


@pytest.mark.parametrize(
    ("name", "ratio", "pairing"),
    [
        ("standard", "1", "separate"),
        ("squared-hellinger", "3", "separate"),
        ("least-squares", "1", "relativistic"),
        ("standard", "3", "relativistic"),
    ],
)
def test_equal_noise_gives_the_same_matrix_by_gaussian_quadrature(name: str, ratio: str, pairing: str) -> None:
    """The damping by the noise that is advised, from the objective's slope on Gauss-Hermite nodes."""
    training = {"h_ratio": ratio}
    document = {"parameters": GAMMA, "objective": {"f": name, "pairing": pairing}, "penalty": R1, "training": training}
    found = advice(document)
    assert found is not None
    variance = found.equivalents.variance
    assert variance is not None
    gamma = 0.37
    sigma = np.sqrt(float(variance.subs(sp.Symbol("gamma", real=True), sp.Float(gamma))))
    slope = {
        "standard": lambda t: 1 / (1 + np.exp(t)),
        "least-squares": lambda t: 1 - t,
        "squared-hellinger": lambda t: np.exp(-t),
    }[name]
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()

    def field(psi: float, sigma: float) -> float:
        if pairing == "relativistic":
            x = sigma * np.sqrt(2) * nodes
            return float(weights @ (slope(psi * x) * x))
        x = sigma * nodes
        return float(weights @ (slope(psi * x) * x - slope(-psi * x) * x))

    step = 1e-4
    for factor in (1.0, np.sqrt(2.0)):  # twice the variance damps twice as much: a wrong factor is seen
        damping = -(field(step, factor * sigma) - field(-step, factor * sigma)) / (2 * step)
        assert damping == pytest.approx(factor**2 * gamma, rel=1e-5)


def test_noise_for_r1_and_r1_for_noise_are_inverse() -> None:
    noisy, plain = advice(NOISE), advice({"parameters": GAMMA, "penalty": R1})
    assert noisy is not None
    assert plain is not None
    gamma, variance = noisy.equivalents.gamma, plain.equivalents.variance
    assert gamma is not None
    assert variance is not None
    sigma = sp.Symbol("sigma", real=True)
    assert sp.cancel(variance.subs(sp.Symbol("gamma", real=True), gamma) - sigma**2) == 0


@pytest.mark.parametrize(
    ("objective", "sign"),
    [
        ({"f": "wasserstein"}, 0),
        ({"f": "hinge"}, 0),
        ({"f": "t + t**2/2"}, 1),
        ({"f": "standard"}, -1),
        ({"f": "any", "assume": "f1 != 0"}, None),
    ],
)
def test_noise_damps_only_where_f_is_concave(objective: Document, sign: int | None) -> None:
    found = advice({"parameters": GAMMA, "objective": objective, "penalty": R1})
    assert found is not None
    assert found.equivalents.sign == sign
    assert (found.equivalents.variance is None) is (sign != -1)
    assert bool(found.sampled) is (sign == -1)


def test_equivalent_variance_of_the_papers_objective() -> None:
    gamma, f2 = sp.symbols("gamma f2", real=True)
    assert equivalent_variance(gamma, 2 * f2, sp.Integer(1)) == -gamma / (2 * f2)


# -- minibatches ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "settles", "own", "schedules"),
    [
        ({"parameters": GAMMA, "penalty": R1}, True, False, 2),
        (NOISE, False, True, 2),
        ({"objective": {"f": "wasserstein"}}, True, False, 0),
        # Noise that does not damp is noise all the same.
        (
            {"parameters": GAMMA, "objective": {"f": "wasserstein", "instance_noise": "1"}, "penalty": R1},
            False,
            True,
            2,
        ),
        (
            {"parameters": GAMMA, "penalty": {"discriminator": "gamma*E_real_noisy(D**2, 1)"}},
            None,
            False,
            0,
        ),
    ],
    ids=["R1", "noise", "nothing", "noise beside R1", "a noisy penalty"],
)
def test_what_minibatches_leave(document: Document, settles: bool | None, own: bool, schedules: int) -> None:
    found = advice(document)
    assert found is not None
    assert found.settles is settles
    assert found.own_noise is own
    assert len(found.sampled) == schedules


def test_the_batch_size_is_no_declared_parameter() -> None:
    document = {"parameters": {"batch": "batch > 0"}, "penalty": {"discriminator": "batch*E_real(norm(grad(D))**2)"}}
    found = advice(document)
    assert found is not None
    assert str(found.batch) == "batch_size"
