"""A point mass in R^n: the data of the Dirac-GAN (Mescheder et al. 2018, Definition 2.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .law import MARGIN, Law


@dataclass(frozen=True)
class Dirac(Law):
    """x = a, always.

    Attributes:
        dimension: n.
        at: a: a number for all coordinates, or n numbers (written ``at=1:0:-2``).
    """

    name = "dirac"
    intrinsic = 0
    uniforms = 0

    dimension: int = 2
    at: float | tuple[float, ...] = 0.0

    def __post_init__(self) -> None:
        self._whole("dimension", 1, 10**6)
        numbers = self.at if isinstance(self.at, tuple) else (self.at,)
        if any(isinstance(a, bool) or not isinstance(a, int | float) or not np.isfinite(a) for a in numbers):
            raise self._error("at", self.at, "give finite numbers")
        if isinstance(self.at, tuple) and len(self.at) != self.dimension:
            raise self._error("at", self.at, f"give one number, or {self.dimension} as dimension says")
        self._set(extent=MARGIN * max(1.0, *(abs(a) for a in numbers)))

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        return self._place(normal).expand(*normal.shape[:-1], self.dimension).clone()

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.vector_norm(x - self._place(x), dim=-1)

    def _place(self, like: torch.Tensor) -> torch.Tensor:
        return self._table("at", lambda: np.broadcast_to(np.array(self.at, dtype=np.float64), self.dimension), like)
