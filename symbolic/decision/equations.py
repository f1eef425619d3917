"""Parameters that a cell's equations determine, so that what is exact there can be substituted."""

from __future__ import annotations

import sympy as sp

from ..formula import And, Atom, compare
from .cells import Cell


def solved_equations(cell: Cell) -> dict[sp.Symbol, sp.Expr]:
    """Values of parameters on a cell, in terms of the others.

    An equation is used if all but one of its factors are proved not to vanish on the cell, and that one is linear in a
    symbol with a number as its coefficient.

    Args:
        cell: The cell.

    Returns:
        Expressions by symbol; no symbol of the keys occurs in them.
    """
    found: dict[sp.Symbol, sp.Expr] = {}
    for atom in cell.formula.parts if isinstance(cell.formula, And) else (cell.formula,):
        if not isinstance(atom, Atom) or atom.relation != "==" or not atom.expression.is_polynomial():
            continue
        expression = sp.expand(atom.expression.xreplace(found))
        factors = [factor for factor, _ in sp.factor_list(expression)[1]] if expression.free_symbols else []
        possible = [f for f in factors if not cell.prover.proves(cell.formula, compare(f, "!="), "a factor")]
        if len(possible) == 1:
            solution = _linear_solution(possible[0])
            if solution is not None:
                found = {s: v.xreplace(solution) for s, v in found.items()} | solution
    return found


def _linear_solution(factor: sp.Expr) -> dict[sp.Symbol, sp.Expr] | None:
    """``symbol: value`` where factor = 0 says so."""
    for symbol in sorted(factor.free_symbols, key=str):
        coefficient = factor.coeff(symbol, 1)
        rest = sp.expand(factor - coefficient * symbol)
        if coefficient.is_Rational and coefficient != 0 and not rest.has(symbol):
            return {symbol: -rest / coefficient}
    return None
