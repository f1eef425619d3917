"""Studies: hundreds of runs as one value, planned in batches, trained by workers, kept in one database."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Batch": "plan",
    "Database": "database",
    "DatabaseError": "database",
    "EngineError": "engines",
    "Execution": "execution",
    "Outcome": "results",
    "Progress": "execution",
    "Run": "study",
    "Schedule": "study",
    "Study": "study",
    "StudyError": "study",
    "bars": "results",
    "outcomes": "results",
    "plan": "plan",
    "read_study": "study_reader",
    "sweep": "execution",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
