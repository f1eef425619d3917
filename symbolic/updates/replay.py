"""Replay (Shrivastava et al. 2017): the discriminator sees fakes of the last R generators, in equal parts.

theta + h v1(theta, psi),    psi + (h/R) [v2(theta_k, psi) + v2(theta_{k-1}, psi) + ... + v2(theta_{k-R+1}, psi)]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .keys import Key, Kind
from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Replay(Rule):
    """State (theta_k, psi, theta_{k-1}, ..., theta_{k-R+1}).

    Attributes:
        replay_size: R.
    """

    name = "replay"
    formula = "theta + h v1(theta, psi), psi + (h/R) sum of v2(theta_{k-j}, psi) over j < R"
    source = "Shrivastava et al. 2017, section 2.3"
    keys = (Key("replay_size", Kind.COUNT, "R, how many generators the buffer holds", None),)
    one_point: ClassVar[bool] = True

    replay_size: int

    def start(self, theta: Any, psi: Any) -> State:
        """With a buffer of the first generator."""
        return (theta, psi, *(theta for _ in range(self.replay_size - 1)))

    def period(self, players: Players, state: State, h: Any) -> State:
        """Simultaneous steps, D's on the whole buffer."""
        theta, psi, *past = state
        first, total = players.field(theta, psi)
        for old in past:
            total = total + players.field(old, psi)[1]
        moved = (theta + h * first, psi + h * total / self.replay_size)
        return (*moved, *(theta, *past)[: self.replay_size - 1])
