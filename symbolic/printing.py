"""Formulas as text that SymPy reads back: the strings of the JSON contract.

``f^(k)(u)`` becomes ``Subs(Derivative(f(t), (t, k)), t, u)`` and an expectation the integral that it is, so that a
reader needs none of our nodes.
"""

from __future__ import annotations

import sympy as sp

from .calculus import GaussSymbol, Mean, ObjectiveDerivative, random_symbols
from .formula import FALSE, TRUE, And, Atom, Formula, to_sympy

_T = sp.Symbol("t")


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
            variable = sp.Symbol(f"_{symbol.name}")  # no parameter begins with _, so none is captured
            body = body.xreplace({symbol: variable})
            if isinstance(symbol, GaussSymbol):
                density = sp.exp(-(variable**2) / 2) / sp.sqrt(2 * sp.pi)
                body = sp.Integral(density * body, (variable, -sp.oo, sp.oo))
            else:
                body = sp.Integral(body, (variable, 0, 1))
        return body
    return expression.func(*arguments)


def text(expression: sp.Expr) -> str:
    """The expression as a string that ``sympify`` reads back."""
    return str(standard(expression))


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
        return str(to_sympy(formula))
    word = "And" if isinstance(formula, And) else "Or"
    return f"{word}({', '.join(formula_text(part) for part in formula.parts)})"
