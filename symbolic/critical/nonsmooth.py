"""Fields that are not smooth at x*: kinks, ratios, jumps that attract, infinite slopes."""

from __future__ import annotations

import sympy as sp

from ..germs.local import Piece, X, Y
from ..rulings import Outcome, Ruling
from .case import Case
from .conclusions import equilibrium_curve, leading_ruling
from .conewise import Growth, leading_growth, turns_without_growth
from .orbits import definite_sign, is_rational, lowest_terms
from .quadrants import SIZE_X, SIZE_Y, monomials, shared_sign
from .rays import Fan, Sector, fan, told_apart
from .smooth_flow import decide_smooth_flow
from .steep import other_growth, steep_term

_ORIGIN = {X: sp.Integer(0), Y: sp.Integer(0)}


def decide_kink(case: Case) -> Ruling | None:
    """A field that is continuous at x*, with pieces whose Jacobians there differ.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    if case.question.declared and not case.flow:
        return None
    sectors = [_tangent_sector(case, piece) for piece in case.local.pieces]
    if any(sector is None for sector in sectors):
        return None
    known = [sector for sector in sectors if sector is not None]
    if len(known) == 2 and len(known[0].sides) == 1 and known[0].sides[0] == -known[1].sides[0]:
        found = _two_sides(case, known)
        if found is not None:
            return found
    smooth = (case.flow or case.is_one_step) and all(
        piece.rows is not None and all(row.is_polynomial(X, Y) for row in piece.rows) for piece in case.local.pieces
    )
    told_apart(known, case.facts)
    answer = fan(known, case.facts, smooth=smooth)
    if answer is None:
        return None
    small = "" if case.flow else "; so does the map for every sufficiently small h"
    reason = f"v has a kink; {answer.value}{small}"
    if answer is Fan.ATTRACTS:
        return Ruling(Outcome.YES, "leading-part", reason, "linear")
    return Ruling(Outcome.NO, "leading-part", reason)


def _tangent_sector(case: Case, piece: Piece) -> Sector | None:
    """The linear part of a piece, and the cone that its branch is tangent to; None where that is not plain."""
    sides = []
    for function, sign in piece.branch.signs:
        if not function.is_polynomial(X, Y):
            return None
        x, y = (sp.diff(function, s).xreplace(_ORIGIN) for s in (X, Y))
        if case.facts.is_zero(x) and case.facts.is_zero(y):
            return None
        sides.append(sp.expand(sign * (x * X + y * Y)))
    assert piece.jacobian is not None
    # A period of a rule with several steps is x + h (n_g v1, n_d v2) + O(h^2 r).
    g_steps, d_steps = case.first_order
    a, b, c, d = piece.jacobian
    rows = g_steps * (a * X + b * Y), d_steps * (c * X + d * Y)
    return Sector((sp.expand(rows[0]), sp.expand(rows[1])), tuple(sides))


def _two_sides(case: Case, sectors: list[Sector]) -> Ruling | None:
    x, y = (sectors[0].sides[0].coeff(s) for s in (X, Y))
    plus, minus = (
        sp.ImmutableMatrix(2, 2, [row.coeff(s) for row in sector.rows for s in (X, Y)]) for sector in sectors
    )
    line = sp.Matrix([-y, x])
    found = leading_growth((plus, minus), line, case.facts)
    if found is None:
        if case.flow and _is_exactly_linear(case) and turns_without_growth((plus, minus), line, case.facts):
            reason = "v is linear on both sides of a line, and every trajectory closes after a turn"
            return Ruling(Outcome.NO, "conewise-linear", reason)
        return None
    small = "" if case.flow else "; so does the map for every sufficiently small h"
    reason = f"v has a kink; {found.value}{small}"
    if found is Growth.DECAYS:
        return Ruling(Outcome.YES, "conewise-linear", reason, "linear")
    if case.flow or found is Growth.EXPANDS:
        return Ruling(Outcome.NO, "conewise-linear", reason)
    return None


def _is_exactly_linear(case: Case) -> bool:
    """Whether every piece is linear, with a linear switching function."""
    return all(
        piece.rows is not None
        and piece.jacobian is not None
        and all(
            sp.expand(row - piece.jacobian[k, 0] * X - piece.jacobian[k, 1] * Y) == 0
            for k, row in enumerate(piece.rows)
        )
        and all(sp.Poly(function, X, Y).total_degree() == 1 for function, _ in piece.branch.signs)
        for piece in case.local.pieces
    )


def decide_ratio(case: Case) -> Ruling | None:
    """A rational field whose denominators vanish at x*: homogeneous to leading order.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    if not is_rational(case.rows) or not any(_has_pole(row) for row in case.rows):
        return None
    if isinstance(case.orbits, sp.Expr):
        return equilibrium_curve(case.orbits)
    leading: list[sp.Expr] = []
    degrees: list[int] = []
    for row in case.rows:
        above, below = sp.fraction(sp.cancel(row))
        if above == 0:
            leading.append(sp.Integer(0))
            continue
        top, bottom = lowest_terms(above, case.facts), lowest_terms(below, case.facts)
        if top is None or bottom is None or definite_sign(*bottom, case.facts) is None:
            return None
        degrees.append(top[1] - bottom[1])
        leading.append(sp.cancel(top[0] / bottom[0]))
        if degrees[-1] < 0 or (degrees[-1] == 0 and leading[-1].has(X, Y)):
            reason = "v has no limit at the equilibrium, so it is none"
            return Ruling(Outcome.NO, "no-limit", reason)
    if min(degrees) < 1:
        return None
    if case.flow:
        return decide_smooth_flow(case)
    if len(set(degrees)) != 1:
        return None
    (g_steps, d_steps), degree = case.first_order, degrees[0]
    if case.question.declared and (degree == 1 or not case.facts.compared(case.question.h, ">")):
        return None
    sector = Sector((g_steps * leading[0], d_steps * leading[1]))
    answer = fan([sector], case.facts, smooth=degree == 1 and case.is_one_step)
    return None if answer is None else leading_ruling(answer, degree)


