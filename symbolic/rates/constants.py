"""Transcendental constants, such as exp(-1), as unknowns of which the sign is known.

The solver knows little about exp. What holds for every s > 0 holds for s = exp(-1), and that is easier to prove.
"""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from ..decision.points import sign
from ..formula import Formula, compare, conjunction, mapped


def without_constants(matrix: sp.Matrix, assumed: Formula) -> tuple[sp.Matrix, Formula, dict[sp.Symbol, sp.Expr]]:
    """The question with a symbol for every transcendental constant of the matrix.

    Args:
        matrix: The Jacobian of one period.
        assumed: The hypotheses.

    Returns:
        The matrix, the hypotheses with the signs of the constants, and the constants by symbol.
    """
    found = dict.fromkeys(node for entry in matrix for node in _constants(entry))
    signs = {node: sign(node) for node in found}
    symbols = {node: sp.Symbol(f"_constant{k}", real=True) for k, node in enumerate(found) if signs[node]}
    facts = [compare(symbol, ">" if signs[node] == 1 else "<") for node, symbol in symbols.items()]
    plain = mapped(assumed, lambda expression: expression.xreplace(symbols))
    return matrix.xreplace(symbols), conjunction([plain, *facts]), {s: node for node, s in symbols.items()}


def _constants(expression: sp.Expr) -> Iterator[sp.Expr]:
    if not expression.is_number:
        for argument in expression.args:
            yield from _constants(argument)
    elif not expression.is_algebraic:
        if isinstance(expression, sp.Add | sp.Mul):
            for argument in expression.args:
                yield from _constants(argument)
        else:
            yield expression
