"""p_D = N(0, 1), generated samples theta1 + theta2 z with z from N(0, 1), D(x) = d* + psi1 x + psi2 x^2."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .game import Generator, Powers, TorchGame


class LocationScale(Generator):
    """Shifts and stretches the latent codes."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """theta1 + theta2 z."""
        return self.theta[0] + self.theta[1] * z


class Gaussian(TorchGame):
    """Normal laws and a quadratic discriminator."""

    latent = "gauss"
    degree = 2

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator, self.generator = Powers(2), LocationScale(0.0, 1.0)

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """The latent codes."""
        return z
