"""Data at -1 and 1, generated points theta1 and theta2, D(x) = d* + psi1 x + psi2 x^2."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .game import Generator, Powers, TorchGame


class Choice(Generator):
    """One of two points, by the sign of the latent code."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """theta1 where z = -1, theta2 where z = 1."""
        return torch.where(z < 0, self.theta[0], self.theta[1])


class TwoPoints(TorchGame):
    """Four point masses and a quadratic discriminator."""

    latent = "sign"
    degree = 2

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator, self.generator = Powers(2), Choice(-1.0, 1.0)

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """The latent codes."""
        return z
