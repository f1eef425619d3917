"""Regions of one number: ends enclosed, and every rational point on the right side."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from convergan.symbolic.decision.points import holds
from convergan.symbolic.enclosures import NoEnclosure, RealSet, real_set
from convergan.symbolic.formula import compare, conjunction, disjunction, substituted

h, g = sp.symbols("h gamma", real=True)
Q, E = sp.Rational, sp.exp(-1)
RELATIONS = ("<", "<=", ">", ">=", "==", "!=")
POLYNOMIALS = (h, h - 1, h**2 - 2, h**3 - h, (h - 1) ** 2 * (h**2 - 2), h**2 + 1, 2 * h - h**4, 4 - h**2, h - Q(1, 3))
atoms = st.builds(compare, st.sampled_from(POLYNOMIALS), st.sampled_from(RELATIONS))
formulas = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(conjunction),
        st.lists(inner, min_size=1, max_size=3).map(disjunction),
    ),
    max_leaves=5,
)


@given(formulas, st.lists(st.fractions(-3, 3, max_denominator=12), min_size=1, max_size=20))
def test_points_are_on_the_right_side(formula, points):
    found = real_set(formula, h)
    assert isinstance(found, RealSet)
    for point in (*points, *map(Fraction, (0, 1, -1, 2, -2)), Fraction(1, 3)):
        # Decided by the exact signs of the formula itself, which is another way; the ends at hand are rational or far.
        assert (point in found) is holds(formula, {h: Q(point.numerator, point.denominator)})
    # Maximal pieces, in order, which do not meet.
    for left, right in zip(found.pieces, found.pieces[1:], strict=False):
        assert left.end == right.start or left.end.upper <= right.start.lower
        assert left.end != right.start or not (left.closed[1] or right.closed[0])


@given(formulas)
def test_ends_belong_to_the_set_as_is_said(formula):
    """At each irrational end, by substitution of the algebraic number."""
    found = real_set(formula, h)
    for root in (sp.sqrt(2), -sp.sqrt(2), sp.Integer(2) ** Q(1, 3)):
        near = Fraction(str(sp.N(root, 30)))
        ends = [
            closed
            for piece in found.pieces
            for end, closed in zip((piece.start, piece.end), piece.closed, strict=True)
            if end is not None and abs(end.midpoint - near) < Fraction(1, 10**6)
        ]
        # Where it is no end, a point beside it says the same.
        assert (any(ends) if ends else near in found) is holds(formula, {h: root})


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (conjunction([compare(h, ">"), compare(h**3, "<", 2)]), "0 < h < (1.259921050 +- 1e-9)"),
        (
            compare((h - 1) ** 2 * (h**2 - 2), ">="),
            "h <= (-1.414213562 +- 1e-9) or h = 1 or (1.414213562 +- 1e-9) <= h",
        ),
        (compare((h - 1) ** 2 * (h**2 - 2), "<"), "(-1.414213562 +- 1e-9) < h < 1 or 1 < h < (1.414213562 +- 1e-9)"),
        (conjunction([compare(h * E, "<", 2), compare(h, ">=")]), "0 <= h < (5.436563657 +- 1e-9)"),
        (compare(h**2 - 2 * E * h - 1, "<="), "(-0.6976416911 +- 1e-10) <= h <= (1.433400573 +- 1e-9)"),
        (compare(h**2 + 1, ">"), "h real"),
        (compare(h**2 + 1, "<"), "no h"),
        (compare(3 * h, "==", 1), "h = 0.3333333333 +- 1e-10"),
    ],
)
def test_texts(formula, expected):
    assert real_set(formula, h).text("h") == expected


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        (compare(sp.sqrt(h), "<", 2), "not polynomial"),
        (compare(h, "<", g), "not polynomial"),
        # Two ends that are equal by sin(1)^2 + cos(1)^2 = 1, which is not known here.
        (conjunction([compare(h, "<", 1), compare(h, ">", sp.sin(1) ** 2 + sp.cos(1) ** 2)]), "not told apart"),
        # A double root for the same reason.
        (compare(h**2 - 2 * h + sp.sin(1) ** 2 + sp.cos(1) ** 2, ">"), "not told apart"),
    ],
)
def test_no_set_says_why(formula, reason):
    found = real_set(formula, h)
    assert isinstance(found, NoEnclosure)
    assert reason in found.reason


def test_ends_are_decided_to_the_digits_that_are_asked_for():
    found = real_set(compare(h**5 - h - 1, "<"), h, 40)
    (piece,) = found.pieces
    assert piece.end.certain(40)
    # The sign changes between the two ends of the enclosure, in rational arithmetic.
    low, high = (Q(end.numerator, end.denominator) for end in (piece.end.lower, piece.end.upper))
    assert low**5 - low - 1 < 0 < high**5 - high - 1
    assert substituted(compare(h**5 - h - 1, "<"), {h: Q(2)}) != substituted(compare(h**5 - h - 1, "<"), {h: Q(1)})
