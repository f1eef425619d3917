"""Location and scale of a Gaussian.

    p_D = N(0, 1),    p_theta = law of theta1 + theta2 z with z from N(0, 1),    D(x) = d* + psi1 x + psi2 x^2

The equilibrium is theta = (0, 1), psi = 0.
"""

from __future__ import annotations

import sympy as sp

from . import latents
from .game import FeatureGame


class GaussianGame(FeatureGame):
    """Normal laws and a quadratic discriminator, which sees mean and variance."""

    formula = "p_D = N(0, 1), p_theta = N(theta1, theta2^2), D = psi1 x + psi2 x^2"
    source = "Nie & Patel 2019 (affine GAN); location and scale together"
    absolutely_continuous = True

    def sizes(self) -> tuple[int, int]:
        """Two and two."""
        return 2, 2

    def real(self) -> sp.Matrix:
        """Standard normal."""
        return sp.Matrix([latents.gauss("real")])

    def fake(self) -> sp.Matrix:
        """theta1 + theta2 z."""
        return sp.Matrix([self.theta[0] + self.theta[1] * latents.gauss("fake")])

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """X and x^2."""
        return [sample[0], sample[0] ** 2]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """(0, 1, 0, 0)."""
        return sp.Integer(0), sp.Integer(1), sp.Integer(0), sp.Integer(0)
