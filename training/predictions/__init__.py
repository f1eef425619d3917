"""What theory says of a run: rate, period, limit cycle and verdict, and the comparison with what was measured.

Predictions come from the symbolic layer: the Jacobian of one period at exact parameter values, the verdict there, and
the derived field iterated. ``predict`` is the way in; ``compare`` confronts a prediction with plain numbers.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Attractor": "cycles",
    "Behaviour": "prediction",
    "Comparison": "comparison",
    "Cycle": "prediction",
    "Dirac": "dirac",
    "Estimate": "prediction",
    "FeatureGames": "features",
    "GaussianGame": "gaussian_games",
    "Measured": "measured",
    "measured_runs": "measured",
    "NetworkGame": "networks",
    "Prediction": "prediction",
    "PredictionError": "pinning",
    "attractor": "cycles",
    "compare": "comparison",
    "predict": "dispatch",
    "predict_features": "features",
    "sorted_rows": "comparison",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
