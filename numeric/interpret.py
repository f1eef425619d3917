"""The penalty language in torch, on any discriminator that maps x [N, ...] to [N], by double backward.

Everything is built from ``torch.func``-compatible operations: an interpreted penalty can be differentiated, vmapped
over cases and differentiated again. Rational numbers stay exact until they meet a tensor.

``norm`` and ``abs`` are kept unevaluated until it is known what is done with them: an even power of a norm is a dot
product, smooth at 0, where the square of a square root would give NaN gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import pi
from operator import add, mul, truediv
from typing import Protocol

import torch

from ..symbolic import expression as ex
from .functions import stable_softplus


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector value.

    Attributes:
        entries: Of shape [N, d] inside an expectation, [d] outside.
    """

    entries: torch.Tensor


@dataclass(frozen=True, slots=True)
class Modulus:
    """The absolute value or Euclidean norm of something, not computed yet."""

    of: torch.Tensor | Vector

    def value(self) -> torch.Tensor:
        """The modulus; its gradient at 0 is 0, the subgradient of least norm."""
        if isinstance(self.of, Vector):
            if self.of.entries.shape[-1] == 1:
                return self.of.entries[..., 0].abs()
            square = self.square()
            positive = square > 0
            return torch.where(positive, torch.where(positive, square, 1.0).sqrt(), 0.0)
        return self.of.abs()

    def square(self) -> torch.Tensor:
        """The squared modulus, as a dot product."""
        if isinstance(self.of, Vector):
            return (self.of.entries * self.of.entries).sum(-1)
        return self.of * self.of


Value = Fraction | torch.Tensor | Vector | Modulus
Discriminator = Callable[[torch.Tensor], torch.Tensor]


