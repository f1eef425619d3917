"""The language in SymPy: scalar expressions in parameters, and penalties on a symbolic game.

``max`` and ``min`` are written through absolute values, ``sigmoid`` and ``softplus`` through ``exp`` and ``log``, so
that the analysis meets few kinds of node and every kink is an ``Abs`` or a ``sign``.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import reduce

import sympy as sp

from . import expression as ex
from .calculus import UNIFORM, Mean
from .prototypes import latents
from .prototypes.game import Game
from .requirements import Requirements

_LARGEST = 1000  # nodes of a max or min


def rational(value: Fraction) -> sp.Rational:
    """A Python fraction as SymPy's."""
    return sp.Rational(value.numerator, value.denominator)


class ScalarAlgebra:
    """Scalar expressions over named values (parameters, f1 ..., t, theta, psi).

    Args:
        names: The values.
        requirements: Where to note what the text needs in order to have a value.
    """

    def __init__(self, names: Mapping[str, sp.Expr], requirements: Requirements | None = None) -> None:
        self.names = names
        self.requirements = Requirements() if requirements is None else requirements

    def number(self, value: Fraction) -> sp.Expr:
        return rational(value)

    def name(self, name: str) -> sp.Expr:
        if name == "pi":
            return sp.pi
        if name == "I":
            return sp.I
        return self.names[name]

    def add(self, terms: Sequence[sp.Expr]) -> sp.Expr:
        return reduce(lambda a, b: a + b, terms)

    def multiply(self, factors: Sequence[sp.Expr]) -> sp.Expr:
        return reduce(lambda a, b: a * b, factors)

    def divide(self, numerator: sp.Expr, denominator: sp.Expr) -> sp.Expr:
        self.requirements.division(denominator)
        return numerator / denominator

    def power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        self.requirements.power(base, exponent)
        if exponent.is_Integer and exponent % 2 == 0:
            # Whatever has a value is real, also where SymPy cannot tell (sqrt(c)): |u|^2 = u^2 has no kink.
            base = sp.Mul(*(u.args[0] if isinstance(u, sp.Abs) else u for u in sp.Mul.make_args(base)))
        return base**exponent

    def negate(self, operand: sp.Expr) -> sp.Expr:
        return -operand

    def call(self, function: str, arguments: Sequence[sp.Expr]) -> sp.Expr:
        if function in {"max", "min"}:
            return reduce(lambda a, b: _extreme(a, b, 1 if function == "max" else -1), arguments)
        (argument,) = arguments
        if function == "sigmoid":
            return 1 / (1 + sp.exp(-argument))
        if function == "softplus":
            return sp.log(1 + sp.exp(argument))
        if function == "sqrt":
            self.requirements.power(argument, sp.Rational(1, 2))
        if function == "log":
            self.requirements.logarithm(argument)
        functions = {"sqrt": sp.sqrt, "exp": sp.exp, "log": sp.log, "abs": sp.Abs, "sign": sp.sign, "tanh": sp.tanh}
        functions |= {"atan": sp.atan, "cos": sp.cos, "sin": sp.sin}
        return functions[function](argument)

    def output(self) -> sp.Expr:
        raise TypeError("D has no value outside a game")

    def gradient(self) -> sp.Expr:
        raise TypeError("grad(D) has no value outside a game")

    def norm(self, operand: sp.Expr) -> sp.Expr:
        if isinstance(operand, sp.MatrixBase) and len(operand) == 1:
            return sp.Mul(*(sp.Abs(factor) for factor in sp.Mul.make_args(operand[0])))
        if isinstance(operand, sp.MatrixBase):
            return sp.sqrt(sp.Add(*(entry**2 for entry in operand)))
        return sp.Abs(operand)

    def player_gradient(self, player: str, loss: str) -> sp.Expr:
        raise TypeError("player gradients have no value outside a game")

    def expectation(self, operator: str, body: ex.Expression, variance: sp.Expr | None) -> sp.Expr:
        raise TypeError("expectations have no value outside a game")


def _extreme(a: sp.Expr, b: sp.Expr, sign: int) -> sp.Expr:
    """The larger (sign 1) or smaller (-1) of two.

    Raises:
        OverflowError: If the result is too large: both values occur in it twice.
    """
    value = (a + b + sign * sp.Abs(a - b)) / 2
    if sum(1 for _ in itertools.islice(sp.preorder_traversal(value), _LARGEST)) == _LARGEST:
        raise OverflowError("max and min are nested too deeply")
    return value


class GameAlgebra(ScalarAlgebra):
    """Penalties on a game: expectations become ``Mean`` nodes over explicit random symbols.

    Args:
        names: Values of parameters, theta and psi.
        game: The prototype.
        gradients: Value of ``grad_theta(L)`` and so on, by player and loss.
        sample: The sample's position inside an expectation; None outside.
        requirements: As in ``ScalarAlgebra``.
    """

    def __init__(
        self,
        names: Mapping[str, sp.Expr],
        game: Game,
        gradients: Mapping[tuple[str, str], sp.Expr],
        sample: sp.Matrix | None = None,
        requirements: Requirements | None = None,
    ) -> None:
        super().__init__(names, requirements)
        self.game, self.gradients, self.sample = game, gradients, sample

    def output(self) -> sp.Expr:
        assert self.sample is not None
        return self.game.discriminator(self.sample)

    def gradient(self) -> sp.Expr:
        assert self.sample is not None
        return self.game.discriminator_gradient(self.sample)

    def player_gradient(self, player: str, loss: str) -> sp.Expr:
        return self.gradients[player, loss]

    def expectation(self, operator: str, body: ex.Expression, variance: sp.Expr | None) -> sp.Expr:
        sample = self._sample(operator, variance)
        if variance is not None:
            self.requirements.power(variance, sp.Rational(1, 2))
        inner = GameAlgebra(self.names, self.game, self.gradients, sample, self.requirements)
        value = ex.interpret(body, inner)
        return Mean(value if operator.startswith("E_real") else self.game.density_ratio() * value)

    def _sample(self, operator: str, variance: sp.Expr | None) -> sp.Matrix:
        real, fake = self.game.real(), self.game.fake()
        match operator:
            case "E_real":
                return real
            case "E_fake":
                return fake
            case "E_mix":
                return UNIFORM * fake + (1 - UNIFORM) * real
            case "E_real_noisy":
                return real + sp.sqrt(variance) * latents.noise("real", real.rows)
            case "E_fake_noisy":
                return fake + sp.sqrt(variance) * latents.noise("fake", fake.rows)
        raise TypeError(f"unknown expectation {operator}")
