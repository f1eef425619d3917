"""Proving implications between sign conditions, and finding exact points where they hold.

A claim "hypotheses => goal" is proved by the solver's ``unsat`` for the hypotheses with the negated goal, once every
denominator and every domain in the query is itself proved to be in order. A point is shown only after its re-check in
exact arithmetic. Every query is kept as text.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import sympy as sp

from ..formula import And, Atom, Formula, atoms, conjunction, negation, symbols
from ..solvers import Answer, shared_process, translate
from .points import Point, holds

# Values that a reader likes, simplest first; witnesses and counterexamples are looked for among them.
_READABLE = tuple(
    sp.Rational(value) for value in ("1", "-1", "2", "-2", "1/2", "-1/2", "3", "0", "-3", "1/4", "4", "10")
)
_FINE = tuple(sp.Rational(value) for value in ("1/10", "-1/10", "1/100", "5", "-4", "20", "1/3", "3/2", "100"))
_VALUES = _READABLE + _FINE
_FLOATS = np.array([float(value) for value in _VALUES])
_GRID = 40_000
_FUNCTIONS = {"sqrt": np.sqrt, "Abs": np.abs, "sign": np.sign, "exp": np.exp, "log": np.log, "tanh": np.tanh}
_FUNCTIONS |= {"atan": np.arctan, "sin": np.sin, "cos": np.cos, "pi": np.pi, "E": np.e}


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
    """

    seconds: float = 4.0
    deadline: float = field(default_factory=lambda: time.monotonic() + 45.0)
    solver: str = "z3"
    queries: list[Query] = field(default_factory=list)
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
            self._proved[key] = self._prove(hypotheses, goal, purpose)
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
        unknowns = sorted(symbols(formula) | set(variables), key=str)
        found = _readable_point(formula, unknowns)
        if found is not None:
            return found
        try:
            script = translate(formula)
        except TypeError:
            return None
        answer = self._ask(script.text, purpose)
        if answer.status != "sat":
            return None
        model = {s: answer.model.get(script.names.get(s, ""), sp.Integer(0)) for s in unknowns}
        return model if holds(formula, model) else None

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


def _readable_point(formula: Formula, unknowns: Sequence[sp.Symbol]) -> dict[sp.Symbol, sp.Expr] | None:
    """The first readable grid point where the formula holds: floats sift, exact arithmetic decides."""
    if not unknowns:
        return {} if holds(formula, {}) else None
    ranks = _grid(len(unknowns))
    mask = _sift(formula, unknowns, list(_FLOATS[ranks]))
    if mask is None:
        return None
    for index in np.flatnonzero(mask)[:12]:
        point: Point = {s: _VALUES[rank] for s, rank in zip(unknowns, ranks[:, index], strict=True)}
        if holds(formula, point):
            return dict(point)
    return None


@functools.cache
def _grid(dimension: int) -> np.ndarray:
    """Readable points as ranks into ``_VALUES``, shape (dimension, points), simplest first, at most ``_GRID``."""
    width = len(_VALUES)
    while width**dimension > _GRID and width > 2:
        width -= 1
    count = min(width**dimension, _GRID)
    if dimension > 60:  # beyond what an index can count
        return np.zeros((dimension, 1), dtype=int)
    ranks = np.stack(np.unravel_index(np.arange(count), (width,) * dimension))
    return ranks[:, np.lexsort((ranks.sum(axis=0), ranks.max(axis=0)))]


def _sift(formula: Formula, unknowns: Sequence[sp.Symbol], columns: list[np.ndarray]) -> np.ndarray | None:
    if isinstance(formula, Atom):
        try:
            function = sp.lambdify(unknowns, formula.expression, modules=[_FUNCTIONS])
            with np.errstate(all="ignore"):
                value = np.broadcast_to(np.asarray(function(*columns), dtype=float), columns[0].shape)
        except (TypeError, NameError, ValueError, OverflowError, AttributeError, KeyError):
            return None
        near = 1e-12 * (1 + np.abs(value))
        match formula.relation:
            case ">":
                return value > 0
            case ">=":
                return value >= -near
            case "==":
                return np.abs(value) <= near
        return value != 0
    masks = [_sift(part, unknowns, columns) for part in formula.parts]
    known = [mask for mask in masks if mask is not None]
    if len(known) != len(masks):
        return None
    start = np.full(columns[0].shape, isinstance(formula, And))
    for mask in known:
        start = start & mask if isinstance(formula, And) else start | mask
    return start
