"""Rows: what agrees, what does not, and what says nothing; networks and their words."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest

from convergan.symbolic import read_proposal
from convergan.training.predictions import (
    Behaviour,
    Cycle,
    Estimate,
    Measured,
    NetworkGame,
    Prediction,
    compare,
    predict,
    sorted_rows,
)

from .conftest import GAMMA, R1


def number(value, error=0.0):
    return Estimate(value, error, "it was derived")


CONVERGING = Prediction("g", "converges", "linear", Behaviour.CONVERGING, "it was proved", number(0.9, 0.001))
CYCLE = Cycle(number(0.9), number(1.0, 0.01), number(1.1), number(50.0, 0.5), True, "iterated")
CIRCLING = Prediction("g", "does-not-converge", "", Behaviour.CIRCLING, "jumps", None, number(60.0), CYCLE)
CYCLING = Prediction("g", "does-not-converge", "", Behaviour.CIRCLING, "jumps", number(1.02), None, CYCLE)
SUBLINEAR = Prediction("g", "converges", "sublinear", Behaviour.CONVERGING, "decays", number(1.0))
SILENT = Prediction("g", "not-always", "", Behaviour.UNDECIDED, "another game fails")


def w1(end: float, start: float, at_floor: bool) -> Measured:
    return Measured(w1_ratio=end, w1_before=start, at_floor=at_floor)


ROWS = {
    "a factor within its error": (CONVERGING, Measured(factor=0.905, factor_error=0.005), "factor per period", True),
    "a factor outside": (CONVERGING, Measured(factor=0.905, factor_error=0.003), "factor per period", False),
    "a factor that says nothing": (CONVERGING, Measured(factor=0.95, factor_error=0.2), "factor per period", None),
    "a factor far outside": (CONVERGING, Measured(factor=1.2, factor_error=0.15), "factor per period", False),
    "a factor of a run on its cycle": (CYCLING, Measured(factor=1.0), "factor per period", None),
    "no finite factor": (CONVERGING, Measured(factor=float("nan")), "factor per period", None),
    "no factor measured": (CONVERGING, Measured(behaviour="converging"), "factor per period", None),
    "sublinear": (SUBLINEAR, Measured(factor=0.99), "factor per period", None),
    "a word": (CONVERGING, Measured(behaviour="converging"), "behaviour", True),
    "the other word": (CONVERGING, Measured(behaviour="circling"), "behaviour", False),
    "no word": (CONVERGING, Measured(behaviour="undecided"), "behaviour", None),
    "no statement": (SILENT, Measured(behaviour="circling"), "behaviour", None),
    "a radius": (CIRCLING, Measured(radius=1.015, radius_error=0.01), "radius", True),
    "another radius": (CIRCLING, Measured(radius=1.05, radius_error=0.01), "radius", False),
    "the cycle's turn": (CIRCLING, Measured(behaviour="circling", turn=50.4), "periods per turn", True),
    "not the multiplier's": (CIRCLING, Measured(behaviour="circling", turn=60.0), "periods per turn", False),
    "marks too far apart": (CIRCLING, Measured(behaviour="circling", turn=50.4, gap=20.0), "periods per turn", None),
    "W1 comes to its floor": (CONVERGING, w1(1.05, 9.0, True), "W1 over its floor", True),
    "W1 was near its floor": (CONVERGING, w1(1.05, 1.5, True), "W1 over its floor", None),
    "W1 above": (CONVERGING, w1(3.0, 9.0, False), "W1 over its floor", None),
    "W1, no statement": (SILENT, w1(1.05, 9.0, True), "W1 over its floor", None),
    "slopes": (CONVERGING, Measured(gradient=0.0), "gradient on the data", None),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows(name):
    prediction, measured, quantity, agrees = ROWS[name]
    rows = {row.quantity: row for row in compare("run", prediction, measured)}
    assert rows[quantity].agrees is agrees
    assert rows[quantity].why


def test_disagreements_come_first_and_the_largest_of_them():
    rows = [
        *compare("silent", SILENT, Measured(behaviour="circling")),
        *compare("fine", CONVERGING, Measured(factor=0.9)),
        *compare("off", CONVERGING, Measured(factor=0.91)),
        *compare("far off", CONVERGING, Measured(factor=0.99)),
    ]
    assert [row.run for row in sorted_rows(rows)] == ["far off", "off", "fine", "silent"]


def test_nothing_measured_gives_no_rows_but_what_was_predicted():
    assert compare("run", SILENT, Measured()) == ()
    assert {row.quantity for row in compare("run", CIRCLING, Measured())} == {"periods per turn"}


NETWORKS = {
    "R1": ({"parameters": GAMMA, "penalty": R1}, {"gamma": 1}, "converges", Behaviour.CONVERGING),
    "unregularised": ({}, {}, "not-always", Behaviour.UNDECIDED),
    "WGAN-GP": (
        {"objective": {"f": "wasserstein"}, "penalty": {"discriminator": "E_mix((norm(grad(D)) - 1)**2)"}},
        {},
        "never",
        Behaviour.UNDECIDED,
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_have_words_only(name):
    sections, values, verdict, behaviour = NETWORKS[name]
    found = predict(read_proposal(sections), values, Fraction(1, 1000), NetworkGame())
    assert (found.verdict, found.behaviour) == (verdict, behaviour)
    assert found.factor is None
    assert found.cycle is None
    assert ("no statement" in found.because) is (behaviour is Behaviour.UNDECIDED)


def test_densities_are_another_class():
    found = predict(read_proposal({}), {}, Fraction(1, 1000), NetworkGame(density=True))
    assert found.verdict == "converges"


@pytest.mark.slow  # all the games that could refute it are tried
def test_adaptive_steps_are_no_plain_ones():
    adaptive = {"parameters": GAMMA, "penalty": R1, "training": {"update": "alternating", "optimizer": "rmsprop"}}
    found = predict(read_proposal(adaptive), {"gamma": 1}, Fraction(1, 1000), NetworkGame())
    assert found.behaviour is Behaviour.UNDECIDED  # the theorem is for plain steps


def test_the_package_imports_nothing_heavy():
    code = (
        "import sys, convergan.training.predictions as p; dir(p); "
        "print([m for m in ('torch', 'sympy', 'z3') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
