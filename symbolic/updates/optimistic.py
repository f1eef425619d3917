"""Optimistic gradient descent (Daskalakis et al. 2018): x + 2 h v(x) - h v(x_previous)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Optimistic(Rule):
    """State (x, x_previous); multipliers z^2 - (1 + 2 h lambda) z + h lambda = 0."""

    name = "optimistic"
    formula = "x + 2 h v(x) - h v(x_previous)"
    source = "Daskalakis et al. 2018"
    one_point: ClassVar[bool] = True

    def start(self, theta: Any, psi: Any) -> State:
        """As if the players had not moved before."""
        return theta, psi, theta, psi

    def period(self, players: Players, state: State, h: Any) -> State:
        """Twice the new field less the old one."""
        theta, psi, old_theta, old_psi = state
        (first, second), (old_1, old_2) = players.field(theta, psi), players.field(old_theta, old_psi)
        return theta + 2 * h * first - h * old_1, psi + 2 * h * second - h * old_2, theta, psi
