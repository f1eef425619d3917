"""Twenty-five Gaussians on a square grid (Srivastava et al. 2017; Lin et al. 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .law import DEVIATIONS, MARGIN
from .mixture import GaussianMixture


@dataclass(frozen=True)
class TwentyFiveGaussians(GaussianMixture):
    """c_j = a (j mod 5 - 2, floor(j/5) - 2).

    Gulrajani et al. 2017 divide all coordinates by 2.828: spacing 0.7072, sigma 0.01768.

    Attributes:
        spacing: a, between neighbouring means.
        sigma: Standard deviation of a coordinate round its mean.
    """

    name = "twenty-five-gaussians"
    count = 25

    spacing: float = 2.0
    sigma: float = 0.05

    def __post_init__(self) -> None:
        self._positive("spacing", "sigma")
        self._set(extent=MARGIN * (2 * self.spacing + DEVIATIONS * self.sigma), spread=3 * self.sigma)

    def _centres(self, index: torch.Tensor) -> torch.Tensor:
        return self.spacing * (torch.stack([index % 5, (index / 5).floor()], dim=-1) - 2)
