"""The critical cases in order: exact obstructions, smooth fields, kinks, jumps, ratios, infinite slopes, energy.

Each method either decides or passes. A flow is asked all of them; a map those that speak of maps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from ..calculus import Mean, SignChange
from ..decision.cells import Cell
from ..decision.limits import OutOfTime, time_limit
from ..derivation import Derivation
from ..germs.local import LocalField, X, Y
from ..rulings import Outcome, Ruling
from ..stability import Question
from ..updates import Alternating, Linearisation, period_matrix
from .case import Case
from .conclusions import density_ruling, equilibrium_curve, integral_ruling
from .corners import decide_corner
from .energy import dissipates, never_falls
from .first_approximation import decide_first_approximation, first_derivative
from .invariants import equilibrium_line, first_integral, reversal
from .mean import decide_mean
from .measures import flow_density
from .nonsmooth import decide_kink, decide_ratio, decide_steep, decide_sticking
from .orbits import is_rational
from .orders import FLOW_FURTHER, MAP, MAP_BESIDE, MAP_FURTHER
from .sliding import decide_sliding
from .smooth_flow import decide_smooth_flow
from .smooth_map import decide_smooth_map

SECONDS, SECONDS_BESIDE = 20.0, 5.0
_LINEAR = "v is exactly linear, and its spectrum touches the boundary"


def decide_critical(question: Question, derivation: Derivation, local: LocalField, cell: Cell) -> Ruling | None:
    """Decides what linearisation, stationarity and one-sided limits leave open.

    Args:
        question: The rule that is asked.
        derivation: The field.
        local: Its pieces on the cell.
        cell: Where signs are decided.

    Returns:
        The ruling, or None if no method decides.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    return _in_time(question, derivation, local, cell, _decided)


def decide_critical_period(
    question: Question, derivation: Derivation, local: LocalField, cell: Cell, matrix: sp.ImmutableMatrix
) -> Ruling | None:
    """Decides rules other than gradient steps where the multipliers of a period leave it open.

    Args:
        question: The rule that is asked.
        derivation: The fields.
        local: The pieces of v on the cell: they vanish at x* and share one Jacobian.
        cell: Where signs are decided.
        matrix: The Jacobian of one period at x*.

    Returns:
        The ruling, or None if no method decides.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """

    def decided(case: Case) -> Ruling | None:
        rule, first = question.rule, local.pieces[0].jacobian
        found = _continuum(case) if rule.keeps_equilibria else None
        if found is not None or len(local.pieces) > 1 or first is None:
            return found
        if is_linear(case.rows, first) and not rule.uses_free_field and not rule.uses_opponents:
            return Ruling(Outcome.NO, "linear-critical", _LINEAR)
        if not rule.planar:
            return None
        orders = MAP if question.thorough else MAP_BESIDE
        return decide_smooth_map(case, matrix.xreplace(case.known), orders)

    return _in_time(question, derivation, local, cell, decided)


def _in_time(
    question: Question,
    derivation: Derivation,
    local: LocalField,
    cell: Cell,
    decided: Callable[[Case], Ruling | None],
) -> Ruling | None:
    limit, seconds = object(), SECONDS if question.thorough else SECONDS_BESIDE
    try:
        with time_limit(seconds, limit):
            case = Case(question, derivation, local, cell)
            ruling = decided(case)
    except OutOfTime as out:
        if out.limit is not limit:
            raise
        return Ruling(Outcome.OPEN, "", f"critical, and not decided in {seconds:g} s")
    return None if ruling is None else replace(ruling, conditions=case.facts.conditions())


def is_linear(rows: tuple[sp.Expr, sp.Expr], jacobian: sp.ImmutableMatrix) -> bool:
    """Whether a field in the local coordinates is J x exactly."""
    return all(sp.expand(row - jacobian[i, 0] * X - jacobian[i, 1] * Y) == 0 for i, row in enumerate(rows))


