"""The critical cases in order: exact obstructions, exactly linear fields, foci, centre manifolds, kinks, jumps, energy.

Each method either decides or passes. A flow is asked all of them; a map those that speak of maps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sympy as sp

from ..calculus import SignChange
from ..criteria import Sign, infinitesimal_sign
from ..decision.cells import Cell
from ..decision.equations import solved_equations
from ..decision.limits import OutOfTime, time_limit
from ..derivation import Derivation
from ..germs.jet import NotSmooth
from ..germs.local import LocalField, X, Y, rebuilt, resolver, shifted
from ..germs.switching import Branch
from ..rulings import Outcome, Ruling
from ..spectrum import characteristic_coefficients
from ..stability import Question
from ..updates import Steps
from .centre_manifold import flow_reduction, map_reduction
from .conewise import Growth, leading_growth
from .energy import dissipates
from .expansion import Expansion, small_expansion
from .facts import Facts
from .focus import flow_focus, map_focus
from .invariants import equilibrium_line, first_integral, reversal
from .sliding import sliding_motion
from .steep import steep_term

FLOW_ORDERS = (3, 7)
MAP_ORDERS = (5, 9)
# Beyond this order only over few parameters: the coefficients of a map grow fast.
_MANY_PARAMETERS_ORDER = 5
SECONDS, SECONDS_BESIDE = 20.0, 5.0


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
    limit, seconds = object(), SECONDS if question.thorough else SECONDS_BESIDE
    try:
        with time_limit(seconds, limit):
            case = _Case(question, derivation, local, cell)
            ruling = case.decided()
    except OutOfTime as out:
        if out.limit is not limit:
            raise
        return Ruling(Outcome.OPEN, "", f"critical, and not decided in {seconds:g} s")
    if ruling is None or ruling.outcome is Outcome.OPEN:
        return None
    return replace(ruling, conditions=case.cell.conditions())


class _Case:
    def __init__(self, question: Question, derivation: Derivation, local: LocalField, cell: Cell) -> None:
        self.question, self.local, self.cell = question, local, Facts(cell)
        self.known = solved_equations(cell)
        single = local.pieces[0].rows if len(local.pieces) == 1 else None
        # The pieces were found on a larger cell: what this one fixes is put in here.
        first, second = (rebuilt(row.xreplace(self.known)) for row in single or shifted(derivation, cell)[0])
        self.rows = (first, second)
        self.parameters = sorted(set(derivation.symbols.values()), key=str)
        self.flow = not question.rule.discrete

    def decided(self) -> Ruling | None:
        pieces = self.local.pieces
        if any(piece.undefined for piece in pieces):
            return None
        if self.local.failure:
            return self._steep() or (self._energy() if self.flow else None)
        stationary = all(self.cell.is_zero(c) for piece in pieces for c in piece.value or ())
        if not stationary:
            return self._sliding() if self.flow else None
        found = self._obstruction()
        if found is not None:
            return found
        first = pieces[0].jacobian
        assert first is not None
        same = all(self.cell.is_zero(e) for p in pieces[1:] for e in (p.jacobian or first) - first)
        if same and len(pieces) == 1:
            found = self._smooth(first)
        elif not same:
            found = self._kink()
        return found or (self._energy() if self.flow else None)

    # -- exact obstructions ------------------------------------------------------------------------------------------

    def _obstruction(self) -> Ruling | None:
        if any(row.has(SignChange) for row in self.rows):
            return None
        if not any(row.has(sp.sign) for row in self.rows):
            line = equilibrium_line(self.rows)
            if line is not None:
                reason = f"every point of the line {line} is an equilibrium, and only one of them is the right one"
                return Ruling(Outcome.NO, "equilibrium-line", reason)
        if not self.flow:
            return None
        integral = first_integral(self.rows)
        if integral is not None:
            shown = integral.xreplace({X: sp.Symbol("(theta - theta*)"), Y: sp.Symbol("psi")})
            return Ruling(Outcome.NO, "first-integral", f"{shown} is constant along every trajectory")
        if not any(row.has(sp.sign) for row in self.rows):
            involution = reversal(self.rows)
            if involution is not None:
                reason = f"the reflection {involution} reverses time, so nothing is attracted"
                return Ruling(Outcome.NO, "time-reversal", reason)
        return None

    # -- smooth fields -----------------------------------------------------------------------------------------------

    def _smooth(self, jacobian: sp.ImmutableMatrix) -> Ruling | None:
        linear = [sp.expand(row - jacobian[i, 0] * X - jacobian[i, 1] * Y) for i, row in enumerate(self.rows)]
        if all(rest == 0 for rest in linear):
            reason = "v is exactly linear, and its spectrum touches the boundary"
            return Ruling(Outcome.NO, "linear-critical", reason)
        return self._smooth_flow(jacobian) if self.flow else self._smooth_map(jacobian)

    def _smooth_flow(self, jacobian: sp.ImmutableMatrix) -> Ruling | None:
        _, minus_trace, determinant = characteristic_coefficients(jacobian)
        trace, det = -self.cell.sign(minus_trace), self.cell.sign(determinant)
        if trace == 0 and det > 0:
            for expansion in self._expansions(FLOW_ORDERS):
                focus = flow_focus(expansion, self.cell.sign)
                if focus is not None:
                    return _focus_ruling(focus.stable, focus.order, focus.coefficient)
        if trace < 0 and det == 0:
            for expansion in self._expansions(FLOW_ORDERS):
                reduced = flow_reduction(expansion, self.cell.sign)
                if reduced is not None:
                    return _reduction_ruling(reduced.stable, reduced.power, reduced.coefficient)
        return None

    def _smooth_map(self, jacobian: sp.ImmutableMatrix) -> Ruling | None:
        question, sign = self.question, self._step_sign()
        matrix = question.rule.matrix(jacobian, question.h, question.steps)
        _, minus_trace, determinant = characteristic_coefficients(matrix)
        turning = sign(sp.expand(4 - minus_trace**2)) > 0
        if turning and sign(sp.expand(1 - determinant)) == 0:
            for expansion in self._expansions(MAP_ORDERS if question.thorough else MAP_ORDERS[:1]):
                try:
                    focus = map_focus(expansion, question.rule, question.steps, sign)
                except ZeroDivisionError:
                    return None
                if focus is not None:
                    return _focus_ruling(focus.stable, focus.order, focus.coefficient)
        fixed = sign(sp.expand(1 + minus_trace + determinant)) == 0
        if fixed and sign(sp.expand(1 - determinant)) > 0 and sign(sp.expand(1 + determinant)) > 0:
            for expansion in self._expansions(FLOW_ORDERS):
                reduced = map_reduction(expansion, question.rule, question.steps, sign)
                if reduced is not None:
                    return _reduction_ruling(reduced.stable, reduced.power, reduced.coefficient)
        return None

    def _step_sign(self) -> Sign:
        return self.cell.sign if self.question.declared else infinitesimal_sign(self.question.h, self.cell.sign)

    def _expansions(self, orders: Iterable[int]) -> Iterable[Expansion]:
        for order in orders:
            own = resolver(self.cell.cell, self.parameters, Branch(), order)
            try:
                jets = [own.algebra.evaluate(row, dict(own.jets)) for row in self.rows]
            except (NotSmooth, OverflowError):
                return
            if any(jet.order < order for jet in jets):
                return
            rows = (jets[0].polynomial, jets[1].polynomial)
            expansion = small_expansion(rows, own.algebra.field, order, self.question.h, self.known)
            if order > _MANY_PARAMETERS_ORDER and not self.flow and len(expansion.ring.domain.gens) > 2:
                return
            yield expansion

    # -- kinks, jumps, energy ----------------------------------------------------------------------------------------

    def _kink(self) -> Ruling | None:
        pieces = self.local.pieces
        switching = {function for piece in pieces for function, _ in piece.branch.signs}
        if len(pieces) != 2 or len(switching) != 1 or (self.question.declared and not self.flow):
            return None
        (function,) = switching
        origin = {X: sp.Integer(0), Y: sp.Integer(0)}
        if not function.is_polynomial(X, Y):
            return None
        gradient = [sp.diff(function, s).xreplace(origin) for s in (X, Y)]
        if all(self.cell.is_zero(entry) for entry in gradient):
            return None
        line = sp.Matrix([-gradient[1], gradient[0]])
        plus, minus = (piece.jacobian for piece in pieces)
        assert plus is not None and minus is not None
        # A period of a rule with several steps is x + h (n_g v1, n_d v2) + O(h^2 r).
        steps = self.question.steps
        counts = sp.diag(1, 1) if self.flow else sp.diag(steps.generator, steps.discriminator)
        sides = (sp.ImmutableMatrix(counts * plus), sp.ImmutableMatrix(counts * minus))
        found = leading_growth(sides, line, self.cell)
        if found is None:
            return None
        small = "" if self.flow else "; so does the map for every sufficiently small h"
        reason = f"v has a kink; {found.value}{small}"
        if found is Growth.DECAYS:
            return Ruling(Outcome.YES, "conewise-linear", reason, "linear")
        if self.flow or found is Growth.EXPANDS:
            return Ruling(Outcome.NO, "conewise-linear", reason)
        return None

    def _sliding(self) -> Ruling | None:
        pieces = self.local.pieces
        switching = {function for piece in pieces for function, _ in piece.branch.signs}
        if len(pieces) != 2 or switching not in ({X}, {Y}):
            return None
        (function,) = switching
        normal, along = (1, X) if function == Y else (0, Y)
        sides: dict[int, tuple[sp.Expr, sp.Expr]] = {}
        still = True
        for piece in pieces:
            own = resolver(self.cell.cell, self.parameters, piece.branch, 5)
            on_line = [row.xreplace({function: sp.Integer(0)}) for row in piece.rows or ()]
            jets = [own.algebra.evaluate(row, dict(own.jets)) for row in on_line]
            if any(jet.order < 5 for jet in jets):
                return None
            still = still and sp.expand(on_line[1 - normal]) == 0
            powers = [(k, 0) if along == X else (0, k) for k in range(6)]
            values = [sum(own.algebra.coefficient(jet, *m) * along ** sum(m) for m in powers) for jet in jets]
            sides[piece.branch.sign(function)] = (sp.expand(values[0]), sp.expand(values[1]))
        found = sliding_motion((sides[1], sides[-1]), normal, along, still, self.cell)
        if found is None:
            return None
        outcome = Outcome.YES if found.stable else Outcome.NO
        rate = ("linear" if found.linear else "sublinear") if found.stable else ""
        reason = f"v jumps and pushes trajectories onto the jump; {found.reason}"
        return Ruling(outcome, "sliding", reason, rate)

    def _steep(self) -> Ruling | None:
        term = steep_term(self.rows, self.parameters, self.cell)
        if term is None:
            return None
        if term.power < 0:
            return Ruling(Outcome.NO, "no-limit", "v is unbounded at the equilibrium, so it is none")
        if self.flow:
            grows = self.cell.sign(term.coefficient) > 0
            return Ruling(Outcome.NO, "steep-growth", "an infinite slope pushes away from x*") if grows else None
        single = self.question.steps == Steps()
        if not single or (self.question.declared and self.cell.is_zero(self.question.h)):
            return None
        reason = "v has an infinite slope at the equilibrium: a step of any size overshoots near it"
        return Ruling(Outcome.NO, "steep-map", reason)

    def _energy(self) -> Ruling | None:
        if not dissipates(self.rows, self.cell):
            return None
        reason = "the energy (theta - theta*)^2 + psi^2 falls, and no trajectory but the equilibrium keeps it"
        return Ruling(Outcome.YES, "energy-lasalle", reason, "sublinear")


def _focus_ruling(stable: bool, order: int, coefficient: sp.Expr) -> Ruling:
    if stable:
        exponent = sp.Rational(1, 2 * order - 2)
        reason = (
            f"critical, decided by the Lyapunov coefficient of order {order}: the radius decays like t**(-{exponent})"
        )
        return Ruling(Outcome.YES, "weak-focus", reason, "sublinear")
    reason = f"critical, decided by the Lyapunov coefficient of order {order}: the radius grows"
    return Ruling(Outcome.NO, "weak-focus", reason)


def _reduction_ruling(stable: bool, power: int, coefficient: sp.Expr) -> Ruling:
    where = f"on the centre manifold the motion is c u**{power} with c {'< 0' if stable else 'of the wrong sign'}"
    if stable:
        exponent = sp.Rational(1, power - 1)
        return Ruling(Outcome.YES, "centre-manifold", f"critical: {where}, decay like t**(-{exponent})", "sublinear")
    if power % 2 == 0:
        where = f"on the centre manifold the motion is c u**{power} with c != 0, which leaves on one side"
    return Ruling(Outcome.NO, "centre-manifold", f"critical: {where}")
