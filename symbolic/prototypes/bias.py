"""The Dirac-GAN with a biased discriminator (LITERATURE C2, BIAS).

    p_D = delta_c,    p_theta = delta_theta,    D(x) = d* + psi1 x + psi2

The bias sees the value of D at the data, which psi1 alone does not where c = 0.
"""

from __future__ import annotations

import sympy as sp

from .dirac import DiracGame
from .game import FREE


class BiasGame(DiracGame):
    """Point masses and an affine discriminator."""

    formula = "p_D = delta_c, p_theta = delta_theta, D = psi1 x + psi2"
    source = "Mescheder et al. 2018, Definition 2.1, with a bias"

    def sizes(self) -> tuple[int, int]:
        """One parameter of G, two of D."""
        return 1, 2

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """X and 1."""
        return [sample[0], sp.Integer(1)]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """(c, 0, 0)."""
        return self.data, sp.Integer(0), sp.Integer(0)

    def shifted_equilibria(self) -> tuple[sp.Expr, ...]:
        """(c, 0, s)."""
        return self.data, sp.Integer(0), FREE[0]
