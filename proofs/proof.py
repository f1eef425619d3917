"""A proof under construction: steps that are proved when they are written down.

Identities are proved by normal form over QQ, implications between sign conditions by the solver, examples by exact
arithmetic; theorems are named, with the steps that prove their hypotheses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from ..symbolic.decision.points import holds
from ..symbolic.decision.prover import Prover
from ..symbolic.formula import TRUE, Formula, compare, conjunction, negation
from ..symbolic.solvers import translate
from ..symbolic.theorems import THEOREMS
from .decisions import Decision, case_decision, decision
from .quantities import quantity, region
from .steps import FAILS, NotProved, Source, Step
from .values import Value


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

    def implies(self, statement: str, hypotheses: Formula, goal: Formula, source: Source | None = None) -> int:
        """Proves an implication between sign conditions by the solver.

        Args:
            statement: What is shown.
            hypotheses: What is assumed.
            goal: What follows.
            source: Where one of them comes from, if the engine derived it.

        Raises:
            NotProved: If the solver does not show the negation unsatisfiable, or the hypotheses hold nowhere.
        """
        if self.prover.point(hypotheses, purpose="the hypotheses are satisfiable") is None:
            raise NotProved(f"{statement}: no point satisfies the hypotheses")
        if not self.prover.proves(hypotheses, goal, statement):
            raise NotProved(statement)
        script = translate(conjunction([hypotheses, negation(goal)])).text
        return self._record(
            Step("solver", statement, self.part, source=source, hypotheses=hypotheses, goal=goal, script=script)
        )

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

    def decided(self, statement: str, proposal: Mapping[str, Any], verdict: str, rate: str = "") -> int:
        """Shows that the engine proves a verdict.

        Args:
            statement: What is shown.
            proposal: The proposal, as its TOML file would hold it.
            verdict: ``converges``, ``conditional`` or ``does-not-converge``.
            rate: ``linear`` or ``sublinear``; not looked at if empty.

        Raises:
            NotProved: If the engine decides otherwise, or leaves it undecided.
        """
        found = self._decision(statement, proposal)
        if found.verdict != verdict or (rate and found.rate != rate):
            raise NotProved(f"{statement}: the engine says {found.words}: {found.reason}")
        return self._record_decision(statement, proposal, found)

    def decides(self, statement: str, proposal: Mapping[str, Any], verdict: str) -> bool:
        """Whether the engine's verdict is the one that is printed; what it is becomes a step.

        Raises:
            NotProved: If the engine leaves it undecided.
        """
        found = self._decision(statement, proposal)
        if found.verdict == "undecided":
            raise NotProved(f"{statement}: undecided: {found.reason}")
        agrees = found.verdict == verdict
        self._record_decision(statement if agrees else FAILS + statement, proposal, found)
        return agrees

    def judged(self, statement: str, proposal: Mapping[str, Any], **rules: str) -> list[int]:
        """Shows verdicts under several rules, which take the place of the proposal's ``update``.

        Args:
            statement: What is shown; the rule's name is added.
            proposal: The proposal; other keys of its training section stay.
            rules: By ``flow``, ``simultaneous`` or ``alternating``: a verdict, with its rate after a space.

        Raises:
            NotProved: If one of them is decided otherwise, or is not.
        """
        found: list[int] = []
        for rule, expected in rules.items():
            training = {**proposal.get("training", {}), "update": rule}
            verdict, _, rate = expected.partition(" ")
            found.append(self.decided(f"{statement}, {rule}", {**proposal, "training": training}, verdict, rate))
        return found

    def case(self, statement: str, proposal: Mapping[str, Any], case: str, verdict: str) -> int:
        """Shows what holds for all games that meet the assumptions of Theorem 4.1.

        Args:
            statement: What is shown.
            proposal: The proposal, as its TOML file would hold it.
            case: ``general`` or ``absolutely_continuous``.
            verdict: ``converges``, ``not-always`` or ``never``.

        Raises:
            NotProved: If the engine decides otherwise, or leaves it undecided.
        """
        found = case_decision(proposal, case)
        if found.verdict != verdict:
            raise NotProved(f"{statement}: the engine says {found.verdict}: {found.reason}")
        return self._record_decision(statement, proposal, found, case)

    def region(self, statement: str, proposal: Mapping[str, Any], name: str, claimed: Formula) -> tuple[int, int]:
        """Shows that a region of parameters of a proposal is the claimed one, on the admissible parameters.

        Args:
            statement: What is shown.
            proposal: The proposal, as its TOML file would hold it.
            name: ``condition``, ``step_size`` or ``critical`` (``quantities.region``).
            claimed: The region.

        Raises:
            NotProved: If there is none, or another one.
        """
        try:
            hypotheses, found = region(proposal, name)
        except ValueError as failure:
            raise NotProved(f"{statement}: {failure}") from None
        source = Source(proposal, name)
        return (
            self.implies(f"{statement} (if)", conjunction([hypotheses, claimed]), found, source),
            self.implies(f"{statement} (only if)", conjunction([hypotheses, found]), claimed, source),
        )

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

    def tested(self, statement: str, test: str) -> int:
        """Records a step that rests on random testing only; the lemma is then ``tested``, not proved.

        Args:
            statement: What was tested.
            test: The test that does it, as a path in the repository.
        """
        return self._record(Step("tested", statement, self.part, test=test))

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
        self.example(FAILS + statement, fails, point)
        return False

    def _decision(self, statement: str, proposal: Mapping[str, Any]) -> Decision:
        try:
            return decision(proposal)
        except ValueError as failure:
            raise NotProved(f"{statement}: {failure}") from None

    def _record_decision(
        self, statement: str, proposal: Mapping[str, Any], found: Decision, quantity: str = "verdict"
    ) -> int:
        source = Source(proposal, quantity)
        return self._record(Step("verdict", statement, self.part, source=source, decision=found))

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
    if not difference.is_commutative:  # words in matrices: the free algebra
        return sp.expand(difference) == 0
    numerator, _ = sp.fraction(sp.together(difference))
    expanded = sp.expand(numerator)
    if expanded == 0:
        return True
    generators = sorted(expanded.free_symbols, key=str)
    if not generators or not expanded.is_polynomial(*generators):
        return False
    return sp.Poly(expanded, *generators).is_zero
