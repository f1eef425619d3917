"""SymPy nodes that SymPy lacks, and differentiation by our own small table of rules.

f is arbitrary, so its derivatives are nodes ``ObjectiveDerivative(k, u)`` = f^(k)(u); an expectation is a node
``Mean(body)`` over the random symbols in its body. Absolute values and signs are differentiated piece by piece
(d|u| = sign(u) du, d sign(u) = 0 off the zero set of u); what happens *on* that set is decided in ``germs`` from the
pieces and never from these formulas, so sign(0) = 0 decides nothing. Under an expectation the zero set of a random u
has weight: there d sign(u) leaves a node ``SignChange(u)``, which ``germs`` drops only where u cannot vanish.
"""

from __future__ import annotations

from typing import Any

import sympy as sp


class GaussSymbol(sp.Symbol):
    """A standard normal random variable, bound by the innermost ``Mean`` around it."""


class UniformSymbol(sp.Symbol):
    """A uniform random variable on [0, 1], bound by the innermost ``Mean`` around it."""


EPSILON_REAL = GaussSymbol("epsilon_real", real=True)
EPSILON_FAKE = GaussSymbol("epsilon_fake", real=True)
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
    if isinstance(expression, GaussSymbol | UniformSymbol):
        return {expression}
    if isinstance(expression, Mean):
        return set()
    found: set[sp.Symbol] = set()
    for argument in expression.args:
        found |= random_symbols(argument)
    return found


def moment(symbol: sp.Symbol, power: int) -> sp.Rational:
    """The exact moment E[symbol**power] of a random symbol.

    Raises:
        TypeError: If the symbol is not random.
    """
    if isinstance(symbol, GaussSymbol):
        return sp.Integer(0) if power % 2 else sp.Integer(sp.factorial2(power - 1))
    if isinstance(symbol, UniformSymbol):
        return sp.Rational(1, power + 1)
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
