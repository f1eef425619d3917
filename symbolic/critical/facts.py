"""Signs with a memory: what a method used is what its certificate has to show."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from ..decision.cells import Cell
from ..formula import Formula, compare, conjunction, disjunction, negation

_RELATIONS = {1: ">", 0: "==", -1: "<"}


class Facts:
    """A cell that remembers every sign that was asked of it.

    Args:
        cell: Where signs are decided.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self._known: dict[sp.Expr, int] = {}
        self._proved: dict[Formula, None] = {}

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

    def holds(self, conclusion: Formula, given: Iterable[Formula] = ()) -> bool:
        """Whether a conclusion is proved all over the cell, for all values of symbols that are no parameters.

        Args:
            conclusion: What is to hold.
            given: Where it is to hold.
        """
        claim = disjunction([negation(conjunction(given)), conclusion])
        if not self.cell.prover.proves(self.cell.formula, claim, "a property of the leading part"):
            return False
        self._proved[claim] = None
        return True

    def compared(self, expression: sp.Expr, relation: str) -> bool:
        """Whether ``expression relation 0`` is proved all over the cell; the cell is not cut for it."""
        return self.holds(compare(expression, relation))

    def conditions(self) -> tuple[Formula, ...]:
        """The remembered signs and conclusions as conditions."""
        signs = [compare(expression, _RELATIONS[value]) for expression, value in self._known.items()]
        return tuple(dict.fromkeys([*signs, *self._proved]))
