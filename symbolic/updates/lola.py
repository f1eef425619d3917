"""LOLA, learning with opponent-learning awareness (Foerster et al. 2018): players shape what the opponent learns.

Each player descends its cost at the opponent's next values to first order, C_G + alpha (d C_G/d psi) v2 for the
generator, and differentiates the opponent's step as well:

    v1 + alpha [(d v1/d psi) v2 - (d v2/d theta)^T d C_G/d psi]
    v2 + alpha [(d v2/d theta) v1 - (d v1/d psi)^T d C_D/d theta]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from .look_ahead_gradient import OPPONENT_RATE, anticipated
from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Lola(Rule):
    """Simultaneous steps along the LOLA field.

    Attributes:
        opponent_rate: alpha.
    """

    name = "lola"
    formula = "x + h (v + alpha J_o v - alpha J_o^T (d C_G/d psi, d C_D/d theta))"
    source = "Foerster et al. 2018; Letcher et al. 2019"
    keys = (OPPONENT_RATE,)
    uses_jacobian: ClassVar[bool] = True
    uses_opponents: ClassVar[bool] = True
    keeps_equilibria: ClassVar[bool] = False

    opponent_rate: Any

    @classmethod
    def needs_costs(cls, options: Mapping[str, Any]) -> bool:
        """To shape what the opponent learns."""
        return True

    def period(self, players: Players, state: State, h: Any) -> State:
        """X + h (v + alpha J_o v - alpha J_o^T c)."""
        theta, psi = state
        alpha = self.opponent_rate
        first, second = anticipated(players, theta, psi, alpha)
        of_g, of_d = players.opponent_gradients(theta, psi)
        shaped = players.vjp(theta, psi, (theta * 0, of_g))[0], players.vjp(theta, psi, (of_d, psi * 0))[1]
        return theta + h * (first - alpha * shaped[0]), psi + h * (second - alpha * shaped[1])
