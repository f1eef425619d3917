"""Exact points and signs, formulas, and cells of the parameter space."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from convergan.symbolic.decision.cells import Cell, NeedSplit, Unresolved, analysed
from convergan.symbolic.decision.points import enclosure, holds, sign
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Or,
    compare,
    conjunction,
    disjunction,
    negation,
    substituted,
    symbols,
)

a, b, c = sp.symbols("a b c", real=True)
RELATIONS = [">", ">=", "==", "!=", "<", "<="]
CONSTANTS = [
    sp.sqrt(a), sp.sqrt(a**2 + b) - a, a ** sp.Rational(1, 3) - b, a ** sp.Rational(-2, 3) - b, 1 / (a * b) - 1 / a,
    sp.sqrt(1 + sp.sqrt(a)) - b, sp.Abs(a - b) - sp.Abs(a), sp.sign(a - b) * a, sp.exp(a**2 - b) - 1, sp.log(a) * b,
    sp.tanh(a) - b, sp.atan(a) - b, sp.sin(a) - b, sp.cos(a) - b, a**b - c, sp.pi - a, sp.E - a,
]  # fmt: skip
rationals = st.fractions(-4, 4, max_denominator=6)


def evaluated(expression, point):
    """The value by mpmath; None where it is undefined or not real."""
    function = sp.lambdify((a, b, c), expression, modules="mpmath")
    try:
        value = function(*(mp.mpf(p.numerator) / p.denominator for p in point))
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    return None if isinstance(value, mp.mpc) or not mp.isfinite(value) else mp.mpf(value)


# -- points ------------------------------------------------------------------------------------------------------------


def test_points_are_exact_and_rechecked():
    prover = Prover()
    for formula in (
        conjunction([compare(a**2, "==", 2), compare(a, ">")]),
        conjunction([compare(a**3, "==", 2)]),
        conjunction([compare(a**5 - a, "==", 1)]),
        conjunction([compare(a + b, "==", sp.Rational(1, 97)), compare(a, ">", 5)]),
        conjunction([compare(sp.exp(a), "<", sp.Rational(1, 2))]),
        conjunction([compare(a, ">", 10**6)]),
    ):
        point = prover.point(formula)
        assert point is not None, formula
        assert set(point) == symbols(formula)
        assert holds(formula, point) is True
        assert not any(value.has(sp.Float) for value in point.values())
    assert prover.point(compare(a**2, "<")) is None
    assert prover.point(compare(sp.exp(a), "==", 2)) is None  # log(2) is no algebraic number: nothing is claimed
    assert set(prover.point(TRUE, [a, b])) == {a, b}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (sp.Integer(0), 0),
        (sp.sqrt(2) - sp.Rational(141421356237, 10**11), 1),
        (sp.sqrt(2) - sp.Rational(141421356238, 10**11), -1),
        (sp.sqrt(2) + sp.sqrt(3) - sp.sqrt(5 + 2 * sp.sqrt(6)), 0),
        (sp.pi - sp.Rational(355, 113), -1),
        (sp.exp(sp.pi) - sp.pi - 20, -1),  # 19.999099979...
        (sp.exp(sp.pi * sp.sqrt(163)) - 262537412640768744, -1),  # 7.5e-13 below an integer
        (sp.tanh(1) - sp.Rational(3, 4), 1),
        (sp.log(2) - sp.log(3), -1),
        (sp.Abs(-sp.sqrt(2)) - sp.sqrt(2), 0),
        (sp.CRootOf(sp.Symbol("x") ** 5 - sp.Symbol("x") - 1, 0) - sp.Rational(1167303978, 10**9), 1),
        (sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1, None),  # zero, but not by algebra
        (sp.sqrt(sp.Integer(-2)), None),
        (sp.log(-2, evaluate=False), None),
        (sp.zoo, None),
        (sp.nan, None),
        (a, None),
    ],
)
def test_signs_of_constants(value, expected):
    assert sign(value) == expected


@given(st.sampled_from(CONSTANTS), st.tuples(rationals, rationals, rationals))
def test_enclosures_contain_the_value(expression, point):
    exact = (sp.Rational(p.numerator, p.denominator) for p in point)
    value = expression.xreplace(dict(zip((a, b, c), exact, strict=True)))
    ball = enclosure(value, 200)
    assume(ball is not None)
    with mp.workdps(50):
        reference = evaluated(expression, point)
        assert reference is not None  # a ball is claimed only where there is a value
        middle = mp.mpf(str(ball.mid().str(60, radius=False)))
        assert abs(middle - reference) <= mp.mpf(10) ** -40 * (1 + abs(reference))
        assert ball.rad() < 1e-40


# -- formulas ----------------------------------------------------------------------------------------------------------

_atoms = st.builds(compare, st.sampled_from([a, b, a - b, a * b - 1]), st.sampled_from(RELATIONS))
_formulas = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(conjunction),
        st.lists(inner, min_size=1, max_size=3).map(disjunction),
    ),
    max_leaves=6,
)


@given(_formulas, st.integers(-2, 2), st.integers(-2, 2))
def test_negation_and_substitution(formula, x, y):
    point = {a: sp.Integer(x), b: sp.Integer(y)}
    assert holds(negation(formula), point) is (not holds(formula, point))
    assert substituted(formula, point) == (TRUE if holds(formula, point) else FALSE)
    assert holds(conjunction([formula, negation(formula)]), point) is False
    assert isinstance(formula, Atom | And | Or)


# -- cells -------------------------------------------------------------------------------------------------------------


def test_cells_split_where_a_sign_varies():
    cell = Cell(compare(a, ">="), Prover())
    assert cell.sign(a**2 + 1) == 1
    with pytest.raises(NeedSplit):
        cell.sign(a)
    found = analysed(cell, lambda part: part.sign(a * (a - 1)))
    for x in ("0", "1/2", "1", "3"):
        inside = [value for part, value in found if holds(part.formula, {a: sp.Rational(x)})]
        assert inside == [int(sp.sign(sp.Rational(x) * (sp.Rational(x) - 1)))]


def test_signs_that_cannot_be_decided_stay_open():
    found = analysed(Cell(TRUE, Prover()), lambda part: part.sign(sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1))
    assert [type(value) for _, value in found] == [Unresolved]


def test_failures_of_sympy_stay_open():
    def broken(_part):
        raise NotImplementedError("SymPy gave up")

    ((_, found),) = analysed(Cell(TRUE, Prover()), broken)
    assert isinstance(found, Unresolved)
    assert "gave up" in found.reason
