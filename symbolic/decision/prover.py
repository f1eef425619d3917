"""Proving implications between sign conditions, and finding exact points where they hold.

A claim "hypotheses => goal" is proved by the solver's ``unsat`` for the hypotheses with the negated goal, once every
denominator and every domain in the query is itself proved to be in order. A point is shown only after its re-check in
exact arithmetic. Every query is kept as text.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import sympy as sp

from ..formula import And, Formula, atoms, conjunction, negation, symbols
from ..solvers import Answer, shared_process, translate
from .points import holds
from .readable import readable_point, simpler_point


@dataclass(frozen=True, slots=True)
class Query:
    """One question to a solver: SMT-LIB text, what it is for, and the answer."""

    purpose: str
    script: str
    answer: str


@dataclass(slots=True)
class Prover:
    """Asks the solver, remembers every question, and keeps to a deadline.

    Attributes:
        seconds: Limit per query.
        deadline: ``time.monotonic()`` value after which every answer is unknown.
        solver: Name of the solver.
        queries: Everything that was asked, in order, without repetition.
        spare: Seconds that may be spent on making results readable.
    """

    seconds: float = 4.0
    deadline: float = field(default_factory=lambda: time.monotonic() + 45.0)
    solver: str = "z3"
    queries: list[Query] = field(default_factory=list)
    spare: float = 8.0
    _known: dict[str, Answer] = field(default_factory=dict)
    _proved: dict[tuple[Formula, Formula], bool] = field(default_factory=dict)

    def start(self) -> None:
        """Starts the solver's process, so that it loads while the derivation runs."""
        shared_process(self.solver).start()

    def proves(self, hypotheses: Formula, goal: Formula, purpose: str = "") -> bool:
        """Whether the hypotheses imply the goal, as proved by the solver; False says nothing.

        Args:
            hypotheses: What may be assumed.
            goal: What is to be shown.
            purpose: What it is for, kept with the query.

        Returns:
            True only if it is proved.
        """
        key = (hypotheses, goal)
        if key not in self._proved:
            self._proved[key] = False  # while it is being proved: no goal may rest on itself
            try:
                self._proved[key] = self._prove(hypotheses, goal, purpose)
            except BaseException:
                del self._proved[key]  # interrupted: nothing is known
                raise
        return self._proved[key]

    def _prove(self, hypotheses: Formula, goal: Formula, purpose: str) -> bool:
        parts = goal.parts if isinstance(goal, And) else (goal,)
        known = set(hypotheses.parts if isinstance(hypotheses, And) else (hypotheses,))
        for part in parts:
            if part in known or (not symbols(part) and holds(part, {})):
                continue
            if not self.contradictory(conjunction([hypotheses, negation(part)]), purpose, assumed=hypotheses):
                return False
        return True

    def contradictory(self, formula: Formula, purpose: str = "", assumed: Formula | None = None) -> bool:
        """Whether no real point satisfies the formula, as proved by the solver.

        Args:
            formula: What cannot hold.
            purpose: What it is for.
            assumed: The part under which denominators and domains must be in order (default: the formula).
        """
        try:
            script = translate(formula)
        except TypeError:
            return False
        plain = _polynomial_part(formula if assumed is None else assumed)
        for obligation in script.obligations:
            if not self.proves(plain, obligation, "denominators and domains"):
                return False
        return self._ask(script.text, purpose).status == "unsat"

    def point(self, formula: Formula, variables: Iterable[sp.Symbol] = (), purpose: str = "") -> dict | None:
        """An exact point where the formula holds, re-checked; None says nothing.

        Args:
            formula: What is to hold.
            variables: Symbols that the point has to give a value for, whether they occur or not.
            purpose: What it is for.

        Returns:
            Values by symbol, readable ones where possible.
        """
        found = self.readable(formula, variables)
        if found is not None:
            return found
        unknowns = symbols(formula) | set(variables)

        def model(part: Formula) -> dict[sp.Symbol, sp.Expr] | None:
            return self.model(part, symbols(part), purpose)

        found = self.model(formula, unknowns, purpose)
        return None if found is None else simpler_point(formula, found, model)

    def readable(self, formula: Formula, variables: Iterable[sp.Symbol] = ()) -> dict[sp.Symbol, sp.Expr] | None:
        """A point as of ``point`` from a grid of small numbers, without a solver.

        Args:
            formula: What is to hold.
            variables: Further symbols that the point has to give a value for.
        """
        return readable_point(formula, sorted(symbols(formula) | set(variables), key=str))

    def model(self, formula: Formula, unknowns: Iterable[sp.Symbol], purpose: str) -> dict[sp.Symbol, sp.Expr] | None:
        """A point as of ``point``, as the solver gives it; symbols of which it says nothing are 1 where that is right.

        Args:
            formula: What is to hold.
            unknowns: All coordinates.
            purpose: What it is for.
        """
        try:
            script = translate(formula)
        except TypeError:
            return None
        answer = self._ask(script.text, purpose)
        if answer.status != "sat":
            return None
        for missing in (sp.Integer(1), sp.Integer(0)):
            model = {s: answer.model.get(script.names.get(s, ""), missing) for s in unknowns}
            if holds(formula, model):
                return model
        return None

    def hurried(self, seconds: float, each: float) -> Prover:
        """A prover for a task that must not take long; what it finds is to be handed back (``learn``).

        Args:
            seconds: How long the task may take.
            each: Limit per query.
        """
        known = {script: answer for script, answer in self._known.items() if answer.status != "unknown"}
        proved = {key: True for key, value in self._proved.items() if value}
        deadline = time.monotonic() + seconds
        return Prover(min(each, self.seconds), deadline, self.solver, self.queries, 0.0, known, proved)

    def learn(self, other: Prover) -> None:
        """Takes over what a hurried prover found out."""
        self._known |= {script: answer for script, answer in other._known.items() if answer.status != "unknown"}
        self._proved |= {key: True for key, value in other._proved.items() if value}

    def _ask(self, script: str, purpose: str) -> Answer:
        known = self._known.get(script)
        if known is None:
            left = self.deadline - time.monotonic()
            if left <= 0.05:
                return Answer("unknown", reason="out of time")
            known = shared_process(self.solver).ask(script, min(self.seconds, left))
            self._known[script] = known
            self.queries.append(Query(purpose, script, known.status))
        return known


def _polynomial_part(formula: Formula) -> Formula:
    """The conjuncts that are defined everywhere, so that assuming them assumes no domain."""
    parts = formula.parts if isinstance(formula, And) else (formula,)
    return conjunction(part for part in parts if all(a.expression.is_polynomial() for a in atoms(part)))