def _decided(case: Case) -> Ruling | None:
    pieces, facts = case.local.pieces, case.facts
    if any(piece.undefined for piece in pieces):
        return None
    if case.local.failure:
        return _singular(case)
    if not all(facts.is_zero(c) for piece in pieces for c in piece.value or ()):
        return (decide_sliding(case) or decide_corner(case) or _energy(case, None)) if case.flow else None
    found = _obstruction(case)
    if found is not None:
        return found
    first = pieces[0].jacobian
    assert first is not None
    same = all(facts.is_zero(e) for p in pieces[1:] for e in (p.jacobian or first) - first)
    if not same:
        return decide_kink(case) or decide_corner(case) or decide_sticking(case) or _energy(case, None)
    if len(pieces) > 1:
        return decide_sticking(case) or decide_mean(case, first) or decide_corner(case) or _energy(case, first)
    return _smooth(case, first) or _energy(case, first) or _further(case, first)


def _singular(case: Case) -> Ruling | None:
    """A piece is not smooth: an infinite slope, a pole, a ratio, a norm."""
    found = decide_steep(case) or decide_ratio(case) or decide_corner(case)
    if found is None and not any(row.has(Mean) for row in case.rows):
        found = _obstruction(case)
    if found is not None:
        return found
    jacobian = first_derivative(case)
    return (jacobian and decide_first_approximation(case, jacobian)) or _energy(case, jacobian)


def _continuum(case: Case) -> Ruling | None:
    """Equilibria along a curve through x*."""
    rows = case.rows
    if any(row.has(SignChange) for row in rows):
        return None
    jumps = any(row.has(sp.sign) for row in rows)
    line = None if jumps else equilibrium_line(rows, case.known)
    if line is not None:
        reason = f"every point of the line {line[1]} is an equilibrium, and only one of them is the right one"
        return Ruling(Outcome.NO, "equilibrium-line", reason, function=line[0])
    curve = case.orbits if not jumps and is_rational(rows) else None
    return equilibrium_curve(curve) if isinstance(curve, sp.Expr) else None


def _obstruction(case: Case) -> Ruling | None:
    rows = case.rows
    if any(row.has(SignChange) for row in rows):
        return None
    jumps = any(row.has(sp.sign) for row in rows)
    found = _continuum(case)
    if found is not None:
        return found
    if not case.flow:
        if isinstance(case.question.rule, Alternating) and not rows[0].has(X) and not rows[1].has(Y):
            return density_ruling(sp.Integer(1))  # each player's step is a shear
        return None
    integral = first_integral(rows, case.facts)
    if integral is not None:
        return integral_ruling(integral)
    involution = None if jumps else reversal(rows)
    if involution is not None:
        reason = f"the reflection {involution[1]} reverses time, so nothing is attracted"
        return Ruling(Outcome.NO, "time-reversal", reason, function=involution[0])
    density = None if jumps else flow_density(rows, case.facts)
    return None if density is None else density_ruling(density)


def _smooth(case: Case, jacobian: sp.ImmutableMatrix) -> Ruling | None:
    if is_linear(case.rows, jacobian):
        return Ruling(Outcome.NO, "linear-critical", _LINEAR)
    if case.flow:
        return decide_smooth_flow(case)
    return decide_smooth_map(case, _matrix(case, jacobian), MAP if case.question.thorough else MAP_BESIDE)


def _further(case: Case, jacobian: sp.ImmutableMatrix) -> Ruling | None:
    """Expansions to high orders, for what passes everything else."""
    if not case.question.thorough:
        return None
    if case.flow:
        return decide_smooth_flow(case, FLOW_FURTHER)
    return decide_smooth_map(case, _matrix(case, jacobian), MAP_FURTHER)


def _matrix(case: Case, jacobian: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
    return period_matrix(case.question.rule, Linearisation(jacobian), case.step)


def _energy(case: Case, jacobian: sp.ImmutableMatrix | None) -> Ruling | None:
    question = case.question
    if case.flow:
        rate = dissipates(case, jacobian)
        if rate is not None:
            reason = "an energy a |theta - theta*|^m + b |psi|^k falls, and no trajectory but the equilibrium keeps it"
            return Ruling(Outcome.YES, "energy-lasalle", reason, rate)
    elif not case.is_one_step or (question.declared and not case.facts.compared(question.h, ">=")):
        return None
    if not never_falls(case):
        return None
    step = "" if case.flow else ", and is convex, so that no step loses any"
    return Ruling(Outcome.NO, "energy-grows", f"an energy a |theta - theta*|^m + b |psi|^k never falls along v{step}")
