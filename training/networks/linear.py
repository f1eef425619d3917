"""The discriminator of the Dirac-GAN: D(x) = psi . x (Mescheder et al. 2018, Definition 2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .network import Array, Network, Tensor, affine


@dataclass(frozen=True)
class Linear(Network):
    """A linear map without a bias; D is that map plus the equilibrium output d* of the objective."""

    name: ClassVar[str] = "linear"
    bias_free: ClassVar[bool] = True

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Psi, a column per output."""
        return ((self.inputs, self.outputs),)

    def start(self, random: np.random.Generator) -> Array:
        """A point on the unit sphere."""
        direction = random.standard_normal(self.inputs * self.outputs)
        return direction / np.linalg.norm(direction)

    def apply(self, parameters: Tensor, x: Tensor) -> Tensor:
        """X psi."""
        (weights,) = self.parts(parameters)
        return affine(x, weights, weights.new_zeros(()))
