"""Continuous training (Mescheder et al. 2018, eq. 3 with its gradients in the right order): x' = v(x)."""

from __future__ import annotations

from typing import Any

from .rule import Rule, Steps, VectorField


class Flow(Rule):
    """The gradient flow; no step size."""

    name = "flow"
    discrete = False
    formula = "x' = v(x)"
    source = "Mescheder et al. 2018, eq. (3)"

    def period(self, field: VectorField, theta: Any, psi: Any, h: Any, steps: Steps) -> tuple[Any, Any]:
        """A flow has no period.

        Raises:
            TypeError: Always.
        """
        raise TypeError("the flow is not a map")
