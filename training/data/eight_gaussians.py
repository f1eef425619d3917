"""Eight Gaussians on a circle (Metz et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import torch

from .law import DEVIATIONS, MARGIN
from .mixture import GaussianMixture


@dataclass(frozen=True)
class EightGaussians(GaussianMixture):
    """c_j = r (cos(pi j/4), sin(pi j/4)).

    The defaults are those of Metz et al. 2017 and Nagarajan & Kolter 2017; Mescheder et al. 2017 have radius 1 and
    sigma 0.01.

    Attributes:
        radius: r.
        sigma: Standard deviation of a coordinate round its mean.
    """

    name = "eight-gaussians"
    count = 8

    radius: float = 2.0
    sigma: float = 0.02

    def __post_init__(self) -> None:
        self._positive("radius", "sigma")
        self._set(extent=MARGIN * (self.radius + DEVIATIONS * self.sigma), spread=3 * self.sigma)

    def _centres(self, index: torch.Tensor) -> torch.Tensor:
        angle = index * (pi / 4)
        return self.radius * torch.stack([angle.cos(), angle.sin()], dim=-1)
