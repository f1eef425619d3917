"""Laws of data on manifolds of known dimension, sampled on the device, with the distance to their support.

``read_data("circle:radius=2")`` is a law, ``DATA`` has their classes by name. Names are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "DATA": "reading",
    "DataError": "law",
    "Law": "law",
    "read_data": "reading",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
