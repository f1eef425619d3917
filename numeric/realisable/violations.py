"""Each assumption of Theorem 4.1 dropped in turn: what to change in a game that has them all, and what fails then.

The changes are sized by the game's own moments, so that failure is certain and not a matter of luck: a trace of J
that is positive, a D that has a slope, a direction that nothing sees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import jacrev, vmap

from ..cases import Cases
from ..field import tensor
from .blocks import block_jacobian, theorem_numbers
from .games import Games
from .manifold import coordinates
from .model import Model
from .shape import Shape, fitted

Array = NDArray[np.float64]


class Failure(Enum):
    """Which conclusion of the theorem fails."""

    STATIONARY = "(theta*, psi*) is no equilibrium: v is not 0"
    UNSTABLE = "an eigenvalue off the tangent space has a positive real part"
    NEUTRAL = "an eigenvalue off the tangent space has the real part 0: no linear rate"


@dataclass(frozen=True)
class Violation:
    """One assumption dropped.

    Attributes:
        assumption: Which one, as in the paper.
        words: How.
        fails: What fails.
        block: Whether J has the block form all the same.
        shape: Games on which it can be dropped.
        apply: The change, from games and cases that meet all assumptions.
        normal: Directions of psi that are normal to M_D though d^2 h does not see them, of shape [games, 1, q].
    """

    assumption: str
    words: str
    fails: Failure
    block: bool
    shape: Shape
    apply: Callable[[Games, Cases], tuple[Games, Cases]]
    normal: Callable[[Games], Array] | None = None


def _tilted(games: Games, cases: Cases) -> tuple[Games, Cases]:
    """D has a slope across the manifold."""
    slope = np.linspace(0.5, 1.0, games.shape.normals)
    return games.changed(tilt=np.tile(slope, (len(games), 1))), cases


def _bowl(games: Games, cases: Cases) -> tuple[Games, Cases]:
    """D = c |s|^2/2 across the manifold, with f'(0) c so negative that the trace of J is positive.

    Then J11 = -f'(0) c E[(d_theta s)^T d_theta s], and tr J = tr J11 - tr Q.
    """
    assert cases.functions is not None
    model = Model(games.shape)

    def spread(theta: torch.Tensor, numbers: dict[str, torch.Tensor]) -> torch.Tensor:
        def s(value: torch.Tensor) -> torch.Tensor:
            return coordinates(games.shape, numbers, model.places(value, numbers))[:, games.shape.intrinsic :]

        return (numbers["weights"][:, None, None] * jacrev(s)(theta) ** 2).sum()

    tables = {name: tensor(values) for name, values in games.tables.items()}
    moved = vmap(spread)(tensor(games.theta), tables).numpy()
    slope = cases.functions.derivative(1, np.zeros(len(cases)))
    return games.changed(bowl=-2 * _damping(games, cases) / (slope * moved)), cases


def _displaced(games: Games, cases: Cases) -> tuple[Games, Cases]:
    """The data are not where theta* puts its samples."""
    return games.changed(displacement=np.full(games.tables["shift"].shape, 0.1)), cases


def _without_slope(games: Games, cases: Cases) -> tuple[Games, Cases]:
    """f'(0) = 0."""
    assert cases.functions is not None
    return games, replace(cases, functions=cases.functions.pinned({1: np.zeros(len(cases))}))


def _convex(games: Games, cases: Cases) -> tuple[Games, Cases]:
    """f''(0) > 0, and gamma half of what makes tr Q vanish."""
    assert cases.functions is not None
    at = np.zeros(len(cases))
    second = np.abs(cases.functions.derivative(2, at))
    one = replace(cases, functions=cases.functions.pinned({2: -second}))
    values = _damping(games, replace(one, parameters={"gamma": at}))
    slopes = _damping(games, replace(one, parameters={"gamma": at + 1.0})) - values
    return games, replace(
        cases, functions=cases.functions.pinned({2: second}), parameters={"gamma": values / slopes / 2}
    )


def _flat(games: Games, cases: Cases) -> tuple[Games, Cases]:
    """The last coefficient becomes rho^2/2, rho the last entry of psi - psi*, which occurs nowhere else."""
    mixing, forms = games.tables["mixing"].copy(), games.tables["quadrics"].copy()
    mixing[:, :, -1], mixing[:, -1] = 0.0, 0.0
    forms[:, :, -1], forms[:, :, :, -1], forms[:, -1] = 0.0, 0.0, 0.0
    forms[:, -1, -1, -1] = 1.0
    return games.changed(mixing=mixing, quadrics=forms), cases


def _rho(games: Games) -> Array:
    direction = np.zeros((len(games), 1, games.psi.shape[1]))
    direction[:, 0, -1] = 1.0
    return direction


def _blind(games: Games, cases: Cases) -> tuple[Games, Cases]:
    """D loses its last features: fewer than G has directions are left."""
    left = games.generator.rank - 1
    features = {name: games.tables[name][:, :left] for name in ("slopes", "vectors", "amplitudes", "phases", "origin")}
    tables = {**games.tables, **features, "mixing": games.tables["mixing"][:, :left, :left]}
    shape = replace(games.shape, features=left)
    return Games(shape, tables, games.theta, games.psi[:, :left], games.origin), cases


def _unpenalised(games: Games, cases: Cases) -> tuple[Games, Cases]:
    """The weight 0."""
    return games, replace(cases, parameters={"gamma": np.zeros(len(cases))})


def _damping(games: Games, cases: Cases) -> Array:
    """The trace of Q."""
    jacobian, _ = block_jacobian(games, theorem_numbers(cases))
    return -np.trace(jacobian, axis1=1, axis2=2)


_WAVES, _SPLIT = fitted(2, 1), fitted(2, 1, maps="split")
VIOLATIONS = (
    Violation("I", "D is 0 on the manifold and has a slope there", Failure.STATIONARY, False, _WAVES, _tilted),
    Violation("I", "D and its slope are 0 on the manifold, D is not 0 near it", Failure.UNSTABLE, False, _WAVES, _bowl),
    Violation("I", "p_theta* is not p_D", Failure.STATIONARY, False, _WAVES, _displaced),
    Violation("II", "f'(0) = 0", Failure.NEUTRAL, True, _WAVES, _without_slope),
    Violation("II", "f''(0) > 0, and gamma is small", Failure.UNSTABLE, True, _WAVES, _convex),
    Violation(
        "III(i)",
        "a coefficient of D is the square of a parameter",
        Failure.NEUTRAL,
        True,
        replace(fitted(2, 1, discriminator="quadric", extra=2), features=7),
        _flat,
        _rho,
    ),
    Violation("III(ii)", "D does not see a direction of G", Failure.NEUTRAL, True, _WAVES, _blind),
    Violation("gamma > 0", "no penalty, data on a manifold", Failure.NEUTRAL, True, _SPLIT, _unpenalised),
)
