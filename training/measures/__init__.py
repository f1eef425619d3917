"""What is measured of a run: distances between laws, modes, D on and off the data, fitted rates and rotations.

Every measure is a function of arrays with the member axis first (series: the time axis first), knows nothing of the
trainer, and computes in float64. Names are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Assignment": "wasserstein",
    "Behaviour": "decay",
    "Coverage": "coverage",
    "Landscape": "gradients",
    "Line": "regression",
    "NoiseFloor": "floor",
    "Region": "gradients",
    "Relative": "floor",
    "Rotation": "rotation",
    "Shapes": "shapes",
    "TransportError": "wasserstein",
    "WorkerError": "workers",
    "Workers": "workers",
    "affine_set": "equilibrium",
    "behaviour": "decay",
    "collect": "workers",
    "distance_to": "equilibrium",
    "fit_line": "regression",
    "fit_rotation": "rotation",
    "fit_shapes": "shapes",
    "landscape": "gradients",
    "mode_coverage": "coverage",
    "noise_floor": "floor",
    "optimal_assignment": "wasserstein",
    "relative": "floor",
    "rounding_level": "decay",
    "share_on_support": "coverage",
    "w1": "wasserstein",
    "zero_set": "equilibrium",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
