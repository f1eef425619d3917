"""Networks as functions of one flat vector of parameters per member, all members at once."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "NETWORKS": "registry",
    "Affine": "affine",
    "Features": "features",
    "Linear": "linear",
    "MLP": "mlp",
    "Network": "network",
    "Point": "point",
    "read_network": "registry",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
