"""Flows that are smooth at x*, or rational: by the linear part of a field with the same orbits, and what follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import sympy as sp

from ..criteria import Sign
from ..germs.local import X, Y
from ..rulings import Outcome, Ruling
from .case import Case
from .centre_manifold import flow_reduction
from .conclusions import (
    equilibrium_curve,
    focus_ruling,
    integral_ruling,
    leading_ruling,
    nilpotent_ruling,
    reduction_ruling,
)
from .expansion import Expansion, Pair
from .focus import flow_focus
from .homological import homogeneous
from .invariants import polynomial_integral
from .nilpotent import nilpotent
from .orbits import is_rational
from .orders import FLOW, Orders
from .rays import Sector, fan


def decide_smooth_flow(case: Case, orders: Orders = FLOW) -> Ruling | None:
    """Decides the flow of a field that is smooth at x*, or rational in the local coordinates.

    Args:
        case: The flow, with a field that vanishes at x*.
        orders: How far to expand.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    if not is_rational(case.rows):
        return _by_linear_part(case, case.expansions, 0, orders)
    found = case.orbits
    if found is None:
        return None
    if isinstance(found, sp.Expr):
        return equilibrium_curve(found)
    rows = found.rows
    linear = sp.Matrix(rows).jacobian([X, Y]).xreplace({X: sp.Integer(0), Y: sp.Integer(0)})
    if case.facts.sign(sp.cancel(linear.trace())) == 0:
        integral = polynomial_integral(rows, case.facts)
        if integral is not None:
            return integral_ruling(integral)
    return _by_linear_part(case, lambda wanted: case.polynomial_expansions(rows, wanted), found.degree, orders)


_Expansions = Callable[[Iterable[int]], Iterable[Expansion]]


def _by_linear_part(case: Case, expansions: _Expansions, factor: int, orders: Orders) -> Ruling | None:
    """By the linear part of a field that is v up to a positive factor, homogeneous of degree ``factor``."""
    sign = case.facts.sign
    first = next(iter(expansions(FLOW.leading[:1])), None)
    if first is None:
        return None
    (a, b), (c, d) = (first.linear(row) for row in first.rows)
    trace, determinant = first.sign(a + d, sign), first.sign(a * d - b * c, sign)
    if trace > 0 or determinant < 0:
        return Ruling(Outcome.NO, "orbit-linearisation", "up to a positive factor v has an eigenvalue with Re > 0")
    if trace < 0 < determinant:
        reason = "up to a positive factor every eigenvalue of v' has Re < 0"
        return Ruling(Outcome.YES, "orbit-linearisation", reason, "linear" if factor == 0 else "sublinear")
    if trace < 0:
        found = first_found(expansions(orders.centre), lambda expansion: flow_reduction(expansion, sign))
        return None if found is None else reduction_ruling(found)
    if determinant > 0:
        found = first_found(expansions(orders.circle), lambda expansion: flow_focus(expansion, sign))
        return None if found is None else focus_ruling(found)
    if any(first.sign(entry, sign) for entry in (a, b, c, d)):
        found = first_found(expansions(orders.nilpotent), lambda e: nilpotent(e, e.rows, sign, is_map=False))
        return None if found is None else nilpotent_ruling(found)
    for expansion in expansions(orders.leading):
        leading = leading_part(expansion, expansion.rows, sign)
        if leading is not None:
            degree, lowest = leading
            answer = fan([Sector(lowest)], case.facts, smooth=True)
            return None if answer is None else leading_ruling(answer, degree + factor)
    return None


def leading_part(expansion: Expansion, rows: Pair, sign: Sign) -> tuple[int, tuple[sp.Expr, sp.Expr]] | None:
    """The terms of lowest degree of a field, or displacement, on the cell, and that degree.

    Raises:
        NeedSplit: If a coefficient vanishes in one part of the cell and not in another.
    """
    for degree in range(1, expansion.order + 1):
        lowest = [expansion.trimmed(homogeneous(row, degree), sign) for row in rows]
        if any(lowest):
            return degree, (expansion.shown(lowest[0]), expansion.shown(lowest[1]))
    return None


_F = TypeVar("_F")


def first_found(expansions: Iterable[Expansion], method: Callable[[Expansion], _F | None]) -> _F | None:
    """The first conclusion over growing orders; a resonance, or a denominator that vanishes, ends it."""
    try:
        return next((found for e in expansions if (found := method(e)) is not None), None)
    except ZeroDivisionError:
        return None
