"""Verdicts that a lemma takes from the engine, each decided once per process."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..symbolic.analysis import Analysis, analyse
from ..symbolic.decision.limits import OutOfTime, time_limit
from ..symbolic.general.cases import Cases, CaseVerdict, cases
from ..symbolic.proposal_reader import read_proposal
from .certificate import build_certificate
from .exposition.argument import argument
from .exposition.blocks import Block

_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What the engine decided.

    Attributes:
        verdict: As in the document of ``check``.
        rate: ``linear``, ``sublinear`` or an empty string.
        reason: One sentence.
        theorems: Keys of the theorems that decide, one for every cell of the parameter space.
        certificate: From which anyone can decide it again; None where there is none.
        argument: The proof, line by line.
        assumptions: Of a case of the general theorem.
    """

    verdict: str
    rate: str
    reason: str
    theorems: tuple[str, ...] = ()
    certificate: dict[str, Any] | None = field(default=None, hash=False)
    argument: tuple[Block, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Verdict and rate."""
        return f"{self.verdict} ({self.rate})" if self.rate else self.verdict


def analysis_of(document: Mapping[str, Any]) -> Analysis:
    """The analysis of a proposal, under its own rule only.

    Args:
        document: The proposal, as its TOML file would hold it.

    Raises:
        ValueError: If it takes too long; a ``ProposalError`` if it is no proposal.
    """
    return _analysis(json.dumps(document, sort_keys=True))


def decision(document: Mapping[str, Any]) -> Decision:
    """The verdict of a proposal.

    Args:
        document: The proposal, as its TOML file would hold it.

    Raises:
        ValueError: If it takes too long; a ``ProposalError`` if it is no proposal.
    """
    analysis = analysis_of(document)
    verdict = analysis.verdict
    theorems = dict.fromkeys(cell.ruling.theorem for cell in verdict.cells if cell.ruling.theorem)
    return Decision(
        verdict.verdict.value,
        verdict.rate,
        verdict.reason,
        tuple(theorems),
        build_certificate(analysis),
        argument(analysis),
    )


def case_decision(document: Mapping[str, Any], case: str) -> Decision:
    """What holds in all games (``general``), or in all games with densities (``absolutely_continuous``).

    Args:
        document: The proposal, as its TOML file would hold it.
        case: The case.

    Raises:
        ValueError: If it takes too long; a ``ProposalError`` if it is no proposal.
    """
    found = _cases(json.dumps(document, sort_keys=True))
    one = found.general if case == "general" else found.absolutely_continuous
    game = f" (in the game: {one.game})" if one.game and one.verdict is not CaseVerdict.CONVERGES else ""
    return Decision(one.verdict.value, "", one.reason + game, assumptions=one.assumptions)


@functools.lru_cache(maxsize=256)
def _cases(text: str) -> Cases:
    return cases(_analysis(text))


@functools.lru_cache(maxsize=256)
def _analysis(text: str) -> Analysis:
    try:
        proposal = read_proposal(json.loads(text))
        with time_limit(_SECONDS, proposal):
            return analyse(proposal, beside=False)
    except OutOfTime:
        raise ValueError(f"the analysis exceeded {_SECONDS:g} s") from None
