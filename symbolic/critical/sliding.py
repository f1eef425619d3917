r"""Sliding: a flow that jumps across a line through x* and is pushed onto it from both sides.

Let s = 0 be the line, with limits v_+ and v_- of v at x* and a = grad s . v_+ < 0 < b = grad s . v_-. Near x* every
Filippov solution reaches the line in finite time and stays on it, moving with the sliding field

    g = (b v_+ - a v_-) / (b - a),

the combination of the two sides that is tangent to the line, taken at each of its points. On a coordinate line g is a
field in one variable. x* is an equilibrium iff g vanishes there; it is asymptotically stable iff x* attracts under g
(Filippov 1988, section 19). If g vanishes identically, every point of the line near x* is an equilibrium of the
inclusion, with another generator or another slope of D, and x* attracts nothing but the trajectories that happen to
end in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .facts import Facts

_ORDER = 5


@dataclass(frozen=True, slots=True)
class Sliding:
    """What the sliding motion does.

    Attributes:
        stable: Whether x* is asymptotically stable.
        linear: Whether it then decays exponentially.
        reason: In words.
    """

    stable: bool
    linear: bool
    reason: str


def sliding_motion(
    sides: tuple[tuple[sp.Expr, sp.Expr], tuple[sp.Expr, sp.Expr]],
    normal: int,
    along: sp.Symbol,
    still: bool,
    facts: Facts,
) -> Sliding | None:
    """Decides an attracting jump across a coordinate line.

    Args:
        sides: (v1, v2) on the line as Taylor polynomials in ``along``: the limits from s > 0 and from s < 0.
        normal: Index of the component across the line (1 for the line psi = 0).
        along: The coordinate on the line.
        still: Whether the component along the line vanishes identically on it, from both sides.
        facts: Where signs are decided.

    Returns:
        The conclusion; None if the line does not attract from both sides, or nothing decides.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    plus, minus = sides
    origin = {along: sp.Integer(0)}
    a, b = plus[normal].xreplace(origin), minus[normal].xreplace(origin)
    if not (facts.sign(a) < 0 < facts.sign(b)):
        return None
    if still:
        reason = "the line attracts, and every point of it near x* is an equilibrium of the inclusion"
        return Sliding(False, False, reason)
    # The denominator b - a is positive near x*, so the numerator has the sliding field's sign.
    tangent = 1 - normal
    numerator = sp.expand(minus[normal] * plus[tangent] - plus[normal] * minus[tangent])
    polynomial = sp.Poly(numerator, along)
    for power in range(_ORDER + 1):
        coefficient = polynomial.coeff_monomial(along**power)
        value = facts.sign(coefficient)
        if value == 0:
            continue
        if power == 0:
            return Sliding(False, False, "the sliding field does not vanish at the equilibrium")
        if power % 2 == 1 and value < 0:
            return Sliding(True, power == 1, "the line attracts, and on it the sliding field leads to x*")
        return Sliding(False, False, "the line attracts, and on it the sliding field leads away from x*")
    return None
