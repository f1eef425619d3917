"""A proof under construction: steps that are proved when they are written down.

Identities are proved by normal form over QQ, implications between sign conditions by the solver, examples by exact
arithmetic; theorems are named, with the steps that prove their hypotheses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sympy as sp

from ..symbolic.decision.points import holds
from ..symbolic.decision.prover import Prover
from ..symbolic.formula import TRUE, Formula, compare, conjunction, negation
from ..symbolic.solvers import translate
from ..symbolic.theorems import THEOREMS
from .quantities import quantity

Value: TypeAlias = sp.Expr | sp.MatrixBase | sp.MatMul


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
        kind: ``identity``, ``solver``, ``example`` or ``theorem``.
        statement: What was shown, in words.
        part: ``derivation``, or ``printed`` for the test of what is printed.
        left: For an identity: its left side.
        right: For an identity: its right side.
        source: For an identity whose left side the engine derived: from what.
        hypotheses: For a solver step: what is assumed; for an example: the formula that the point satisfies.
        goal: For a solver step: what follows.
        script: For a solver step: the SMT-LIB text that is unsatisfiable.
        point: For an example: the exact point.
        theorem: For a theorem: its key.
        uses: For a theorem: the numbers (from 1) of the steps that prove its hypotheses.
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


@dataclass
class Proof:
    """Collects the steps of one derivation. Every method that proves a step returns its number, for ``theorem``.

    Attributes:
        prover: Where implications are asked.
        steps: What was proved, in order.
        part: What the next steps belong to: ``derivation`` or ``printed``.
    """

    prover: Prover = field(default_factory=Prover)
    steps: list[Step] = field(default_factory=list)
    part: str = "derivation"

    def derived(self, statement: str, proposal: Mapping[str, Any], name: str, claimed: Value) -> int:
        """Derives a quantity of a proposal and proves it equal to what is claimed.

        Args:
            statement: What is shown.
            proposal: The proposal, as its TOML file would hold it.
            name: The quantity (``quantities``).
            claimed: What it is.

        Raises:
            NotProved: If the proposal has no such quantity, or another one.
        """
        try:
            found = quantity(proposal, name, self.prover)
        except ValueError as failure:
            raise NotProved(f"{statement}: {failure}") from None
        return self.identity(statement, found, claimed, Source(proposal, name))

    def identity(self, statement: str, left: Value, right: Value, source: Source | None = None) -> int:
        """Proves left = right as rational functions: the numerator of the difference expands to 0 over QQ.

        Args:
            statement: What is shown.
            left: An expression or a matrix.
            right: Likewise.
            source: Where the left side comes from, if the engine derived it.

        Raises:
            NotProved: If the normal form is not 0.
        """
        if not same(left, right):
            raise NotProved(f"{statement}: {left} = {right}")
        return self._record(Step("identity", statement, self.part, left, right, source))

    def implies(self, statement: str, hypotheses: Formula, goal: Formula) -> int:
        """Proves an implication between sign conditions by the solver.

        Raises:
            NotProved: If the solver does not show the negation unsatisfiable, or the hypotheses hold nowhere.
        """
        if self.prover.point(hypotheses, purpose="the hypotheses are satisfiable") is None:
            raise NotProved(f"{statement}: no point satisfies the hypotheses")
        if not self.prover.proves(hypotheses, goal, statement):
            raise NotProved(statement)
        script = translate(conjunction([hypotheses, negation(goal)])).text
        return self._record(Step("solver", statement, self.part, hypotheses=hypotheses, goal=goal, script=script))

    def equivalent(self, statement: str, hypotheses: Formula, left: Formula, right: Formula) -> tuple[int, int]:
        """Proves two implications: under the hypotheses, left and right hold at the same points.

        Raises:
            NotProved: If one of them is not proved.
        """
        return (
            self.implies(f"{statement} (if)", conjunction([hypotheses, right]), left),
            self.implies(f"{statement} (only if)", conjunction([hypotheses, left]), right),
        )

    def example(self, statement: str, formula: Formula, point: dict[sp.Symbol, sp.Expr]) -> int:
        """Shows by exact arithmetic that a formula holds at a point.

        Raises:
            NotProved: If it does not.
        """
        if not holds(formula, point):
            raise NotProved(f"{statement}: does not hold at {point}")
        return self._record(Step("example", statement, self.part, hypotheses=formula, point=dict(point)))

    def theorem(self, key: str, statement: str, uses: Sequence[int]) -> int:
        """Applies a theorem of ``symbolic.theorems``.

        Args:
            key: The theorem.
            statement: What it says here.
            uses: The numbers of the steps that prove its hypotheses.

        Raises:
            KeyError: If there is no such theorem.
        """
        return self._record(Step("theorem", statement, self.part, theorem=THEOREMS[key].key, uses=tuple(uses)))

    def equal(self, statement: str, left: sp.Expr, right: sp.Expr) -> bool:
        """Decides left = right: proves the identity, or records a point where the two differ.

        Raises:
            NotProved: If neither succeeds.
        """
        if same(left, right):
            self.identity(statement, left, right)
            return True
        difference = sp.expand(left - right)
        imaginary = difference.coeff(sp.I)
        parts = (sp.expand(difference - sp.I * imaginary), imaginary)
        return self.decide(statement, TRUE, conjunction(compare(part, "==") for part in parts))

    def decide(
        self, statement: str, hypotheses: Formula, goal: Formula, point: dict[sp.Symbol, sp.Expr] | None = None
    ) -> bool:
        """Decides an implication: proves it, or records a point where the hypotheses hold and the goal fails.

        Args:
            statement: What is asked.
            hypotheses: What is assumed.
            goal: What is claimed to follow.
            point: A counterexample to try first.

        Raises:
            NotProved: If neither succeeds.
        """
        fails = conjunction([hypotheses, negation(goal)])
        if point is None or not holds(fails, point):
            point = self.prover.point(fails, purpose=f"counterexample: {statement}")
        if point is None:
            self.implies(statement, hypotheses, goal)
            return True
        self.example(f"This fails: {statement}", fails, point)
        return False

    def _record(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps)


def multiplied(value: Value) -> sp.Expr | sp.MatrixBase:
    """The value with matrix products carried out."""
    return value.doit() if isinstance(value, sp.MatMul) else value


def same(left: Value, right: Value) -> bool:
    """Whether two expressions, or two matrices entry by entry, have the same normal form."""
    left, right = multiplied(left), multiplied(right)
    if isinstance(left, sp.MatrixBase) or isinstance(right, sp.MatrixBase):
        if not isinstance(left, sp.MatrixBase) or not isinstance(right, sp.MatrixBase) or left.shape != right.shape:
            return False
        return all(is_zero_form(entry) for entry in left - right)
    return is_zero_form(sp.Add(left, -right))


def is_zero_form(difference: sp.Expr) -> bool:
    """Whether a rational expression is identically 0, by its normal form over QQ; False for anything else."""
    numerator, _ = sp.fraction(sp.together(difference))
    expanded = sp.expand(numerator)
    if expanded == 0:
        return True
    generators = sorted(expanded.free_symbols, key=str)
    if not generators or not expanded.is_polynomial(*generators):
        return False
    return sp.Poly(expanded, *generators).is_zero
