"""The swiss roll in the plane (scikit-learn's, as Gulrajani et al. 2017 and Kodali et al. 2017 use it)."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import torch

from .law import MARGIN, Law
from .nearest import distance_to_curve

_LOW, _HIGH = 1.5 * pi, 4.5 * pi


@dataclass(frozen=True)
class SwissRoll(Law):
    """x = t (cos t, sin t)/s, t = 3 pi/2 (1 + 2 u), u ~ U[0, 1).

    It is the curve itself: the noise of 0.25/s that the papers add would give it the whole plane as support.

    Of phi, see ``nearest``, there are at most three minima: for x at polar coordinates (r/s, a), phi'(t) = 0 says
    cos(t - a + atan t) = t/(r sqrt(1 + t^2)). The right side hardly changes and the argument of the cosine grows by
    less than 3.05 pi, so there are at most four extrema inside, of which minima and maxima take turns.

    Attributes:
        scale: s.
    """

    name = "swiss-roll"

    scale: float = 7.5

    def __post_init__(self) -> None:
        self._positive("scale")
        self._set(extent=MARGIN * _HIGH / self.scale)

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        return self._curve(_LOW + (_HIGH - _LOW) * uniform[..., 0])[0]

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        return distance_to_curve(x, self._curve, _LOW, _HIGH, closed=False)

    def _curve(self, t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        along, across = torch.stack([t.cos(), t.sin()], dim=-1), torch.stack([-t.sin(), t.cos()], dim=-1)
        t = t[..., None]
        return t * along / self.scale, (along + t * across) / self.scale, (2 * across - t * along) / self.scale
