"""The Dirac-GAN with D(x) = d* + (psi - 1) x: its equilibrium has psi = 1."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ..modules import DiracDiscriminator
from .dirac import Dirac


class ShiftedDiscriminator(DiracDiscriminator):
    """A linear function whose slope is psi - 1."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The raw value at each sample of shape [N, 1], of shape [N]."""
        return self.output + x @ (self.psi - 1)


class Shifted(Dirac):
    """Point masses and a linear discriminator with another origin of its parameter."""

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator = ShiftedDiscriminator(1.0)
