"""What a prototype has to say in torch: modules, and samples as functions of latent variables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import nn

Latent = Literal["point", "uniform", "gauss", "sign", "circle"]
Tensor = torch.Tensor


class TorchGame(ABC):
    """A prototype game as training code has it.

    Modules have one flat parameter each, ``theta`` of shape [m] and ``psi`` of shape [n], in the order of the
    prototype's own; the discriminator has a buffer ``output``, the equilibrium output d*, besides.

    Args:
        options: Values of the prototype's keys.

    Attributes:
        latent: The law of the latent codes z: nothing random, uniform on [-1, 1], standard normal, a fair sign (all of
            shape [N, 1]), or uniform on the unit circle ([N, 2]).
        discriminator: From samples [N, d] to raw values [N].
        generator: From latent codes to samples [N, d].
        degree: The largest degree of D in a sample.
        dimension: The samples' d.
    """

    latent: ClassVar[Latent] = "point"
    degree: int = 1
    dimension: int = 1
    discriminator: nn.Module
    generator: nn.Module

    def __init__(self, options: Mapping[str, int]) -> None:
        self.options = options

    @abstractmethod
    def real(self, z: Tensor, data: Tensor) -> Tensor:
        """Real samples, of shape [N, d].

        Args:
            z: Latent codes.
            data: Where the data sit, of shape [], on prototypes where that can be said.
        """

    def fake_weights(self, theta: Tensor, z: Tensor, weights: Tensor | None) -> Tensor | None:
        """How often each generated sample occurs, of shape [N]; None where all occur equally often.

        Args:
            theta: G's parameters, of shape [m].
            z: Latent codes.
            weights: How often each latent code occurs.
        """
        return weights


class FeatureDiscriminator(nn.Module, ABC):
    """D(x) = d* + psi . phi(x).

    Args:
        count: The number of features.

    Attributes:
        psi: The parameters, of shape [count]; 0 at first.
        output: The equilibrium output d*, a buffer of shape [].
    """

    output: Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.zeros(count, dtype=torch.float64))
        self.register_buffer("output", torch.zeros((), dtype=torch.float64))

    @abstractmethod
    def features(self, x: Tensor) -> Tensor:
        """The features at samples of shape [N, d], of shape [N, count]."""

    def forward(self, x: Tensor) -> Tensor:
        """The raw value at each sample of shape [N, d], of shape [N]."""
        return self.output + self.features(x) @ self.psi


class Linear(FeatureDiscriminator):
    """The coordinates are the features."""

    def features(self, x: Tensor) -> Tensor:
        """X itself."""
        return x


class Powers(FeatureDiscriminator):
    """x, x^2, ..., on samples of shape [N, 1]."""

    def features(self, x: Tensor) -> Tensor:
        """The powers from 1 on."""
        return torch.cat([x**power for power in range(1, len(self.psi) + 1)], dim=1)


class PlanePolynomial(FeatureDiscriminator):
    """All monomials x^i y^j of degree 1 to ``degree``, by degree and then by j, on samples of shape [N, 2]."""

    def __init__(self, degree: int) -> None:
        self.pairs = [(total - j, j) for total in range(1, degree + 1) for j in range(total + 1)]
        super().__init__(len(self.pairs))

    def features(self, x: Tensor) -> Tensor:
        """The monomials."""
        return torch.stack([x[:, 0] ** i * x[:, 1] ** j for i, j in self.pairs], dim=1)


class Generator(nn.Module, ABC):
    """A generator with one flat parameter.

    Args:
        start: What theta is at first: the equilibrium.

    Attributes:
        theta: Of shape [m].
    """

    def __init__(self, *start: float) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(start, dtype=torch.float64))

    @abstractmethod
    def forward(self, z: Tensor) -> Tensor:
        """Samples of shape [N, d] for latent codes of shape [N, k]."""
