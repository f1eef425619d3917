"""Regions of parameters and step sizes, simplified for a reader; every simplification is proved by the solver."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp

from .criteria import bilinear, schur_expressions
from .decision.cells import SYMPY_FAILURES
from .decision.limits import OutOfTime, time_limit
from .decision.prover import Prover
from .formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Formula,
    Or,
    atoms,
    compare,
    conjunction,
    disjunction,
    mapped,
    negation,
    symbols,
)
from .roots import solutions
from .rulings import Outcome, RuleVerdict
from .samples import Samples
from .sign_conditions import SignConditions, solved
from .simplification import Union, length, parts_of
from .spectrum import characteristic_coefficients, cleared, discriminant

# What a region may take of the time that is left for all of them, and one question; what comes in time is used.
_SHARES = {"condition": 0.6, "step size": 0.8, "critical": 1.0}
_EACH = 1.0
# How long simplification may go on after the prover's own deadline, and what it gets at least.
_GRACE, _LEAST = 4.0, 1.0
_MAX_OPERATIONS = 250
_H = sp.Symbol("h", real=True)


@dataclass(slots=True)
class _Attempt:
    """A form of a region that is right, to be replaced by better ones while there is time.

    Attributes:
        best: The best form so far that is proved.
        prover: With little time.
        seconds: How much that is.
    """

    best: Formula
    prover: Prover
    seconds: float

    def reduce(self, formula: Formula, assumed: Formula) -> Formula:
        """The conjunction without what is implied, as far as a third of the time goes."""
        quick = self.prover.hurried(self.seconds / 3, _EACH)
        found = reduced(formula, assumed, quick)
        self.prover.learn(quick)
        return found


def stable_region(verdict: RuleVerdict, assumed: Formula, prover: Prover) -> Formula | None:
    """Where training converges, relative to the hypotheses; None while some cell is open.

    Args:
        verdict: With its cells.
        assumed: The hypotheses, left out of the result.
        prover: Proves the forms equivalent.
    """
    cells = {outcome: [c.cell.formula for c in verdict.cells if c.ruling.outcome is outcome] for outcome in Outcome}
    inside, outside = cells[Outcome.YES], cells[Outcome.NO]
    if cells[Outcome.OPEN]:
        return None
    known = set(parts_of(assumed))
    plain = disjunction(conjunction(part for part in parts_of(cell) if part not in known) for cell in inside)

    def simplify(attempt: _Attempt) -> None:
        attempt.best = disjunction([attempt.reduce(cell, assumed) for cell in inside])
        # The cells cover the hypotheses, so that excluding those outside leaves the others.
        if not attempt.prover.proves(assumed, disjunction([*inside, *outside]), "the cells cover the hypotheses"):
            return
        samples = Samples(assumed, [*inside, *outside], attempt.prover)
        conditions = SignConditions(assumed, attempt.prover, samples)
        found = Union(inside, outside, conditions, samples).described()
        attempt.best = attempt.best if found is None else found
        attempt.best = _readable(attempt.best, conditions)

    return _in_time("condition", simplify, plain, prover)


def step_size_region(matrix: sp.ImmutableMatrix, h: sp.Symbol, assumed: Formula, prover: Prover) -> Formula | None:
    """The exact condition on h > 0 for every multiplier to lie inside the unit circle.

    Args:
        matrix: The Jacobian of one period.
        h: The step size.
        assumed: The hypotheses; those that mention h are set aside, since h is what is asked for.
        prover: Proves which sign conditions are implied.

    Returns:
        The condition, ``h > 0`` if there is none; None if no h satisfies it for any parameter value, or if it is too
        large to read.
    """
    positive = conjunction([*(part for part in parts_of(assumed) if h not in symbols(part)), compare(h, ">")])
    coefficients = cleared(characteristic_coefficients(matrix), h)
    inside = [compare(e, ">") for e in schur_expressions(coefficients)]
    region = conjunction(inside)
    if sum(atom.expression.count_ops() for atom in atoms(region)) > _MAX_OPERATIONS:
        return None

    def simplify(attempt: _Attempt) -> None:
        whole = conjunction([positive, region])
        if attempt.prover.contradictory(whole, "some step size is stable"):
            attempt.best = FALSE
            return
        samples = Samples(positive, [whole], attempt.prover)
        conditions = SignConditions(positive, attempt.prover, samples)
        attempt.best = attempt.reduce(conditions.normal(region), positive)
        outside = [conjunction([positive, negation(one)]) for one in inside]
        # That the transformed coefficients are positive is necessary, and often shorter than what is sufficient.
        found = Union([whole], outside, conditions, samples, bilinear(coefficients)).described()
        attempt.best = reduced(attempt.best, positive, attempt.prover) if found is None else found
        attempt.best = _readable(attempt.best, conditions)

    found = _in_time("step size", simplify, region, prover)
    if found == TRUE:
        return compare(h, ">")
    return None if found == FALSE else found


def critical_region(
    jacobian: sp.ImmutableMatrix, parameters: tuple[str, ...], assumed: Formula, prover: Prover
) -> Formula | None:
    """Where the two eigenvalues of v' meet: the discriminant is 0, solved for a parameter if that is possible.

    Args:
        jacobian: v'(x*).
        parameters: Names of the parameters, in order; the first that can be solved for is.
        assumed: The hypotheses.
        prover: Proves the solutions complete.

    Returns:
        An equation; or solutions ``symbol == value``, several joined by ``Or``; None if the eigenvalues never meet, or
        always do.
    """
    gap = discriminant(jacobian)
    if gap.is_Rational:
        return None
    numerator = sp.numer(sp.together(gap))
    zero = compare(numerator, "==")

    def simplify(attempt: _Attempt) -> None:
        if attempt.prover.contradictory(conjunction([assumed, zero]), "eigenvalues can meet"):
            attempt.best = FALSE
            return
        conditions = SignConditions(assumed, attempt.prover, Samples(assumed, [], attempt.prover))
        attempt.best = conditions.normal(zero)
        if not isinstance(attempt.best, Atom):
            return
        equation = attempt.best
        for symbol in (sp.Symbol(name, real=True) for name in parameters):
            solution = solutions(equation, symbol, assumed, attempt.prover)
            if solution is not None:
                attempt.best = solution
                return

    found = _in_time("critical", simplify, mapped(zero, sp.factor_terms), prover)
    return None if found in (TRUE, FALSE) else found


def _in_time(task: str, simplify: Callable[[_Attempt], None], plain: Formula, prover: Prover) -> Formula:
    """The best form that was found and proved in the task's time; the plain one if none was."""
    now = time.monotonic()
    seconds = max(min(_SHARES[task] * prover.spare, prover.deadline + _GRACE - now), _LEAST)
    attempt, limit = _Attempt(plain, prover.hurried(seconds, _EACH), seconds), object()
    try:
        with time_limit(seconds + 1, limit):
            simplify(attempt)
    except OutOfTime as late:
        if late.limit is not limit:
            raise
    except SYMPY_FAILURES:
        pass
    prover.learn(attempt.prover)
    prover.spare -= time.monotonic() - now
    return attempt.best


