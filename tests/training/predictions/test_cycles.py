"""Predicted limit cycles against loops written by hand, and against closed forms where the literature has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from convergan.symbolic import read_proposal
from convergan.training.predictions import Behaviour, Dirac, predict

from .conftest import alternating, field_of, run, simultaneous, slope

H = Fraction(1, 10)
WGAN = {"objective": {"f": "wasserstein"}}
CENTRED = {"parameters": {"gamma": "gamma > 0", "g0": "g0 > 0"}}
GP = {"penalty": {"discriminator": "gamma/2 * E_mix((norm(grad(D)) - g0)**2)"}}
VALUES = {"gamma": Fraction(7, 10), "g0": 1}


def flat(theta, psi):
    return np.ones_like(theta[..., :1])


def one_centred(gamma):
    def penalty(theta, psi):
        return gamma * (psi - psi / np.linalg.norm(psi, axis=-1, keepdims=True))

    return penalty


def saturating(theta, psi):
    """The non-saturating generator: v1 = -psi f'(-u)."""
    return -psi * slope(-theta, psi), theta * slope(theta, psi)


def clipped(step, bound):
    def after(state):
        theta, psi = step(state)
        return theta, np.clip(psi, -bound, bound)

    return after


@dataclass(frozen=True)
class Orbit:
    sections: dict[str, Any]
    values: dict[str, Any]
    step: Callable[[Any], Any]
    start: tuple[tuple[float, ...], tuple[float, ...]] = ((1.0,), (0.5,))
    attracting: bool = True


H0 = float(H)
ORBITS = {
    "WGAN-GP": Orbit(CENTRED | WGAN | GP, VALUES, simultaneous(field_of(one_centred(0.7), flat), H0)),
    "DRAGAN": Orbit(
        {
            "parameters": {"gamma": "gamma > 0"},
            "objective": {"f": "standard"},
            "penalty": {"discriminator": "gamma/2 * E_real_noisy((norm(grad(D)) - 1)**2, 1/4)"},
        },
        {"gamma": Fraction(3, 5)},
        simultaneous(field_of(one_centred(0.6)), H0),
    ),
    "WGAN-GP, plane": Orbit(
        CENTRED | WGAN | GP,
        VALUES,
        simultaneous(field_of(one_centred(0.7), flat), H0),
        ((1.0, 0.5, 0.0), (0.2, 1.0, 0.3)),
    ),
    "WGAN, clipped": Orbit(
        WGAN | {"training": {"update": "simultaneous", "clip": "1"}},
        {},
        clipped(simultaneous(field_of(steep=flat), H0), 1.0),
    ),
    "WGAN, clipped, three dimensions": Orbit(
        WGAN | {"training": {"update": "simultaneous", "clip": "1"}},
        {},
        clipped(simultaneous(field_of(steep=flat), H0), 1.0),
        ((1.0, 0.5, 0.1), (0.3, 1.0, -0.2)),
    ),
    "non-saturating": Orbit(
        {"objective": {"f": "standard", "generator": "non-saturating"}}, {}, simultaneous(saturating, H0)
    ),
    "WGAN, alternating": Orbit(
        WGAN | {"training": {"update": "alternating"}},
        {},
        alternating(field_of(steep=flat), H0),
        attracting=False,
    ),
}
PERIODS = 8_000


