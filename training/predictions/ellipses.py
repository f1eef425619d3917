"""Orbits on a conserved ellipse: of a linear map with two multipliers on the unit circle, of a flow with an integral.

Coordinate by coordinate (theta_i, psi_i) has a value of the form q; what is conserved is the sum. In one dimension the
orbit is the ellipse itself; in more, distances lie between those of the ellipse's half axes.
"""

from __future__ import annotations

from math import pi

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...symbolic.analysis import Analysis
from ...symbolic.derivation import Derivation
from ...symbolic.germs.local import X, Y
from .multipliers import certain_sign
from .prediction import Cycle, Estimate

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)
# Points of an ellipse over which a smooth periodic function is averaged: the trapezoidal rule converges exponentially.
_POINTS = 1024


def of_linear_map(matrix: sp.ImmutableMatrix) -> sp.Matrix | None:
    """P > 0 with M^T P M = P for M = [[a, b], [c, d]] with det M = 1 and |tr M| < 2; None for others.

    The form is c x^2 + (d - a) x y - b y^2 up to its sign: M + M^-1 = tr M (Cayley-Hamilton), and the discriminant is
    (d - a)^2 + 4 b c = tr^2 - 4 < 0.
    """
    if matrix.shape != (2, 2) or matrix.det() != 1 or certain_sign(4 - matrix.trace() ** 2) <= 0:
        return None
    a, b, c, d = matrix
    form = sp.Matrix([[c, (d - a) / 2], [(d - a) / 2, -b]])
    return form * certain_sign(c)


def of_first_integral(analysis: Analysis, derivation: Derivation) -> sp.Matrix | None:
    """P > 0 of a quadratic first integral that was proved in one dimension, where it is one in all dimensions as well.

    Args:
        analysis: Of the flow in one dimension, x* = 0.
        derivation: The same proposal in one dimension, or in the plane for more: there the integral is checked anew.
    """
    found = {cell.ruling.function for cell in analysis.verdict.cells if cell.ruling.theorem == "first-integral"}
    if len(found) != 1:
        return None
    form = sp.Poly(found.pop(), X, Y)
    if form.free_symbols_in_domain or any(sum(powers) != 2 for powers in form.monoms()):
        return None
    p = sp.hessian(form.as_expr(), (X, Y)) / 2
    if certain_sign(p[0, 0]) <= 0 or certain_sign(p.det()) <= 0:
        return None
    size = len(derivation.players[0])
    change = sp.Integer(0)
    for i in range(size):
        pair = sp.Matrix([derivation.coordinates[i], derivation.coordinates[size + i]])
        rows = sp.Matrix([derivation.field[i], derivation.field[size + i]])
        change += (pair.T * p * rows)[0]
    return p if sp.expand(change) == 0 else None


def orbit(form: sp.Matrix, theta: Array, psi: Array, turn: Estimate | None, because: str) -> Cycle:
    """Distances on {sum of q(theta_i, psi_i) = its value at the start}.

    Args:
        form: P, with q(x, y) = (x, y) P (x, y)^T.
        theta: G's start relative to theta*, of shape [n].
        psi: D's start, of shape [n].
        turn: Periods of one turn.
        because: Why the form is conserved.
    """
    p = np.array([[float(sp.N(entry, 20)) for entry in row] for row in form.tolist()])
    pairs = np.stack([theta, psi])
    value = float((pairs * (p @ pairs)).sum())
    low, high = np.linalg.eigvalsh(p)
    least, greatest = (value / high) ** 0.5, (value / low) ** 0.5
    rounding = 16 * (len(theta) + 2) * EPS * greatest * high / low
    mean, error = (least + greatest) / 2, (greatest - least) / 2
    if len(theta) == 1:
        # The motion is a rotation of the affine image that is a circle, so that equal times are equal angles.
        angles = 2 * pi * np.arange(_POINTS) / _POINTS
        circle = np.stack([np.cos(angles), np.sin(angles)])
        radii = np.linalg.norm(np.linalg.solve(np.linalg.cholesky(p).T, circle), axis=0) * value**0.5
        mean, error = float(radii.mean()), rounding
    ends = (Estimate(least, rounding, because), Estimate(mean, error + rounding, because))
    return Cycle(*ends, Estimate(greatest, rounding, because), turn, False, because)
