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

from enum import Enum

import sympy as sp

from .facts import Facts


class Growth(Enum):
    """What the leading part does."""

    DECAYS = "every trajectory of the leading part decays exponentially"
    EXPANDS = "every trajectory of the leading part grows exponentially"
    ESCAPES = "a trajectory of the leading part leaves along a ray"


def leading_growth(
    sides: tuple[sp.ImmutableMatrix, sp.ImmutableMatrix], line: sp.Matrix, facts: Facts
) -> Growth | None:
    """What the leading part of a two-sided field does.

    Args:
        sides: Jacobians of the two sides.
        line: A vector along that line.
        facts: Where signs are decided.

    Returns:
        The growth; None in the critical cases, and where the sides do not agree on the line between them.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    if not all(facts.is_zero(sp.expand(entry)) for entry in (sides[0] - sides[1]) * line):
        return None  # v jumps across the line away from x*
    gaps = [sp.expand(side.trace() ** 2 / 4 - side.det()) for side in sides]
    signs = [facts.sign(gap) for gap in gaps]
    if all(sign < 0 for sign in signs):
        return _turning(sides, gaps, facts)
    decaying = True
    for side, sign in zip(sides, signs, strict=True):
        if sign < 0:
            continue
        trace, determinant = facts.sign(side.trace()), facts.sign(sp.expand(side.det()))
        if trace < 0 < determinant:
            continue
        if sign > 0 and (determinant < 0 or (determinant > 0 and trace > 0)):
            # A ray on the line itself may be approached on one side and left on the other.
            on_line = facts.is_zero(sp.expand(sp.Matrix.hstack(line, side * line).det()))
            return None if on_line else Growth.ESCAPES
        decaying = False
    return Growth.DECAYS if decaying else None


def turns_without_growth(sides: tuple[sp.ImmutableMatrix, sp.ImmutableMatrix], line: sp.Matrix, facts: Facts) -> bool:
    """Whether both sides turn and a_+/w_+ + a_-/w_- = 0, so that a field linear on both sides has closed orbits only.

    Args:
        sides: Jacobians of the two sides.
        line: A vector along that line.
        facts: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    if not all(facts.is_zero(sp.expand(entry)) for entry in (sides[0] - sides[1]) * line):
        return False
    gaps = [sp.expand(side.trace() ** 2 / 4 - side.det()) for side in sides]
    if not all(facts.sign(gap) < 0 for gap in gaps):
        return False
    traces = [sp.expand(side.trace()) for side in sides]
    opposite = facts.sign(traces[0]) == -facts.sign(traces[1])
    return opposite and facts.is_zero(sp.expand(traces[0] ** 2 * gaps[1] - traces[1] ** 2 * gaps[0]))


def _turning(sides: tuple[sp.ImmutableMatrix, sp.ImmutableMatrix], gaps: list[sp.Expr], facts: Facts) -> Growth | None:
    """The sign of a_+/w_+ + a_-/w_- with a = tr/2 and w = sqrt(-gap)."""
    traces = [sp.expand(side.trace()) for side in sides]
    signs = [facts.sign(trace) for trace in traces]
    if not any(signs):
        return None
    if all(sign <= 0 for sign in signs):
        return Growth.DECAYS
    if all(sign >= 0 for sign in signs):
        return Growth.EXPANDS
    # Opposite signs: the squares a^2/w^2 of the two contributions are compared; the gaps are negative.
    balance = facts.sign(sp.expand(traces[0] ** 2 * gaps[1] - traces[1] ** 2 * gaps[0]))
    if balance == 0:
        return None
    deciding = signs[0] if balance < 0 else signs[1]
    return Growth.DECAYS if deciding < 0 else Growth.EXPANDS