def _readable(region: Formula, conditions: SignConditions) -> Formula:
    """The region with conditions that are linear in a symbol solved for it, where that is clearer; short ones first."""
    if isinstance(region, Atom):
        return _clearer(region, conditions)
    if isinstance(region, Or) and region.parts:
        # What all cases share is said once.
        shared = [part for part in parts_of(region.parts[0]) if all(part in parts_of(case) for case in region.parts)]
        if shared:
            rest = disjunction(conjunction(p for p in parts_of(case) if p not in shared) for case in region.parts)
            return _readable(conjunction([*shared, rest]), conditions)
    parts = sorted((_readable(part, conditions) for part in region.parts), key=length)
    return conjunction(parts) if isinstance(region, And) else disjunction(parts)


def _clearer(atom: Atom, conditions: SignConditions) -> Formula:
    """The condition solved for h, or for another symbol if that is shorter."""
    for symbol in sorted(symbols(atom), key=lambda s: (s != _H, str(s))):
        found = solved(atom, symbol, conditions)
        if found is not None:
            limit = length(atom) * 5 // 4 + 4 if symbol == _H else length(atom) * 3 // 4
            if length(found) <= limit:
                return found
    return atom


def reduced(formula: Formula, assumed: Formula, prover: Prover) -> Formula:
    """A conjunction without the parts that the hypotheses, or the other parts with them, imply.

    Args:
        formula: A conjunction.
        assumed: The hypotheses.
        prover: Proves what is left out.
    """
    known = set(parts_of(assumed))
    parts = [part for part in dict.fromkeys(parts_of(formula)) if part not in known]
    # The longest conditions are tried first, so that the short ones stay.
    for part in sorted(parts, key=lambda p: -len(str(p))):
        others = [other for other in parts if other != part]
        if prover.proves(conjunction([assumed, *others]), part, "this condition follows from the others"):
            parts = others
    return conjunction(parts)
