"""Alternating gradient descent (Mescheder et al. 2018, section 2.1): F_h = F_{2,h}^{n_d} o F_{1,h}^{n_g}.

The generator steps first, n_g times; the discriminator then steps n_d times with the new theta.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from .rule import Rule, Steps, VectorField


class Alternating(Rule):
    """Each step reads the newest values."""

    name = "alternating"
    discrete = True
    formula = "n_g times theta + h v1(theta, psi), then n_d times psi + h v2(theta, psi)"
    source = "Mescheder et al. 2018, section 2.1 and Lemma 2.5"

    def period(self, field: VectorField, theta: Any, psi: Any, h: Any, steps: Steps) -> tuple[Any, Any]:
        """G's steps, then D's."""
        for _ in range(steps.generator):
            theta = theta + h * field(theta, psi)[0]
        for _ in range(steps.discriminator):
            psi = psi + h * field(theta, psi)[1]
        return theta, psi

    def matrix(self, jacobian: sp.Matrix, h: sp.Expr, steps: Steps) -> sp.ImmutableMatrix:
        """[[1, 0], [h c S_d, q_d^n_d]] [[q_g^n_g, h b S_g], [0, 1]] with q = 1 + h J_ii, S = 1 + ... + q^(n-1)."""
        a, b, c, d = jacobian
        power_g, sum_g = _geometric(h * a, steps.generator)
        power_d, sum_d = _geometric(h * d, steps.discriminator)
        generator = sp.Matrix([[power_g, h * b * sum_g], [0, 1]])
        discriminator = sp.Matrix([[1, 0], [h * c * sum_d, power_d]])
        return sp.ImmutableMatrix((discriminator * generator).applyfunc(sp.expand))


def _geometric(rate: sp.Expr, count: int) -> tuple[sp.Expr, sp.Expr]:
    """(1 + r)^n and 1 + (1 + r) + ... + (1 + r)^(n-1), as binomial sums that need no division by r."""
    power = sp.Add(*(sp.binomial(count, k) * rate**k for k in range(count + 1)))
    total = sp.Add(*(sp.binomial(count, k + 1) * rate**k for k in range(count)))
    return sp.expand(power), sp.expand(total)
