"""What a prototype game has to say: the players' parameters, samples, the discriminator, and its equilibria."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import sympy as sp

from ..calculus import derivative

# Symbols of the coordinates on a set of equilibria; no parameter begins with _.
FREE = sp.symbols("_s1:20", real=True)


@dataclass(frozen=True, slots=True)
class GameKey:
    """An integer key under ``[game]``.

    Attributes:
        name: As written.
        meaning: In words.
        default: Its value where it is not given.
        least: The smallest value.
        most: The largest value.
    """

    name: str
    meaning: str
    default: int
    least: int
    most: int


class Game(ABC):
    """A GAN in closed form.

    Positions of samples are column matrices of shape (d, 1), so that gradients in x are vectors on every game; they are
    expressions in the random symbols of ``latents``.

    Args:
        data: The data's parameter.
        output: The equilibrium output d* of the discriminator.
        options: Values of the game's keys.

    Attributes:
        theta: The generator's parameters: ``theta``, or ``theta1``, ``theta2``, ...
        psi: The discriminator's parameters, likewise.
        formula: p_D, p_theta and D, for people.
        source: Where it is from.
        keys: What may be given under ``[game]``.
        places_data: Whether ``data`` may be given.
        absolutely_continuous: Whether data and generated samples have densities.
        between: Whether D has values at samples that are mixed, or noisy.
    """

    formula: ClassVar[str]
    source: ClassVar[str]
    keys: ClassVar[tuple[GameKey, ...]] = ()
    places_data: ClassVar[bool] = False
    absolutely_continuous: ClassVar[bool] = False
    between: ClassVar[bool] = True

    def __init__(self, data: sp.Expr, output: sp.Expr, options: Mapping[str, int] | None = None) -> None:
        self.data, self.output = data, output
        self.options = {key.name: key.default for key in self.keys} | dict(options or {})
        sizes = self.sizes()
        self.theta, self.psi = (_named(name, size) for name, size in zip(("theta", "psi"), sizes, strict=True))

    def sizes(self) -> tuple[int, int]:
        """The numbers of parameters of G and of D."""
        return 1, 1

    @abstractmethod
    def real(self) -> sp.Matrix:
        """Position of a real sample."""

    @abstractmethod
    def fake(self) -> sp.Matrix:
        """Position of a generated sample."""

    @abstractmethod
    def discriminator(self, sample: sp.Matrix) -> sp.Expr:
        """D(x) at a sample."""

    def discriminator_gradient(self, sample: sp.Matrix) -> sp.Matrix:
        """The gradient of D in x at a sample, of shape (d, 1)."""
        position = sp.Matrix(sp.symbols(f"_p1:{sample.rows + 1}", real=True))
        value = self.discriminator(position)
        at = dict(zip(position, sample, strict=True))
        return sp.Matrix([derivative(value, axis).xreplace(at) for axis in position])

    def density_ratio(self) -> sp.Expr:
        """How often a generated sample occurs, relative to its random symbols."""
        return sp.Integer(1)

    @abstractmethod
    def equilibrium(self) -> tuple[sp.Expr, ...]:
        """The point (theta*, psi*) that is judged."""

    def equilibria(self) -> tuple[sp.Expr, ...]:
        """The set of points near x* where p_theta = p_D and D = d*, grad D = 0 on the data.

        Returns:
            Coordinates as rational functions of the first symbols of ``FREE``, x* where those are 0.
        """
        return self.equilibrium()

    def shifted_equilibria(self) -> tuple[sp.Expr, ...] | None:
        """The same set with D constant on the data in place of D = d*, if D can be shifted by a constant."""
        return None


class FeatureGame(Game):
    """A game whose discriminator is linear in its parameters: D(x) = d* + sum_i psi_i phi_i(x)."""

    @abstractmethod
    def features(self, sample: sp.Matrix) -> list[sp.Expr]:
        """phi(x), one feature for each parameter of D."""

    def discriminator(self, sample: sp.Matrix) -> sp.Expr:
        """d* + psi . phi(x)."""
        return self.output + sp.Add(*(p * phi for p, phi in zip(self.psi, self.features(sample), strict=True)))


def _named(name: str, size: int) -> tuple[sp.Symbol, ...]:
    return (sp.Symbol(name, real=True),) if size == 1 else sp.symbols(f"{name}1:{size + 1}", real=True)
