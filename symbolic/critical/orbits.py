r"""Rational fields up to time: common factors and denominators, which change the speed along orbits and nothing else.

Let v = (g / m) w with polynomials g, m and a polynomial field w without a common factor. Where g / m has one sign near
x* except at x* itself, v and w (or -w) have the same orbits, run in the same sense, and x* is asymptotically stable for
both or for neither. A common factor that vanishes along a curve through x* makes that curve one of equilibria.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..formula import compare
from ..germs.local import X, Y
from .facts import Facts
from .rays import T

Rows = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True, slots=True)
class Orbits:
    """A polynomial field with the orbits of a rational one.

    Attributes:
        rows: The polynomial field w, with its sign put right.
        degree: Degree of homogeneity of the positive factor g / m: 0 where it does not vanish.
    """

    rows: Rows
    degree: int


def is_rational(rows: Rows) -> bool:
    """Whether both rows are rational functions of the local coordinates and the parameters."""
    return all(row.is_rational_function(*row.free_symbols) for row in rows)


def orbits(rows: Rows, facts: Facts) -> Orbits | sp.Expr | None:
    """The polynomial field with the same orbits.

    Args:
        rows: (v1, v2), rational (``is_rational``).
        facts: Where the parameters are.

    Returns:
        The field; or the common factor that vanishes along curves through x*; or None if a sign is not decided.

    Raises:
        NeedSplit: If the lowest terms of a factor vary over the cell.
    """
    (a, m), (b, n) = (sp.fraction(sp.cancel(row)) for row in rows)
    common = sp.lcm(m, n)
    first, second = sp.cancel(a * common / m), sp.cancel(b * common / n)
    shared = sp.gcd(first, second)
    sign, degree = 1, 0
    for expression, power, is_shared in ((shared, 1, True), (common, -1, False)):
        for factor, multiplicity in sp.factor_list(expression, X, Y)[1]:
            lowest = lowest_terms(factor, facts)
            if lowest is None:
                return None
            form, order = lowest
            way = definite_sign(form, order, facts)
            if way is None:
                return factor if is_shared and _changes_sign(form, facts) else None
            sign *= way if multiplicity % 2 else 1
            degree += power * order * multiplicity
        constant = sp.factor_list(expression, X, Y)[0]
        sign *= facts.sign(constant)
    if sign == 0:
        return None
    w1, w2 = (sp.expand(sign * sp.cancel(row / shared)) for row in (first, second))
    return Orbits((w1, w2), degree)


def lowest_terms(polynomial: sp.Expr, facts: Facts) -> tuple[sp.Expr, int] | None:
    """The terms of lowest degree of a polynomial in the local coordinates, and that degree; None if it is 0.

    Raises:
        NeedSplit: If a coefficient vanishes in one part of the cell and not in another.
    """
    terms = sorted(sp.Poly(polynomial, X, Y).terms(), key=lambda term: sum(term[0]))
    by_degree: dict[int, sp.Expr] = {}
    for (i, j), coefficient in terms:
        if by_degree and i + j not in by_degree:
            break
        if not facts.is_zero(coefficient):
            by_degree[i + j] = by_degree.get(i + j, sp.Integer(0)) + coefficient * X**i * Y**j
    return next(((form, degree) for degree, form in by_degree.items()), None)


def definite_sign(form: sp.Expr, degree: int, facts: Facts) -> int | None:
    """The sign of a form away from 0, if it has one and the solver says so."""
    if degree == 0:
        return facts.sign(form) or None
    if degree % 2:
        return None
    values = [form.xreplace({X: sp.Integer(1), Y: T}), form.xreplace({X: sp.Integer(0), Y: sp.Integer(1)})]
    for way in (1, -1):
        if all(facts.holds(compare(sp.expand(way * value), ">")) for value in values):
            return way
    return None


def _changes_sign(form: sp.Expr, facts: Facts) -> bool:
    """Whether a form takes both signs, so that its polynomial vanishes along curves through the origin."""
    seen = set()
    for x, y in ((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2)):
        for s in (1, -1):
            value = form.xreplace({X: sp.Integer(s * x), Y: sp.Integer(s * y)})
            seen |= {way for way in (1, -1) if way not in seen and facts.compared(way * value, ">")}
    return len(seen) == 2
