"""Two modes whose weights are learned, seen by a discriminator that is flat around each.

    p_D = (p_1 + p_{-1})/2,    p_theta = (1/2 + theta) p_1 + (1/2 - theta) p_{-1},    D(x) = d* + psi s(x)

s is 1 on the mode p_1 and -1 on p_{-1}, and constant around each; what the modes look like does not matter, so they may
have densities. D has no gradient on the data, and no gradient penalty acts. The equilibrium is (0, 0).
"""

from __future__ import annotations

import sympy as sp

from . import latents
from .game import FeatureGame


class WeightsGame(FeatureGame):
    """A mixture's weights and a locally constant discriminator; a sample is the sign of its mode."""

    formula = "p_D = (p_1 + p_-1)/2, p_theta = (1/2 + theta) p_1 + (1/2 - theta) p_-1, D = psi s(x), s = +-1 locally"
    source = "Assumption III of Mescheder et al. 2018 with a discriminator that is flat on the data"
    absolutely_continuous = True
    between = False

    def real(self) -> sp.Matrix:
        """1 or -1."""
        return sp.Matrix([latents.fair_sign("real")])

    def fake(self) -> sp.Matrix:
        """1 or -1."""
        return sp.Matrix([latents.fair_sign("fake")])

    def density_ratio(self) -> sp.Expr:
        """1 + 2 theta s."""
        return 1 + 2 * self.theta[0] * latents.fair_sign("fake")

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """The sign of the mode."""
        return [sample[0]]

    def discriminator_gradient(self, sample: sp.Matrix) -> sp.Matrix:
        """0: s is constant around each mode."""
        return sp.zeros(*sample.shape)

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """(0, 0)."""
        return sp.Integer(0), sp.Integer(0)
