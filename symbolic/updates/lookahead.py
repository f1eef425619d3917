"""Lookahead (Zhang et al. 2019; on games Chavdarova et al. 2021): k steps forward, one step back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .keys import Key, Kind
from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Lookahead(Rule):
    """Multipliers 1 - alpha + alpha (1 + h lambda)^k.

    Attributes:
        lookahead_steps: k.
        lookahead_alpha: alpha.
    """

    name = "lookahead"
    formula = "x + alpha (x_k - x) after k simultaneous steps x_1, ..., x_k from x"
    source = "Zhang et al. 2019; Chavdarova et al. 2021"
    keys = (
        Key("lookahead_steps", Kind.COUNT, "k", None),
        Key("lookahead_alpha", Kind.NUMBER, "alpha", None),
    )

    lookahead_steps: int
    lookahead_alpha: Any

    def period(self, players: Players, state: State, h: Any) -> State:
        """K simultaneous steps, then back along the chord."""
        theta, psi = ahead_theta, ahead_psi = state
        for _ in range(self.lookahead_steps):
            first, second = players.field(ahead_theta, ahead_psi)
            ahead_theta, ahead_psi = ahead_theta + h * first, ahead_psi + h * second
        alpha = self.lookahead_alpha
        return theta + alpha * (ahead_theta - theta), psi + alpha * (ahead_psi - psi)
