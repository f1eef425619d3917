"""The Dirac-GAN (Mescheder et al. 2018, Definition 2.1), with the data at any point c.

    p_D = delta_c,    p_theta = delta_theta,    D_psi(x) = d* + psi x

The paper has c = 0 and d* = 0. The equilibrium is (theta, psi) = (c, 0).
"""

from __future__ import annotations

import sympy as sp

from .game import Game


class DiracGame(Game):
    """Point masses at theta (generated) and c (real) and a linear discriminator."""

    def real(self) -> sp.Matrix:
        """The data point c."""
        return sp.Matrix([self.data])

    def fake(self) -> sp.Matrix:
        """The generated point theta."""
        return sp.Matrix([self.theta])

    def discriminator(self, sample: sp.Matrix) -> sp.Expr:
        """D(x) = d* + psi x."""
        return self.output + self.psi * sample[0]

    def discriminator_gradient(self, sample: sp.Matrix) -> sp.Matrix:
        """dD/dx = psi."""
        return sp.Matrix([self.psi])

    def equilibrium(self) -> tuple[sp.Expr, sp.Expr]:
        """(c, 0)."""
        return self.data, sp.Integer(0)
