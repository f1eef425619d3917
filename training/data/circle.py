"""The uniform law on a circle of the plane."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import torch

from .law import MARGIN, Law


@dataclass(frozen=True)
class Circle(Law):
    """x = r (cos 2 pi u, sin 2 pi u), u ~ U[0, 1).

    Attributes:
        radius: r.
    """

    name = "circle"

    radius: float = 1.0

    def __post_init__(self) -> None:
        self._positive("radius")
        self._set(extent=MARGIN * self.radius)

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        angle = 2 * pi * uniform[..., 0]
        return self.radius * torch.stack([angle.cos(), angle.sin()], dim=-1)

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        return (torch.hypot(x[..., 0], x[..., 1]) - self.radius).abs()
