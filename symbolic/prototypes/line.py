"""Parallel lines in the plane (Arjovsky et al. 2017; the slides).

    p_D = law of (0, y),    p_theta = law of (theta, y) with y from U[-1, 1],    D(x) = d* + psi1 x1 + psi2 x2

Both laws live on lines; D sees the distance between them (psi1) and the mean along them (psi2).
"""

from __future__ import annotations

import sympy as sp

from . import latents
from .game import FeatureGame


class LineGame(FeatureGame):
    """Uniform laws on parallel segments and a linear discriminator."""

    formula = "p_D = law of (0, y), p_theta = law of (theta, y), y from U[-1, 1], D = psi1 x1 + psi2 x2"
    source = "Arjovsky et al. 2017, example 1"

    def sizes(self) -> tuple[int, int]:
        """One parameter of G, two of D."""
        return 1, 2

    def real(self) -> sp.Matrix:
        """(0, y)."""
        return sp.Matrix([0, latents.uniform("real")])

    def fake(self) -> sp.Matrix:
        """(theta, y)."""
        return sp.Matrix([self.theta[0], latents.uniform("fake")])

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """The coordinates."""
        return list(sample)

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """(0, 0, 0)."""
        return sp.Integer(0), sp.Integer(0), sp.Integer(0)
