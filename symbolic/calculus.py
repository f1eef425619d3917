"""SymPy nodes that SymPy lacks, and differentiation by our own small table of rules.

f is arbitrary, so its derivatives are nodes ``ObjectiveDerivative(k, u)`` = f^(k)(u); an expectation is a node
``Mean(body)`` over the random symbols in its body. Absolute values and signs are differentiated piece by piece
(d|u| = sign(u) du, d sign(u) = 0 off the zero set of u); what happens *on* that set is decided in ``germs`` from the
pieces and never from these formulas, so sign(0) = 0 decides nothing. Under an expectation the zero set of a random u
has weight: there d sign(u) leaves a node ``SignChange(u)``, which ``germs`` drops only where u cannot vanish.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp


class RandomSymbol(sp.Symbol):
    """A random variable, bound by the innermost ``Mean`` around it; different symbols are independent."""


class GaussSymbol(RandomSymbol):
    """A standard normal random variable."""


class UniformSymbol(RandomSymbol):
    """A uniform random variable on [0, 1]."""


class SignSymbol(RandomSymbol):
    """A random variable that is 1 or -1, equally likely."""


class CircleSymbol(RandomSymbol):
    """A coordinate of a uniform point of the unit circle: ``cos_...`` or ``sin_...`` of one and the same angle."""

    @property
    def angle(self) -> str:
        """The name of the angle."""
        return self.name.partition("_")[2]


UNIFORM = UniformSymbol("u", real=True)


class ObjectiveDerivative(sp.Function):
    """``ObjectiveDerivative(k, u)``: the k-th derivative of the arbitrary objective f at u."""

    nargs = 2
    is_real = True
    is_commutative = True


class Mean(sp.Function):
    """``Mean(body)``: the expectation over all random symbols in ``body``; a constant is its own mean."""

    nargs = 1
    is_real = True
    is_commutative = True

    @property
    def free_symbols(self) -> set[sp.Basic]:
        """Without the random symbols, which are bound."""
        (body,) = self.args
        return body.free_symbols - random_symbols(body)

    def _sympystr(self, printer: Any) -> str:
        return f"E({printer.doprint(self.args[0])})"

    @classmethod
    def eval(cls, body: sp.Expr) -> sp.Expr | None:
        """The body itself when nothing in it is random."""
        return None if random_symbols(body) else body


class SignChange(sp.Function):
    """``SignChange(u)``: a distribution on the zero set of a random u, and 0 wherever u cannot vanish."""

    nargs = 1
    is_real = True
    is_commutative = True


def random_symbols(expression: sp.Basic) -> set[sp.Symbol]:
    """The random symbols that are free in an expression (not already averaged over)."""
    if isinstance(expression, RandomSymbol):
        return {expression}
    if isinstance(expression, Mean):
        return set()
    found: set[sp.Symbol] = set()
    for argument in expression.args:
        found |= random_symbols(argument)
    return found


def joint_moment(powers: Mapping[RandomSymbol, int]) -> sp.Rational:
    """The exact moment E[prod symbol**power] of random symbols."""
    found = sp.Integer(1)
    angles: dict[str, list[int]] = {}
    for symbol, power in powers.items():
        if isinstance(symbol, CircleSymbol):
            angles.setdefault(symbol.angle, []).append(power)
        else:
            found *= moment(symbol, power)
    for exponents in angles.values():
        if any(power % 2 for power in exponents):
            return sp.Integer(0)
        top = sp.Mul(*(sp.factorial2(power - 1) for power in exponents))
        found *= top / sp.factorial2(sum(exponents))
    return found


def moment(symbol: sp.Symbol, power: int) -> sp.Rational:
    """The exact moment E[symbol**power] of a random symbol that is independent of all others.

    Raises:
        TypeError: If the symbol is not random.
    """
    if isinstance(symbol, GaussSymbol):
        return sp.Integer(0) if power % 2 else sp.Integer(sp.factorial2(power - 1))
    if isinstance(symbol, UniformSymbol):
        return sp.Rational(1, power + 1)
    if isinstance(symbol, SignSymbol):
        return sp.Integer(1 - power % 2)
    raise TypeError(f"not a random symbol: {symbol}")


def derivative(expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """The derivative off the set where an absolute value or a sign switches.

    Args:
        expression: Built from the nodes of the language.
        symbol: What to differentiate by.

    Returns:
        The derivative, unsimplified.

    Raises:
        TypeError: For a node that has no rule here.
    """
    if expression == symbol:
        return sp.Integer(1)
    if not expression.has(symbol):
        return sp.Integer(0)
    arguments: tuple[Any, ...] = expression.args
    if isinstance(expression, sp.Add):
        return sp.Add(*(derivative(term, symbol) for term in arguments))
    if isinstance(expression, sp.Mul):
        return sp.Add(
            *(
                sp.Mul(*arguments[:i], derivative(factor, symbol), *arguments[i + 1 :])
                for i, factor in enumerate(arguments)
            )
        )
    if isinstance(expression, sp.Pow) and not expression.exp.has(symbol):
        base, exponent = expression.base, expression.exp
        return exponent * base ** (exponent - 1) * derivative(base, symbol)
    if isinstance(expression, ObjectiveDerivative):
        order, argument = arguments
        return ObjectiveDerivative(order + 1, argument) * derivative(argument, symbol)
    if isinstance(expression, Mean):
        return Mean(derivative(arguments[0], symbol))
    if isinstance(expression, sp.Pow):
        base, exponent = expression.base, expression.exp
        return expression * (derivative(exponent, symbol) * sp.log(base) + exponent * derivative(base, symbol) / base)
    inner = derivative(arguments[0], symbol)
    return inner * _outer_derivative(expression)


def _outer_derivative(expression: sp.Expr) -> sp.Expr:
    argument = expression.args[0]
    match expression:
        case sp.exp():
            return expression
        case sp.log():
            return 1 / argument
        case sp.tanh():
            return 1 - expression**2
        case sp.atan():
            return 1 / (1 + argument**2)
        case sp.sin():
            return sp.cos(argument)
        case sp.cos():
            return -sp.sin(argument)
        case sp.Abs():
            return sp.sign(argument)
        case sp.sign():
            return SignChange(argument) if random_symbols(argument) else sp.Integer(0)
        case SignChange():
            return expression
    raise TypeError(f"no rule of differentiation for {type(expression).__name__}")
