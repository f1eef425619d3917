r"""Maps that are smooth at x*, with multipliers on the unit circle.

Roots of unity come first. If M^q = 1 for a q in {1, 2, 3, 4, 6}, the q-th iterate is x + w(x) with w of degree 2 or
more, and its leading part decides as for a flow; if M^q - 1 is nilpotent, or has one eigenvalue 0 and one inside, the
q-th iterate has a normal form of its own. F and its iterates have the same stability. What is left on the circle is a
pair without a resonance of order 4 or less.
"""

from __future__ import annotations

import sympy as sp

from ..rulings import Outcome, Ruling
from ..spectrum import characteristic_coefficients
from .case import Case
from .centre_manifold import map_reduction
from .conclusions import density_ruling, focus_ruling, leading_ruling, nilpotent_ruling, reduction_ruling
from .expansion import Expansion, Pair
from .focus import map_focus
from .invariants import is_periodic
from .measures import kept_density
from .nilpotent import nilpotent
from .orbits import is_rational
from .orders import Orders
from .rays import Sector, fan
from .smooth_flow import first_found, leading_part


def decide_smooth_map(case: Case, matrix: sp.ImmutableMatrix, orders: Orders) -> Ruling | None:
    """Decides a map that is smooth at x*.

    Args:
        case: A rule without memory, and fields that vanish at x*.
        matrix: F'(x*), 2 x 2.
        orders: How far to expand.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    question, sign = case.question, case.step_sign
    if question.rule.first_order is not None and is_rational(case.rows):
        density = kept_density(case.rows, question.rule, case.step, case.facts)
        if density is not None:
            return density_ruling(density)
    _, minus_trace, determinant = characteristic_coefficients(matrix)
    if sign(sp.expand(1 - determinant)) == 0:
        return _on_circle(case, -minus_trace, orders)
    if sign(sp.expand(1 + determinant)) == 0:
        return _root_of_unity(case, 2, orders)
    for power, value in ((1, 1 + minus_trace + determinant), (2, 1 - minus_trace + determinant)):
        # A root 1 or -1; the other one is the determinant, or its negative.
        if sign(sp.expand(value)) == 0:
            return _one_root(case, power, orders)
    return None


def _one_root(case: Case, power: int, orders: Orders) -> Ruling | None:
    """One multiplier is 1 (or -1, which the second iterate squares), and the other one is inside."""
    found = first_found(
        case.expansions(orders.centre), lambda e: map_reduction(e, _iterate(case, e, power), case.step_sign)
    )
    return None if found is None else reduction_ruling(found)


def _on_circle(case: Case, trace: sp.Expr, orders: Orders) -> Ruling | None:
    sign = case.step_sign
    for power, resonant in ((1, 2), (2, -2), (3, -1), (4, 0), (6, 1)):
        if sign(sp.expand(trace - resonant)) == 0:
            return _root_of_unity(case, power, orders)
    found = first_found(case.expansions(orders.circle), lambda e: map_focus(e, _iterate(case, e, 1), sign))
    return None if found is None else focus_ruling(found)


def _root_of_unity(case: Case, power: int, orders: Orders) -> Ruling | None:
    """Both multipliers are q-th roots of unity: the q-th iterate is unipotent."""
    question, sign = case.question, case.step_sign
    for expansion in case.expansions(orders.leading):
        moved = _displacement(case, expansion, power)
        if any(expansion.sign(entry, sign) for row in moved for entry in expansion.linear(row)):
            found = first_found(
                case.expansions(orders.nilpotent),
                lambda e: nilpotent(e, _displacement(case, e, power), sign, is_map=True),
            )
            return None if found is None else nilpotent_ruling(found)
        leading = leading_part(expansion, moved, sign)
        if leading is not None:
            degree, rows = leading
            per_step = _per_step(case, rows)
            if not case.question.declared and any(row.has(case.question.h) for row in per_step):
                break  # signs for all sufficiently small h are not those for all h
            answer = fan([Sector(per_step)], case.facts, smooth=True)
            if answer is not None:
                return leading_ruling(answer, degree)
            break
    else:
        plain = question.rule.first_order is not None and is_rational(case.rows)
        if plain and is_periodic(case.rows, question.rule, case.step, power):
            return Ruling(Outcome.NO, "periodic", f"{power} periods of the map are the identity")
    if power in (3, 4, 6):
        # The leading part may conserve the form that M conserves.
        found = first_found(case.expansions(orders.circle[:1]), lambda e: map_focus(e, _iterate(case, e, 1), sign))
        return None if found is None else focus_ruling(found)
    return None


def _per_step(case: Case, rows: tuple[sp.Expr, sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """The leading displacement, divided by the step size where only its being small and positive is known."""
    if case.question.declared:
        return rows
    first, second = (sp.expand(row / case.question.h) for row in rows)
    return first, second


def _displacement(case: Case, expansion: Expansion, power: int) -> Pair:
    images, (x, y) = _iterate(case, expansion, power), expansion.coordinates
    return images[0] - x, images[1] - y


def _iterate(case: Case, expansion: Expansion, power: int) -> Pair:
    return expansion.iterated(expansion.period(case.question.rule), power)
