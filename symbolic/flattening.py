"""Parameter expressions as rational functions: a symbol in place of every other node (sqrt(c), exp(gamma), ...)."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp


def flattened(expression: sp.Expr, symbol_for: Callable[[sp.Expr], sp.Expr]) -> sp.Expr:
    """The expression as a rational function in its symbols and those that stand for other nodes.

    Args:
        expression: Any expression.
        symbol_for: Gives the symbol of a node that is no sum, product, integer power, symbol or rational number.
    """
    if expression.is_Symbol or expression.is_Rational:
        return expression
    if isinstance(expression, sp.Add | sp.Mul):
        return expression.func(*(flattened(argument, symbol_for) for argument in expression.args))
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer:
        return flattened(expression.base, symbol_for) ** expression.exp
    return symbol_for(expression)


class Atoms:
    """Symbols for the nodes of some expressions, the same for equal nodes.

    Args:
        prefix: How their names begin; with an underscore, as no parameter does.

    Attributes:
        nodes: The nodes by symbol.
    """

    def __init__(self, prefix: str = "_atom") -> None:
        self._prefix = prefix
        self.nodes: dict[sp.Symbol, sp.Expr] = {}
        self._symbols: dict[sp.Expr, sp.Symbol] = {}

    def flat(self, expression: sp.Expr) -> sp.Expr:
        """The expression as a rational function in symbols."""
        return flattened(expression, self._symbol)

    def restored(self, expression: sp.Expr) -> sp.Expr:
        """The expression with the nodes in their places, expanded."""
        return sp.expand(expression.xreplace(self.nodes)) if self.nodes else expression

    def _symbol(self, node: sp.Expr) -> sp.Symbol:
        if node not in self._symbols:
            symbol = sp.Symbol(f"{self._prefix}{len(self.nodes)}", real=True)
            self._symbols[node], self.nodes[symbol] = symbol, node
        return self._symbols[node]
