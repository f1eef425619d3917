"""A Gaussian law on a random affine subspace of R^n."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .manifold import RandomManifold


@dataclass(frozen=True)
class AffineSubspace(RandomManifold):
    """x = b + R (t, 0), t ~ N(0, I_k), R uniform on O(n), b ~ N(0, I_n), both functions of the seed.

    Attributes:
        dimension: n.
        intrinsic: k, from 1 to n.
        seed: Which subspace.
    """

    name = "affine-subspace"
    curved = False

    dimension: int = 10
    intrinsic: int = 2
    seed: int = 0

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.vector_norm(self._coordinates(x)[..., self.intrinsic :], dim=-1)
