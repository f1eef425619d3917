"""The Dirac-GAN (Mescheder et al. 2018, Definition 2.1), with the data at any point c.

    p_D = delta_c,    p_theta = delta_theta,    D_psi(x) = d* + psi x

The paper has c = 0 and d* = 0. The equilibrium is (theta, psi) = (c, 0).
"""

from __future__ import annotations

import sympy as sp

from .game import FeatureGame


class DiracGame(FeatureGame):
    """Point masses at theta (generated) and c (real) and a linear discriminator."""

    formula = "p_D = delta_c, p_theta = delta_theta, D = psi x"
    source = "Mescheder et al. 2018, Definition 2.1"
    places_data = True

    def real(self) -> sp.Matrix:
        """The data point c."""
        return sp.Matrix([self.data])

    def fake(self) -> sp.Matrix:
        """The generated point theta."""
        return sp.Matrix(self.theta[:1])

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """X itself."""
        return [sample[0]]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """(c, 0)."""
        return self.data, sp.Integer(0)
