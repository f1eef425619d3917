"""Alternating gradient descent (Mescheder et al. 2018, section 2.1): F_h = F_{2,h}^{n_d} o F_{1,h}^{n_g}.

The generator steps first, n_g times; the discriminator then steps n_d times with the new theta.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .keys import Key, Kind, Misfit
from .players import Pair
from .stepwise import STEPWISE_KEYS, Stepwise


@dataclass(frozen=True)
class Alternating(Stepwise):
    """Each step reads the newest values.

    Attributes:
        g_steps: n_g.
        d_steps: n_d.
    """

    name = "alternating"
    formula = "n_g times theta + h v1(theta, psi), then n_d times psi + h v2(theta, psi)"
    source = "Mescheder et al. 2018, section 2.1 and Lemma 2.5"
    keys = (
        Key("g_steps", Kind.COUNT, "n_g", 1),
        Key("d_steps", Kind.COUNT, "n_d", 1),
        *STEPWISE_KEYS,
    )

    g_steps: int = 1
    d_steps: int = 1

    @classmethod
    def misfit(cls, options: Mapping[str, Any]) -> Misfit | None:
        """Lazy penalties count D's steps, of which there has to be one."""
        if options.get("lazy", 1) != 1 and (options.get("g_steps", 1), options.get("d_steps", 1)) != (1, 1):
            return Misfit("lazy", "beside several steps of one player", "lazy penalties go with one step each")
        return super().misfit(options)

    @property
    def first_order(self) -> tuple[int, int] | None:
        """X + h (n_g v1, n_d v2) + O(h^2 |x|)."""
        return (self.g_steps, self.d_steps) if self.plain else None

    def moved(self, field: Callable[[Any, Any], Pair], now: Any, clipped: Callable[[Any], Any], h: Any) -> Any:
        """G's steps, then D's."""
        theta, psi, of_g, of_d = now
        for _ in range(self.g_steps):
            theta, of_g = self.generator.advance(theta, field(theta, psi)[0], of_g, h)
        for _ in range(self.d_steps):
            psi, of_d = self.discriminator.advance(psi, field(theta, psi)[1], of_d, h)
            psi = clipped(psi)
        return theta, psi, of_g, of_d
