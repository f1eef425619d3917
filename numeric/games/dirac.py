"""The Dirac-GAN: data at c, a generated point theta, D(x) = d* + psi x."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ..modules import DiracDiscriminator, DiracGenerator
from .game import TorchGame


class Dirac(TorchGame):
    """Point masses and a linear discriminator."""

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator, self.generator = DiracDiscriminator(), DiracGenerator()

    def real(self, z: torch.Tensor, data: torch.Tensor) -> torch.Tensor:
        """The data point, once for each latent code."""
        return data.expand(z.shape[0], 1)
