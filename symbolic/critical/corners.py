"""Fields that are smooth on the open quadrants: by their lowest terms on each, if these have one degree.

That covers absolute values of x, y and their products, kinks across the axes, and ratios with a definite denominator.
"""

from __future__ import annotations

import sympy as sp

from ..formula import compare
from ..germs.local import X, Y
from ..rulings import Ruling
from .case import Case
from .conclusions import leading_ruling
from .quadrants import QUADRANTS, SIZE_X, SIZE_Y, Quadrant
from .rays import Sector, T, fan
from .taylor import quadrant_terms

_Leading = tuple[sp.Expr, sp.Expr]  # degree, and the homogeneous function of it, in |x| and |y|


def decide_corner(case: Case) -> Ruling | None:
    """Decides by the leading part on the quadrants.

    Args:
        case: A field that is bounded near x*; only a flow may jump there.

    Raises:
        NeedSplit: If a coefficient vanishes in one part of the cell and not in another.
    """
    found: dict[Quadrant, list[_Leading]] = {}
    for quadrant in QUADRANTS:
        rows = case.quadrant_rows(quadrant)
        leading = [_lowest(row, quadrant, case) for row in rows or ()]
        if rows is None or any(part is None for part in leading):
            return None
        found[quadrant] = [part for part in leading if part is not None]
    degrees = [degree for pair in found.values() for degree, part in pair if part != 0]
    if not degrees or not all(degree.is_Integer for degree in degrees):
        return None
    lowest = int(min(degrees))
    if lowest < 0 or (lowest == 0 and not case.flow):
        return None
    if not case.flow and case.question.declared and (lowest == 1 or not case.facts.compared(case.question.h, ">")):
        return None
    g_steps, d_steps = case.first_order
    sectors = []
    for (a, b), pair in found.items():
        rows = [
            part.xreplace({SIZE_X: a * X, SIZE_Y: b * Y}) if degree == lowest else sp.Integer(0)
            for degree, part in pair
        ]
        sectors.append(Sector((g_steps * rows[0], d_steps * rows[1]), (a * X, b * Y)))
    answer = fan(sectors, case.facts, smooth=case.flow or (lowest == 1 and case.is_one_step))
    return None if answer is None else leading_ruling(answer, lowest)


def _lowest(row: sp.Expr, quadrant: Quadrant, case: Case) -> _Leading | None:
    """The lowest terms of a row on a quadrant; None if they are not plain, or cancel."""
    ratios, rest = [], []
    for term in sp.Add.make_args(row):
        below = sp.fraction(sp.together(term))[1]
        is_ratio = term.is_rational_function(SIZE_X, SIZE_Y) and below.has(SIZE_X, SIZE_Y)
        (ratios if is_ratio else rest).append(term)
    parts = [_quotient(sp.Add(*ratios), quadrant, case), _homogeneous(sp.Add(*rest), quadrant, case)]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None and part[1] != 0]
    if not known:
        return sp.Integer(0), sp.Integer(0)
    lowest = min(degree for degree, _ in known)
    total = sp.Add(*(part for degree, part in known if degree == lowest))
    return None if sp.cancel(total) == 0 else (lowest, total)


def _quotient(ratio: sp.Expr, quadrant: Quadrant, case: Case) -> _Leading | None:
    above, below = sp.fraction(sp.cancel(ratio))
    top, bottom = _homogeneous(above, quadrant, case), _homogeneous(below, quadrant, case)
    if top is None or bottom is None or bottom[1] == 0:
        return None
    if top[1] == 0:
        return sp.Integer(0), sp.Integer(0)
    # The denominator must not vanish on the closed quadrant, but at x*.
    at = [{SIZE_X: sp.Integer(1), SIZE_Y: T}, {SIZE_X: sp.Integer(0), SIZE_Y: sp.Integer(1)}]
    values = [bottom[1].xreplace(point) for point in at]
    for way in (1, -1):
        if all(case.facts.holds(compare(way * value, ">"), [compare(T, ">=")]) for value in values):
            return top[0] - bottom[0], top[1] / bottom[1]
    return None


def _homogeneous(expression: sp.Expr, quadrant: Quadrant, case: Case) -> _Leading | None:
    terms = quadrant_terms(sp.expand(expression), quadrant, case)
    if terms is None or not all((i + j).is_Rational for i, j in terms):
        return None
    if not terms:
        return sp.Integer(0), sp.Integer(0)
    lowest = min(i + j for i, j in terms)
    part = [c * SIZE_X**i * SIZE_Y**j for (i, j), c in terms.items() if i + j == lowest]
    return lowest, sp.Add(*part)
