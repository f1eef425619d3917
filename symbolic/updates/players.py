"""What a training rule sees of a game: the players' field, its products with vectors, over any arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

# One value per player: numbers, SymPy expressions, polynomials or tensors; anything that adds and is multiplied.
Pair = tuple[Any, Any]


class Players(Protocol):
    """A game at any point (theta, psi), with v' the Jacobian of the field there."""

    def field(self, theta: Any, psi: Any) -> Pair:
        """V = (v1, v2), the direction in which the players step."""
        ...

    def free_field(self, theta: Any, psi: Any) -> Pair:
        """V without the penalties."""
        ...

    def jvp(self, theta: Any, psi: Any, tangent: Pair) -> Pair:
        """v'(theta, psi) tangent."""
        ...

    def vjp(self, theta: Any, psi: Any, cotangent: Pair) -> Pair:
        """v'(theta, psi)^T cotangent."""
        ...

    def opponent_gradients(self, theta: Any, psi: Any) -> Pair:
        """(d C_G / d psi, d C_D / d theta) with the costs C_G = L_G + R_G and C_D = -L + R_D."""
        ...

    def solve(self, operator: Callable[[Any], Any], right: Any) -> Any:
        """The u of one player with operator(u) = right, for a linear operator."""
        ...

    def clip(self, value: Any, bound: Any) -> Any:
        """Every entry of a value, brought into [-bound, bound]."""
        ...
