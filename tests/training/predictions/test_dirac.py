"""Predicted factors, turns and verdicts on the Dirac-GAN against loops written by hand, in one and in more dimensions.

A measured factor is the slope of the distance's logarithm over a whole run, a measured turn comes from zero crossings;
how far they may be from the prediction is what ``compare`` derives, and wrong predictions have to fall outside of it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from convergan.symbolic import read_proposal
from convergan.training.measures.decay import behaviour
from convergan.training.measures.rotation import fit_rotation
from convergan.training.predictions import (
    Behaviour,
    Dirac,
    Estimate,
    Measured,
    PredictionError,
    compare,
    measured_runs,
    predict,
)

from .conftest import GAMMA, METHODS, R1, STANDARD, penalised, r1_field, run, simultaneous

# So near that what is not linear matters less than a rate, and ten times the time in which distances change e-fold.
NEAR = {1: ((2e-7,), (1e-7,)), 3: ((2e-7, 0.0, 1e-7), (1e-7, -1e-7, 0.0))}
EFOLDS = 10


def measured(theta, psi) -> Measured:
    """Factor and turn of a path [periods + 1, n], by least squares and by the crossings of theta_1 = 0."""
    distance = np.sqrt((theta**2 + psi**2).sum(1))
    fit = np.polyfit(np.arange(len(distance)), np.log(distance), 1)
    x = theta[:, 0]
    places = np.flatnonzero(x[:-1] * x[1:] < 0)
    crossings = places + x[places] / (x[places] - x[places + 1])
    turn = None if len(crossings) < 3 else 2 * (crossings[-1] - crossings[0]) / (len(crossings) - 1)
    # A crossing is found by linear interpolation of an arc of h f' < 0.1: off by less than 0.1 period each.
    return Measured(
        factor=float(np.exp(fit[0])),
        distance=float(distance.max()),
        periods=len(distance) - 1,
        turn=turn,
        turn_error=0.4 / max(len(crossings) - 1, 1),
    )


IN_SPACE = ("R1", "WGAN", "optimistic", "instance noise")


@pytest.mark.parametrize(("name", "dimension"), [(n, 1) for n in METHODS] + [(n, 3) for n in IN_SPACE])
def test_factor_and_turn_of_every_method(name, dimension):
    method = METHODS[name]
    theta, psi = NEAR[dimension]
    found = predict(method.proposal(), method.values, method.h, replace(Dirac(theta, psi), periods=1024))
    assert found.factor is not None
    path = run(method.period(float(method.h)), theta, psi, int(EFOLDS / abs(1 - found.factor.value)))
    seen = measured(*path)
    rows = {row.quantity: row for row in compare(name, found, seen)}
    assert rows["factor per period"].agrees, rows
    assert rows["factor per period"].uncertainty < abs(1 - found.factor.value)  # it says something
    if found.turn is not None:
        assert rows["periods per turn"].agrees, rows
    assert (found.factor.value > 1) == (np.hypot(*path)[-1].max() > np.hypot(*path)[0].max())
    # Negative controls: a rate that is half or twice as far from 1, and the inverse.
    for wrong in (1 + 2 * (found.factor.value - 1), 1 + (found.factor.value - 1) / 2, 1 / found.factor.value):
        other = replace(found, factor=Estimate(wrong, 0.0, "wrong"))
        assert compare(name, other, seen)[0].agrees is False


@pytest.mark.parametrize("name", ["R1", "R1, overdamped", "unregularised"])
def test_fits_of_the_measures_agree(name):
    """The same by ``training.measures``, whose fits take the tail and give intervals of confidence."""
    method = METHODS[name]
    found = predict(method.proposal(), method.values, method.h, Dirac((1.0,), (0.5,), periods=2048))
    start = replace(Dirac(*NEAR[1]), periods=2048)
    theta, psi = run(method.period(float(method.h)), start.theta, start.psi, int(EFOLDS / abs(1 - found.factor.value)))
    step = np.arange(len(theta))
    rounding = 1e-18  # the path is exact to 1e-16 of itself
    seen = behaviour(step, np.hypot(theta, psi), rounding=rounding)
    turned = fit_rotation(step, np.stack([theta, psi], axis=2), first=seen.first, last=seen.last)
    (measured_run,) = measured_runs(seen, turned)
    rows = {row.quantity: row for row in compare(name, found, measured_run)}
    assert rows["factor per period"].agrees
    assert rows["behaviour"].agrees
    if found.turn is not None:
        assert rows["periods per turn"].agrees
    wrong = replace(found, factor=Estimate(1 + 3 * (found.factor.value - 1), 0.0, "wrong"))
    assert compare(name, wrong, measured_run)[1].agrees is False


VERDICTS = {
    "R1": ("converges", "linear", Behaviour.CONVERGING),
    "R1, alternating": ("converges", "linear", Behaviour.CONVERGING),
    "lazy R1": ("converges", "linear", Behaviour.CONVERGING),
    "consensus": ("converges", "linear", Behaviour.CONVERGING),
    "optimistic": ("converges", "linear", Behaviour.CONVERGING),
    "instance noise": ("converges", "linear", Behaviour.CONVERGING),
    "unregularised": ("does-not-converge", "", Behaviour.LEAVING),
    "momentum": ("does-not-converge", "", Behaviour.LEAVING),
    "WGAN": ("does-not-converge", "", Behaviour.LEAVING),
}


@pytest.mark.parametrize(("name", "dimension"), [(n, 1) for n in VERDICTS] + [("R1", 3), ("WGAN", 3)])
def test_verdicts(name, dimension):
    method = METHODS[name]
    start = Dirac((0.1, 0.05, 0.0)[:dimension], (0.1, 0.0, 0.05)[:dimension], periods=2048)
    found = predict(method.proposal(), method.values, method.h, start)
    assert (found.verdict, found.rate) == VERDICTS[name][:2]
    if name != "momentum":
        assert found.behaviour is VERDICTS[name][2]


def test_exact_numbers():
    """R1 by hand: z^2 - (2 - h gamma) z + 1 - h gamma + h^2/4, so |mu|^2 = 1 - h gamma + h^2/4."""
    found = predict(read_proposal(penalised()), {"gamma": Fraction(3, 10)}, Fraction(1, 10), Dirac())
    size = np.sqrt(1 - 0.03 + 0.0025)
    assert abs(found.factor.value - size) <= found.factor.error + 4e-16
    assert abs(found.turn.value - 2 * np.pi / np.arccos((2 - 0.03) / 2 / size)) < 1e-11
    assert "below 1 by sign conditions" in found.factor.because


def test_a_defective_matrix_has_its_factor_and_a_wide_tolerance():
    """At gamma = 1 both multipliers are 19/20: k (19/20)^k is slower than the factor, and compare allows for it."""
    found = predict(read_proposal(penalised()), {"gamma": 1}, Fraction(1, 10), Dirac())
    assert found.factor.value == 0.95
    assert found.turn is None
    seen = measured(*run(simultaneous(r1_field(1.0), 0.1), (1e-5,), (0.0,), 400))
    row = compare("critical", found, seen)[0]
    assert row.agrees
    assert row.excess > 0.01  # there is something to allow for


def test_circle_is_critical_exactly():
    """Alternating WGAN: det = 1, trace = 2 - h^2, and 1 is no rounding of a radius."""
    wgan = read_proposal({"objective": {"f": "wasserstein"}, "training": {"update": "alternating"}})
    found = predict(wgan, {}, Fraction(1, 5), Dirac((1.0,), (0.5,)))
    assert (found.factor.value, found.factor.error) == (1.0, 0.0)
    assert found.behaviour is Behaviour.CIRCLING
    assert not found.cycle.attracting
    assert abs(found.turn.value - 2 * np.pi / np.arccos(1 - 0.02)) < 1e-11


def test_sublinear_in_one_dimension_decides_nothing_in_more():
    sections = {
        "objective": {"f": "standard", "generator": "non-saturating"},
        "training": {"update": "alternating"},
    }
    proposal = read_proposal(sections)
    one = predict(proposal, {}, Fraction(1, 10), Dirac())
    assert (one.verdict, one.rate) == ("converges", "sublinear")
    two = predict(proposal, {}, Fraction(1, 10), Dirac((1.0, 0.0), (0.0, 1.0), periods=1024))
    assert two.verdict == "undecided"
    assert "does not decide 2 dimensions" in two.because


def test_the_flow_is_its_own_map_over_the_time_h():
    proposal = read_proposal(penalised("flow"))
    found = predict(proposal, {"gamma": Fraction(3, 10)}, Fraction(1, 10), Dirac())
    eigenvalues = np.linalg.eigvals([[0, -0.5], [0.5, -0.3]])
    assert abs(found.factor.value - np.exp(0.1 * eigenvalues.real.max())) < 1e-15
    assert abs(found.turn.value - 2 * np.pi / (0.1 * eigenvalues.imag.max())) < 1e-11
    centre = predict(read_proposal(STANDARD | {"training": {"update": "flow"}}), {}, 0.1, Dirac((3.0, 0.0), (0.0, 4.0)))
    assert centre.behaviour is Behaviour.CIRCLING
    assert abs(centre.cycle.mean.value - 5) <= centre.cycle.mean.error


def test_floats_are_the_binary_numbers_that_they_are():
    proposal = read_proposal(penalised())
    exact = predict(proposal, {"gamma": Fraction(0.3)}, Fraction(0.1), Dirac())
    assert predict(proposal, {"gamma": 0.3}, 0.1, Dirac()).factor == exact.factor


BAD = {
    "no finite number": lambda p: predict(p, {"gamma": float("nan")}, 0.1, Dirac()),
    "did you mean 'gamma'": lambda p: predict(p, {"gama": 1}, 0.1, Dirac()),
    "gamma has no value; give gamma": lambda p: predict(p, {}, 0.1, Dirac()),
    "breaks the declared condition 'gamma > 0'": lambda p: predict(p, {"gamma": -1}, 0.1, Dirac()),
    "a step size is positive": lambda p: predict(p, {"gamma": 1}, 0, Dirac()),
    "give both n >= 1 numbers": lambda p: Dirac((1.0, 2.0), (1.0,)),
    "a run has at least 1": lambda p: Dirac(periods=0),
    'f = "any" has no numbers': lambda p: predict(
        read_proposal({"parameters": GAMMA, "penalty": R1}), {"gamma": 1}, 0.1, Dirac()
    ),
    "no form in 2 dimensions": lambda p: predict(
        read_proposal({"field": {"theta": "-psi", "psi": "theta - psi"}}), {}, 0.1, Dirac((1.0, 0.0), (0.0, 1.0))
    ),
    "data away from 0 in 2 dimensions": lambda p: predict(
        read_proposal(STANDARD | {"game": {"data": "1"}}), {}, 0.1, Dirac((1.0, 0.0), (0.0, 1.0))
    ),
    "psi is a vector": lambda p: predict(
        read_proposal(STANDARD | {"penalty": {"discriminator": "psi**2"}}), {}, 0.1, Dirac((1.0, 0.0), (0.0, 1.0))
    ),
    "not on the Dirac-GAN": lambda p: predict(
        read_proposal(STANDARD | {"game": {"prototype": "uniform"}}), {}, 0.1, Dirac()
    ),
}


@pytest.mark.parametrize("words", BAD)
def test_bad_input_is_said(words):
    with pytest.raises((PredictionError, ValueError), match=words):
        BAD[words](read_proposal(penalised()))
