"""Extragradient (Korpelevich 1976; on GANs Gidel et al. 2019): x + h v(x + h v(x))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Extragradient(Rule):
    """A step with the field at a half step ahead; multipliers 1 + h lambda + h^2 lambda^2."""

    name = "extragradient"
    formula = "x + h v(x + h v(x))"
    source = "Korpelevich 1976; Gidel et al. 2019"

    def period(self, players: Players, state: State, h: Any) -> State:
        """The half step, then the step."""
        theta, psi = state
        first, second = players.field(theta, psi)
        first, second = players.field(theta + h * first, psi + h * second)
        return theta + h * first, psi + h * second
