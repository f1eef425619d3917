"""Simultaneous gradient descent (Mescheder et al. 2018, section 2.1): F_h(x) = x + h v(x)."""

from __future__ import annotations

from typing import Any

from .rule import Rule, Steps, VectorField


class Simultaneous(Rule):
    """Both players step from the old values."""

    name = "simultaneous"
    discrete = True
    formula = "x + h v(x)"
    source = "Mescheder et al. 2018, section 2.1"

    def period(self, field: VectorField, theta: Any, psi: Any, h: Any, steps: Steps) -> tuple[Any, Any]:
        """X + h v(x)."""
        first, second = field(theta, psi)
        return theta + h * first, psi + h * second
