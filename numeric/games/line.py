"""Data (0, y) and generated samples (theta, y) with y from U[-1, 1], D(x) = d* + psi1 x1 + psi2 x2."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .game import Generator, Linear, TorchGame


class Beside(Generator):
    """A vertical segment."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """(theta, z)."""
        return torch.cat([self.theta.expand(z.shape[0], 1), z], dim=1)


class Line(TorchGame):
    """Uniform laws on parallel segments."""

    latent = "uniform"
    dimension = 2

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator, self.generator = Linear(2), Beside(0.0)

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """(0, z)."""
        return torch.cat([torch.zeros_like(z), z], dim=1)
