"""Counterexamples: the same proposal on small games that meet the assumptions of the general theorem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp

from .. import expression as ex
from ..decision.cells import Cell, analysed
from ..decision.limits import OutOfTime, time_limit
from ..decision.prover import Prover
from ..derivation import Derivation, derivative_symbols, derive
from ..errors import ProposalError
from ..formula import symbols
from ..game_reader import require_playable
from ..germs import local_field
from ..hypotheses import hypotheses
from ..proposal import Proposal
from ..prototypes import PROTOTYPES
from ..rulings import Point, Ruling
from ..stability import Question
from ..verdicts import refuted

_SECONDS = 2.5
_ONE = ex.Number(Fraction(1))


@dataclass(frozen=True, slots=True)
class Sample:
    """A game to try.

    Attributes:
        prototype: Its name.
        data: Where the data sit.
        words: What it is, for people.
    """

    prototype: str
    data: ex.Expression
    words: str


# Cheap ones, and those that show most, first.
GENERAL = (
    Sample("dirac", ex.ZERO, "the Dirac-GAN"),
    Sample("plane", ex.ZERO, "the Dirac-GAN in the plane with a generator on a line"),
    Sample("weights", ex.ZERO, "two modes of learned weights with a D that is flat around each"),
    Sample("shifted", ex.ZERO, "the Dirac-GAN with psi* = 1"),
    Sample("bias", ex.ZERO, "the Dirac-GAN with a biased D"),
    Sample("dirac", _ONE, "the Dirac-GAN with data at 1"),
    Sample("line", ex.ZERO, "parallel lines in the plane"),
    Sample("quadratic", ex.ZERO, "the Dirac-GAN with a quadratic D"),
)
ABSOLUTELY_CONTINUOUS = (
    Sample("uniform", ex.ZERO, "the uniform game"),
    Sample("weights", ex.ZERO, "two modes of learned weights with a D that is flat around each"),
    Sample("gaussian", ex.ZERO, "the Gaussian location-scale game"),
)


@dataclass(frozen=True, slots=True)
class Refutation:
    """A game on which training does not converge, for some admissible f and parameters.

    Attributes:
        sample: The game.
        reason: Why it fails.
        point: Where it fails; None where that is for all parameters, or was not exhibited.
    """

    sample: Sample
    reason: str
    point: Point | None


def refutation(proposal: Proposal, samples: tuple[Sample, ...], prover: Prover) -> Refutation | None:
    """The first game that the engine refutes, if any.

    Args:
        proposal: The proposal, on any prototype.
        samples: Games to try, in order.
        prover: Where to ask.
    """
    for sample, derivation in _derived(proposal, samples):
        limit = object()
        try:
            with time_limit(_SECONDS, limit):
                found = _refuted(derivation, prover)
        except OutOfTime as out:
            if out.limit is not limit:
                raise
            continue
        if found is not None:
            return Refutation(sample, found[0].reason, found[1])
    return None


def _refuted(derivation: Derivation, prover: Prover) -> tuple[Ruling, Point] | None:
    """A ruling against the proposal's own rule on a game, with a point."""
    assumed = hypotheses(derivation)
    local = analysed(Cell(assumed, prover), lambda cell: local_field(derivation, cell))
    variables = set(derivation.symbols.values()) | symbols(assumed)
    objective = derivation.proposal.objective
    if objective is not None and objective.arbitrary:
        variables |= {derivative_symbols()["f1"], derivative_symbols()["f2"]}
        for row in derivation.field:
            variables |= row.free_symbols & set(derivative_symbols().values())
    step = sp.Symbol("h", real=True)
    question = Question(derivation.rule, step, derivation.proposal.declares_step, thorough=False)
    return refuted(question, derivation, local, prover, sorted(variables, key=str))


def _derived(proposal: Proposal, samples: tuple[Sample, ...]) -> Iterator[tuple[Sample, Derivation]]:
    names = set(proposal.parameter_names)
    penalties = {"discriminator": proposal.penalty_discriminator, "generator": proposal.penalty_generator}
    assert proposal.objective is not None
    for sample in samples:
        game = PROTOTYPES[sample.prototype](ex.ZERO, ex.ZERO)  # type: ignore[arg-type]
        if names & {symbol.name for symbol in (*game.theta, *game.psi)}:
            continue
        try:
            require_playable(sample.prototype, {}, penalties, proposal.objective.noise)
        except ProposalError:
            continue
        yield sample, derive(replace(proposal, prototype=sample.prototype, data=sample.data, game_options={}))
