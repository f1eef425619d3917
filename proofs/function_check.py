"""What rulings that rest on a function have in common when they are checked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import sympy as sp

from ..symbolic.formula import Formula
from ..symbolic.proposal import Proposal
from .certificate_reading import CellSteps, Refused, Uncheckable, expression
from .implications import SecondSolver
from .pieces import Branch
from .rule_matrices import STEP, Rule

X, Y = sp.symbols("_x _y", real=True)


@dataclass(frozen=True, slots=True)
class Setting:
    """A cell and what it speaks of.

    Attributes:
        cell: The cell; its pieces were checked before.
        rule: The training rule.
        proposal: The proposal.
        names: Symbols of the parameters and of f1, f2, ...
        output: The equilibrium output.
        equilibrium: (theta*, psi*).
        branch: The neighbourhood without switches, f kept to a given derivative.
        solver: Decides signs on the cell.
    """

    cell: CellSteps
    rule: Rule
    proposal: Proposal
    names: dict[str, sp.Symbol]
    output: sp.Expr
    equilibrium: tuple[sp.Expr, sp.Expr]
    branch: Callable[[int], Branch]
    solver: SecondSolver


class FunctionCheck(ABC):
    """Checks a ruling that names a function in the local coordinates.

    Args:
        setting: The cell.
    """

    outcomes: ClassVar[tuple[str, ...]] = ("no",)

    def __init__(self, setting: Setting) -> None:
        self.setting, self.cell, self.rule = setting, setting.cell, setting.rule

    def run(self) -> None:
        """Checks the ruling.

        Raises:
            Refused: If the function is not what the theorem needs.
            Uncheckable: If that cannot be told.
        """
        cell = self.cell
        if cell.outcome not in self.outcomes:
            raise Refused(f"the outcome {cell.outcome!r} does not follow from {cell.theorem!r}")
        if cell.rate != ("sublinear" if cell.outcome == "yes" else None) or cell.branch is not None:
            raise Refused(f"the rate or branch does not follow from {cell.theorem!r}")
        if cell.function is None:
            raise Refused(f"{cell.theorem} needs its function")
        known = {**self.setting.names, STEP.name: STEP, X.name: X, Y.name: Y}
        self.check(expression(cell.function, known, cell.ruling))

    @abstractmethod
    def check(self, function: sp.Expr) -> None:
        """Checks the function.

        Raises:
            Refused: If it is not what the theorem needs.
            Uncheckable: If that cannot be told.
        """

    def require(self, formula: Formula, because: str) -> None:
        """Asks the solver for a formula on the cell.

        Raises:
            Refused: If it does not hold.
            Uncheckable: If that is not decided.
        """
        known = self.setting.solver.implies(self.cell.formula, formula)
        if known is not True:
            problem = f"{self.cell.theorem}: not shown on the cell: {because}"
            raise Refused(problem) if known is False else Uncheckable(problem)
