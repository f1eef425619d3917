"""Competitive gradient descent (Schäfer & Anandkumar 2019): each step solves the game's bilinear approximation.

    theta + h (1 - h^2 B C)^{-1} (v1 + h B v2),    psi + h (1 - h^2 C B)^{-1} (v2 + h C v1)

with B = d v1/d psi and C = d v2/d theta. Where v1 and v2 are bilinear this is the implicit Euler step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from .players import Players
from .rule import Rule, State


@dataclass(frozen=True)
class Competitive(Rule):
    """Multipliers 1/(1 -+ i h a) on a centre +-i a."""

    name = "competitive"
    formula = (
        "theta + h (1 - h^2 B C)^-1 (v1 + h B v2), psi + h (1 - h^2 C B)^-1 (v2 + h C v1), B = dv1/dpsi, C = dv2/dtheta"
    )
    source = "Schäfer & Anandkumar 2019, algorithm 1"
    uses_jacobian: ClassVar[bool] = True
    solves: ClassVar[bool] = True
    one_point: ClassVar[bool] = True

    def period(self, players: Players, state: State, h: Any) -> State:
        """The Nash equilibrium of the local game."""
        theta, psi = state
        first, second = players.field(theta, psi)

        def by_psi(u: Any) -> Any:
            return players.jvp(theta, psi, (theta * 0, u))[0]

        def by_theta(u: Any) -> Any:
            return players.jvp(theta, psi, (u, psi * 0))[1]

        on_theta, on_psi = first + h * by_psi(second), second + h * by_theta(first)
        step_theta = players.solve(lambda u: u - h * h * by_psi(by_theta(u)), on_theta)
        step_psi = players.solve(lambda u: u - h * h * by_theta(by_psi(u)), on_psi)
        return theta + h * step_theta, psi + h * step_psi
