"""From one rule and the pieces of the field to the rule's verdict: judge every cell, and add the rulings up.

Cells are judged by linearisation first. If that shows a point where training converges and one where it does not, the
verdict is ``conditional`` whatever happens on the cells in between; the critical methods then get a limited time, and
what they decide completes the region of convergence.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import sympy as sp

from .decision.cells import Cell, Unresolved, analysed
from .decision.limits import OutOfTime, time_limit
from .decision.prover import Prover
from .decision.readable import burden
from .derivation import Derivation
from .formula import atoms
from .germs import LocalField
from .judgement import judge_rule
from .obligations import goals
from .rulings import Outcome, Point, RuledCell, RuleVerdict, Ruling, Verdict
from .stability import Question

# For linearisation; for the critical cells of the proposal's own rule, of a rule beside it, and of a verdict that they
# do not change.
SECONDS_FIRST, SECONDS, SECONDS_BESIDE, SECONDS_SETTLED = 25.0, 30.0, 6.0, 6.0
_LEAST = 0.1


def ruled(
    question: Question,
    derivation: Derivation,
    local: Iterable[tuple[Cell, LocalField | Unresolved]],
    prover: Prover,
    variables: list[sp.Symbol],
    admissible: Point | None,
) -> RuleVerdict:
    """Judges one rule on every cell and assembles its verdict.

    Args:
        question: The rule.
        derivation: The fields.
        local: The pieces of v, cell by cell; the cells cover the hypotheses.
        prover: Where to ask.
        variables: Symbols that a point has to give values for.
        admissible: A point where the hypotheses hold.
    """
    cells: list[RuledCell] = []
    first = _Budget(SECONDS_FIRST)
    for cell, found in local:
        if isinstance(found, Unresolved):
            cells.append(RuledCell(cell, Ruling(Outcome.OPEN, "", found.reason)))
        else:
            cells += _judged(question, derivation, found, cell, first, critical=False)
    done = [each for each in cells if each.ruling.outcome is not Outcome.OPEN or each.local is None]
    budget = _Budget(SECONDS if question.thorough else SECONDS_BESIDE)
    budget.note(done)
    for each in cells:
        if each not in done and each.local is not None:
            if not derivation.planar:  # the critical methods are for the plane
                done.append(each)
                continue
            done += _judged(question, derivation, each.local, each.cell, budget, critical=True)
    return assemble(done, prover, variables, admissible)


def refuted(
    question: Question,
    derivation: Derivation,
    local: Iterable[tuple[Cell, LocalField | Unresolved]],
    prover: Prover,
    variables: list[sp.Symbol],
) -> tuple[Ruling, Point] | None:
    """A ruling against convergence with an exact point where it holds; None if none is found in the time there is.

    Args:
        question: The rule.
        derivation: The fields.
        local: The pieces of v, cell by cell.
        prover: Where to ask.
        variables: Symbols that a point has to give values for.
    """
    pending = [(cell, found) for cell, found in local if not isinstance(found, Unresolved)]
    first, later = _Budget(SECONDS_BESIDE), _Budget(SECONDS_BESIDE)
    for critical, budget in ((False, first), (True, later)):
        open_cells: list[tuple[Cell, LocalField]] = []
        for cell, found in pending:
            for ruled in _judged(question, derivation, found, cell, budget, critical=critical):
                if ruled.ruling.outcome is Outcome.NO:
                    point = first_point([ruled], prover, variables)
                    if point is not None:
                        return ruled.ruling, point
                elif ruled.ruling.outcome is Outcome.OPEN:
                    open_cells.append((ruled.cell, found))
        pending = open_cells if derivation.planar else []
    return None


class _Budget:
    """The time that is left for critical cells.

    Args:
        seconds: How much there is.
    """

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._seen: set[Outcome] = set()

    def note(self, cells: Iterable[RuledCell]) -> None:
        """Little more is spent once both outcomes have been seen."""
        before = self._settled
        self._seen |= {ruled.ruling.outcome for ruled in cells}
        if self._settled and not before:
            self._deadline = min(self._deadline, time.monotonic() + SECONDS_SETTLED)

    @property
    def _settled(self) -> bool:
        return {Outcome.YES, Outcome.NO} <= self._seen

    @property
    def left(self) -> float:
        """Seconds."""
        return self._deadline - time.monotonic()


def _judged(
    question: Question, derivation: Derivation, local: LocalField, cell: Cell, budget: _Budget, *, critical: bool
) -> list[RuledCell]:
    """Rulings on the parts of a cell: by linearisation, or by the critical methods as well."""

    def judged(part: Cell) -> RuledCell:
        what = "critical, and" if critical else "the multipliers were"
        late = RuledCell(part, Ruling(Outcome.OPEN, "", f"{what} not decided in the time there is"), local)
        limit, left = object(), budget.left
        if left < _LEAST:
            return late
        try:
            with time_limit(left, limit):
                ruling = judge_rule(question, derivation, local, part, critical=critical)
                ruled = _confirmed(question, RuledCell(part, ruling, local))
        except OutOfTime as out:
            if out.limit is not limit:
                raise
            return late
        if critical:
            budget.note([ruled])
        return ruled

    return [
        RuledCell(part, Ruling(Outcome.OPEN, "", found.reason), local) if isinstance(found, Unresolved) else found
        for part, found in analysed(cell, judged)
    ]


def _confirmed(question: Question, ruled: RuledCell) -> RuledCell:
    """The ruling, or an open one if its theorem's hypotheses are not all proved."""
    if ruled.ruling.outcome is Outcome.OPEN:
        return ruled
    wanted = goals(question, ruled)
    prover = ruled.cell.prover
    if wanted is not None and all(prover.proves(ruled.cell.formula, goal.formula, goal.because) for goal in wanted):
        return ruled
    reason = f"the hypotheses of {ruled.ruling.theorem} could not all be proved"
    return RuledCell(ruled.cell, Ruling(Outcome.OPEN, "", reason), ruled.local)


