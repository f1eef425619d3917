"""The uniform law on four segments of the plane: the "four lines" of Mescheder et al. 2018, Figure 5."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import torch

from .law import MARGIN, Law, piece


@dataclass(frozen=True)
class FourSegments(Law):
    """The middle parts of the four sides of a square: (r, s) and its turns by 90, 180 and 270 degrees, |s| <= l/2.

    s = l (v - 1/2), v ~ U[0, 1). How the paper's lines lie is not known to us; this is our reconstruction.

    Attributes:
        radius: r, the distance of a segment's centre from 0.
        length: l. Below sqrt(2) r, so that the discs round the segments are disjoint.
    """

    name = "four-segments"
    uniforms = 2

    radius: float = 1.0
    length: float = 1.0

    def __post_init__(self) -> None:
        self._positive("radius", "length")
        if not self.length < sqrt(2) * self.radius:
            raise self._error("length", self.length, f"give less than sqrt(2) radius, where radius = {self.radius:g}")
        self._set(extent=MARGIN * self.radius, spread=self.length / 2)

    def modes(self) -> torch.Tensor:
        """The segments' centres, of shape [4, 2]."""
        index = torch.arange(4, dtype=torch.float64)
        return self._placed(index, torch.zeros_like(index))

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        return self._placed(piece(uniform[..., 0], 4), self.length * (uniform[..., 1] - 0.5))

    def _placed(self, index: torch.Tensor, along: torch.Tensor) -> torch.Tensor:
        across = self.radius * (1 - 2 * (index >= 2).to(along))
        upright = index % 2 == 0
        return torch.stack([torch.where(upright, across, along), torch.where(upright, along, across)], dim=-1)

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        # By symmetry the nearest point of the support lies in the closed quadrant of x.
        across, along = (x.abs() - self.radius).unbind(-1), (x.abs() - self.length / 2).clamp(min=0).unbind(-1)
        return torch.minimum(torch.hypot(across[0], along[1]), torch.hypot(along[0], across[1]))
