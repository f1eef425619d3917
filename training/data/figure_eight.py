"""A figure eight: the lemniscate of Gerono."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import torch

from .law import MARGIN, Law
from .nearest import distance_to_curve


@dataclass(frozen=True)
class FigureEight(Law):
    """x = r (sin t, sin t cos t), t = 2 pi u, u ~ U[0, 1).

    |x'(t)| lies between r sqrt(7)/4 and r sqrt(2), so the density along the curve is bounded from both sides. At 0 it
    crosses itself at right angles; everywhere else it is a manifold. Of phi, see ``nearest``, there are at most four
    minima: it is a trigonometric polynomial of degree 4, so phi' has at most 8 zeros.

    Attributes:
        radius: r.
    """

    name = "figure-eight"

    radius: float = 1.0

    def __post_init__(self) -> None:
        self._positive("radius")
        self._set(extent=MARGIN * self.radius)

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        return self._curve(2 * pi * uniform[..., 0])[0]

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        return distance_to_curve(x, self._curve, 0.0, 2 * pi, closed=True)

    def _curve(self, t: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        sine, cosine, double = t.sin(), t.cos(), (2 * t).sin()
        rows = (sine, double / 2), (cosine, (2 * t).cos()), (-sine, -2 * double)
        value, first, second = (self.radius * torch.stack(row, dim=-1) for row in rows)
        return value, first, second
