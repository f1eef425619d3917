"""Simultaneous gradient descent (Mescheder et al. 2018, section 2.1): F_h(x) = x + h v(x)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .players import Pair
from .stepwise import Stepwise


@dataclass(frozen=True)
class Simultaneous(Stepwise):
    """Both players step from the old values."""

    name = "simultaneous"
    formula = "x + h v(x)"
    source = "Mescheder et al. 2018, section 2.1"

    @property
    def first_order(self) -> tuple[int, int] | None:
        """X + h v(x) itself."""
        return (1, 1) if self.plain else None

    @property
    def one_point(self) -> bool:  # type: ignore[override]
        """Unless other steps with other fields come before."""
        return self.lazy == 1

    def moved(self, field: Callable[[Any, Any], Pair], now: Any, clipped: Callable[[Any], Any], h: Any) -> Any:
        """Both rows of the field at the old values."""
        theta, psi, of_g, of_d = now
        first, second = field(theta, psi)
        theta, of_g = self.generator.advance(theta, first, of_g, h)
        psi, of_d = self.discriminator.advance(psi, second, of_d, h)
        return theta, clipped(psi), of_g, of_d
