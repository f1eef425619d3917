"""What a prototype game has to say: the players' parameters, samples, and the discriminator."""

from __future__ import annotations

from abc import ABC, abstractmethod

import sympy as sp


class Game(ABC):
    """A GAN in closed form.

    Positions of samples are column matrices of shape (d, 1), so that gradients in x are vectors on every game.

    Attributes:
        theta: The generator's parameter.
        psi: The discriminator's parameter.
        data: The data's parameter.
        output: The equilibrium output d* of the discriminator.
    """

    def __init__(self, data: sp.Expr, output: sp.Expr) -> None:
        self.theta, self.psi = sp.symbols("theta psi", real=True)
        self.data, self.output = data, output

    @abstractmethod
    def real(self) -> sp.Matrix:
        """Position of a real sample."""

    @abstractmethod
    def fake(self) -> sp.Matrix:
        """Position of a generated sample."""

    @abstractmethod
    def discriminator(self, sample: sp.Matrix) -> sp.Expr:
        """D(x) at a sample."""

    @abstractmethod
    def discriminator_gradient(self, sample: sp.Matrix) -> sp.Matrix:
        """The gradient of D in x at a sample."""

    @abstractmethod
    def equilibrium(self) -> tuple[sp.Expr, sp.Expr]:
        """The point (theta*, psi*) that is judged."""
