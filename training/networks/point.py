"""The generator of the Dirac-GAN: a point mass at theta in R^n (Mescheder et al. 2018, Definition 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .network import Array, Network, Tensor


@dataclass(frozen=True)
class Point(Network):
    """Every latent code becomes theta."""

    name: ClassVar[str] = "point"

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Theta itself."""
        return ((1, self.outputs),)

    def start(self, random: np.random.Generator) -> Array:
        """A point on the unit sphere."""
        direction = random.standard_normal(self.outputs)
        return direction / np.linalg.norm(direction)

    def apply(self, parameters: Tensor, x: Tensor) -> Tensor:
        """Theta for every code."""
        return self.parts(parameters)[0].expand(-1, x.shape[1], -1)
