"""The Dirac-GAN with data at 0 and D(x) = d* + psi1 x + psi2 x^2."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .dirac import Dirac
from .game import Powers


class Quadratic(Dirac):
    """Point masses and a quadratic discriminator without bias."""

    degree = 2

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator = Powers(2)

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """The origin."""
        return torch.zeros(z.shape[0], 1, dtype=torch.float64, device=z.device)
