"""Continuous training (Mescheder et al. 2018, eq. 3 with its gradients in the right order): x' = v(x)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Flow(Rule):
    """The gradient flow; no step size."""

    name = "flow"
    discrete = False
    formula = "x' = v(x)"
    source = "Mescheder et al. 2018, eq. (3)"

    def period(self, players: Players, state: State, h: Any) -> State:
        """A flow has no period.

        Raises:
            TypeError: Always.
        """
        raise TypeError("the flow is not a map")
