"""Formulas in balls against mpmath at high precision; jumps, poles and branch cuts; signs."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from convergan.symbolic.enclosures import Box, Interval, NoEnclosure, enclose, enclose_complex, sign

a, b, x = sp.symbols("a b x", real=True)
Q = sp.Rational
REAL = [
    sp.sqrt(a**2 + b**2), sp.sqrt(sp.sqrt(a) + 1) - b, a ** Q(1, 3) - b, a ** Q(-5, 3), 1 / (a - b), a**b,
    sp.exp(a - b), sp.log(a) * b, sp.tanh(a) - sp.atan(b), sp.asin(a / 5), sp.acos(b / 5), sp.tan(a), sp.sin(a) * b,
    sp.cosh(a) - sp.sinh(b), sp.erf(a), sp.Abs(a - b) - sp.Abs(b), sp.Max(a, b**2, 1), sp.Min(a * b, a + b),
    sp.sign(a - b) * a, sp.Piecewise((sp.sqrt(b), b > 0), (a, True)), sp.pi * a - sp.E,
    sp.Piecewise((a, sp.And(a > b, a**2 >= 2)), (b, sp.Or(a < 0, sp.Eq(b, 1))), (a - b, True)),
    sp.exp(a * 50), sp.exp(-50 * a) * b, (a - Q(1, 10**30)) - a + b * Q(1, 10**40),
]  # fmt: skip
COMPLEX = [sp.sqrt(a), sp.sqrt(a + sp.I * b), (a - 3) ** Q(1, 3), sp.log(a), sp.exp(sp.I * a), (a + 2 * sp.I) ** b,
           sp.sqrt(a) / (b + sp.I), sp.sqrt(-3 + sp.sqrt(a - 5))]  # fmt: skip
rationals = st.fractions(-4, 4, max_denominator=12)
DIGITS = 10


def rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def reference(expression: sp.Expr, point: tuple[Fraction, Fraction]) -> mp.mpc | None:
    """The value by mpmath with 80 digits; None where it is undefined."""
    function = sp.lambdify((a, b), expression, modules="mpmath")
    with mp.workdps(80):
        try:
            value = mp.mpmathify(function(*(mp.mpf(p.numerator) / p.denominator for p in point)))
        except (ZeroDivisionError, ValueError, OverflowError):
            return None
        return mp.mpc(value) if mp.isfinite(value) else None


def contains(interval: Interval, value: mp.mpf, size: mp.mpf) -> bool:
    """Whether the interval contains a value that mpmath gave, up to mpmath's own rounding."""
    with mp.workdps(80):
        slack = size * mp.mpf(10) ** -70
        low, high = (mp.mpf(end.numerator) / end.denominator for end in (interval.lower, interval.upper))
        return bool(low - slack <= value <= high + slack)


@given(st.sampled_from(REAL), st.tuples(rationals, rationals))
def test_enclosures_contain_the_real_value(expression, point):
    value = expression.xreplace(dict(zip((a, b), map(rational, point), strict=True)))
    found = enclose(value, DIGITS)
    expected = reference(expression, point)
    assume(isinstance(found, Interval))
    assert expected is not None
    assert expected.imag == 0
    assert contains(found, expected.real, max(abs(expected.real), mp.mpf(10) ** -45))
    assert found.certain(DIGITS)


@given(st.sampled_from(REAL), st.tuples(rationals, rationals))
def test_there_is_an_enclosure_wherever_there_is_a_value(expression, point):
    expected = reference(expression, point)
    value = expression.xreplace(dict(zip((a, b), map(rational, point), strict=True)))
    assume(expected is not None and expected.imag == 0 and abs(expected) > mp.mpf(10) ** -60)
    assume(not value.has(sp.I, sp.zoo, sp.nan))
    assume(not any(node.is_extended_real is False for node in sp.preorder_traversal(value)))
    found = enclose(value, DIGITS)
    assert isinstance(found, Interval), (value, found)


