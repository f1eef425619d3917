r"""The growth per turn of a homogeneous field that turns, as an integral of rational functions, by ball arithmetic.

The circle of directions is cut by rays d_0, d_1, ... with rational coordinates, those between sectors among them. On
e(s) = (1 - s) d_k + s d_{k+1} a trajectory r e(s) has d(log r)/ds = (v x e') / (e x v), with e' = d_{k+1} - d_k and
a x b = a_1 b_2 - a_2 b_1; the sum of these integrals over one turn is log of the factor by which r grows. Arb encloses
it; a sign is given only where the ball does not contain 0.
"""

from __future__ import annotations

import flint
import sympy as sp

from ..decision.limits import unbroken
from ..germs.local import X, Y

Piece = tuple[tuple[sp.Expr, sp.Expr], tuple[sp.Expr, ...]]
_PRECISIONS = (64, 256)
# Some hundreds are usual; what is left then is enclosed roughly.
_EVALUATIONS = 5000
_S = sp.Symbol("s", real=True)


def growth_per_turn(sectors: list[Piece]) -> int | None:
    """The sign of log(growth) over a turn, in the sense in which the field turns; None if the ball contains 0.

    Args:
        sectors: (v1, v2), homogeneous, rational in ``X`` and ``Y`` with rational coefficients, and the linear forms
            that are positive there. They cover the plane, and v turns in one sense in all of them.
    """
    if any(e.free_symbols - {X, Y} for rows, sides in sectors for e in (*rows, *sides)):
        return None
    if not all(c.is_Rational for rows, _ in sectors for row in rows for c in row.atoms(sp.Number)):
        return None
    rays = _rays(sectors)
    arcs = []
    for start, end in zip(rays, [*rays[1:], rays[0]], strict=True):
        arc = _arc(sectors, start, end)
        if arc is None:
            return None
        arcs.append(arc)
    for precision in _PRECISIONS:
        with flint.ctx.workprec(precision):
            total = sum((_integral(above, below) for above, below in arcs), flint.acb(0)).real
            if total.is_finite() and not total.contains(0):
                return 1 if total > 0 else -1
    return None


def _rays(sectors: list[Piece]) -> list[tuple[sp.Rational, sp.Rational]]:
    """The axes and the borders, counterclockwise; neighbours are less than half a turn apart."""
    borders = [(1, 0), (0, 1)]
    borders += [(-side.coeff(Y), side.coeff(X)) for _, sides in sectors for side in sides]
    # Scaled to the square |a| + |b| = 1, and measured along it: exact, and ordered as the angle.
    directions: dict[sp.Rational, tuple[sp.Rational, sp.Rational]] = {}
    for a, b in ((s * sp.Rational(a), s * sp.Rational(b)) for a, b in borders for s in (1, -1)):
        size = abs(a) + abs(b)
        directions[(1 - a / size) if b >= 0 and (b > 0 or a > 0) else (3 + a / size)] = (a / size, b / size)
    return [directions[place] for place in sorted(directions)]


def _arc(
    sectors: list[Piece], start: tuple[sp.Rational, sp.Rational], end: tuple[sp.Rational, sp.Rational]
) -> tuple[sp.Poly, sp.Poly] | None:
    """Numerator and denominator of the growth on one arc, turned so that the field runs in its own sense."""
    middle = {X: start[0] + end[0], Y: start[1] + end[1]}
    inside = [rows for rows, sides in sectors if all(side.xreplace(middle) > 0 for side in sides)]
    if len(inside) != 1:
        return None
    e = [(1 - _S) * a + _S * b for a, b in zip(start, end, strict=True)]
    d = [b - a for a, b in zip(start, end, strict=True)]
    v = [row.xreplace({X: e[0], Y: e[1]}) for row in inside[0]]
    quotient = sp.cancel((v[0] * d[1] - v[1] * d[0]) / (e[0] * v[1] - e[1] * v[0]))
    turn = sp.cancel(e[0] * v[1] - e[1] * v[0]).xreplace({_S: sp.Rational(1, 2)})
    above, below = (sp.Poly(part, _S, domain=sp.QQ) for part in sp.fraction(quotient))
    return (above if turn > 0 else -above), below


def _integral(above: sp.Poly, below: sp.Poly) -> flint.acb:
    tops, bottoms = ([flint.fmpq(int(c.p), int(c.q)) for c in poly.all_coeffs()] for poly in (above, below))

    def value(coefficients: list[flint.fmpq], z: flint.acb) -> flint.acb:
        total = flint.acb(0)
        for coefficient in coefficients:
            total = total * z + flint.acb(flint.arb(coefficient))
        return total

    def ratio(z: flint.acb, _: bool) -> flint.acb:
        return value(tops, z) / value(bottoms, z)

    return unbroken(lambda: flint.acb.integral(ratio, 0, 1, eval_limit=_EVALUATIONS))
