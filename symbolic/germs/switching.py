"""Absolute values and signs near the equilibrium: decided there, or turned into branches.

Where the argument u of ``Abs`` or ``sign`` does not vanish at the equilibrium its sign is fixed near it. Where it does,
u is factored; the factors that vanish are the *switching functions*, and each choice of their signs is a *branch* on
which the expression is smooth. What happens exactly on {u = 0} is never used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from ..averages import is_constant
from ..calculus import GaussSymbol, Mean, SignChange, random_symbols
from .growth import is_controlled
from .jet import Jet, JetAlgebra, NotSmooth


class NeedBranch(Exception):
    """A switching function whose sign the current branch does not fix."""

    def __init__(self, function: sp.Expr) -> None:
        super().__init__(f"the sign of {function} varies near the equilibrium")
        self.function = function


@dataclass(frozen=True, slots=True)
class Branch:
    """Signs of the switching functions, which are expressions in the local coordinates.

    Attributes:
        signs: Pairs (switching function, 1 or -1).
    """

    signs: tuple[tuple[sp.Expr, int], ...] = ()

    def sign(self, function: sp.Expr) -> int:
        """The sign of a switching function.

        Raises:
            NeedBranch: If the branch does not fix it.
        """
        for known, sign in self.signs:
            if known == function:
                return sign
        raise NeedBranch(function)

    def with_sign(self, function: sp.Expr, sign: int) -> Branch:
        """The branch cut once more."""
        return Branch((*self.signs, (function, sign)))


@dataclass(frozen=True, slots=True)
class Resolver:
    """Rewrites an expression without Abs and sign, on one branch.

    Attributes:
        algebra: Jets on the cell.
        coordinates: The local coordinates.
        jets: Jets of the local coordinates.
        branch: The signs of the switching functions.
        crossed: What was given a sign although Gaussian noise takes it across 0 with a probability that vanishes at the
            equilibrium, faster than every power of the distance: jets are right then, and nothing else.
    """

    algebra: JetAlgebra
    coordinates: tuple[sp.Symbol, ...]
    jets: Mapping[sp.Symbol, Jet]
    branch: Branch
    crossed: list[sp.Expr] = field(default_factory=list)

    def resolved(self, expression: sp.Expr, *, moduli: bool = False) -> sp.Expr:
        """The expression with every absolute value and sign replaced by what it is on the branch.

        Args:
            expression: In the local coordinates.
            moduli: Whether absolute values of random expressions stay, which are continuous.

        Returns:
            A smooth expression, as far as its other nodes are.

        Raises:
            NeedBranch: At a switching function that the branch does not fix.
            NeedSplit: If the sign of a parameter expression varies over the cell.
            NotSmooth: If the argument is random or singular at the equilibrium.
        """
        if not expression.has(sp.Abs, sp.sign, SignChange, Mean):
            return expression
        if is_constant(expression):
            return expression
        if isinstance(expression, Mean) and not is_controlled(expression.args[0], self.algebra.cell):
            raise NotSmooth(f"the Gaussian expectation {expression} may not exist or may not be differentiable")
        arguments = [self.resolved(argument, moduli=moduli) for argument in expression.args]
        if isinstance(expression, sp.Abs) and moduli and random_symbols(expression):
            return sp.Abs(arguments[0])
        if isinstance(expression, sp.Abs):
            return self.sign(arguments[0]) * arguments[0]
        if isinstance(expression, sp.sign):
            return sp.Integer(self.sign(arguments[0]))
        if isinstance(expression, SignChange):
            self.sign(arguments[0])
            return sp.Integer(0)
        return expression.func(*arguments) if arguments else expression

    def sign(self, argument: sp.Expr) -> int:
        """The sign of a resolved expression all over the branch, near the equilibrium.

        Raises:
            NeedBranch: If the branch does not fix it.
            NeedSplit: If it depends on the parameters.
            NotSmooth: If it varies under an expectation, or the expression is singular at the equilibrium.
        """
        cell = self.algebra.cell
        if not argument.has(*self.coordinates) and not random_symbols(argument):
            return cell.sign(argument)
        if not argument.is_polynomial(*self.coordinates) or random_symbols(argument):
            return self._general_sign(argument)
        expanded = sp.expand(argument)
        if expanded == 0:
            return 0
        constant, factors = sp.factor_list(expanded)
        sign = cell.sign(constant)
        for factor, multiplicity in factors:
            factor_sign = self._factor_sign(factor) if factor.has(*self.coordinates) else cell.sign(factor)
            sign *= factor_sign if multiplicity % 2 else factor_sign**2
        return sign

    def _factor_sign(self, factor: sp.Expr) -> int:
        cell = self.algebra.cell
        polynomial = sp.Poly(factor, *self.coordinates)
        at_equilibrium = polynomial.coeff_monomial(1)
        if at_equilibrium != 0:
            sign = cell.sign(at_equilibrium)
            if sign:
                return sign
        coefficients = polynomial.coeffs()
        if not any(c.is_Rational for c in coefficients) and all(cell.sign(c) == 0 for c in coefficients):
            return 0
        return self.branch.sign(factor)

    def _general_sign(self, argument: sp.Expr) -> int:
        jet = self.algebra.evaluate(argument, dict(self.jets))
        sign = self.algebra.cell.sign(self.algebra.value(jet))
        if sign:
            if any(isinstance(symbol, GaussSymbol) for symbol in random_symbols(argument)):
                self.crossed.append(argument)
            return sign
        if random_symbols(argument):
            raise NotSmooth(f"the sign of {argument} varies under an expectation at the equilibrium")
        return self.branch.sign(argument)
