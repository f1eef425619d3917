"""The absolutely continuous prototype (Nagarajan & Kolter 2017).

    p_D = U[-1, 1],    p_theta = law of theta z with z from U[-1, 1],    D(x) = d* + psi x^2

The equilibrium is (theta, psi) = (1, 0); theta = -1 gives the same law and is not near it.
"""

from __future__ import annotations

import sympy as sp

from . import latents
from .game import FeatureGame


class UniformGame(FeatureGame):
    """Uniform laws of different width and a discriminator that sees the second moment."""

    formula = "p_D = U[-1, 1], p_theta = U[-theta, theta], D = psi x^2"
    source = "Nagarajan & Kolter 2017, the uniform example"
    absolutely_continuous = True

    def real(self) -> sp.Matrix:
        """Uniform on [-1, 1]."""
        return sp.Matrix([latents.uniform("real")])

    def fake(self) -> sp.Matrix:
        """Theta z."""
        return sp.Matrix([self.theta[0] * latents.uniform("fake")])

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """x^2."""
        return [sample[0] ** 2]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """(1, 0)."""
        return sp.Integer(1), sp.Integer(0)
