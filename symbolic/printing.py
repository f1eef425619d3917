"""Formulas as text that SymPy reads back: the strings of the JSON contract.

``f^(k)(u)`` becomes ``Subs(Derivative(f(t), (t, k)), t, u)`` and an expectation the integral that it is, so that a
reader needs none of our nodes.
"""

from __future__ import annotations

import functools

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from .calculus import (
    CircleSymbol,
    GaussSymbol,
    Mean,
    ObjectiveDerivative,
    RandomSymbol,
    SignSymbol,
    random_symbols,
)
from .enclosures import NoEnclosure, enclose
from .formula import FALSE, TRUE, And, Atom, Formula

_T = sp.Symbol("t")
# Sums of more terms are left as they are.
_FACTORED = 8
# Exact numbers with more characters are shown as decimals alone.
_LONGEST = 80


def standard(expression: sp.Expr) -> sp.Expr:
    """The expression in SymPy's own nodes."""
    if not expression.has(ObjectiveDerivative, Mean):
        return expression
    arguments = [standard(argument) for argument in expression.args]
    if isinstance(expression, ObjectiveDerivative):
        order, point = arguments
        f = sp.Function("f")
        return f(point) if order == 0 else sp.Subs(sp.Derivative(f(_T), (_T, order)), _T, point)
    if isinstance(expression, Mean):
        (body,) = arguments
        for symbol in sorted(random_symbols(expression.args[0]), key=str):
            body = _averaged(body, symbol)
        return body
    return expression.func(*arguments)


def _averaged(body: sp.Expr, symbol: RandomSymbol) -> sp.Expr:
    """The integral, or the sum, that E[body] over one random symbol is; all symbols of an angle at once."""
    if not body.has(symbol):
        return body  # an angle that is integrated already
    variable = sp.Symbol(f"_{symbol.name}")  # no parameter begins with _, so none is captured
    if isinstance(symbol, SignSymbol):
        return sp.Add(*(body.xreplace({symbol: sp.Integer(value)}) for value in (1, -1))) / 2
    if isinstance(symbol, CircleSymbol):
        angle = sp.Symbol(f"_angle_{symbol.angle}")
        pair = {CircleSymbol(f"{f.__name__}_{symbol.angle}", real=True): f(angle) for f in (sp.cos, sp.sin)}
        return sp.Integral(body.xreplace(pair), (angle, 0, 2 * sp.pi)) / (2 * sp.pi)
    body = body.xreplace({symbol: variable})
    if isinstance(symbol, GaussSymbol):
        density = sp.exp(-(variable**2) / 2) / sp.sqrt(2 * sp.pi)
        return sp.Integral(density * body, (variable, -sp.oo, sp.oo))
    return sp.Integral(body, (variable, 0, 1))


def text(expression: sp.Expr) -> str:
    """The expression as a string that ``sympify`` reads back."""
    return str(standard(expression))


def number_text(expression: sp.Expr) -> str:
    """The expression, with certified decimals behind it if it is an irrational number; these alone if it is long."""
    exact = text(expression)
    if expression.free_symbols or expression.is_Rational:
        return exact
    value = enclose(expression)
    if isinstance(value, NoEnclosure):
        return exact
    return f"{exact} ({value})" if len(exact) <= _LONGEST else str(value)


def short_text(expression: sp.Expr) -> str:
    """The expression as a reader writes it: f'(u) and E[...] instead of Subs and Integral. For display only."""

    def shortened(node: sp.Expr) -> sp.Expr:
        if not node.has(ObjectiveDerivative, Mean):
            return node
        if isinstance(node, ObjectiveDerivative):
            order, point = int(node.args[0]), shortened(node.args[1])
            return sp.Function("f" + "'" * order)(point)
        if isinstance(node, Mean):
            return sp.Function("E")(shortened(node.args[0]))
        return node.func(*map(shortened, node.args))

    return str(shortened(expression))


