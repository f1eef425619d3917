"""Smooth networks as ordinary modules, each a function of the few numbers that it is built from.

Their ``repr`` is the call that builds them again, so that what Hypothesis prints can be pasted into a test. Weights are
small multiples of powers of two, and therefore the same numbers in every dtype: networks of different dtypes differ by
the rounding of the arithmetic only. They come from NumPy's generator, so that neither torch's version nor the device
matters, and torch's own random state is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import torch
from hypothesis.errors import InvalidArgument
from torch import nn
from torch.nn.utils import skip_init

Shape = tuple[int, ...]
# nn.Softplus is linear beyond its threshold, with second derivative 0; at 40 the difference is below double rounding.
_ACTIVATIONS = {
    "tanh": nn.Tanh,
    "softplus": lambda: nn.Softplus(threshold=40),
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
}
# Weights are multiples of 1/_STEPS of their scale: few enough bits for every dtype.
_STEPS = 8


class Network(nn.Module):
    """A map from [N, *inputs] to [N, *outputs].

    Attributes:
        inputs: The shape of one sample.
        outputs: The shape of one value; () for a discriminator's raw value.
        layers: What is applied, from samples to values of shape [N, prod(outputs)] or [N, *outputs].
    """

    def __init__(self, inputs: Shape, outputs: Shape, layers: nn.Module, **built_from: Any) -> None:
        super().__init__()
        self.inputs, self.outputs, self.layers = tuple(inputs), tuple(outputs), layers
        self._built_from = built_from

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The values at samples.

        Args:
            x: Of shape [N, *inputs].

        Returns:
            Of shape [N, *outputs].
        """
        return self.layers(x).reshape(x.shape[0], *self.outputs)

    def __repr__(self) -> str:
        """The call that builds the network again, with the weights that it was built with."""
        outputs = {"outputs": self.outputs} if self.outputs else {}
        first = next(self.parameters())
        dtype = str(first.dtype).removeprefix("torch.")
        place = {"dtype": dtype} if dtype != "float64" else {}
        place |= {"device": str(first.device)} if first.device.type != "cpu" else {}
        arguments = {"inputs": self.inputs} | outputs | self._built_from | place
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in arguments.items())})"


class Linear(Network):
    """y = A x + b with most weights 0, on samples laid out as one vector.

    Args:
        inputs: The shape of one sample.
        outputs: The shape of one value.
        weights: The entries of A that are not 0, by the index of the output followed by that of the input.
        bias: b, the same number for every output; without it there is no such parameter.
        dtype: Of the parameters.
        device: Of the parameters.
    """

    def __init__(
        self,
        inputs: Shape,
        outputs: Shape = (),
        *,
        weights: Mapping[tuple[int, ...], float],
        bias: float | None = None,
        dtype: str | torch.dtype = "float64",
        device: str | torch.device = "cpu",
    ) -> None:
        layer = _fresh(nn.Linear, prod(inputs), prod(outputs), bias=bias is not None, dtype=dtype, device=device)
        dense = torch.zeros(*outputs, *inputs, dtype=torch.float64)
        for index, value in weights.items():
            dense[index] = value
        with torch.no_grad():
            layer.weight.copy_(dense.reshape(layer.weight.shape))
            if bias is not None:
                layer.bias.fill_(bias)
        given = {"weights": dict(weights)} | ({} if bias is None else {"bias": bias})
        super().__init__(inputs, outputs, nn.Sequential(nn.Flatten(), layer), **given)


class MLP(Network):
    """A multilayer perceptron; without hidden layers, an affine map with dense weights.

    Args:
        inputs: The shape of one sample.
        outputs: The shape of one value.
        widths: Of the hidden layers.
        activation: After every hidden layer: tanh, softplus, sigmoid, gelu or silu.
        seed: What all weights follow from.
        dtype: Of the parameters.
        device: Of the parameters.
    """

    def __init__(
        self,
        inputs: Shape,
        outputs: Shape = (),
        *,
        widths: tuple[int, ...],
        activation: str = "tanh",
        seed: int = 0,
        dtype: str | torch.dtype = "float64",
        device: str | torch.device = "cpu",
    ) -> None:
        layers: list[nn.Module] = [nn.Flatten()]
        before = prod(inputs)
        for width in widths:
            layers += [_fresh(nn.Linear, before, width, dtype=dtype, device=device), _ACTIVATIONS[activation]()]
            before = width
        layers.append(_fresh(nn.Linear, before, prod(outputs), dtype=dtype, device=device))
        super().__init__(
            inputs, outputs, _filled(nn.Sequential(*layers), seed), widths=widths, activation=activation, seed=seed
        )


