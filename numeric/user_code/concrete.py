"""Proposals with an arbitrary f, made concrete for code that has an f of its own."""

from __future__ import annotations

from ...symbolic.errors import ProposalError
from ...symbolic.objectives import NAMED_OBJECTIVES
from ...symbolic.proposal import Proposal
from ...symbolic.proposal_reader import read_proposal
from .errors import CodeError
from .kinds import Binding


def concrete_proposals(proposal: Proposal, binding: Binding, *, needed: bool) -> list[Proposal]:
    """The proposal itself or, where its f is any and the code has its own, one per named f.

    Args:
        proposal: The mathematics.
        binding: For messages.
        needed: Whether the code has an f of its own.

    Raises:
        CodeError: If no named f is admissible.
    """
    if not needed or proposal.objective is None or not proposal.objective.arbitrary:
        return [proposal]
    found = []
    section = {k: v for k, v in dict(proposal.source.get("objective", {})).items() if k not in ("f", "assume")}
    for name, row in NAMED_OBJECTIVES.items():
        if row.f is None:
            continue
        try:
            found.append(read_proposal({**proposal.source, "objective": {**section, "f": name}}, proposal.name))
        except ProposalError:
            continue  # its f1 or f2 is excluded by the proposal's conditions
    if not found:
        raise CodeError(binding.function.where, "no named objective is admissible in the proposal", "name f in it")
    return found
