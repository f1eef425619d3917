"""What is claimed and how it was decided: reading, verdicts, certificates, lemmas, the command line."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "CheckResult": "checking",
    "Evidence": "checking",
    "build_certificate": "certificate",
    "catalogue": "lemmas",
    "check": "checking",
    "check_document": "document",
    "prove": "proving",
    "read_proposal_file": "reading",
    "verify_certificate": "verify",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
