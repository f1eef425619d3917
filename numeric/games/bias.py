"""The Dirac-GAN with D(x) = d* + psi1 x + psi2."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .dirac import Dirac
from .game import FeatureDiscriminator


class WithBias(FeatureDiscriminator):
    """An affine function on the line."""

    def features(self, x: torch.Tensor) -> torch.Tensor:
        """X and 1."""
        return torch.cat([x, torch.ones_like(x)], dim=1)


class Bias(Dirac):
    """Point masses and an affine discriminator."""

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator = WithBias(2)
