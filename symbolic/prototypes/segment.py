"""Data on a segment in the plane, an affine generator, and polynomial features.

    p_D = law of (z, 0),    p_theta = law of (theta1 z + theta2, theta3 z + theta4) with z from U[-1, 1]
    D(x, y) = d* + sum psi_ij x^i y^j over 1 <= i + j <= degree

The data lie on a line, so features with y^2 change neither D nor its gradient there: they span the tangent space of
M_D. With degree 2 there are nine parameters (the example of LITERATURE 1.10).
"""

from __future__ import annotations

import sympy as sp

from . import latents
from .game import FREE, FeatureGame, GameKey
from .polynomials import exponents


class SegmentGame(FeatureGame):
    """A uniform law on a segment; the generator turns, stretches and shifts it."""

    formula = "p_D = law of (z, 0), p_theta = law of (theta1 z + theta2, theta3 z + theta4), D = sum psi_ij x^i y^j"
    source = "Mescheder et al. 2018, Theorem 4.1, on the smallest manifold in a plane"
    keys = (GameKey("degree", "the largest degree of a feature", 2, 2, 4),)

    def sizes(self) -> tuple[int, int]:
        """Four parameters of G, one of D for each feature."""
        return 4, len(exponents(self.options["degree"]))

    def real(self) -> sp.Matrix:
        """(z, 0)."""
        return sp.Matrix([latents.uniform("real"), 0])

    def fake(self) -> sp.Matrix:
        """The affine image of z."""
        z = latents.uniform("fake")
        slope_x, shift_x, slope_y, shift_y = self.theta
        return sp.Matrix([slope_x * z + shift_x, slope_y * z + shift_y])

    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """x^i y^j."""
        x, y = sample
        return [x**i * y**j for i, j in exponents(self.options["degree"])]

    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """Theta = (1, 0, 0, 0), psi = 0."""
        zeros = (sp.Integer(0) for _ in self.psi)
        return sp.Integer(1), sp.Integer(0), sp.Integer(0), sp.Integer(0), *zeros

    def equilibria(self) -> tuple[sp.Expr, ...]:
        """psi_ij is free where j >= 2."""
        free = iter(FREE)
        pairs = exponents(self.options["degree"])
        return *self.equilibrium()[:4], *(next(free) if j >= 2 else sp.Integer(0) for _, j in pairs)
