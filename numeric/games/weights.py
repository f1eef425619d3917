"""Two modes at -1 and 1 whose weights are 1/2 -+ theta, D(x) = d* + psi s(x), with s the sign: constant around each."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from .game import FeatureDiscriminator, Generator, TorchGame

Tensor = torch.Tensor


class Mode(FeatureDiscriminator):
    """Tells the modes apart and is flat on each."""

    def features(self, x: Tensor) -> Tensor:
        """The sign of x, whose gradient is 0."""
        return torch.sign(x)


class Mixture(Generator):
    """Samples of both modes; theta is in how often each occurs (``Weights.fake_weights``)."""

    def forward(self, z: Tensor) -> Tensor:
        """The latent codes."""
        return z


class Weights(TorchGame):
    """A mixture's weights and a locally constant discriminator."""

    latent = "sign"

    def __init__(self, options: Mapping[str, int]) -> None:
        super().__init__(options)
        self.discriminator, self.generator = Mode(1), Mixture(0.0)

    def real(self, z: Tensor, data: Tensor) -> Tensor:
        """The latent codes."""
        return z

    def fake_weights(self, theta: Tensor, z: Tensor, weights: Tensor | None) -> Tensor:
        """1/2 + theta on the mode at 1, 1/2 - theta on the other."""
        return torch.where(z[:, 0] > 0, 0.5 + theta, 0.5 - theta)
