"""Unrolled GANs (Metz et al. 2017): the generator descends its cost at the discriminator K steps ahead.

    psi_0 = psi,    psi_{j+1} = psi_j + eta v2(theta, psi_j),    theta - h d/dtheta C_G(theta, psi_K(theta)),
    psi + h v2(theta, psi)

In full the generator differentiates through the K steps; with the gradient stopped it takes psi_K as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from .keys import Key, Kind
from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Unrolled(Rule):
    """Simultaneous steps, with the generator's row taken K steps ahead.

    Attributes:
        unroll_steps: K.
        unroll_rate: eta; None for the step size h.
        unroll_stop_gradient: Whether psi_K counts as a constant.
    """

    name = "unrolled"
    formula = "theta - h d/dtheta C_G(theta, psi_K(theta, psi)), psi + h v2(theta, psi)"
    source = "Metz et al. 2017, section 2.2"
    keys = (
        Key("unroll_steps", Kind.COUNT, "K", None),
        Key("unroll_rate", Kind.NUMBER, "eta of the unrolled steps; h without it", ""),
        Key("unroll_stop_gradient", Kind.FLAG, "whether psi_K counts as a constant", False),
    )
    uses_jacobian: ClassVar[bool] = True

    unroll_steps: int
    unroll_rate: Any = None
    unroll_stop_gradient: bool = False

    @classmethod
    def needs_costs(cls, options: Mapping[str, Any]) -> bool:
        """Only to differentiate through the unrolled steps."""
        return not options.get("unroll_stop_gradient", False)

    @property
    def uses_opponents(self) -> bool:  # type: ignore[override]
        """In full the generator's cost is differentiated in psi_K."""
        return not self.unroll_stop_gradient

    @property
    def keeps_equilibria(self) -> bool:  # type: ignore[override]
        """Where v = 0 the unrolled steps stay, but the cost may have a slope in psi there."""
        return self.unroll_stop_gradient

    def period(self, players: Players, state: State, h: Any) -> State:
        """The unrolled steps forward, then their chain rule backward."""
        theta, psi = state
        rate = h if self.unroll_rate is None else self.unroll_rate
        ahead = [psi]
        for _ in range(self.unroll_steps):
            ahead.append(ahead[-1] + rate * players.field(theta, ahead[-1])[1])
        row = players.field(theta, ahead[-1])[0]
        if not self.unroll_stop_gradient:
            weight = players.opponent_gradients(theta, ahead[-1])[0]
            for before in reversed(ahead[:-1]):
                in_theta, in_psi = players.vjp(theta, before, (theta * 0, weight))
                row = row - rate * in_theta
                weight = weight + rate * in_psi
        return theta + h * row, psi + h * players.field(theta, psi)[1]
