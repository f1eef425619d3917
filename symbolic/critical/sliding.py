r"""Jumps across an axis: a flow that is pushed onto it and slides, or is pushed off it.

Let the normal component of v have limits at x* on the four open quadrants, a < 0 on both that lie on the positive side
of the axis and b > 0 on both others. Near x* every Filippov solution reaches the axis in finite time and stays on it,
moving with the sliding field

    g = (b v_+ - a v_-) / (b - a),

the combination of the two sides that is tangent to the axis, taken at each of its points. x* is asymptotically stable
iff g leads to x* on both half-axes (Filippov 1988, section 19). If g vanishes identically on one, its points are
equilibria of the inclusion, with another generator or another slope of D.

If instead v points away from the axis on both quadrants of one side, solutions that start there leave at a speed
bounded from below.
"""

from __future__ import annotations

import sympy as sp

from ..rulings import Outcome, Ruling
from .case import Case
from .quadrants import QUADRANTS, SIZE_X, SIZE_Y, Quadrant
from .taylor import ORDER, quadrant_terms

_Rows = tuple[sp.Expr, sp.Expr]


def decide_sliding(case: Case) -> Ruling | None:
    """Decides a flow that jumps at x* across an axis.

    Args:
        case: The flow.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    rows = {quadrant: case.quadrant_rows(quadrant) for quadrant in QUADRANTS}
    known = {quadrant: pair for quadrant, pair in rows.items() if pair is not None}
    if len(known) != len(rows):
        return None
    for normal in (1, 0):
        found = _pushed_off(known, normal, case) or _pushed_on(known, normal, case)
        if found is not None:
            return found
    return None


def _pushed_off(rows: dict[Quadrant, _Rows], normal: int, case: Case) -> Ruling | None:
    for side in (1, -1):
        speeds = [_at_equilibrium(pair[normal], q, case) for q, pair in rows.items() if q[normal] == side]
        if all(speed is not None and case.facts.compared(side * speed, ">") for speed in speeds):
            return Ruling(Outcome.NO, "pushed-off", "v jumps at the equilibrium and pushes trajectories off one side")
    return None


def _pushed_on(rows: dict[Quadrant, _Rows], normal: int, case: Case) -> Ruling | None:
    for quadrant, pair in rows.items():
        speed = _at_equilibrium(pair[normal], quadrant, case)
        if speed is None or not case.facts.compared(-quadrant[normal] * speed, ">"):
            return None
    motions = [_motion(rows, normal, way, case) for way in (1, -1)]
    start = "v jumps and pushes trajectories onto the jump; "
    if any(motion is not None and motion[0] == 0 for motion in motions):
        reason = "the line attracts, and points of it near x* are equilibria of the inclusion"
        return Ruling(Outcome.NO, "sliding", start + reason)
    if any(motion is not None and motion[0] > 0 for motion in motions):
        return Ruling(Outcome.NO, "sliding", f"{start}on it the sliding field leads away from x*")
    if any(motion is None for motion in motions):
        return None
    linear = all(motion is not None and motion[1] <= 1 for motion in motions)
    reason = f"{start}on it the sliding field leads to x*"
    return Ruling(Outcome.YES, "sliding", reason, "linear" if linear else "sublinear")


def _motion(rows: dict[Quadrant, _Rows], normal: int, way: int, case: Case) -> tuple[int, int] | None:
    """Where the sliding field leads on half an axis (1 away, -1 to x*, 0 nowhere), and the power of its lowest term."""
    along = 1 - normal
    across_size, along_size = (SIZE_Y, SIZE_X) if normal == 1 else (SIZE_X, SIZE_Y)
    limits: list[list[sp.Expr]] = []
    for side in (1, -1):
        quadrant = (way, side) if normal == 1 else (side, way)
        limits.append([])
        for row in rows[quadrant]:
            terms = quadrant_terms(row, quadrant, case)
            if terms is None:
                return None
            kept = {powers: c for powers, c in terms.items() if powers[normal] == 0}
            limits[-1].append(sp.Add(*(c * along_size ** powers[along] for powers, c in kept.items())))
    plus, minus = limits
    # The denominator b - a is positive near x*, so the numerator has the sliding field's sign.
    numerator = sp.expand(minus[normal] * plus[along] - plus[normal] * minus[along])
    if numerator == 0:
        exact = all(rows[q][along].xreplace({across_size: sp.Integer(0)}) == 0 for q in rows if q[along] == way)
        return (0, 0) if exact else None
    if not numerator.is_polynomial(along_size):
        return None
    for (power,), coefficient in reversed(sp.Poly(numerator, along_size).terms()):
        value = case.facts.sign(coefficient)
        if value and power <= ORDER:
            return way * value, power
    return None


def _at_equilibrium(row: sp.Expr, quadrant: Quadrant, case: Case) -> sp.Expr | None:
    """The limit of a row at x* from a quadrant; None if it is not plain."""
    terms = quadrant_terms(row, quadrant, case)
    return None if terms is None else terms.get((sp.Integer(0), sp.Integer(0)), sp.Integer(0))
