"""Cells: parts of the parameter space on which every sign that the analysis asked for is known.

The analysis runs on one cell as if parameters were numbers. When it needs the sign of an expression that varies over
the cell, it stops with ``NeedSplit``; the cell is cut into the parts where the expression is positive, zero and
negative, and the analysis runs again on each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from ..formula import Formula, compare, conjunction
from .points import sign as constant_sign
from .prover import Prover

_MAX_CELLS = 40
# What SymPy raises on expressions that it cannot handle; an analysis that meets one decides nothing.
SYMPY_FAILURES = (
    TypeError,
    ValueError,
    ArithmeticError,
    NotImplementedError,
    RecursionError,
    AttributeError,
    LookupError,
    BasePolynomialError,
)


class NeedSplit(Exception):
    """The sign of an expression is needed and varies over the cell, or could not be decided there."""

    def __init__(self, expression: sp.Expr) -> None:
        super().__init__(f"the sign of {expression} varies")
        self.expression = expression


@dataclass(slots=True)
class Cell:
    """A part of the parameter space.

    Attributes:
        formula: The hypotheses, with the sign conditions that cut the cell out.
        prover: Where signs are decided.
    """

    formula: Formula
    prover: Prover
    _signs: dict[sp.Expr, int] = field(default_factory=dict)

    def sign(self, expression: sp.Expr) -> int:
        """The sign of a parameter expression on this cell: -1, 0 or 1.

        Raises:
            NeedSplit: If it is not constant, or not known to be.
        """
        if expression.is_Rational:
            return int(sp.sign(expression))
        if not expression.free_symbols:
            known = constant_sign(expression)
            if known is None:
                raise NeedSplit(expression)
            return known
        if expression not in self._signs:
            self._signs[expression] = self._decided(expression)
        return self._signs[expression]

    def _decided(self, expression: sp.Expr) -> int:
        for value, relation in ((1, ">"), (-1, "<"), (0, "==")):
            if self.prover.proves(self.formula, compare(expression, relation), f"sign of {expression}"):
                return value
        raise NeedSplit(expression)

    def is_zero(self, expression: sp.Expr) -> bool:
        """Whether a parameter expression vanishes all over the cell.

        Raises:
            NeedSplit: If it vanishes in one part of the cell and not in another.
        """
        return self.sign(expression) == 0

    def parts(self, expression: sp.Expr) -> Iterator[Cell]:
        """The cells where the expression is positive, zero and negative; those proved empty are left out."""
        for relation in (">", "==", "<"):
            formula = conjunction([self.formula, compare(expression, relation)])
            if not self.prover.contradictory(formula, f"is {expression} {relation} 0 possible"):
                yield Cell(formula, self.prover)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A cell on which the analysis could not be finished, and why."""

    reason: str


def analysed(cell: Cell, analyse: Callable[[Cell], T]) -> list[tuple[Cell, T | Unresolved]]:
    """Runs an analysis, cutting the cell whenever a sign varies.

    Args:
        cell: Where to start.
        analyse: What to run; it may raise ``NeedSplit``.

    Returns:
        Cells that together cover the first one, each with its result.
    """
    open_cells: list[tuple[Cell, frozenset[sp.Expr]]] = [(cell, frozenset())]
    done: list[tuple[Cell, T | Unresolved]] = []
    while open_cells:
        current, cut = open_cells.pop()
        try:
            done.append((current, analyse(current)))
        except NeedSplit as split:
            if split.expression in cut or not split.expression.free_symbols:
                done.append((current, Unresolved(f"the sign of {split.expression} could not be decided")))
            elif len(open_cells) + len(done) > _MAX_CELLS:
                done.append((current, Unresolved("too many cases of the parameters")))
            else:
                open_cells += [(part, cut | {split.expression}) for part in current.parts(split.expression)]
        except SYMPY_FAILURES as failure:
            done.append((current, Unresolved(f"outside what is analysed here: {failure}")))
    return done