def _has_pole(row: sp.Expr) -> bool:
    below = sp.fraction(sp.cancel(row))[1]
    return sp.expand(below.xreplace(_ORIGIN)) == 0


def decide_sticking(case: Case) -> Ruling | None:
    """A flow that rests on half an axis: v points along neither side of it, and onto it from both sides.

    Raises:
        NeedSplit: If the sign of a coefficient varies over the cell.
    """
    if not case.flow:
        return None
    for axis, size, (along, across) in ((Y, SIZE_Y, (0, 1)), (X, SIZE_X, (1, 0))):
        for way in (1, -1):
            sides = [(way, side) if axis == Y else (side, way) for side in (1, -1)]
            known = [case.quadrant_rows(quadrant) for quadrant in sides]
            limits = [[_on_axis(case, row, size) for row in rows] for rows in known if rows is not None]
            if len(limits) != 2:
                continue
            if any(value is None for pair in limits for value in pair):
                continue
            if any(pair[along] != 0 for pair in limits):
                continue
            above, below = (shared_sign(pair[across], case.facts) for pair in limits)  # type: ignore[arg-type]
            if above in (0, -1) and below in (0, 1):
                half = f"{'theta - theta*' if axis == Y else 'psi'} {'>' if way > 0 else '<'} 0"
                line = "psi = 0" if axis == Y else "theta = theta*"
                reason = (
                    f"every point of {line}, {half} is an equilibrium: v is 0 there, or pushes onto it from both sides"
                )
                return Ruling(Outcome.NO, "sticking", reason)
    return None


def _on_axis(case: Case, row: sp.Expr, size: sp.Symbol) -> sp.Expr | None:
    """The limit of a quadrant's row on the axis where one coordinate is 0; None where it is not plain."""
    left = sp.Integer(0)
    for term in sp.Add.make_args(row):
        found = next(monomials(term), (sp.Integer(0),) * 3)
        if found is None:
            return None
        power = found[1 if size == SIZE_X else 2]
        if power == 0:
            left += term
        elif not case.facts.compared(power, ">"):
            return None
    return left


def decide_steep(case: Case) -> Ruling | None:
    """A field with a pole or an infinite slope.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    term = steep_term(case)
    if term is None:
        return None
    if case.facts.sign(term.power) < 0:
        return Ruling(Outcome.NO, "no-limit", "v is unbounded at the equilibrium, so it is none")
    if case.flow:
        if case.facts.sign(term.coefficient) > 0:
            return Ruling(Outcome.NO, "steep-growth", "an infinite slope pushes away from x*")
        growth = other_growth(term, case)
        if growth is None:
            return None
        name, other = ("theta - theta*", "psi") if term.coordinate == X else ("psi", "theta - theta*")
        start = f"an infinite slope damps {name} at once, and {other} then"
        if growth < 0:
            return Ruling(Outcome.YES, "steep-damping", f"{start} decays", "linear")
        return Ruling(Outcome.NO, "steep-damping", f"{start} grows on one side")
    if case.first_order != (1, 1) or (case.question.declared and case.facts.is_zero(case.question.h)):
        return None
    reason = "v has an infinite slope at the equilibrium: a step of any size overshoots near it"
    return Ruling(Outcome.NO, "steep-map", reason)