@pytest.mark.parametrize("name", ORBITS)
def test_cycles_of_loops_by_hand(name):
    orbit = ORBITS[name]
    found = predict(read_proposal(orbit.sections), orbit.values, H, Dirac(*orbit.start))
    assert (found.behaviour, found.verdict) == (Behaviour.CIRCLING, "does-not-converge")
    cycle = found.cycle
    assert cycle is not None
    assert cycle.attracting is orbit.attracting
    theta, psi = run(orbit.step, *orbit.start, PERIODS)
    distance = np.sqrt((theta**2 + psi**2).sum(1))[PERIODS // 2 :]
    for seen, expected in (
        (distance.min(), cycle.least),
        (distance.mean(), cycle.mean),
        (distance.max(), cycle.greatest),
    ):
        # The loop's window is cut like the prediction's; it shows as many turns more.
        assert abs(seen - expected.value) <= 2 * expected.error + 1e-3 * expected.value
        assert expected.error < 0.02 * expected.value
    x = theta[PERIODS // 2 :, 0]
    places = np.flatnonzero(x[:-1] * x[1:] < 0)
    turn = 2 * (places[-1] - places[0]) / (len(places) - 1)
    assert cycle.turn is not None
    assert abs(turn - cycle.turn.value) <= cycle.turn.error + 2 / (len(places) - 1)
    # Controls: half the step, or another start, is another cycle.
    assert abs(cycle.turn.value / 2 - turn) > cycle.turn.error + 1


def test_radius_of_the_non_saturating_cycle():
    """sqrt(2 h a^2/|b|) for small h, a = 1/2 and b = -1/4: the literature's closed form, to first order in h."""
    proposal = read_proposal(ORBITS["non-saturating"].sections)
    h = Fraction(1, 5)
    radius = predict(proposal, {}, h, Dirac()).cycle.mean.value
    assert abs(radius - np.sqrt(2 * float(h))) < float(h) * np.sqrt(2 * float(h)) / 4


def test_largest_generator_of_the_wgan_gp_cycle():
    """The flow's cycle crosses psi = 0 at gamma g0 (1 + q)/(1 - q), q = exp(-gamma pi/(2 w)), w^2 = 1 - gamma^2/4."""
    w = np.sqrt(1 - 0.49 / 4)
    q = np.exp(-0.7 * np.pi / (2 * w))
    crossing = 0.7 * (1 + q) / (1 - q)
    sections = CENTRED | WGAN | GP
    errors = []
    for h in (Fraction(1, 50), Fraction(1, 100)):
        cycle = predict(read_proposal(sections), VALUES, h, Dirac()).cycle
        errors.append(cycle.greatest.value - crossing)
        assert cycle.least.value < crossing < cycle.greatest.value
    assert abs(errors[1]) < abs(errors[0])  # the map's cycle tends to the flow's


def test_in_the_plane_the_cycle_of_wgan_gp_is_a_circle():
    """|psi| = g0 with theta at a right angle: radius sqrt(2) g0 for small h, which no run in one dimension shows."""
    proposal = read_proposal(CENTRED | WGAN | GP)
    plane = predict(proposal, VALUES, Fraction(1, 100), Dirac((1.0, 0.0), (0.0, 0.5))).cycle
    line = predict(proposal, VALUES, Fraction(1, 100), Dirac()).cycle
    assert plane.greatest.value - plane.least.value < 1e-3
    assert abs(plane.mean.value - np.sqrt(2)) < 0.03
    assert line.greatest.value - line.least.value > 0.1


def test_a_wrong_generator_is_seen():
    """For gamma >= 2 the run ends at theta = -+gamma g0, psi = 0."""
    found = predict(read_proposal(CENTRED | WGAN | GP), {"gamma": 3, "g0": 1}, Fraction(1, 50), Dirac())
    assert found.behaviour is Behaviour.ELSEWHERE
    assert abs(found.cycle.mean.value - 3) < 0.01


def test_ellipses_are_kept_exactly():
    """The conserved form of a linear map, at the ends of the half axes; a wrong step leaves the ellipse."""
    proposal = read_proposal(WGAN | {"training": {"update": "alternating"}})
    found = predict(proposal, {}, Fraction(1, 2), Dirac((1.0,), (0.5,))).cycle
    theta, psi = run(alternating(field_of(steep=flat), 0.5), (1.0,), (0.5,), 20_000)
    distance = np.sqrt((theta**2 + psi**2).sum(1))
    assert found.least.value - 1e-9 <= distance.min() <= found.least.value + 1e-4
    assert found.greatest.value - 1e-4 <= distance.max() <= found.greatest.value + 1e-9
    assert abs(distance.mean() - found.mean.value) < 1e-4
    assert (
        abs(found.least.value - predict(proposal, {}, Fraction(2, 5), Dirac((1.0,), (0.5,))).cycle.least.value) > 1e-3
    )


def test_leaving_is_leaving():
    """A slowly growing spiral is no cycle."""
    found = predict(read_proposal(WGAN), {}, Fraction(1, 30), Dirac(periods=8192))
    assert found.behaviour is Behaviour.LEAVING
    assert found.cycle is None
