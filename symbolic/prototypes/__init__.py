"""Prototype games in closed form, one file each; a new one is a file and a row here."""

from __future__ import annotations

from .bias import BiasGame
from .circle import CircleGame
from .dirac import DiracGame
from .game import FREE, FeatureGame, Game, GameKey
from .gaussian import GaussianGame
from .line import LineGame
from .plane import PlaneGame
from .quadratic import QuadraticGame
from .segment import SegmentGame
from .shifted import ShiftedGame
from .two_points import TwoPointsGame
from .uniform import UniformGame
from .weights import WeightsGame

PROTOTYPES: dict[str, type[Game]] = {
    "dirac": DiracGame,
    "uniform": UniformGame,
    "bias": BiasGame,
    "quadratic": QuadraticGame,
    "gaussian": GaussianGame,
    "two-points": TwoPointsGame,
    "weights": WeightsGame,
    "line": LineGame,
    "plane": PlaneGame,
    "segment": SegmentGame,
    "circle": CircleGame,
    "shifted": ShiftedGame,
}

__all__ = ["FREE", "PROTOTYPES", "FeatureGame", "Game", "GameKey"]
