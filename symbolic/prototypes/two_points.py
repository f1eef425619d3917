"""Two data points and two generated points.

    p_D = (delta_{-1} + delta_1)/2,    p_theta = (delta_{theta1} + delta_{theta2})/2,    D(x) = d* + psi1 x + psi2 x^2

The equilibrium is theta = (-1, 1), psi = 0; D separates the points and sees their common shift.
"""

from __future__ import annotations

import sympy as sp

from . import latents
from .game import FeatureGame


class TwoPointsGame(FeatureGame):
    """Four point masses and a quadratic discriminator."""

    formula = "p_D = (delta_-1 + delta_1)/2, p_theta = (delta_theta1 + delta_theta2)/2, D = psi1 x + psi2 x^2"
    source = "the smallest data with two modes"

    def sizes(self) -> tuple[int, int]:
        """Two and two."""
        return 2, 2

    def real(self) -> sp.Matrix:
        """1 or -1."""
        return sp.Matrix([latents.fair_sign("real")])

    def fake(self) -> sp.Matrix:
        """theta1 or theta2."""
        left, right = self.theta
        return sp.Matrix([(left + right) / 2 + latents.fair_sign("fake") * (right - left) / 2])

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """X and x^2."""
        return [sample[0], sample[0] ** 2]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """(-1, 1, 0, 0)."""
        return sp.Integer(-1), sp.Integer(1), sp.Integer(0), sp.Integer(0)
