"""What a derivation is made of: steps as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..symbolic.formula import Formula
from .decisions import Decision
from .values import Value

# How the statement of a step begins that shows that what is printed does not hold.
FAILS = "This fails: "


class NotProved(Exception):
    """A step of a derivation that could not be proved."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an identity's left side comes from.

    Attributes:
        proposal: The proposal, as its TOML file would hold it.
        quantity: Which of its quantities, by its key in the document of ``check``.
    """

    proposal: Mapping[str, Any]
    quantity: str


@dataclass(frozen=True, slots=True)
class Step:
    """One proved step.

    Attributes:
        kind: ``identity``, ``solver``, ``example``, ``theorem``, ``verdict`` or ``tested``.
        statement: What was shown, in words.
        part: ``derivation``, or ``printed`` for the test of what is printed.
        left: For an identity: its left side.
        right: For an identity: its right side.
        source: For an identity whose left side the engine derived, and for a verdict or a region: from what.
        hypotheses: For a solver step: what is assumed; for an example: the formula that the point satisfies.
        goal: For a solver step: what follows.
        script: For a solver step: the SMT-LIB text that is unsatisfiable.
        point: For an example: the exact point.
        theorem: For a theorem: its key.
        uses: For a theorem: the numbers (from 1) of the steps that prove its hypotheses.
        decision: For a verdict: what the engine decided, and why.
        test: For what was only tested: the test.
    """

    kind: str
    statement: str
    part: str = "derivation"
    left: Value | None = None
    right: Value | None = None
    source: Source | None = None
    hypotheses: Formula | None = None
    goal: Formula | None = None
    script: str = ""
    point: dict[sp.Symbol, sp.Expr] | None = None
    theorem: str = ""
    uses: tuple[int, ...] = ()
    decision: Decision | None = None
    test: str = ""
