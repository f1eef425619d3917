"""``agree``: a user's torch or NumPy code against a proposal's mathematics, as one value.

Agreement on random cases is evidence and never a verdict; a disagreement comes with its smallest case and its cause.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..symbolic.errors import ProposalError
from ..symbolic.proposal import Proposal
from .reading import proposal_name, read_proposal_file

if TYPE_CHECKING:
    from ..numeric.user_code.outcome import Outcome


@dataclass(frozen=True)
class CodeResult:
    """What came out of one comparison.

    Attributes:
        name: The proposal's name.
        file: Its file, as the user gave it.
        code: ``CODE.py:FUNCTION``, as the user gave it.
        outcome: The comparison; None where the input is invalid or there is nothing to compare.
        invalid: Whether the proposal, the code or the call is wrong.
        error: What is wrong then, or why nothing could be compared.
        seconds: Wall-clock time.
    """

    name: str
    file: str
    code: str
    outcome: Outcome | None
    invalid: bool
    error: str
    seconds: float

    @property
    def holds(self) -> bool | None:
        """Whether code and mathematics agree in every case; None if nothing could be compared."""
        return None if self.outcome is None else self.outcome.holds

    @property
    def reason(self) -> str:
        """One sentence."""
        return self.error if self.outcome is None else self.outcome.reason

    @property
    def exit_code(self) -> int:
        """2 invalid, 1 they differ, 3 nothing could be compared, 0 they agree."""
        if self.invalid:
            return 2
        return 3 if self.holds is None else 0 if self.holds else 1


def agree_code(
    proposal: Path | str,
    code: str,
    *,
    bindings: Mapping[str, str] | None = None,
    player: str | None = None,
    rounds: int = 1,
    seed: int = 0,
) -> CodeResult:
    """Compares a function with a proposal.

    Args:
        proposal: The proposal's file.
        code: ``CODE.py:FUNCTION``; the file is imported and the function is run.
        bindings: Further arguments of the function by name, as text in the proposal's parameters.
        player: Whose penalty the function is, ``discriminator`` or ``generator``, where both have one.
        rounds: How often the table of cases is gone through, with other numbers each time.
        seed: The result is a function of it.

    Returns:
        The result. Invalid input is part of it, not an exception.
    """
    start = time.monotonic()
    file = str(proposal)

    def failed(name: str, error: str, *, invalid: bool) -> CodeResult:
        return CodeResult(name, file, code, None, invalid, error, time.monotonic() - start)

    try:
        value = read_proposal_file(proposal)
    except ProposalError as error:
        return failed(proposal_name(Path(file)), str(error), invalid=True)
    from ..numeric.cases import EvidenceUnavailable
    from ..numeric.user_code.comparing import compare_losses
    from ..numeric.user_code.errors import CodeError
    from ..numeric.user_code.fields import compare_field
    from ..numeric.user_code.kinds import bind
    from ..numeric.user_code.loading import load_function
    from ..numeric.user_code.outcome import Settings

    settings = Settings(seed, rounds, player)
    try:
        binding = bind(load_function(code), value, bindings or {})
        if binding.is_field:
            outcome = compare_field(value, binding, settings, _equilibrium_output)
        else:
            outcome = compare_losses(value, binding, settings)
    except CodeError as error:
        return failed(value.name, str(error), invalid=True)
    except EvidenceUnavailable as error:
        return failed(value.name, str(error), invalid=False)
    return CodeResult(value.name, file, code, outcome, False, "", time.monotonic() - start)


def _equilibrium_output(proposal: Proposal, parameters: Mapping[str, float]) -> float:
    """d* at parameters by name; 0 where f is arbitrary or the field is given directly."""
    if proposal.objective is None or proposal.objective.arbitrary:
        return 0.0
    import sympy as sp

    from ..symbolic.derivation import derive

    derivation = derive(proposal)
    values = {symbol: sp.Float(parameters[name]) for name, symbol in derivation.symbols.items() if name in parameters}
    return float(derivation.output.subs(values))
