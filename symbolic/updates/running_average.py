"""Play against the opponent's running average, as in fictitious play (Brown 1951) and historical averaging.

a <- r_g a + (1 - r_g) theta,    b <- r_d b + (1 - r_d) psi,    theta + h v1(theta, b),    psi + h v2(a, psi)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .keys import Key, Kind
from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class RunningAverage(Rule):
    """State (theta, psi, a, b).

    Attributes:
        average_g: r_g, by which D plays against G's past; 0 for the newest theta.
        average_d: r_d, by which G plays against D's past; 0 for the newest psi.
    """

    name = "running-average"
    formula = "a <- r_g a + (1-r_g) theta, b <- r_d b + (1-r_d) psi; theta + h v1(theta, b), psi + h v2(a, psi)"
    source = "Brown 1951; Salimans et al. 2016, section 3.3"
    keys = (
        Key("average_g", Kind.NUMBER, "r_g: the discriminator plays against the generator's average", "0"),
        Key("average_d", Kind.NUMBER, "r_d: the generator plays against the discriminator's average", "0"),
    )
    one_point: ClassVar[bool] = True

    average_g: Any
    average_d: Any

    def start(self, theta: Any, psi: Any) -> State:
        """With the averages at the parameters."""
        return theta, psi, theta, psi

    def period(self, players: Players, state: State, h: Any) -> State:
        """The averages, then simultaneous steps against them."""
        theta, psi, of_theta, of_psi = state
        of_theta = self.average_g * of_theta + (1 - self.average_g) * theta
        of_psi = self.average_d * of_psi + (1 - self.average_d) * psi
        first, second = players.field(theta, of_psi)[0], players.field(of_theta, psi)[1]
        return theta + h * first, psi + h * second, of_theta, of_psi
