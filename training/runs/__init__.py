"""Runs in folders: what was asked for, what was measured on the way, and states to go on from, to the last bit."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "MissingExtraError": "extras",
    "Outcome": "execution",
    "Progress": "execution",
    "RunError": "folder",
    "Settings": "settings",
    "read_journal": "journal",
    "recorded_settings": "folder",
    "train": "execution",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
