"""The prototypes of ``symbolic.prototypes`` as torch modules and sample batches, one file each.

A new one is a file and a row here. Nothing is taken from the symbolic game but the order of its parameters.
"""

from __future__ import annotations

from ...symbolic.prototypes import PROTOTYPES
from ..cases import EvidenceUnavailable
from .bias import Bias
from .circle import Circle
from .dirac import Dirac
from .game import TorchGame
from .gaussian import Gaussian
from .line import Line
from .plane import Plane
from .quadratic import Quadratic
from .segment import Segment
from .shifted import Shifted
from .two_points import TwoPoints
from .uniform import Uniform
from .weights import Weights

GAMES: dict[str, type[TorchGame]] = {
    "dirac": Dirac,
    "uniform": Uniform,
    "bias": Bias,
    "quadratic": Quadratic,
    "gaussian": Gaussian,
    "two-points": TwoPoints,
    "weights": Weights,
    "line": Line,
    "plane": Plane,
    "segment": Segment,
    "circle": Circle,
    "shifted": Shifted,
}


def torch_game(prototype: str, options: dict[str, int]) -> TorchGame:
    """The torch form of a prototype.

    Args:
        prototype: Its name.
        options: Values of its keys, as far as they are given.

    Raises:
        EvidenceUnavailable: If it has none.
    """
    if prototype not in GAMES:
        raise EvidenceUnavailable(f"the prototype {prototype!r} has no torch modules; known: {', '.join(GAMES)}")
    defaults = {key.name: key.default for key in PROTOTYPES[prototype].keys}
    return GAMES[prototype](defaults | options)


__all__ = ["GAMES", "TorchGame", "torch_game"]
