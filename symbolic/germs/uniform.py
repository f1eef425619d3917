"""Expectations over the uniform weight u of mixed samples, where they can be taken exactly before anything else.

u is positive almost surely, so |u w| = u |w| and sign(u w) = sign(w) for a w that is not random; a polynomial in u is
then averaged by its moments, E[u^k] = 1/(k+1).
"""

from __future__ import annotations

import sympy as sp

from ..calculus import UNIFORM, Mean, SignChange, moment, random_symbols


def averaged(expression: sp.Expr) -> sp.Expr:
    """The expression with every expectation taken that is one of a polynomial in u.

    Args:
        expression: In the local coordinates.
    """
    if not expression.has(Mean):
        return expression
    if not isinstance(expression, Mean):
        return expression.func(*map(averaged, expression.args))
    body = sp.expand(_without_u(expression.args[0]))
    if random_symbols(body) != {UNIFORM} or not body.is_polynomial(UNIFORM):
        return Mean(body) if not random_symbols(body) else expression
    return sp.Add(*(c * moment(UNIFORM, power) for (power,), c in sp.Poly(body, UNIFORM).terms()))


def _without_u(expression: sp.Expr) -> sp.Expr:
    """Absolute values and signs with u taken out, where it is a factor of the argument."""
    if not expression.args or not expression.has(UNIFORM):
        return expression
    arguments = [_without_u(argument) for argument in expression.args]
    if isinstance(expression, sp.Abs | sp.sign | SignChange):
        rest = sp.expand(arguments[0] / UNIFORM)
        if not random_symbols(rest):
            if isinstance(expression, SignChange):
                return sp.Integer(0)  # d sign(w) off the zero set of w, which is not random
            return UNIFORM * sp.Abs(rest) if isinstance(expression, sp.Abs) else sp.sign(rest)
    return expression.func(*arguments)
