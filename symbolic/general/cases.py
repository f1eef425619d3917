"""The row of a proposal in the paper's Table 1: absolutely continuous data, and the general case."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum

import sympy as sp

from ..analysis import Analysis
from ..decision.cells import SYMPY_FAILURES, Cell, Unresolved, analysed
from ..decision.limits import OutOfTime, time_limit
from ..decision.prover import Prover
from ..derivation import Derivation, derive
from ..formula import Formula, symbols
from ..hypotheses import hypotheses
from ..output import NoEquilibriumOutput
from ..proposal import Proposal
from ..prototypes import PROTOTYPES
from ..rulings import Outcome, Point, RuleVerdict, Verdict
from ..stability import Question
from .games import ABSOLUTELY_CONTINUOUS, GENERAL, Refutation, Sample, refutation
from .theorem import GeneralRuling, judge_general

_SECONDS = 4.5


class CaseVerdict(Enum):
    """The answer for a class of games."""

    CONVERGES = "converges"
    NOT_ALWAYS = "not-always"
    NEVER = "never"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Case:
    """One cell of the table.

    Attributes:
        verdict: ``converges``: for every game of the class, every admissible f and parameter value. ``not-always``: a
            game, f and parameters are proved to fail. ``never``: all of them fail.
        reason: One sentence.
        assumptions: What a "converges" or "never" assumes of the user's architecture and data.
        game: For ``not-always``: the game that fails, in words; else an empty string.
        prototype: Its prototype's name.
        point: Parameter values where it fails.
    """

    verdict: CaseVerdict
    reason: str
    assumptions: tuple[str, ...] = ()
    game: str = ""
    prototype: str = ""
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Cases:
    """Both columns."""

    general: Case
    absolutely_continuous: Case


@dataclass(frozen=True, slots=True)
class Subject:
    """A derived proposal, as far as the cases need it.

    Attributes:
        derivation: On any prototype.
        question: The proposal's own rule.
        hypotheses: What may be assumed.
        prover: Where to ask.
        known: The verdict on the proposal's own game, where it was decided.
    """

    derivation: Derivation
    question: Question
    hypotheses: Formula
    prover: Prover
    known: RuleVerdict | None = None

    @property
    def proposal(self) -> Proposal:
        """The proposal."""
        return self.derivation.proposal


def cases(analysis: Analysis) -> Cases:
    """Both columns of Table 1 for an analysed proposal; never raises for what it cannot decide.

    Args:
        analysis: On any prototype.
    """
    if analysis.derivation is None or analysis.question is None:
        return _without_output(analysis.verdict.verdict is Verdict.DOES_NOT_CONVERGE, analysis.verdict.reason)
    prover = Prover(deadline=time.monotonic() + 2 * _SECONDS)  # that of the analysis may have come to its end
    subject = Subject(analysis.derivation, analysis.question, analysis.hypotheses, prover, analysis.verdict)
    return Cases(_case(subject, density=False), _case(subject, density=True))


def cases_of(proposal: Proposal, prover: Prover) -> Cases:
    """Both columns for a proposal, without the rest of its analysis.

    Args:
        proposal: What to decide.
        prover: Where to ask.

    Raises:
        ProposalError: If a condition names a derivative that the objective does not have.
    """
    try:
        derivation = derive(proposal)
    except NoEquilibriumOutput as failure:
        return _without_output(failure.proved, str(failure))
    question = Question(derivation.rule, sp.Symbol("h", real=True), proposal.declares_step, thorough=False)
    subject = Subject(derivation, question, hypotheses(derivation), prover)
    return Cases(_case(subject, density=False), _case(subject, density=True))


def _without_output(proved: bool, reason: str) -> Cases:
    """No d*: a D that can shift its output by a constant never rests, whatever the data."""
    if not proved:
        case = Case(CaseVerdict.UNDECIDED, reason)
    else:
        case = Case(CaseVerdict.NOT_ALWAYS, f"fails wherever D has a bias: {reason}", game="any game with a biased D")
    return Cases(case, case)


def _case(subject: Subject, *, density: bool) -> Case:
    if subject.proposal.field is not None:
        return Case(CaseVerdict.UNDECIDED, "a vector field of two numbers says nothing of other games")
    limit = object()
    try:
        with time_limit(_SECONDS, limit):
            return _decided(subject, density=density)
    except OutOfTime as out:
        if out.limit is not limit:
            raise
        return Case(CaseVerdict.UNDECIDED, f"not decided in {_SECONDS:g} s")
    except SYMPY_FAILURES as failure:
        return Case(CaseVerdict.UNDECIDED, f"outside what is analysed here: {failure}")


def _decided(subject: Subject, *, density: bool) -> Case:
    start = Cell(subject.hypotheses, subject.prover)

    def judged(cell: Cell) -> GeneralRuling:
        return judge_general(subject.question, subject.derivation, cell, density=density)

    ruled = [
        (cell, GeneralRuling(Outcome.OPEN, ruling.reason) if isinstance(ruling, Unresolved) else ruling)
        for cell, ruling in analysed(start, judged)
    ]
    found = [ruling for _, ruling in ruled]
    own = _own(subject.proposal, density=density)
    outcomes = {ruling.outcome for ruling in found}
    failed = subject.known if own is not None and _fails(subject.known) else None
    if outcomes == {Outcome.YES}:
        if failed is not None:
            reason = "the general theorem and the verdict on the prototype contradict each other"
            return Case(CaseVerdict.UNDECIDED, reason)
        return Case(CaseVerdict.CONVERGES, _reasons(found), _assumed(found))
    if outcomes == {Outcome.NO}:
        return Case(CaseVerdict.NEVER, _reasons(found), _assumed(found))
    if own is not None and failed is not None:
        failing: Refutation | None = Refutation(own, failed.reason, failed.counterexample)
    else:
        samples = _samples(subject, density=density)
        failing = refutation(subject.proposal, samples, subject.prover)
    if failing is not None:
        reason = f"fails on {failing.sample.words}: {failing.reason}"
        return Case(CaseVerdict.NOT_ALWAYS, reason, (), failing.sample.words, failing.sample.prototype, failing.point)
    for cell, ruling in ruled:
        point = _point(subject, cell) if ruling.outcome is Outcome.NO else None
        if point is not None:
            return Case(CaseVerdict.NOT_ALWAYS, f"no game where {ruling.reason}", ruling.assumptions, point=point)
    return Case(CaseVerdict.UNDECIDED, _reasons([ruling for ruling in found if ruling.outcome is Outcome.OPEN]))


def _own(proposal: Proposal, *, density: bool) -> Sample | None:
    """The proposal's own game, if it belongs to the class."""
    if density and not PROTOTYPES[proposal.prototype].absolutely_continuous:
        return None
    samples = ABSOLUTELY_CONTINUOUS if density else GENERAL
    for sample in samples:
        if (sample.prototype, sample.data) == (proposal.prototype, proposal.data):
            return sample
    return Sample(proposal.prototype, proposal.data, f"the prototype {proposal.prototype}")


def _samples(subject: Subject, *, density: bool) -> tuple[Sample, ...]:
    """The games to try, without one that is decided already."""
    proposal = subject.proposal
    known = None if subject.known is None else (proposal.prototype, proposal.data)
    samples = ABSOLUTELY_CONTINUOUS if density else GENERAL
    return tuple(sample for sample in samples if (sample.prototype, sample.data) != known)


def _point(subject: Subject, cell: Cell) -> Point | None:
    """An exact point of a cell, so that it is not empty."""
    variables = set(subject.derivation.symbols.values()) | symbols(cell.formula)
    return subject.prover.point(cell.formula, sorted(variables, key=str), "a point where no game converges")


def _fails(verdict: RuleVerdict | None) -> bool:
    """Whether a verdict proves that some admissible f and parameters do not converge."""
    return verdict is not None and verdict.verdict in (Verdict.DOES_NOT_CONVERGE, Verdict.CONDITIONAL)


def _reasons(found: list[GeneralRuling]) -> str:
    return "; or ".join(dict.fromkeys(ruling.reason for ruling in found))


def _assumed(found: list[GeneralRuling]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for ruling in found for words in ruling.assumptions))
