"""Signs with a memory: what a method used is what its certificate has to show."""

from __future__ import annotations

import sympy as sp

from ..decision.cells import Cell
from ..formula import Formula, compare

_RELATIONS = {1: ">", 0: "==", -1: "<"}


class Facts:
    """A cell that remembers every sign that was asked of it.

    Args:
        cell: Where signs are decided.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self._known: dict[sp.Expr, int] = {}

    def sign(self, expression: sp.Expr) -> int:
        """The sign of a parameter expression on the cell.

        Raises:
            NeedSplit: If it varies over the cell.
        """
        value = self.cell.sign(expression)
        if expression.free_symbols:
            self._known[expression] = value
        return value

    def is_zero(self, expression: sp.Expr) -> bool:
        """Whether a parameter expression vanishes all over the cell.

        Raises:
            NeedSplit: If it does in one part and not in another.
        """
        return self.sign(expression) == 0

    def conditions(self) -> tuple[Formula, ...]:
        """The remembered signs as conditions."""
        return tuple(compare(expression, _RELATIONS[value]) for expression, value in self._known.items())
