"""What a lemma is, and the proof it builds: identities by normal form, implications by the solver, named theorems.

A lemma's derivation is an ordinary function that calls ``proof.identity``, ``proof.implies``, ``proof.example`` and
``proof.theorem``. Each call proves its step or raises ``NotProved``; a derivation that returns has proved its statement.
What the paper prints is put to the same test by ``printed_holds``, so the status is derived and never declared:

========== ==================================================================
proved     the derivation goes through and what is printed holds
corrected  the derivation goes through and what is printed does not hold
refuted    what is printed does not hold, and nothing was derived in its place
undecided  a step could not be proved
========== ==================================================================
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import sympy as sp

from ...symbolic.decision.points import holds
from ...symbolic.decision.prover import Prover
from ...symbolic.formula import Formula, conjunction, negation
from ...symbolic.solvers import translate
from ...symbolic.theorems import THEOREMS


class Status(Enum):
    """How a lemma stands."""

    PROVED = "proved"
    CORRECTED = "corrected"
    REFUTED = "refuted"
    TESTED = "tested"
    UNDECIDED = "undecided"


class NotProved(Exception):
    """A step of a derivation that could not be proved."""


@dataclass(frozen=True, slots=True)
class Step:
    """One proved step.

    Attributes:
        kind: ``identity``, ``solver``, ``example`` or ``theorem``.
        statement: What was shown, in words.
        left: For an identity: its left side.
        right: For an identity: its right side.
        hypotheses: For a solver step: what is assumed; for an example: the formula that the point satisfies.
        goal: For a solver step: what follows.
        script: For a solver step: the SMT-LIB text that is unsatisfiable.
        point: For an example: the exact point.
        theorem: For a theorem: its key.
    """

    kind: str
    statement: str
    left: sp.Expr | None = None
    right: sp.Expr | None = None
    hypotheses: Formula | None = None
    goal: Formula | None = None
    script: str = ""
    point: dict[sp.Symbol, sp.Expr] | None = None
    theorem: str = ""


@dataclass
class Proof:
    """Collects the steps of one derivation.

    Attributes:
        prover: Where implications are asked.
        steps: What was proved, in order.
    """

    prover: Prover = field(default_factory=Prover)
    steps: list[Step] = field(default_factory=list)

    def identity(self, statement: str, left: sp.Expr, right: sp.Expr) -> None:
        """Proves left = right as rational functions: the numerator of the difference expands to 0 over QQ.

        Raises:
            NotProved: If the normal form is not 0.
        """
        if not is_zero_form(sp.sympify(left - right)):
            raise NotProved(f"{statement}: {left} = {right}")
        self.steps.append(Step("identity", statement, sp.sympify(left), sp.sympify(right)))

    def implies(self, statement: str, hypotheses: Formula, goal: Formula) -> None:
        """Proves an implication between sign conditions by the solver.

        Raises:
            NotProved: If the solver does not show the negation unsatisfiable, or the hypotheses hold nowhere.
        """
        if self.prover.point(hypotheses, purpose="the hypotheses are satisfiable") is None:
            raise NotProved(f"{statement}: no point satisfies the hypotheses")
        if not self.prover.proves(hypotheses, goal, statement):
            raise NotProved(statement)
        script = translate(conjunction([hypotheses, negation(goal)])).text
        self.steps.append(Step("solver", statement, hypotheses=hypotheses, goal=goal, script=script))

    def example(self, statement: str, formula: Formula, point: dict[sp.Symbol, sp.Expr]) -> None:
        """Shows by exact arithmetic that a formula holds at a point.

        Raises:
            NotProved: If it does not.
        """
        if not holds(formula, point):
            raise NotProved(f"{statement}: does not hold at {point}")
        self.steps.append(Step("example", statement, hypotheses=formula, point=dict(point)))

    def theorem(self, key: str, statement: str) -> None:
        """Applies a theorem of ``symbolic.theorems`` whose hypotheses are the steps before.

        Raises:
            KeyError: If there is no such theorem.
        """
        self.steps.append(Step("theorem", f"{statement} ({THEOREMS[key].statement})", theorem=key))


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


@dataclass(frozen=True, slots=True)
class Lemma:
    """A statement of the literature.

    Attributes:
        id: Such as ``mescheder2018-lemma-3.3``.
        source: Where it is printed.
        printed: What is printed, in the paper's symbols (LaTeX between dollar signs).
        statement: What is derived here.
        assumptions: As sign conditions, for people.
        status: The recorded status; a derivation that comes out differently is an error.
        derive: Proves the statement, step by step.
        printed_holds: Whether what is printed holds as it stands; it may record steps.
        difference: What differs from the paper, if anything.
    """

    id: str
    source: str
    printed: str
    statement: str
    assumptions: tuple[str, ...]
    status: Status
    derive: Callable[[Proof], None]
    printed_holds: Callable[[Proof], bool]
    difference: str = ""


@dataclass(frozen=True, slots=True)
class Derived:
    """What came out of a derivation.

    Attributes:
        lemma: The lemma.
        status: The derived status.
        reason: One sentence.
        steps: The proved steps.
        seconds: How long it took.
    """

    lemma: Lemma
    status: Status
    reason: str
    steps: tuple[Step, ...]
    seconds: float

    @property
    def as_recorded(self) -> bool:
        """Whether the derived status is the one that the lemma file records."""
        return self.status is self.lemma.status


def derive_lemma(lemma: Lemma) -> Derived:
    """Derives a lemma and puts what is printed to the test.

    Args:
        lemma: The lemma.

    Returns:
        The derived status with its steps.
    """
    start = time.monotonic()
    proof = Proof()
    failure = ""
    try:
        lemma.derive(proof)
    except NotProved as step:
        failure = str(step)
    try:
        printed: bool | None = lemma.printed_holds(proof)
    except NotProved as step:
        printed, failure = None, failure or str(step)
    if not failure and printed:
        status, reason = Status.PROVED, "derived as printed"
    elif not failure and printed is False:
        status, reason = Status.CORRECTED, lemma.difference or "what is printed does not hold; the statement here does"
    elif printed is False:
        status, reason = Status.REFUTED, f"what is printed does not hold, and a step failed: {failure}"
    else:
        status, reason = Status.UNDECIDED, f"a step could not be proved: {failure}"
    return Derived(lemma, status, reason, tuple(proof.steps), time.monotonic() - start)
