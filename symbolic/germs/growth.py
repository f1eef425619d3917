"""Whether a Gaussian expectation exists near the equilibrium and may be expanded under the expectation.

For an arbitrary f that is part of what ``any`` assumes. A concrete f has to show it: with t = d* + psi (x + sigma eps),
polynomials, ``exp`` of something of degree at most 2 in eps, bounded functions, and logarithms, roots and quotients of
what is bounded away from 0 are defined for every eps and dominated, uniformly for psi near 0, by an integrable
function. A piece that is switched off at d* (a hinge) then contributes only Gaussian tails, which are flat at psi = 0.
"""

from __future__ import annotations

import sympy as sp

from ..calculus import GaussSymbol, ObjectiveDerivative, SignChange, random_symbols
from ..decision.cells import Cell


def is_controlled(body: sp.Expr, cell: Cell) -> bool:
    """Whether E[body] over Gaussian symbols exists for psi near 0 and may be differentiated under the expectation.

    Args:
        body: The body of a ``Mean``.
        cell: Where signs of parameters are decided.

    Returns:
        True only if the shape of the expression shows it.
    """
    if not any(isinstance(symbol, GaussSymbol) for symbol in random_symbols(body)):
        return True
    if body.is_Symbol or isinstance(body, ObjectiveDerivative):
        return True
    if isinstance(body, sp.Pow):
        if body.exp.is_Integer and body.exp >= 0:
            return is_controlled(body.base, cell)
        return has_floor(body.base, cell) and is_controlled(body.base, cell)
    if isinstance(body, sp.exp):
        variables = sorted(random_symbols(body), key=str)
        argument = sp.expand(body.args[0])
        return bool(argument.is_polynomial(*variables)) and sp.Poly(argument, *variables).total_degree() <= 2
    if isinstance(body, sp.log):
        return has_floor(body.args[0], cell) and is_controlled(body.args[0], cell)
    if isinstance(body, sp.Add | sp.Mul | sp.tanh | sp.atan | sp.sin | sp.cos | sp.Abs | sp.sign | SignChange):
        return all(is_controlled(argument, cell) for argument in body.args)
    return False


def has_floor(expression: sp.Expr, cell: Cell) -> bool:
    """Whether the expression is at least a positive constant for every value of the random symbols."""
    if not random_symbols(expression):
        return False
    constants = [term for term in sp.Add.make_args(expression) if term.is_Rational or term.is_Symbol]
    constants = [term for term in constants if not random_symbols(term)]
    rest = [term for term in sp.Add.make_args(expression) if term not in constants]
    floor = sp.Add(*constants)
    if floor.free_symbols and not floor.is_Rational:
        return cell.sign(floor) > 0 and all(_is_nonnegative(term, cell) for term in rest)
    return bool(floor.is_Rational and floor > 0) and all(_is_nonnegative(term, cell) for term in rest)


def _is_nonnegative(term: sp.Expr, cell: Cell) -> bool:
    if isinstance(term, sp.exp | sp.Abs):
        return True
    if isinstance(term, sp.Pow):
        return bool(term.exp.is_Integer and (term.exp % 2 == 0 or _is_nonnegative(term.base, cell)))
    if isinstance(term, sp.Mul):
        return all(_is_nonnegative(factor, cell) for factor in term.args)
    return bool(term.is_Rational and term >= 0)
