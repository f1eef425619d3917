"""Look-ahead gradient (Zhang & Lesser 2010): each player's row at the opponent's next values, to first order.

theta + h (v1 + alpha (d v1/d psi) v2),    psi + h (v2 + alpha (d v2/d theta) v1)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .keys import Key, Kind
from .players import Pair, Players
from .rule import Rule, State

OPPONENT_RATE = Key("opponent_rate", Kind.NUMBER, "alpha, the step that a player expects its opponent to take", None)


@dataclass(frozen=True)
class LookAheadGradient(Rule):
    """Simultaneous steps along v + alpha J_o v, with J_o the off-diagonal blocks of v'.

    Attributes:
        opponent_rate: alpha.
    """

    name = "look-ahead-gradient"
    formula = "x + h (v + alpha J_o v), J_o the off-diagonal blocks of v'"
    source = "Zhang & Lesser 2010; Letcher et al. 2019"
    keys = (OPPONENT_RATE,)
    uses_jacobian: ClassVar[bool] = True
    one_point: ClassVar[bool] = True

    opponent_rate: Any

    def period(self, players: Players, state: State, h: Any) -> State:
        """X + h (v + alpha J_o v)."""
        theta, psi = state
        first, second = anticipated(players, theta, psi, self.opponent_rate)
        return theta + h * first, psi + h * second


def anticipated(players: Players, theta: Any, psi: Any, alpha: Any) -> Pair:
    """V + alpha J_o v."""
    first, second = players.field(theta, psi)
    by_opponent = players.jvp(theta, psi, (theta * 0, second))[0], players.jvp(theta, psi, (first, psi * 0))[1]
    return first + alpha * by_opponent[0], second + alpha * by_opponent[1]
