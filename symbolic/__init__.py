"""Exact mathematics: the penalty language, games, derivations, decisions. Never torch, never files or terminals."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Analysis": "analysis",
    "Derivation": "derivation",
    "ExpressionError": "errors",
    "Proposal": "proposal",
    "ProposalError": "errors",
    "Prover": "decision.prover",
    "Verdict": "rulings",
    "analyse": "analysis",
    "derive": "derivation",
    "read_proposal": "proposal_reader",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
