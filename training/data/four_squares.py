"""The uniform law on four separate squares of the plane."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import torch

from .law import MARGIN, Law, piece


@dataclass(frozen=True)
class FourSquares(Law):
    """x = (+-c, +-c) + s (u - 1/2), u ~ U[0, 1)^2: a density with compact support in four pieces.

    Attributes:
        centre: c.
        side: s. Below sqrt(2) c, so that the discs round the squares are disjoint.
    """

    name = "four-squares"
    intrinsic = 2
    uniforms = 3

    centre: float = 1.0
    side: float = 1.0

    def __post_init__(self) -> None:
        self._positive("centre", "side")
        if not self.side < sqrt(2) * self.centre:
            raise self._error("side", self.side, f"give less than sqrt(2) centre, where centre = {self.centre:g}")
        self._set(extent=MARGIN * (self.centre + self.side / 2), spread=self.side / sqrt(2))

    def modes(self) -> torch.Tensor:
        """The squares' centres, of shape [4, 2]."""
        return self._centres(torch.arange(4, dtype=torch.float64))

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        return self._centres(piece(uniform[..., 0], 4)) + self.side * (uniform[..., 1:] - 0.5)

    def _centres(self, index: torch.Tensor) -> torch.Tensor:
        return self.centre * (1 - 2 * torch.stack([index % 2, (index / 2).floor()], dim=-1))

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        # By symmetry the nearest point of the support lies in the closed quadrant of x.
        outside = ((x.abs() - self.centre).abs() - self.side / 2).clamp(min=0)
        return torch.hypot(outside[..., 0], outside[..., 1])
