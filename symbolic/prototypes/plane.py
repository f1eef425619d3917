"""The Dirac-GAN in n dimensions, with a generator that moves along the first m of them.

    p_D = delta_0,    p_theta = delta_(theta, 0),    D(x) = d* + psi . x,    theta in R^m, psi in R^n, m <= n

Where m < n, D has slopes that no generated sample ever shows to it: a penalty has to remove them.
"""

from __future__ import annotations

import sympy as sp

from .game import FeatureGame, GameKey


class PlaneGame(FeatureGame):
    """Point masses in R^n and a linear discriminator."""

    formula = "p_D = delta_0 in R^n, p_theta = delta_(theta, 0), theta in R^m, D = psi . x"
    source = "Mescheder et al. 2018, Definition 2.1, in n dimensions"
    keys = (
        GameKey("dimension", "n, the dimension of the samples", 2, 1, 12),
        GameKey("generator_dimension", "m, the dimensions that the generator moves along", 1, 1, 12),
    )

    def sizes(self) -> tuple[int, int]:
        """M and n."""
        return self.options["generator_dimension"], self.options["dimension"]

    def real(self) -> sp.Matrix:
        """The origin."""
        return sp.zeros(self.options["dimension"], 1)

    def fake(self) -> sp.Matrix:
        """(theta, 0)."""
        rest = self.options["dimension"] - len(self.theta)
        return sp.Matrix([*self.theta, *(0 for _ in range(rest))])

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """The coordinates."""
        return list(sample)

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """The origin."""
        return tuple(sp.Integer(0) for _ in (*self.theta, *self.psi))
