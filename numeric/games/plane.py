"""Data at the origin of R^n, a generated point (theta, 0) with theta in R^m, D(x) = d* + psi . x."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .game import Generator, Linear, TorchGame


class Embedded(Generator):
    """A point that moves along the first axes.

    Args:
        moving: m.
        dimension: n.
    """

    def __init__(self, moving: int, dimension: int) -> None:
        super().__init__(*[0.0] * moving)
        self.rest = dimension - moving

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """(theta, 0), once for each latent code."""
        return torch.nn.functional.pad(self.theta, (0, self.rest)).expand(z.shape[0], -1)


class Plane(TorchGame):
    """Point masses in n dimensions."""

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.dimension = options["dimension"]
        self.discriminator = Linear(self.dimension)
        self.generator = Embedded(options["generator_dimension"], self.dimension)

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """The origin."""
        return torch.zeros(z.shape[0], self.dimension, dtype=torch.float64, device=z.device)
