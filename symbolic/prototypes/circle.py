"""Data on a circle in the plane, a linear generator with a shift, and polynomial features.

    p_D = uniform on the unit circle,    p_theta = law of A e + b with e uniform on the unit circle, A a 2 x 2 matrix
    D(x, y) = d* + sum psi_ij x^i y^j over 1 <= i + j <= degree

theta = (A11, A12, A21, A22, b1, b2). Rotations of the generator leave its law alone: M_G is a circle of rotations,
written as ((1 - s^2)/(1 + s^2), 2 s/(1 + s^2)).
"""

from __future__ import annotations

import sympy as sp

from . import latents
from .game import FREE, FeatureGame, GameKey
from .polynomials import exponents


class CircleGame(FeatureGame):
    """A uniform law on a circle; the generator turns, stretches and shifts it."""

    formula = "p_D = uniform on the unit circle, p_theta = law of A e + b, D = sum psi_ij x^i y^j"
    source = "Mescheder et al. 2018, Theorem 4.1, with a curved manifold and a curved M_G"
    # From degree 5 on, x (x^2 + y^2 - 1)^2 is a direction of M_D; r^4 - 2 r^2 is a constant shift from degree 4 on.
    keys = (GameKey("degree", "the largest degree of a feature", 2, 2, 4),)

    def sizes(self) -> tuple[int, int]:
        """Six parameters of G, one of D for each feature."""
        return 6, len(exponents(self.options["degree"]))

    def real(self) -> sp.Matrix:
        """A point of the circle."""
        return latents.circle("real")

    def fake(self) -> sp.Matrix:
        """Its affine image."""
        a11, a12, a21, a22, b1, b2 = self.theta
        return sp.Matrix([[a11, a12], [a21, a22]]) * latents.circle("fake") + sp.Matrix([b1, b2])

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """x^i y^j."""
        x, y = sample
        return [x**i * y**j for i, j in exponents(self.options["degree"])]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """A = identity, b = 0, psi = 0."""
        zeros = (sp.Integer(0) for _ in (*self.theta[4:], *self.psi))
        return sp.Integer(1), sp.Integer(0), sp.Integer(0), sp.Integer(1), *zeros

    def equilibria(self) -> tuple[sp.Expr, ...]:
        """A is any rotation."""
        s = FREE[0]
        cosine, sine = (1 - s**2) / (1 + s**2), 2 * s / (1 + s**2)
        return cosine, -sine, sine, cosine, *self.equilibrium()[4:]

    def shifted_equilibria(self) -> tuple[sp.Expr, ...] | None:
        """D = d* + s (r^4 - 2 r^2) besides, which is d* - s on the circle and has no slope there."""
        if self.options["degree"] < 4:
            return None
        shift = {(2, 0): -2, (0, 2): -2, (4, 0): 1, (2, 2): 2, (0, 4): 1}
        pairs = exponents(self.options["degree"])
        return *self.equilibria()[:6], *(shift.get(pair, 0) * FREE[1] for pair in pairs)
