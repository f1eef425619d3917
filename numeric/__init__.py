"""The same games as tensors: torch fields and Jacobians, agreement with the algebra, Hypothesis strategies.

Names are loaded on first use, so that ``import convergan.numeric`` costs no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Agreement": "agreement",
    "Cases": "cases",
    "DiracDiscriminator": "modules",
    "DiracGenerator": "modules",
    "EvidenceUnavailable": "cases",
    "SmoothFunctions": "functions",
    "Spectra": "spectra",
    "TorchAlgebra": "interpret",
    "TorchField": "field",
    "WeightedSamples": "interpret",
    "agree": "agreement",
    "eigenvalues": "spectra",
    "evaluate": "evaluate",
    "matching_distance": "spectra",
    "random_functions": "functions",
    "random_points": "points",
    "sample_cases": "sampling",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