class Samples(Protocol):
    """Where expectations get their samples from."""

    def draw(self, kind: str, variance: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Samples x of shape [N, ...] for an expectation operator, and their weights [N] (None: all equal)."""
        ...


@dataclass(frozen=True, slots=True)
class WeightedSamples:
    """Explicit samples of which every expectation is an exact finite sum.

    Attributes:
        real: Of shape [N, d].
        fake: Of shape [M, d].
        noise: Standard normal nodes of shape [n, d], with ``noise_weights`` of shape [n].
        mixing: Nodes in [0, 1] of shape [m], with ``mixing_weights`` of shape [m].
        real_weights: How often each real sample occurs, of shape [N]; None if all occur equally often.
        fake_weights: The same for fake samples, of shape [M].
    """

    real: torch.Tensor
    fake: torch.Tensor
    noise: torch.Tensor
    noise_weights: torch.Tensor
    mixing: torch.Tensor
    mixing_weights: torch.Tensor
    real_weights: torch.Tensor | None = None
    fake_weights: torch.Tensor | None = None

    def draw(self, kind: str, variance: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor | None]:
        """All combinations of samples and nodes, with the products of their weights.

        Raises:
            ValueError: For an unknown operator.
        """
        match kind:
            case "E_real":
                return self.real, self.real_weights
            case "E_fake":
                return self.fake, self.fake_weights
            case "E_mix":
                u = self.mixing[:, None, None, None]
                x = (1 - u) * self.real[None, :, None, :] + u * self.fake[None, None, :, :]
                pairs = x.shape[1] * x.shape[2]
                if self.real_weights is None and self.fake_weights is None:
                    return x.reshape(-1, x.shape[-1]), (self.mixing_weights / pairs).repeat_interleave(pairs)
                real, fake = weights_of(self.real, self.real_weights), weights_of(self.fake, self.fake_weights)
                weights = self.mixing_weights[:, None, None] * real[None, :, None] * fake[None, None, :]
                return x.reshape(-1, x.shape[-1]), weights.reshape(-1)
            case "E_real_noisy" | "E_fake_noisy":
                assert variance is not None
                real = kind == "E_real_noisy"
                clean, often = (self.real, self.real_weights) if real else (self.fake, self.fake_weights)
                return noisy(clean, variance.sqrt(), self.noise, self.noise_weights, often)
        raise ValueError(f"unknown expectation {kind}; known: {', '.join(sorted(ex.EXPECTATIONS))}")


def noisy(
    clean: torch.Tensor,
    deviation: torch.Tensor,
    nodes: torch.Tensor,
    weights: torch.Tensor,
    often: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Every sample at every noise node.

    Args:
        clean: Samples, of shape [N, d].
        deviation: Standard deviation, of shape [].
        nodes: Of shape [n, d].
        weights: Of shape [n].
        often: How often each sample occurs, of shape [N]; None if all occur equally often.

    Returns:
        Samples [N*n, d] and weights [N*n].
    """
    x = clean[:, None, :] + deviation * nodes[None, :, :]
    if often is None:
        return x.reshape(-1, x.shape[-1]), (weights / clean.shape[0]).repeat(clean.shape[0])
    return x.reshape(-1, x.shape[-1]), (often[:, None] * weights[None, :]).reshape(-1)


def weights_of(samples: torch.Tensor, often: torch.Tensor | None) -> torch.Tensor:
    """How often each of the samples [N, d] occurs, of shape [N]."""
    return samples.new_full(samples.shape[:1], 1 / samples.shape[0]) if often is None else often


@dataclass(frozen=True)
class TorchAlgebra:
    """What the language means on tensors.

    Attributes:
        names: Parameters, theta, psi, t by name; scalars of shape [], or [N] for t; a player with several parameters
            as a ``Vector``.
        discriminator: D, from [N, ...] to [N]; None where no expectation occurs.
        samples: Where expectations draw from.
        player_gradient_of: Value of ``grad_<player>(<loss>)`` as a flat tensor [P].
        sample: The sample of the enclosing expectation, of shape [N, ...].
    """

    names: Mapping[str, torch.Tensor | Vector]
    discriminator: Discriminator | None = None
    samples: Samples | None = None
    player_gradient_of: Callable[[str, str], torch.Tensor] | None = None
    sample: torch.Tensor | None = None

    def number(self, value: Fraction) -> Value:
        """Exact, until it meets a tensor."""
        return value

    def name(self, name: str) -> Value:
        """A declared name; ``pi`` as the nearest double."""
        return Fraction(pi) if name == "pi" else self.names[name]

    def add(self, terms: Sequence[Value]) -> Value:
        """A sum of scalars or of vectors."""
        if any(isinstance(term, Vector) for term in terms):
            return Vector(reduce(torch.add, [entries(term) for term in terms]))
        return reduce(lambda a, b: exactly(add, a, b), map(plain, terms))

    def multiply(self, factors: Sequence[Value]) -> Value:
        """A product of scalars and at most one vector."""
        scalars = [plain(factor) for factor in factors if not isinstance(factor, Vector)]
        product = reduce(lambda a, b: exactly(mul, a, b), scalars, Fraction(1))
        for factor in factors:
            if isinstance(factor, Vector):
                return Vector(column(product) * factor.entries)
        return product

    def divide(self, numerator: Value, denominator: Value) -> Value:
        """A scalar or vector by a scalar."""
        divisor = plain(denominator)
        if isinstance(numerator, Vector):
            return Vector(numerator.entries / column(divisor))
        return exactly(truediv, plain(numerator), divisor)

    def power(self, base: Value, exponent: Value) -> Value:
        """A scalar to a rational number or parameter; an even power of a modulus is a power of a dot product."""
        if isinstance(exponent, Fraction):
            if isinstance(base, Modulus) and exponent.denominator == 1 and exponent.numerator % 2 == 0:
                return self.power(base.square(), exponent / 2)
            value = plain(base)
            if exponent.denominator == 1:
                return value**exponent.numerator
            if isinstance(value, Fraction):
                value = torch.tensor(float(value), dtype=torch.float64)
            return value.sqrt() if exponent == Fraction(1, 2) else value ** float(exponent)
        return torch.pow(as_tensor(base), as_tensor(exponent))

    def negate(self, operand: Value) -> Value:
        """The negative."""
        return Vector(-operand.entries) if isinstance(operand, Vector) else -plain(operand)

    def call(self, function: str, arguments: Sequence[Value]) -> Value:
        """One of the language's functions."""
        if function == "abs" and isinstance(arguments[0], torch.Tensor):
            return Modulus(arguments[0])
        values = [as_tensor(plain(argument)) for argument in arguments]
        if function in _PAIRWISE:
            return reduce(_PAIRWISE[function], values)
        return _FUNCTIONS[function](values[0])

    def output(self) -> Value:
        """D at the samples, of shape [N].

        Raises:
            ValueError: If D returns another shape.
        """
        x, discriminator = self._inside()
        value = discriminator(x)
        if value.shape != x.shape[:1]:
            raise ValueError(
                f"the discriminator returned the shape {list(value.shape)} for {x.shape[0]} samples; "
                f"it must be [{x.shape[0]}], one raw value per sample: squeeze it"
            )
        return value

    def gradient(self) -> Value:
        """The gradient of D at each sample, of shape [N, d] with all axes of a sample flattened."""
        x, discriminator = self._inside()
        # Each output depends on its own sample only, so one gradient of the sum gives all rows.
        rows = torch.func.grad(lambda inputs: discriminator(inputs).sum())(x)
        return Vector(rows.reshape(x.shape[0], -1))

    def norm(self, operand: Value) -> Value:
        """The Euclidean norm, over the whole sample."""
        if isinstance(operand, Fraction):
            return abs(operand)
        return operand if isinstance(operand, Modulus) else Modulus(operand)

    def player_gradient(self, player: str, loss: str) -> Value:
        """The gradient of a loss in a player's parameters."""
        if self.player_gradient_of is None:
            raise TypeError("player gradients have no value outside a game")
        return Vector(self.player_gradient_of(player, loss))

    def expectation(self, operator: str, body: ex.Expression, variance: Value | None) -> Value:
        """The weighted mean of the body over the operator's samples."""
        if self.samples is None:
            raise TypeError("expectations have no value outside a game")
        x, weights = self.samples.draw(operator, None if variance is None else as_tensor(plain(variance)))
        value = plain(ex.interpret(body, replace(self, sample=x)))
        if isinstance(value, Fraction) or value.dim() == 0:
            return value
        return value.mean() if weights is None else (weights * value).sum()

    def _inside(self) -> tuple[torch.Tensor, Discriminator]:
        if self.sample is None or self.discriminator is None:
            raise TypeError("D and grad(D) have values inside an expectation only")
        return self.sample, self.discriminator


_PAIRWISE: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "max": torch.maximum,
    "min": torch.minimum,
}
_FUNCTIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "abs": torch.abs,
    "sqrt": torch.sqrt,
    "exp": torch.exp,
    "log": torch.log,
    "sign": torch.sign,
    "tanh": torch.tanh,
    "atan": torch.atan,
    "sigmoid": torch.sigmoid,
    "softplus": stable_softplus,
    "cos": torch.cos,
    "sin": torch.sin,
}


