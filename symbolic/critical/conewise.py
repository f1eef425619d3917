r"""Kinks: planar fields that are continuous and linear on both sides of a line, up to o(r).

Let v(x) = J_+ x + o(r) where s > 0 and J_- x + o(r) where s < 0, continuous, with grad s != 0 at the equilibrium. In
polar coordinates the leading part is phi' = g(phi), r'/r = k(phi). A side whose Jacobian has real eigenvalues contains
a ray of every eigenvector (or has it on the line), where g = 0 and k is the eigenvalue; a side with a complex pair a
+- i w is crossed in the time pi/w, because a line through the origin is crossed twice in one turn, and r grows by
exp(pi a/w).

- If some side has real eigenvalues, phi tends to a zero of g, and the equilibrium is exponentially stable iff the
  eigenvalues of every such side are negative. A positive eigenvalue that is simple makes it unstable.
- If both sides have complex pairs, r grows by exp(pi (a_+/w_+ + a_-/w_-)) per turn, and the sign of the sum decides.

Exponential stability of a positively homogeneous continuous field has a homogeneous Lyapunov function, so it survives
terms o(r) and is inherited by every map x + h v(x) + O(h^2 r) for small h; with time reversed, so is expansion per
turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy as sp

from ..decision.cells import Cell
from ..formula import Formula, compare


class Growth(Enum):
    """What the leading part does."""

    DECAYS = "every trajectory of the leading part decays exponentially"
    EXPANDS = "every trajectory of the leading part grows exponentially"
    ESCAPES = "a trajectory of the leading part leaves along a ray"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A growth and the sign conditions that show it."""

    growth: Growth
    conditions: tuple[Formula, ...]


def leading_growth(
    sides: tuple[sp.ImmutableMatrix, sp.ImmutableMatrix], line: sp.Matrix, cell: Cell
) -> Conclusion | None:
    """What the leading part of a two-sided field does.

    Args:
        sides: Jacobians of the two sides, which agree on the line between them.
        line: A vector along that line.
        cell: Where signs are decided.

    Returns:
        The conclusion; None in the critical cases.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    gaps = [sp.expand(side.trace() ** 2 / 4 - side.det()) for side in sides]
    signs = [cell.sign(gap) for gap in gaps]
    if all(sign < 0 for sign in signs):
        return _turning(sides, gaps, cell)
    conditions: list[Formula] = [compare(gap, "<" if sign < 0 else ">=") for gap, sign in zip(gaps, signs, strict=True)]
    decaying = True
    for side, sign in zip(sides, signs, strict=True):
        if sign < 0:
            continue
        trace, determinant = cell.sign(side.trace()), cell.sign(sp.expand(side.det()))
        if trace < 0 and determinant > 0:
            conditions += [compare(side.trace(), "<"), compare(sp.expand(side.det()), ">")]
            continue
        if sign > 0 and (determinant < 0 or (determinant > 0 and trace > 0)):
            # A ray on the line itself may be approached on one side and left on the other.
            if cell.is_zero(sp.expand(sp.Matrix.hstack(line, side * line).det())):
                return None
            ray = compare(sp.expand(side.det()), "<") if determinant < 0 else compare(side.trace(), ">")
            return Conclusion(Growth.ESCAPES, (compare(sp.expand(side.trace() ** 2 / 4 - side.det()), ">"), ray))
        decaying = False
    return Conclusion(Growth.DECAYS, tuple(conditions)) if decaying else None


def _turning(
    sides: tuple[sp.ImmutableMatrix, sp.ImmutableMatrix], gaps: list[sp.Expr], cell: Cell
) -> Conclusion | None:
    """a_+/w_+ + a_-/w_- with a = tr/2 and w = sqrt(-gap)."""
    traces = [sp.expand(side.trace()) for side in sides]
    complex_pairs = [compare(gap, "<") for gap in gaps]
    signs = [cell.sign(trace) for trace in traces]
    if all(sign <= 0 for sign in signs) and any(signs):
        shown = [compare(t, "<" if s < 0 else "==") for t, s in zip(traces, signs, strict=True)]
        return Conclusion(Growth.DECAYS, (*complex_pairs, *shown))
    if all(sign >= 0 for sign in signs) and any(signs):
        shown = [compare(t, ">" if s > 0 else "==") for t, s in zip(traces, signs, strict=True)]
        return Conclusion(Growth.EXPANDS, (*complex_pairs, *shown))
    if not any(signs):
        return None
    # Opposite signs: compare a^2/w^2, the squares of the two contributions.
    balance = sp.expand(traces[0] ** 2 * gaps[1] - traces[1] ** 2 * gaps[0])
    larger = -cell.sign(balance)  # gaps are negative: 1 if the first contribution is larger in size
    if larger == 0:
        return None
    deciding = signs[0] if larger > 0 else signs[1]
    shown = [compare(t, "<" if s < 0 else ">") for t, s in zip(traces, signs, strict=True)]
    comparison = compare(balance, "<" if larger > 0 else ">")
    growth = Growth.DECAYS if deciding < 0 else Growth.EXPANDS
    return Conclusion(growth, (*complex_pairs, *shown, comparison))