def assemble(
    cells: list[RuledCell], prover: Prover, variables: list[sp.Symbol], admissible: Point | None
) -> RuleVerdict:
    """The verdict that rulings on a cover of the parameter space add up to.

    Args:
        cells: Cells that cover the hypotheses, each with its ruling.
        prover: Finds and re-checks witnesses.
        variables: Symbols that a point has to give values for.
        admissible: A point where the hypotheses hold, so that "for all" is not vacuous; None if none was found.

    Returns:
        The verdict.
    """
    ruled = tuple(cells)
    by_outcome = {o: [c for c in ruled if c.ruling.outcome is o] for o in Outcome}
    yes, no, unknown = by_outcome[Outcome.YES], by_outcome[Outcome.NO], by_outcome[Outcome.OPEN]
    if admissible is None:
        return RuleVerdict(Verdict.UNDECIDED, "", "no admissible point could be exhibited", ruled)
    if not no and not unknown:
        # The slowest; not known where that is not known.
        rates = {c.ruling.rate for c in yes}
        rate = next(rate for rate in ("sublinear", "", "linear") if rate in rates)
        return RuleVerdict(Verdict.CONVERGES, rate, _reason(yes), ruled)
    if not yes and not unknown:
        point = first_point(no, prover, variables)
        return RuleVerdict(Verdict.DOES_NOT_CONVERGE, "", _reason(no), ruled, None, point or admissible)
    witness = first_point(yes, prover, variables)
    counterexample = first_point(no, prover, variables)
    if witness is not None and counterexample is not None:
        reason = f"converges where {_reason(yes)}, and elsewhere {_reason(no)}"
        return RuleVerdict(Verdict.CONDITIONAL, "", reason, ruled, witness, counterexample)
    if unknown:
        return RuleVerdict(Verdict.UNDECIDED, "", _reason(unknown), ruled, witness, counterexample)
    return RuleVerdict(Verdict.UNDECIDED, "", "which cases are possible could not be decided", ruled)


def first_point(cells: list[RuledCell], prover: Prover, variables: list[sp.Symbol]) -> Point | None:
    """An exact point of some cell: the simplest of those with the fewest equations, where there are simple ones."""
    simple: dict[int, list[Point]] = {}
    for ruled in cells:
        point = prover.readable(ruled.cell.formula, variables)
        if point is not None:
            equations = sum(atom.relation == "==" for atom in atoms(ruled.cell.formula))
            simple.setdefault(equations, []).append(point)
    if simple:
        return min(simple[min(simple)], key=lambda point: sum(map(burden, point.values())))
    for ruled in cells:
        point = prover.point(ruled.cell.formula, variables, "an exact point of the cell")
        if point is not None:
            return point
    return None


def _reason(cells: list[RuledCell]) -> str:
    return "; or ".join(dict.fromkeys(cell.ruling.reason for cell in cells))
