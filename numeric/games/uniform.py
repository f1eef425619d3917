"""p_D = U[-1, 1], generated samples theta z with z from U[-1, 1], D(x) = d* + psi x^2."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .game import FeatureDiscriminator, Generator, TorchGame


class Square(FeatureDiscriminator):
    """The square is the only feature."""

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """x^2."""
        return x * x


class Scale(Generator):
    """Stretches the latent codes."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Theta z."""
        return self.theta * z


class Uniform(TorchGame):
    """Uniform laws of different width."""

    latent = "uniform"
    degree = 2

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator, self.generator = Square(1), Scale(1.0)

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """The latent codes."""
        return z