@given(st.sampled_from(COMPLEX), st.tuples(rationals, rationals))
def test_enclosures_contain_the_complex_value(expression, point):
    value = expression.xreplace(dict(zip((a, b), map(rational, point), strict=True)))
    found = enclose_complex(value, DIGITS)
    expected = reference(expression, point)
    assume(isinstance(found, Box) and expected is not None)
    size = max(abs(expected), mp.mpf(10) ** -45)
    assert contains(found.real, expected.real, size)
    assert contains(found.imag, expected.imag, size)
    assert found.certain(DIGITS)


@pytest.mark.parametrize("digits", [1, 10, 50, 300])
def test_digits_that_are_asked_for_are_there(digits):
    for value in (sp.sqrt(2), sp.exp(-100), sp.pi * 10**30, sp.log(2) - Q(6931471805599453, 10**16)):
        found = enclose(value, digits)
        assert isinstance(found, Interval)
        assert found.certain(digits)
        with mp.workdps(digits + 60):
            expected = mp.mpf(sp.N(value, digits + 60)._mpf_)
            low, high = (mp.mpf(end.numerator) / end.denominator for end in (found.lower, found.upper))
            assert low <= expected <= high


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1, "not told apart from 0 at 4096 bits"),
        (sp.sign(sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1, evaluate=False), "not told apart from 0"),
        (1 / (sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1), "not told apart from 0"),
        (sp.Piecewise((1, sp.Symbol("y") > 0), (2, True)).xreplace({sp.Symbol("y"): sp.pi - 3}), None),
        (sp.log(-2, evaluate=False), "undefined"),
        (sp.sqrt(-2, evaluate=False), "negative"),
        (sp.asin(2), "undefined over the reals"),
        (sp.zoo, "no value"),
        (x + 1, "no value"),
        (sp.Float(0.5), "no value"),
        (sp.exp(sp.exp(40)), "too large"),
        (sp.gamma(Q(1, 3)), "gamma"),
        (sp.Integral(x, (x, 0, 1)), "no value"),
    ],
)
def test_no_enclosure_says_why(value, reason):
    found = enclose(value)
    if reason is None:
        assert isinstance(found, Interval)
    else:
        assert isinstance(found, NoEnclosure)
        assert reason in found.reason, found


def test_branch_cuts_are_not_guessed():
    # The radicand is negative, and its imaginary part is 0 in a form that balls do not see.
    hidden = -2 + sp.I * (sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1)
    found = enclose_complex(sp.Pow(hidden, Q(1, 2), evaluate=False))
    assert isinstance(found, NoEnclosure)
    assert "branch cut" in found.reason
    assert str(enclose_complex(sp.sqrt(-2))) == "1.414213562i +- 1e-9"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (sp.sqrt(2) + sp.sqrt(3) - sp.sqrt(5 + 2 * sp.sqrt(6)), 0),
        (sp.Piecewise((1, sp.Eq(sp.sqrt(x), 1)), (2, True)).xreplace({x: sp.Integer(1)}), 1),
        (sp.exp(sp.pi * sp.sqrt(163)) - 262537412640768744, -1),
        (sp.sqrt(2) - Q(1414213562373095048801688724209698078569671875376948073176679737, 10**63), 1),
        (sp.CRootOf(x**5 - x - 1, 0) - Q(1167303978, 10**9), 1),
        (sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1, None),
        (sp.sqrt(sp.Integer(-2)), None),
        (x, None),
    ],
)
def test_signs(value, expected):
    assert sign(value) == expected


@pytest.mark.parametrize("coefficients", [[1, 0, 0, 0, -1, -1], [1, 0, -3, 1], [2, 0, -40, 0, 198, -7], [1, 0, -2]])
def test_roots_are_counted_as_sympy_counts_them(coefficients):
    polynomial = sp.Poly(coefficients, x)
    for index in range(sp.count_roots(polynomial.as_expr())):
        root = sp.CRootOf(polynomial, index, radicals=False)
        found = enclose(root, 20)
        assert isinstance(found, Interval)
        with mp.workdps(60):
            assert contains(found, mp.mpf(root.evalf(60)._mpf_), mp.mpf(1))
    complex_root = sp.CRootOf(sp.Poly([1, 0, 0, 0, -1, -1], x), 1)
    assert isinstance(enclose(complex_root), NoEnclosure)
