"""The penalty language on jets: Taylor series of losses in (theta, psi), with magnitudes, on D(x) = d* + psi x."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import pi
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..symbolic import expression as ex
from . import jets
from .jets import Jet, Kinks
from .rewriting import collect_powers

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Modulus:
    """An absolute value or norm that is not computed yet: an even power of it is smooth (see ``interpret``)."""

    of: Jet


Value = Jet | Fraction | Modulus


class JetGame(Protocol):
    """What a game's losses look like as jets."""

    @property
    def psi(self) -> Jet:
        """The gradient of D in x."""
        ...

    def loss(self, name: str) -> Jet:
        """``L`` or ``L_G``."""
        ...

    def discriminator(self, sample: Jet) -> Jet:
        """D at a sample."""
        ...

    def sample(self, operator: str, variance: Jet | None) -> Jet:
        """The sample of an expectation operator, over the axes of its nodes."""
        ...

    def mean(self, value: Jet) -> Jet:
        """The average over all nodes."""
        ...


def batch(values: Array | float) -> Array:
    """Values per case as a batch with axes (cases, real noise, fake noise, mixing), of shape [cases, 1, 1, 1]."""
    return np.asarray(values, dtype=np.float64).reshape(-1, 1, 1, 1)


@dataclass(frozen=True)
class JetAlgebra:
    """What the language means on jets, for discriminators D(x) = d* + psi x on the line.

    Attributes:
        names: Values by name.
        kinks: How kinks are treated.
        order: The order of constants.
        game: Samples and player gradients, or None outside a game.
        sample: The sample of the enclosing expectation.
    """

    names: Mapping[str, Jet]
    kinks: Kinks
    order: int
    game: JetGame | None = None
    sample: Jet | None = None

    def lifted(self, value: Value) -> Jet:
        """A jet, whatever the value was."""
        if isinstance(value, Modulus):
            return jets.call("abs", value.of, self.kinks)
        return Jet.constant(batch(float(value)), self.order) if isinstance(value, Fraction) else value

    def number(self, value: Fraction) -> Jet | Fraction:
        """Exact, until it meets a jet."""
        return value

    def name(self, name: str) -> Jet | Fraction:
        """A declared name."""
        return Fraction(pi) if name == "pi" else self.names[name]

    def add(self, terms: Sequence[Value]) -> Jet:
        """A sum."""
        return reduce(lambda a, b: a + b, map(self.lifted, terms))

    def multiply(self, factors: Sequence[Value]) -> Jet:
        """A product."""
        return reduce(lambda a, b: a * b, map(self.lifted, factors))

    def divide(self, numerator: Value, denominator: Value) -> Jet:
        """A quotient."""
        return self.lifted(numerator) * jets.power(self.lifted(denominator), Fraction(-1), self.kinks)

    def power(self, base: Value, exponent: Value) -> Jet:
        """A constant power; an even power of a modulus is a power of what is inside."""
        if isinstance(exponent, Fraction):
            even = exponent.denominator == 1 and exponent.numerator % 2 == 0
            inner = base.of if isinstance(base, Modulus) and even else self.lifted(base)
            return jets.power(inner, exponent, self.kinks)
        return jets.power(self.lifted(base), self.lifted(exponent).truncated(0), self.kinks)

    def negate(self, operand: Value) -> Jet:
        """The negative."""
        return -self.lifted(operand)

    def call(self, function: str, arguments: Sequence[Value]) -> Jet | Modulus:
        """One of the language's functions."""
        values = [self.lifted(argument) for argument in arguments]
        if function == "abs":
            return Modulus(values[0])
        if function == "sqrt":
            return jets.power(values[0], Fraction(1, 2), self.kinks)
        if function in ("max", "min"):
            sign = 1 if function == "max" else -1
            return reduce(lambda a, b: jets.extremum(a, b, sign, self.kinks), values)
        return jets.call(function, values[0], self.kinks)

    def output(self) -> Jet:
        """D at the sample."""
        assert self.game is not None and self.sample is not None
        return self.game.discriminator(self.sample)

    def gradient(self) -> Jet:
        """The gradient of D, a vector on the line."""
        assert self.game is not None
        return self.game.psi

    def norm(self, operand: Value) -> Modulus:
        """The norm of a vector on the line, or of a scalar."""
        return operand if isinstance(operand, Modulus) else Modulus(self.lifted(operand))

    def player_gradient(self, player: str, loss: str) -> Jet:
        """The gradient of a loss in a player's only parameter."""
        assert self.game is not None
        return self.game.loss(loss).derivative(0 if player == "theta" else 1)

    def expectation(self, operator: str, body: ex.Expression, variance: Value | None) -> Jet:
        """The average of the body over the operator's nodes."""
        assert self.game is not None
        sample = self.game.sample(operator, None if variance is None else self.lifted(variance))
        inner = replace(self, sample=sample)
        return self.game.mean(self.lifted(ex.interpret(body, inner)))


def jets_of(tree: ex.Expression, names: Mapping[str, Jet], kinks: Kinks, order: int) -> Jet:
    """A scalar tree without samples as a jet."""
    return JetAlgebra(names, kinks, order).lifted(ex.interpret(collect_powers(tree), JetAlgebra(names, kinks, order)))
