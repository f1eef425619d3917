"""Data (z, 0) and generated samples (theta1 z + theta2, theta3 z + theta4) with z from U[-1, 1], polynomial D."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .game import Generator, PlanePolynomial, TorchGame


class AffineImage(Generator):
    """A segment anywhere in the plane."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """Slopes (theta1, theta3), shifts (theta2, theta4)."""
        return z * self.theta[0::2] + self.theta[1::2]


class Segment(TorchGame):
    """A uniform law on a segment and a polynomial discriminator."""

    latent = "uniform"
    dimension = 2

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.degree = options["degree"]
        self.discriminator, self.generator = PlanePolynomial(self.degree), AffineImage(1.0, 0.0, 0.0, 0.0)

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """(z, 0)."""
        return torch.cat([z, torch.zeros_like(z)], dim=1)
