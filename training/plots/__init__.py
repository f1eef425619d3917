"""Figures of runs and studies, as Matplotlib figures that nobody else draws on."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Bar": "bars",
    "Orbit": "trajectory",
    "Panel": "samples",
    "Series": "series",
    "bars_figure": "bars",
    "laws_figure": "laws",
    "panels": "samples",
    "predictions_figure": "predictions",
    "samples_figure": "samples",
    "series_figure": "series",
    "trajectory_figure": "trajectory",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
