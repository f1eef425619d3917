"""What was decided on one cell of the parameter space, and why: values, no mathematics."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy as sp

from .decision.cells import Cell
from .formula import Formula
from .germs.local import LocalField, Piece


class Outcome(Enum):
    """Does training converge locally on this cell?"""

    YES = "yes"
    NO = "no"
    OPEN = "open"


class Verdict(Enum):
    """The answer to a proposal's question; only ever what was proved."""

    CONVERGES = "converges"
    CONDITIONAL = "conditional"
    DOES_NOT_CONVERGE = "does-not-converge"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Ruling:
    """What holds on a cell.

    Attributes:
        outcome: Yes, no, or open.
        theorem: Key of the theorem that decides (``theorems``), or an empty string.
        reason: One sentence.
        rate: ``linear``, ``sublinear`` or an empty string.
        matrix: The matrix whose spectrum decides, where one does.
        piece: The piece of a discontinuous field that decides, where one does.
        conditions: Sign conditions on the cell that the theorem needs, where they are not those of a matrix.
        function: The function V that the theorem speaks of, in the local coordinates, where a certificate can carry it.
        fields: The other fields that the rule reads and the theorem needs (``free``, ``opponents``), with their pieces.
    """

    outcome: Outcome
    theorem: str
    reason: str
    rate: str = ""
    matrix: sp.ImmutableMatrix | None = None
    piece: Piece | None = None
    conditions: tuple[Formula, ...] = ()
    function: sp.Expr | None = None
    fields: tuple[tuple[str, LocalField], ...] = ()


@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell, what holds on it, and the pieces of the field that show it (None where the analysis failed)."""

    cell: Cell
    ruling: Ruling
    local: LocalField | None = None


Point = dict[sp.Symbol, sp.Expr]


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """The verdict for one training rule.

    Attributes:
        verdict: The answer.
        rate: For ``converges``: ``linear`` or ``sublinear``, else an empty string.
        reason: One sentence.
        cells: The cells and their rulings, which together cover the hypotheses.
        witness: For ``conditional``: an exact point where training converges.
        counterexample: An exact point where it does not.
    """

    verdict: Verdict
    rate: str
    reason: str
    cells: tuple[RuledCell, ...]
    witness: Point | None = None
    counterexample: Point | None = None
