"""An affine generator z -> z W + b: with Gaussian codes, every Gaussian law on an affine subspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .network import Array, Network, Tensor, affine


@dataclass(frozen=True)
class Affine(Network):
    """One affine map."""

    name: ClassVar[str] = "affine"

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Weights [in, out] and bias [1, out]."""
        return (self.inputs, self.outputs), (1, self.outputs)

    def start(self, random: np.random.Generator) -> Array:
        """As a layer of an MLP starts."""
        bound = self.inputs**-0.5
        return random.uniform(-bound, bound, (self.inputs + 1) * self.outputs)

    def apply(self, parameters: Tensor, x: Tensor) -> Tensor:
        """X W + b."""
        weights, bias = self.parts(parameters)
        return affine(x, weights, bias)
