"""The stacked trainer: members of one architecture, over methods, hyper-parameters and seeds, in one set of tensors."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Architecture": "member",
    "CAUSES": "divergence",
    "Member": "member",
    "MemberError": "member",
    "Specification": "specification",
    "Trainer": "trainer",
    "trainable": "member",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
