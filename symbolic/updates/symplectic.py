"""Symplectic gradient adjustment (Balduzzi et al. 2018): v + lambda A^T v with A the antisymmetric part of -v'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .keys import Key, Kind
from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Symplectic(Rule):
    """Simultaneous steps along v + (lambda/2) (v' - v'^T) v.

    Attributes:
        symplectic_weight: lambda.
    """

    name = "symplectic"
    formula = "x + h (v + (lambda/2) (v' - v'^T) v)"
    source = "Balduzzi et al. 2018"
    keys = (Key("symplectic_weight", Kind.NUMBER, "lambda, the weight of the adjustment", None),)
    uses_jacobian: ClassVar[bool] = True
    one_point: ClassVar[bool] = True

    symplectic_weight: Any

    def period(self, players: Players, state: State, h: Any) -> State:
        """X + h (v + (lambda/2) (v' - v'^T) v)."""
        theta, psi = state
        rows = players.field(theta, psi)
        forward, backward = players.jvp(theta, psi, rows), players.vjp(theta, psi, rows)
        weight = self.symplectic_weight / 2
        first, second = (v + weight * (j - t) for v, j, t in zip(rows, forward, backward, strict=True))
        return theta + h * first, psi + h * second
