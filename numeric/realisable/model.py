"""One game in torch: samples and D as functions of the parameters, for autograd and for the moments alike."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ..field import tensor
from ..interpret import WeightedSamples
from ..quadrature import MINIMUM_NODES, gauss_hermite, gauss_legendre, gaussian_noise
from .discriminators import discriminator_of
from .generators import generator_of
from .manifold import Numbers, coordinates, place
from .shape import Shape

Tensor = torch.Tensor


class Model:
    """What the parameters of a game mean; written for one game, batched by ``vmap``.

    Args:
        shape: The architecture.

    Attributes:
        noise: Nodes for a standard normal vector and their weights, of shapes [M, n] and [M]. They stand for it on
            both sides of every comparison.
        mixing: Nodes of [0, 1] and their weights.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.generator, self.discriminator = generator_of(shape), discriminator_of(shape)
        noise = gaussian_noise(gauss_hermite(MINIMUM_NODES), 1, shape.ambient)
        uniform = gauss_legendre(MINIMUM_NODES)
        self.noise = tensor(noise.positions), tensor(noise.weights)
        self.mixing = tensor(uniform.positions), tensor(uniform.weights)

    def places(self, theta: Tensor, numbers: Numbers) -> Tensor:
        """Generated samples, of shape [N, n], for theta of shape [m]."""
        return place(self.shape, numbers, self.generator.chart(theta, numbers["codes"]))

    def samples(self, theta: Tensor, numbers: Numbers) -> WeightedSamples:
        """Real and generated samples with their weights; the real ones are generated at theta*."""
        real, often = self.places(numbers["theta"], numbers), numbers["weights"]
        if "displacement" in numbers:
            real = real + numbers["displacement"]
        return WeightedSamples(real, self.places(theta, numbers), *self.noise, *self.mixing, often, often)

    def discriminate(self, psi: Tensor, numbers: Numbers) -> Callable[[Tensor], Tensor]:
        """D - d* as a function of samples [N, n], with values [N].

        Tables that only some games have: ``outside`` and ``square_radius`` (a term c max(0, |x - b|^2 - R^2)^4 that
        vanishes around the data), ``tilt`` g and ``bowl`` c (g . s + c |s|^2/2, which vanishes on the manifold only).
        """

        def value(x: Tensor) -> Tensor:
            total = self.discriminator.difference(psi, numbers, x)
            if "outside" in numbers:
                excess = ((x - numbers["shift"]) ** 2).sum(-1) - numbers["square_radius"]
                total = total + numbers["outside"] * torch.maximum(excess, torch.zeros_like(excess)) ** 4
            if "tilt" in numbers or "bowl" in numbers:
                s = coordinates(self.shape, numbers, x)[:, self.shape.intrinsic :]
                if "tilt" in numbers:
                    total = total + s @ numbers["tilt"]
                if "bowl" in numbers:
                    total = total + numbers["bowl"] * (s * s).sum(-1) / 2
            return total

        return value