class RandomFeatures(Network):
    """y = sum_i psi_i cos(omega_i . x + c_i): linear in its parameters psi, the features fixed.

    Args:
        inputs: The shape of one sample.
        outputs: The shape of one value.
        count: How many features.
        seed: What the frequencies omega, the phases c and psi follow from.
        dtype: Of parameters and features.
        device: Of parameters and features.
    """

    def __init__(
        self,
        inputs: Shape,
        outputs: Shape = (),
        *,
        count: int,
        seed: int = 0,
        dtype: str | torch.dtype = "float64",
        device: str | torch.device = "cpu",
    ) -> None:
        features = _FixedCosines(prod(inputs), count, _type(dtype), device)
        weights = _fresh(nn.Linear, count, prod(outputs), bias=False, dtype=dtype, device=device)
        layers = nn.Sequential(nn.Flatten(), features, weights)
        super().__init__(inputs, outputs, _filled(layers, seed), count=count, seed=seed)


class Convolutional(Network):
    """Convolutions with 3 x 3 kernels between an image [C, H, W] and a vector, in either direction.

    A discriminator halves the image from its second convolution on and ends in a linear layer; a generator begins with
    a linear layer and keeps the size of the image.

    Args:
        inputs: The shape of one sample; an image if ``outputs`` is none.
        outputs: The shape of one value; an image if ``inputs`` is none.
        channels: Of the hidden layers, from the input on.
        activation: After every hidden layer: tanh, softplus, sigmoid, gelu or silu.
        seed: What all weights follow from.
        dtype: Of the parameters.
        device: Of the parameters.
    """

    def __init__(
        self,
        inputs: Shape,
        outputs: Shape = (),
        *,
        channels: tuple[int, ...],
        activation: str = "tanh",
        seed: int = 0,
        dtype: str | torch.dtype = "float64",
        device: str | torch.device = "cpu",
    ) -> None:
        where = {"dtype": dtype, "device": device}
        generating = len(outputs) == 3
        layers: list[nn.Module] = []
        before, height, width = outputs if generating else inputs
        if generating:
            first = _fresh(nn.Linear, prod(inputs), channels[0] * height * width, **where)
            layers += [nn.Flatten(), first, nn.Unflatten(1, (channels[0], height, width)), _ACTIVATIONS[activation]()]
            steps = zip(channels, (*channels[1:], outputs[0]), strict=True)
            for place, (ins, outs) in enumerate(steps, 1):
                layers.append(_fresh(nn.Conv2d, ins, outs, 3, padding=1, **where))
                layers += [_ACTIVATIONS[activation]()] * (place < len(channels))
        else:
            for place, count in enumerate(channels):
                stride = 2 if place else 1
                layers += [_fresh(nn.Conv2d, before, count, 3, stride=stride, padding=1, **where)]
                layers += [_ACTIVATIONS[activation]()]
                before, height, width = count, -(-height // stride), -(-width // stride)
            layers += [nn.Flatten(), _fresh(nn.Linear, before * height * width, prod(outputs), **where)]
        super().__init__(
            inputs, outputs, _filled(nn.Sequential(*layers), seed), channels=channels, activation=activation, seed=seed
        )


class _FixedCosines(nn.Module):
    """x -> cos(omega x + c), with buffers in place of parameters."""

    frequencies: torch.Tensor
    phases: torch.Tensor

    def __init__(self, inputs: int, count: int, dtype: torch.dtype, device: str | torch.device) -> None:
        super().__init__()
        self.register_buffer("frequencies", torch.zeros(count, inputs, dtype=dtype, device=device))
        self.register_buffer("phases", torch.zeros(count, dtype=dtype, device=device))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features of shape [N, count] at samples of shape [N, inputs]."""
        return torch.cos(x @ self.frequencies.T + self.phases)


def require_device(device: str | torch.device) -> None:
    """Checks that there is such a device.

    Raises:
        InvalidArgument: If tensors cannot be put there.
    """
    try:
        torch.empty(0, device=device)
    except (AssertionError, RuntimeError, TypeError) as error:
        raise InvalidArgument(f"device={device!r}: {str(error).splitlines()[0]}") from error


def numbers(seed: int, *shapes: Shape) -> list[torch.Tensor]:
    """Pseudo-random multiples of 1/8 from -1 to 1, in double precision on the CPU; a function of the seed.

    Args:
        seed: What they follow from.
        *shapes: Of the tensors.
    """
    random = np.random.default_rng(seed)
    return [torch.from_numpy(random.integers(-_STEPS, _STEPS, shape, endpoint=True) / _STEPS) for shape in shapes]


def _fresh(
    kind: type[nn.Module], *sizes: int, dtype: str | torch.dtype, device: str | torch.device, **options: Any
) -> Any:
    """A layer without values: its usual ones would be taken from torch's random state."""
    return skip_init(kind, *sizes, dtype=_type(dtype), device=device, **options)


def _filled(layers: nn.Module, seed: int) -> nn.Module:
    """The same layers with weights of the size 1/sqrt(fan-in), rounded to a power of two, and biases of the size 1."""
    tensors = [*layers.parameters(), *layers.buffers()]
    with torch.no_grad():
        for tensor, values in zip(tensors, numbers(seed, *(tuple(t.shape) for t in tensors)), strict=True):
            fan_in = tensor[0].numel()
            tensor.copy_(values / 2 ** ((fan_in.bit_length() - 1) // 2))
    return layers


def _type(dtype: str | torch.dtype) -> torch.dtype:
    return getattr(torch, dtype) if isinstance(dtype, str) else dtype