def plain(value: Value) -> Fraction | torch.Tensor:
    """A scalar value with its modulus computed.

    Raises:
        TypeError: For a vector.
    """
    if isinstance(value, Vector):
        raise TypeError("a vector where a scalar is needed")
    return value.value() if isinstance(value, Modulus) else value


def exactly(
    operation: Callable[..., Fraction | torch.Tensor], left: Fraction | torch.Tensor, right: Fraction | torch.Tensor
) -> Fraction | torch.Tensor:
    """An operation on two scalars: exact between rational numbers, else on the nearest doubles."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return operation(left, right)
    return operation(as_float(left), as_float(right))


def as_float(value: Fraction | torch.Tensor) -> float | torch.Tensor:
    """A fraction as the nearest double; tensors unchanged."""
    return float(value) if isinstance(value, Fraction) else value


def as_tensor(value: Value) -> torch.Tensor:
    """A scalar as a tensor; a number becomes float64 of shape [], which does not promote tensors of other types."""
    value = plain(value)
    return value if isinstance(value, torch.Tensor) else torch.tensor(float(value), dtype=torch.float64)


def column(value: Fraction | torch.Tensor) -> float | torch.Tensor:
    """A scalar so that it multiplies the rows of vectors: [N] becomes [N, 1]."""
    return float(value) if isinstance(value, Fraction) else value[..., None]


def entries(value: Value) -> torch.Tensor:
    """A vector's entries.

    Raises:
        TypeError: For a scalar.
    """
    if isinstance(value, Vector):
        return value.entries
    raise TypeError("a scalar where a vector is needed")
