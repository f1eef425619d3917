"""Fully connected networks: x_{l+1} = a(x_l W_l + b_l), the last layer without the activation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F

from .network import Array, Network, Tensor, affine

# The slope of leaky ReLU is the one of the papers' code.
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "leaky-relu": lambda x: F.leaky_relu(x, 0.2),
    "relu": torch.relu,
    "tanh": torch.tanh,
    "softplus": F.softplus,
}


@dataclass(frozen=True)
class MLP(Network):
    """A multilayer perceptron.

    Attributes:
        width: Units of every hidden layer.
        layers: Number of affine maps, so that there are layers - 1 hidden layers.
        activation: A key of ``ACTIVATIONS``.
    """

    name: ClassVar[str] = "mlp"

    width: int = 16
    layers: int = 4
    activation: str = "leaky-relu"

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of all layers, inputs and outputs included."""
        return (self.inputs, *[self.width] * (self.layers - 1), self.outputs)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Weights [in, out] and bias [1, out] of every layer."""
        return tuple(shape for before, after in pairwise(self.sizes) for shape in ((before, after), (1, after)))

    def start(self, random: np.random.Generator) -> Array:
        """U(-1/sqrt(in), 1/sqrt(in)) for weights and biases, the law that ``torch.nn.Linear`` starts from."""
        parts = []
        for before, after in pairwise(self.sizes):
            bound = before**-0.5
            parts.append(random.uniform(-bound, bound, (before + 1) * after))
        return np.concatenate(parts)

    def apply(self, parameters: Tensor, x: Tensor) -> Tensor:
        """Batched matrix products, one per layer for all members."""
        parts = self.parts(parameters)
        activation = ACTIVATIONS[self.activation]
        last = len(parts) // 2 - 1
        for layer in range(last + 1):
            x = affine(x, parts[2 * layer], parts[2 * layer + 1])
            if layer < last:
                x = activation(x)
        return x