def formula_text(formula: Formula) -> str:
    """The formula as a string that ``sympify`` reads back, with ``And``, ``Or``, ``Eq`` and ``Ne``."""
    if formula == TRUE:
        return "True"
    if formula == FALSE:
        return "False"
    if isinstance(formula, Atom):
        return str(relation(formula))
    word = "And" if isinstance(formula, And) else "Or"
    return f"{word}({', '.join(formula_text(part) for part in formula.parts)})"


def displayed(formula: Formula) -> sp.Basic:
    """The formula in SymPy's nodes, with its conditions as in ``formula_text``."""
    if formula in (TRUE, FALSE):
        return sp.true if formula == TRUE else sp.false
    if isinstance(formula, Atom):
        return relation(formula)
    parts = [displayed(part) for part in formula.parts]
    return sp.And(*parts, evaluate=False) if isinstance(formula, And) else sp.Or(*parts, evaluate=False)


@functools.lru_cache(maxsize=2048)
def relation(atom: Atom) -> sp.Basic:
    """A condition as a comparison of two sides, as a reader would write it.

    Terms with a minus sign stand on the other side, factored where that is shorter. Where the condition says what one
    symbol is, or bounds it by something that is no polynomial, the symbol stands alone on the left; a number stands on
    the right.
    """
    primitive = _primitive(atom.expression)
    expression = atom.expression if primitive is None else primitive
    terms = sp.Add.make_args(expression)
    right = _shortest(sp.Add(*(-term for term in terms if term.could_extract_minus_sign())))
    left = _shortest(sp.Add(*(term for term in terms if not term.could_extract_minus_sign())))
    names = expression.free_symbols
    if primitive is not None and len(names) == 1 and sp.degree(primitive, (symbol := next(iter(names)))) == 1:
        slope, rest = sp.Poly(primitive, symbol).all_coeffs()
        left, right = (symbol, -rest / slope) if slope > 0 else (-rest / slope, symbol)
    elif primitive is None or atom.relation in ("==", "!="):
        alone = _alone(expression)
        if alone is not None:
            top, bottom = sp.fraction(alone - expression if alone in terms else alone + expression)
            value = sp.expand_mul(top) / bottom
            left, right = (alone, value) if alone in terms else (value, alone)
    numeric, single = isinstance(left, sp.Rational), isinstance(right, sp.Symbol)
    if (numeric and not isinstance(right, sp.Rational)) or (single and not isinstance(left, sp.Symbol)):
        return _TURNED[atom.relation](right, left, evaluate=False)
    return _KINDS[atom.relation](left, right, evaluate=False)


def _shortest(side: sp.Expr) -> sp.Expr:
    """A sum of three terms or more, factored if that is shorter to read."""
    if not 3 <= len(sp.Add.make_args(side)) <= _FACTORED or not side.is_polynomial():
        return side
    return min(side, sp.factor(side), key=lambda form: len(str(form)))


_KINDS = {">": sp.StrictGreaterThan, ">=": sp.GreaterThan, "==": sp.Equality, "!=": sp.Unequality}
_TURNED = {">": sp.StrictLessThan, ">=": sp.LessThan, "==": sp.Equality, "!=": sp.Unequality}


def _primitive(expression: sp.Expr) -> sp.Expr | None:
    """A rational polynomial times the positive number that makes its coefficients coprime integers; else None."""
    generators = sorted(expression.free_symbols, key=str)
    try:
        polynomial = sp.Poly(expression, *generators, domain="QQ")
    except (BasePolynomialError, TypeError, ValueError):
        return None
    factor, whole = polynomial.clear_denoms(convert=True)
    return sp.expand(abs(sp.Rational(factor) / sp.Rational(whole.content())) * expression)


def _alone(expression: sp.Expr) -> sp.Symbol | None:
    """A symbol that is one of the terms, with the factor 1 or -1, and occurs in no other; f1, f2, ... last."""
    for symbol in sorted(expression.free_symbols, key=lambda s: (s.name[:1] == "f" and s.name[1:].isdigit(), s.name)):
        for sign in (1, -1):
            if sign * symbol in expression.args and not (expression - sign * symbol).has(symbol):
                return symbol
    return None
