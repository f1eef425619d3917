"""Past extragradient (Popov 1980; Gidel et al. 2019, "extrapolation from the past"): one field evaluation a step.

    x_half = x + h w,    w <- v(x_half),    x <- x + h w

with w the field at the last half step. Its half steps are the iterates of ``optimistic``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class PastExtragradient(Rule):
    """State (theta, psi, w1, w2); multipliers z^2 - (1 + 2 h lambda) z + h lambda = 0."""

    name = "past-extragradient"
    formula = "w <- v(x + h w), then x + h w"
    source = "Popov 1980; Gidel et al. 2019"
    one_point: ClassVar[bool] = True

    def start(self, theta: Any, psi: Any) -> State:
        """With the field at rest."""
        return theta, psi, theta * 0, psi * 0

    def period(self, players: Players, state: State, h: Any) -> State:
        """The half step along the old w, then the step along the new one."""
        theta, psi, first, second = state
        first, second = players.field(theta + h * first, psi + h * second)
        return theta + h * first, psi + h * second, first, second
