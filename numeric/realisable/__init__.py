"""Theorem 4.1 of Mescheder et al. 2018 in n dimensions: random realisable games, and what autograd finds on them.

Data on affine and curved manifolds of lower dimension, generators and discriminators with superfluous parameters, so
that M_G and M_D have positive dimension. Names are loaded on first use; drawing games without a check needs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "VIOLATIONS": "violations",
    "BlockNumbers": "blocks",
    "Equilibria": "equilibria",
    "Failure": "violations",
    "Games": "games",
    "Manifold": "manifold",
    "Measured": "theorem",
    "RealisableField": "field",
    "Shape": "shape",
    "Tangents": "tangent_spaces",
    "Violation": "violations",
    "block_jacobian": "blocks",
    "fitted": "shape",
    "general_numbers": "general",
    "left_of": "spectrum",
    "measured": "theorem",
    "nearby": "equilibria",
    "plain_games": "games",
    "random_games": "tangent_spaces",
    "right_of": "spectrum",
    "tangents": "tangent_spaces",
    "theorem_cases": "blocks",
    "theorem_numbers": "blocks",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
