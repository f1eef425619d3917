"""What a network has to say: its shapes, where it starts, and what it computes for every member of a stack."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float64]
Tensor = torch.Tensor


@dataclass(frozen=True)
class Network(ABC):
    """A function of parameters and inputs; the parameters of one member are one row of a matrix.

    Attributes:
        name: As written in a study.
        inputs: Dimension of one input.
        outputs: Dimension of one output.
        bias_free: Whether the output at an equilibrium has to be added from outside.
    """

    name: ClassVar[str]
    bias_free: ClassVar[bool] = False

    inputs: int
    outputs: int

    @property
    @abstractmethod
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of the parameter tensors, in the order in which they lie in a row."""

    @abstractmethod
    def start(self, random: np.random.Generator) -> Array:
        """Initial parameters of one member, of shape [P]."""

    @abstractmethod
    def apply(self, parameters: Tensor, x: Tensor) -> Tensor:
        """The outputs.

        Args:
            parameters: Of shape [E, P].
            x: Inputs, of shape [E, N, inputs].

        Returns:
            Of shape [E, N, outputs].
        """

    @property
    def count(self) -> int:
        """P, the number of parameters."""
        return sum(map(prod, self.shapes))

    def parts(self, parameters: Tensor) -> Sequence[Tensor]:
        """The parameter tensors of every member, each of shape [E, *shape]."""
        # One split: its derivative is one concatenation, where slices would each fill a whole row with zeros.
        pieces = parameters.split([prod(shape) for shape in self.shapes], dim=1)
        return [piece.reshape(-1, *shape) for piece, shape in zip(pieces, self.shapes, strict=True)]


def affine(x: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
    """X W + b for every member.

    Args:
        x: Of shape [E, N, in].
        weights: Of shape [E, in, out].
        bias: Of shape [E, 1, out].

    Returns:
        Of shape [E, N, out]. A member's rows do not depend on E, not in their last bit: for one member and one output
        batched products take another kernel, so that those are written out.
    """
    if weights.shape[-1] == 1:
        return (x * weights.transpose(1, 2)).sum(-1, keepdim=True) + bias
    return torch.baddbmm(bias, x, weights)
