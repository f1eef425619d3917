"""The uniform law on a segment of the plane: the "line" of Mescheder et al. 2018, Figure 5."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .law import MARGIN, Law


@dataclass(frozen=True)
class Segment(Law):
    """x = (l (u - 1/2), 0), u ~ U[0, 1). Where the paper's line lies is not known to us; this is our reconstruction.

    Attributes:
        length: l.
    """

    name = "segment"

    length: float = 2.0

    def __post_init__(self) -> None:
        self._positive("length")
        self._set(extent=MARGIN * self.length / 2)

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        along = self.length * (uniform[..., 0] - 0.5)
        return torch.stack([along, torch.zeros_like(along)], dim=-1)

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        return torch.hypot((x[..., 0].abs() - self.length / 2).clamp(min=0), x[..., 1])
