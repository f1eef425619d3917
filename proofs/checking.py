"""``check``: one proposal in, everything that was derived, decided and confirmed out, as one value."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..symbolic.analysis import Analysis, analyse
from ..symbolic.claims import ClaimResult, check_claims, verdict_claim
from ..symbolic.decision.limits import OutOfTime, time_limit
from ..symbolic.decision.prover import Prover
from ..symbolic.errors import ProposalError
from ..symbolic.general import Cases, cases
from ..symbolic.proposal import Proposal
from .reading import proposal_name, read_proposal_file

if TYPE_CHECKING:
    from ..numeric.agreement import Agreement

ANALYSIS_SECONDS = 50.0
_PROVER_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether to confront the algebra with autograd, on how many cases, from which seed."""

    cases: int = 2000
    seed: int = 0


@dataclass(frozen=True)
class CheckResult:
    """What came out of one proposal.

    Attributes:
        name: The proposal's name.
        file: The file as the user gave it, or an empty string.
        analysis: What was derived and decided; None for an invalid proposal or a failed analysis.
        claims: The claimed keys; without any, the claim "converges" that is asked then.
        claimed: Whether the proposal made a claim itself.
        evidence: What autograd said; None if it was not asked or cannot be.
        evidence_missing: Why there is no evidence, or an empty string.
        error: For an invalid proposal: the error. For a failed analysis: why nothing was decided.
        invalid: Whether the proposal is invalid.
        seconds: Wall-clock time.
    """

    name: str
    file: str
    analysis: Analysis | None
    claims: tuple[ClaimResult, ...]
    claimed: bool
    evidence: Agreement | None
    evidence_missing: str
    error: str
    invalid: bool
    seconds: float

    @cached_property
    def cases(self) -> Cases | None:
        """What holds beyond the prototype, decided when it is asked for; None with ``analysis``."""
        return None if self.analysis is None else cases(self.analysis)

    @property
    def exit_code(self) -> int:
        """2 invalid, 1 something refuted, 3 something undecided, 0 everything proved (DESIGN.md section 7)."""
        if self.invalid:
            return 2
        if any(claim.holds is False for claim in self.claims) or (self.evidence and not self.evidence.holds):
            return 1
        if self.analysis is None or any(claim.holds is None for claim in self.claims):
            return 3
        return 0


def check(proposal: Proposal | Path | str, evidence: Evidence | None = Evidence()) -> CheckResult:
    """Decides one proposal.

    Args:
        proposal: A proposal, or the path of its file.
        evidence: How to confront the algebra with torch autograd; None leaves that out, and torch is not imported.

    Returns:
        The result. Invalid input and failures of the analysis are part of it, not exceptions.
    """
    start = time.monotonic()
    file = "" if isinstance(proposal, Proposal) else str(proposal)
    try:
        value = proposal if isinstance(proposal, Proposal) else read_proposal_file(proposal)
    except ProposalError as error:
        return _failed(proposal_name(Path(file)), file, str(error), start, invalid=True)
    try:
        with time_limit(ANALYSIS_SECONDS, value):
            analysis = analyse(value, Prover(deadline=start + _PROVER_SECONDS))
            claims = check_claims(analysis)
    except ProposalError as error:
        return _failed(value.name, file, str(error.in_file(file)), start, invalid=True)
    except OutOfTime:
        return _failed(value.name, file, f"the analysis exceeded {ANALYSIS_SECONDS:g} s", start)
    except (ArithmeticError, TypeError, ValueError, NotImplementedError, RecursionError, AttributeError) as error:
        # A failure inside the algebra decides nothing; it must not stop the other proposals.
        return _failed(value.name, file, f"the analysis failed ({type(error).__name__}: {error})", start)
    claimed = bool(claims)
    agreement, missing = confront(analysis, evidence)
    return CheckResult(
        value.name,
        file,
        analysis,
        tuple(claims) if claimed else (verdict_claim(analysis, "converges"),),
        claimed,
        agreement,
        missing,
        "",
        False,
        time.monotonic() - start,
    )


def _failed(name: str, file: str, error: str, start: float, *, invalid: bool = False) -> CheckResult:
    return CheckResult(name, file, None, (), False, None, "", error, invalid, time.monotonic() - start)


def confront(analysis: Analysis, evidence: Evidence | None) -> tuple[Agreement | None, str]:
    """What autograd says of a derived field and Jacobian, or None and why it says nothing."""
    if evidence is None:
        return None, "not asked"
    if analysis.derivation is None:
        return None, "there is no vector field"
    from ..numeric.agreement import agree
    from ..numeric.cases import EvidenceUnavailable

    try:
        found = agree(
            analysis.proposal,
            analysis.derivation,
            analysis.jacobian,
            evidence.cases,
            evidence.seed,
            analysis.jacobian_region,
        )
    except EvidenceUnavailable as reason:
        return None, str(reason)
    return found, ""
