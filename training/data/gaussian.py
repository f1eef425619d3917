"""The Gaussian law N(0, sigma^2 I) on R^n."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .law import DEVIATIONS, MARGIN, Law

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Gaussian(Law):
    """x = sigma z, z ~ N(0, I). Its support is the whole space: every point has distance 0.

    Attributes:
        dimension: n.
        sigma: Standard deviation of a coordinate.
    """

    name = "gaussian"
    uniforms = 0

    dimension: int = 2
    sigma: float = 1.0

    def __post_init__(self) -> None:
        self._whole("dimension", 1, 10**6)
        self._positive("sigma")
        self._set(normals=self.dimension, intrinsic=self.dimension, extent=MARGIN * DEVIATIONS * self.sigma)

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        return self.sigma * normal
