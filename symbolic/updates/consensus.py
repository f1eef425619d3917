"""Consensus optimisation as a rule (Mescheder et al. 2017): v - gamma v'^T v, descent on |v|^2/2 added to v."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .keys import Key, Kind
from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Consensus(Rule):
    """Simultaneous steps along v - gamma v'^T v.

    Attributes:
        consensus_weight: gamma.
    """

    name = "consensus"
    formula = "x + h (v - gamma v'^T v)"
    source = "Mescheder et al. 2017, algorithm 2"
    keys = (Key("consensus_weight", Kind.NUMBER, "gamma, the weight of |v|^2/2", None),)
    uses_jacobian: ClassVar[bool] = True
    one_point: ClassVar[bool] = True

    consensus_weight: Any

    def period(self, players: Players, state: State, h: Any) -> State:
        """X + h (v - gamma v'^T v)."""
        theta, psi = state
        rows = players.field(theta, psi)
        pulled = players.vjp(theta, psi, rows)
        first, second = (v - self.consensus_weight * p for v, p in zip(rows, pulled, strict=True))
        return theta + h * first, psi + h * second
