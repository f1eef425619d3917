"""Expectations near the equilibrium: whether they may be differentiated under the integral, and what they are.

The first is shown by shape: sums and products of polynomials, bounded functions, logarithms, roots and quotients of
what stays above a positive constant, and ``exp`` of a polynomial of degree 2 whose quadratic part vanishes at the
equilibrium. Near the equilibrium each is at most C exp(a |epsilon| + b epsilon**2) with b as small as one likes, and so
are its derivatives. For an arbitrary f, existence is part of what is assumed; its Taylor polynomial has the shape
anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import sympy as sp

from .certificate_reading import Uncheckable
from .normal_forms import moment
from .printed import GAUSSIANS, UNIFORM, density

_EXPANDED = 12
Sign = Callable[[sp.Expr], int]


def is_dominated(integral: sp.Integral, star: Mapping[sp.Expr, sp.Expr], sign: Sign) -> bool:
    """Whether the shape of the integrand shows it.

    Args:
        integral: An expectation, with its densities.
        star: Values of the coordinates at the equilibrium.
        sign: Decides signs of parameter expressions; may raise.
    """
    variables = [limit[0] for limit in integral.limits if limit[0] is not UNIFORM]
    body = integral.function / sp.Mul(*(density(variable) for variable in variables))
    return _dominated(body, star, sign)


def mean_of_polynomial(integral: sp.Integral) -> sp.Expr:
    """An expectation by its moments.

    Raises:
        Uncheckable: If it is not one of a polynomial in the random variables.
    """
    body = integral.function
    variables = [limit[0] for limit in integral.limits]
    for variable in variables:
        if variable is not UNIFORM:
            body = body / density(variable)
    body = sp.expand(body)
    if not body.is_polynomial(*variables):
        raise Uncheckable(f"the expectation of {body} is not one of a polynomial")
    terms = sp.Poly(body, *variables).terms() if body.has(*variables) else [((0,) * len(variables), body)]
    return sp.Add(*(c * sp.Mul(*(moment(v, p) for v, p in zip(variables, powers, strict=True))) for powers, c in terms))


def averaged(expression: sp.Expr) -> sp.Expr:
    """The expression with its expectations worked out, if they are those of small polynomials."""
    if any(p.exp.is_Integer and p.exp > _EXPANDED and isinstance(p.base, sp.Add) for p in expression.atoms(sp.Pow)):
        return expression
    with suppress(Uncheckable):
        return expression.replace(lambda node: isinstance(node, sp.Integral), mean_of_polynomial)
    return expression


def _dominated(node: sp.Expr, star: Mapping[sp.Expr, sp.Expr], sign: Sign) -> bool:
    variables = [variable for variable in GAUSSIANS.values() if node.has(variable)]
    if not variables or node.is_Symbol:
        return True
    if isinstance(node, sp.Add | sp.Mul | sp.tanh | sp.atan | sp.sin | sp.cos):
        return all(_dominated(argument, star, sign) for argument in node.args)
    if isinstance(node, sp.exp):
        argument = sp.expand(node.args[0])
        if not argument.is_polynomial(*variables):
            return False
        terms = sp.Poly(argument, *variables).terms()
        return all(sum(m) <= 1 or (sum(m) == 2 and sp.expand(c.xreplace(dict(star))) == 0) for m, c in terms)
    if isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp > 0:
        return _dominated(node.base, star, sign)
    if isinstance(node, sp.Pow) and not node.exp.has(*variables, *star):
        return stays_above(node.base, sign) and _dominated(node.base, star, sign)
    if isinstance(node, sp.log):
        return stays_above(node.args[0], sign) and _dominated(node.args[0], star, sign)
    return False


def stays_above(node: sp.Expr, sign: Sign) -> bool:
    """Whether the expression is at least a positive constant: a positive constant plus terms that are not negative.

    Args:
        node: Over random variables, coordinates and parameters.
        sign: Decides signs of parameter expressions; may raise.
    """
    terms = sp.Add.make_args(node)
    constants = [term for term in terms if term.is_number or (term.free_symbols and _is_parameter(term))]
    rest = [term for term in terms if term not in constants]
    return bool(constants) and sign(sp.Add(*constants)) > 0 and all(map(_nonnegative, rest))


def _is_parameter(term: sp.Expr) -> bool:
    """Whether the term is built from declared parameters only: coordinates and random variables are dummies."""
    return not any(isinstance(symbol, sp.Dummy) for symbol in term.free_symbols)


def _nonnegative(term: sp.Expr) -> bool:
    if isinstance(term, sp.exp) or (isinstance(term, sp.Pow) and term.exp.is_Integer and term.exp % 2 == 0):
        return True
    if isinstance(term, sp.Mul):
        return all(map(_nonnegative, term.args))
    return bool(term.is_Rational and term >= 0)
