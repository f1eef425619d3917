"""The spectral radius in closed form, and certified enclosures of its minimum, against floats and closed forms."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic.decision.points import enclosure, holds
from convergan.symbolic.enclosures import RealSet
from convergan.symbolic.formula import compare, conjunction
from convergan.symbolic.rates import (
    CertifiedStep,
    Interval,
    NoEnclosure,
    certified_best_step,
    certified_stable_steps,
    spectral_radius,
)

H, G, A, R, B, W, S = sp.symbols("h gamma f1 r f2 w sigma", real=True)
Q = sp.Rational
# Those that have a largest stable step, or one within the bound.
BOUNDED = (
    *("simultaneous", "alternating", "alternating, two steps", "h_ratio", "extragradient", "consensus"),
    *("instance noise", "optimistic", "optimistic centre", "lookahead", "heavy ball", "alternating heavy ball", "lazy"),
)


@pytest.mark.parametrize("seed", range(3))
def test_enclosures_contain_the_float_optimum(seed, rates):
    generator = np.random.default_rng(seed)
    for name in BOUNDED:
        matrix = rates.matrices[name]
        draw = [Q(int(n), 9) for n in generator.integers(3, 20, 6)]
        values = dict(zip((G, A, R, W, B, S), draw, strict=True)) | {B: -draw[4]}
        found = certified_best_step(matrix, H, values)
        assert isinstance(found, CertifiedStep), (name, str(found))
        assert 0 <= found.radius.width < Fraction(1, 10**6)
        step, radius = rates.smallest(matrix, H, values, 2 * float(found.largest_stable.upper))
        assert float(found.radius.lower) - 1e-6 < radius < float(found.radius.upper) + 1e-6, name
        # Near its minimum rho is flat: the float optimum lies in the enclosure of the minimisers, or beside it.
        assert min(max(float(i.lower) - step, step - float(i.upper)) for i in found.steps) < 1e-3, name
        edge = found.largest_stable
        at_edge = rates.radius_at(matrix, values | {H: sp.Float(float(edge.upper))})
        assert edge.width < Fraction(1, 10**6), name
        assert at_edge == pytest.approx(1, abs=1e-5), name


def test_enclosures_contain_the_closed_forms(r1_rule, r1_point, rates):
    found = certified_best_step(rates.matrices[r1_rule], H, dict(zip((G, A), r1_point, strict=True)))
    assert isinstance(found, CertifiedStep)
    step, radius = (Fraction(str(sp.N(v, 40))) for v in rates.best[r1_rule](*r1_point))
    slack = Fraction(1, 10**35)  # of the 40 digits
    assert found.radius.lower - slack <= radius <= found.radius.upper + slack
    assert any(i.lower - slack <= step <= i.upper + slack for i in found.steps)


def test_enclosures_of_plateaus_and_ends(rates):
    # Heavy ball with real eigenvalues of J: rho = sqrt(beta) on an interval of step sizes.
    matrix = rates.period("simultaneous", momentum=Q(1, 4))
    found = certified_best_step(matrix, H, {G: 3, A: 1})
    assert isinstance(found, CertifiedStep)
    assert Fraction(1, 2) in found.radius
    slow, fast = (
        (3 - sp.sqrt(5)) / 2,
        (3 + sp.sqrt(5)) / 2,
    )  # (1 - sqrt(beta))^2 / slow <= h <= (1 + sqrt(beta))^2 / fast
    assert float(found.step.lower) == pytest.approx(float(Q(1, 4) / slow), abs=1e-6)
    assert float(found.step.upper) == pytest.approx(float(Q(9, 4) / fast), abs=1e-6)
    unbounded = rates.period("competitive", rates.centre)
    refused = certified_best_step(unbounded, H, {A: 1})
    assert isinstance(refused, NoEnclosure)
    assert "upper bound" in refused.reason
    bounded = certified_best_step(unbounded, H, {A: 1}, upper=Fraction(2))
    assert isinstance(bounded, CertifiedStep)
    assert 2 in bounded.step
    assert bounded.radius.lower**2 <= Fraction(1, 5) <= bounded.radius.upper**2
    nothing = certified_best_step(rates.period("simultaneous", rates.centre), H, {A: 1})
    assert isinstance(nothing, NoEnclosure)
    assert "no step size is stable" in str(nothing)
    assert isinstance(certified_best_step(rates.matrices["simultaneous"], H, {A: 1}), NoEnclosure)
    assert isinstance(certified_best_step(rates.matrices["simultaneous"], H, {A: 1, G: sp.sqrt(2)}), NoEnclosure)


CLOSED = [n for n in BOUNDED if n not in {"optimistic", "heavy ball", "alternating heavy ball"}]


@pytest.mark.parametrize("name", CLOSED)
def test_spectral_radius(name, rates):
    given = [compare(s, ">") for s in (G, R, W)] + [compare(A, "!="), compare(B, "<")]
    found = spectral_radius(rates.matrices[name], H, conjunction(given))
    generator = np.random.default_rng(3)
    for _ in range(25):
        draw = [Q(int(n), 10) for n in generator.integers(1, 40, 7)]
        values = dict(zip((H, G, A, R, W, B, S), draw, strict=True))
        values |= {A: values[A] * int(generator.choice([-1, 1])), B: -values[B]}
        expected = rates.radius_at(rates.matrices[name], values)
        assert float(found.expression.xreplace(values)) == pytest.approx(expected, abs=1e-6)
        here = [enclosure(value.xreplace(values), 200) for region, value in found.branches if holds(region, values)]
        assert max(map(float, here)) == pytest.approx(expected, abs=1e-6)


def test_no_closed_form_says_why(rates):
    found = spectral_radius(rates.matrices["optimistic"], H)
    assert found.expression is None
    assert "degree 4" in str(found)


@pytest.mark.parametrize("name", BOUNDED)
def test_stable_steps_are_those_with_a_radius_below_one(name, rates):
    generator = np.random.default_rng(11)
    matrix = rates.matrices[name]
    draw = [Q(int(n), 9) for n in generator.integers(3, 20, 6)]
    values = dict(zip((G, A, R, W, B, S), draw, strict=True)) | {B: -draw[4]}
    found = certified_stable_steps(matrix, H, values)
    assert isinstance(found, RealSet)
    assert found.pieces
    for end in (end for piece in found.pieces for end in (piece.start, piece.end) if end is not None):
        assert end.certain(15)
        if end.upper > 0:  # at an end some multiplier lies on the circle
            assert rates.radius_at(matrix, values | {H: sp.Float(float(end.midpoint))}) == pytest.approx(1, abs=1e-6)
    largest = found.pieces[-1].end.upper
    for step in (largest * Fraction(k, 97) for k in range(1, 130)):
        radius = rates.radius_at(matrix, values | {H: sp.Float(float(step))})
        if abs(radius - 1) > 1e-6:  # floats decide nothing nearer than that
            assert (step in found) is bool(radius < 1), (name, step, radius)
    assert 0 not in found
    assert -1 not in found


def test_stable_steps_along_a_manifold_of_equilibria(rates):
    plain = rates.matrices["simultaneous"]
    beside = sp.diag(1, plain)
    values = {G: Q(3, 10), A: Q(1, 2)}
    expected = certified_stable_steps(plain, H, values)
    assert certified_stable_steps(beside, H, values, ones=1) == expected
    assert certified_stable_steps(beside, H, values) == RealSet(())  # a multiplier 1 for all h
    refused = certified_stable_steps(plain, H, values, ones=1)
    assert isinstance(refused, NoEnclosure)
    assert "1 is not known to be a multiplier" in refused.reason
    assert isinstance(certified_stable_steps(plain, H, {A: 1}), NoEnclosure)
    # Simultaneous, h < gamma / f1^2 = 6/5: exact, since it is rational.
    assert expected.text("h") == "0 < h < 1.2"


def test_intervals_are_printed_outward():
    ends = Interval(Fraction(1, 3), Fraction(2, 3)).ends(3)
    assert ends == ["0.333", "0.667"]
