"""Discriminators that are linear in their parameters: D(x) = d* + psi . tanh(x A + c) with fixed random A and c."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch

from .network import Array, Network, Tensor, affine


@dataclass(frozen=True)
class Features(Network):
    """Linear in random features, so that Theorem 4.1 speaks of it with explicit moments.

    Attributes:
        count_of_features: Their number.
        feature_seed: Of A (standard normal) and c (uniform on [-1, 1]).
    """

    name: ClassVar[str] = "features"
    bias_free: ClassVar[bool] = True

    count_of_features: int = 8
    feature_seed: int = 0

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Psi, a column per output."""
        return ((self.count_of_features, self.outputs),)

    def start(self, random: np.random.Generator) -> Array:
        """A point on the unit sphere."""
        direction = random.standard_normal(self.count)
        return direction / np.linalg.norm(direction)

    def apply(self, parameters: Tensor, x: Tensor) -> Tensor:
        """Features times psi."""
        scales, shifts = tables(self, x.dtype, x.device)
        (weights,) = self.parts(parameters)
        return affine(torch.tanh(x @ scales + shifts), weights, weights.new_zeros(()))


@lru_cache(maxsize=64)
def tables(network: Features, dtype: torch.dtype, device: torch.device) -> tuple[Tensor, Tensor]:
    """A of shape [inputs, features] and c of shape [features]; kept, for copies to a device are slow."""
    random = np.random.default_rng([network.feature_seed, network.inputs, network.count_of_features])
    scales = random.standard_normal((network.inputs, network.count_of_features))
    shifts = random.uniform(-1, 1, network.count_of_features)
    return torch.tensor(scales, dtype=dtype, device=device), torch.tensor(shifts, dtype=dtype, device=device)
