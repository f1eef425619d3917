"""Data e uniform on the unit circle, generated samples A e + b, polynomial D."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .game import Generator, PlanePolynomial, TorchGame


class AffineMap(Generator):
    """theta = (A11, A12, A21, A22, b1, b2)."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """A z + b for each row z of the latent codes [N, 2]."""
        return z @ self.theta[:4].reshape(2, 2).T + self.theta[4:]


class Circle(TorchGame):
    """A uniform law on a circle and a polynomial discriminator."""

    latent = "circle"
    dimension = 2

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.degree = options["degree"]
        self.discriminator, self.generator = PlanePolynomial(self.degree), AffineMap(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """The latent codes."""
        return z
