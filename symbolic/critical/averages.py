r"""A guess for evening out the growth of a turning homogeneous field: floats guess here, the solver checks elsewhere.

Along a field that turns, d(log r)/d(phi) = R / (r^2 ...) =: k(phi) with period 2 pi. With its mean m and
s(phi) = -integral of (k - m), log r + s changes by m per radian. A few harmonics of s, with rational coefficients, are
a rational function of degree 0 in (x, y), since cos(k phi) and sin(k phi) are polynomials of degree k over r^k; only
even k are rational in r^2, odd ones are left out.
"""

from __future__ import annotations

import numpy as np
import sympy as sp

from ..germs.local import X, Y
from .facts import Facts

_SAMPLES = 720
_HARMONICS = (2, 4, 6, 8)
_DENOMINATOR = 1000


def evening(
    sectors: list[tuple[tuple[sp.Expr, sp.Expr], tuple[sp.Expr, ...]]], facts: Facts
) -> tuple[int, sp.Expr] | None:
    """A guess (way, s): log r + s grows (way 1) or falls (way -1) along trajectories.

    Args:
        sectors: (v1, v2) and the linear forms that are positive there; they cover the plane.
        facts: Where the parameters are.

    Returns:
        The guess at one point of the cell; None where there is none.
    """
    parameters = set().union(*(row.free_symbols for rows, _ in sectors for row in rows)) - {X, Y}
    point = facts.cell.prover.point(facts.cell.formula, sorted(parameters, key=str), "a point for a guess")
    if point is None:
        return None
    angles = (np.arange(_SAMPLES) + 0.5) * (2 * np.pi / _SAMPLES)
    x, y = np.cos(angles), np.sin(angles)
    turn, growth = np.zeros(_SAMPLES), np.zeros(_SAMPLES)
    for rows, sides in sectors:
        first, second, *inside = (_values(e.xreplace(point), x, y) for e in (*rows, *sides))
        mask = np.all([side > 0 for side in inside], axis=0) if inside else np.full(_SAMPLES, True)
        turn, growth = np.where(mask, x * second - y * first, turn), np.where(mask, x * first + y * second, growth)
    if not np.all(np.isfinite(turn)) or np.any(turn == 0):
        return None
    rate = growth / turn
    mean = float(rate.mean())
    if abs(mean) < 1e-9 * float(np.abs(rate).max()):
        return None
    potential = sp.Integer(0)
    for k in _HARMONICS:
        # rate = ... + c cos(k phi) + d sin(k phi) is cancelled by s = -c sin(k phi)/k + d cos(k phi)/k.
        c, d = 2 * float(np.mean(rate * np.cos(k * angles))), 2 * float(np.mean(rate * np.sin(k * angles)))
        wave = sp.expand((X + sp.I * Y) ** k)
        cosine, sine = sp.re(wave), sp.im(wave)
        weight = [sp.Rational(round(value / k * _DENOMINATOR), _DENOMINATOR) for value in (c, d)]
        potential += sp.expand(weight[1] * cosine - weight[0] * sine) / (X**2 + Y**2) ** (k // 2)
    return (1 if mean * float(turn[0]) > 0 else -1), potential


def _values(expression: sp.Expr, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    function = sp.lambdify((X, Y), expression, modules="numpy")
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(function(x, y), dtype=float), x.shape)
