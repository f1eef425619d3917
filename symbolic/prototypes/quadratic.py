"""The Dirac-GAN with a quadratic discriminator.

    p_D = delta_0,    p_theta = delta_theta,    D(x) = d* + psi1 x + psi2 x^2

psi2 changes neither D nor its gradient on the data: the equilibria with psi1 = 0 form a line, on which D has curvature
(energy solutions, Mescheder et al. 2018, section 4.3).
"""

from __future__ import annotations

import sympy as sp

from .dirac import DiracGame
from .game import FREE


class QuadraticGame(DiracGame):
    """Point masses and a quadratic discriminator without bias."""

    formula = "p_D = delta_0, p_theta = delta_theta, D = psi1 x + psi2 x^2"
    places_data = False
    source = "Mescheder et al. 2018, section 4.3 (energy solutions)"

    def sizes(self) -> tuple[int, int]:
        """One parameter of G, two of D."""
        return 1, 2

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """X and x^2."""
        return [sample[0], sample[0] ** 2]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """The origin."""
        return sp.Integer(0), sp.Integer(0), sp.Integer(0)

    def equilibria(self) -> tuple[sp.Expr, ...]:
        """(0, 0, s)."""
        return sp.Integer(0), sp.Integer(0), FREE[0]
