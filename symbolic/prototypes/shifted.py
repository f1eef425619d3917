"""The Dirac-GAN with D's equilibrium away from the origin of its parameters.

    p_D = delta_c,    p_theta = delta_theta,    D(x) = d* + (psi - 1) x

The same functions D, another parametrisation: what depends on the size of psi itself, such as weight decay, sees it.
The equilibrium is (c, 1).
"""

from __future__ import annotations

import sympy as sp

from .dirac import DiracGame


class ShiftedGame(DiracGame):
    """Point masses and a linear discriminator that is d* at psi = 1."""

    formula = "p_D = delta_c, p_theta = delta_theta, D = (psi - 1) x"
    source = "Mescheder et al. 2018, Definition 2.1, with another origin for psi"

    def discriminator(self, sample: sp.Matrix) -> sp.Expr:
        """d* + (psi - 1) x."""
        return self.output + (self.psi[0] - 1) * sample[0]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """(c, 1)."""
        return self.data, sp.Integer(1)
