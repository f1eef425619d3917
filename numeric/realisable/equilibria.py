"""Other points of M_G x M_D: steps along the tangent space, and back to the manifolds by Gauss-Newton.

    theta: law(theta) = law(theta*),    psi: D = d* and grad D = 0 at the data

Both systems have constant rank on the manifold, so that Newton's method with the pseudo-inverse of that rank converges
quadratically to a point of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import grad, jacrev, vmap

from ..field import tensor
from ..running import RunningErrors
from .games import Games
from .model import Model
from .tangent_spaces import tangents

Array = NDArray[np.float64]
Tensor = torch.Tensor
_Residual = Callable[[Tensor, dict[str, Tensor]], Tensor]
_STEPS = 12


@dataclass(frozen=True)
class Equilibria:
    """One point of M_G x M_D for each game.

    Attributes:
        theta: Of shape [games, m].
        psi: Of shape [games, q].
        blur: How far the point may be off M_G x M_D, entry by entry, of shape [games, m + q].
    """

    theta: Array
    psi: Array
    blur: Array


def nearby(games: Games, distance: float, seed: int) -> Equilibria:
    """A point of M_G x M_D at about a distance from (theta*, psi*) in each game.

    Args:
        games: Whose tangent spaces are resolved.
        distance: The length of the step along each player's tangent space.
        seed: The result is a function of it.
    """
    random = np.random.default_rng(seed)
    model, found = Model(games.shape), tangents(games)
    tables = {name: tensor(values) for name, values in games.tables.items()}

    def law(theta: Tensor, numbers: dict[str, Tensor]) -> Tensor:
        target = model.generator.law(numbers["theta"], numbers["codes"])
        return model.generator.law(theta, numbers["codes"]) - target

    def jets(psi: Tensor, numbers: dict[str, Tensor]) -> Tensor:
        real, discriminator = model.samples(numbers["theta"], numbers).real, model.discriminate(psi, numbers)
        slope = grad(lambda x: discriminator(x).sum())(real)
        return torch.cat([discriminator(real), slope.reshape(-1)])

    theta, blur_g = _projected(law, _moved(games.theta, found.tangent_g, distance, random), tables, found.law.stated)
    psi, blur_d = _projected(jets, _moved(games.psi, found.tangent_d, distance, random), tables, found.variation.stated)
    blur = np.concatenate([np.broadcast_to(b[:, None], p.shape) for b, p in ((blur_g, theta), (blur_d, psi))], axis=1)
    return Equilibria(theta, psi, blur)


def _moved(start: Array, basis: Array, distance: float, random: np.random.Generator) -> Array:
    direction = (basis @ random.normal(size=(len(basis), basis.shape[2], 1)))[:, :, 0]
    length = np.linalg.norm(direction, axis=1, keepdims=True)
    return start + distance * direction / np.where(length > 0, length, 1.0)


def _projected(residual: _Residual, start: Array, tables: dict[str, Tensor], rank: int) -> tuple[Array, Array]:
    """Points where the residual vanishes, and how far from an exact one they may be."""
    at = tensor(start)
    step = least = torch.zeros(0)
    for _ in range(_STEPS):
        value = vmap(residual)(at, tables)
        left, sizes, rows = torch.linalg.svd(vmap(jacrev(residual))(at, tables), full_matrices=False)
        least = sizes[:, rank - 1]
        part = (left[:, :, :rank].mT @ value[:, :, None])[:, :, 0] / sizes[:, :rank]
        step = (rows[:, :rank].mT @ part[:, :, None])[:, :, 0]
        at = at - step
    running = RunningErrors()
    with running:
        value = vmap(residual)(at, tables)
    # What is left, and what rounding can hide, over the least slope: twice, for the curvature.
    hidden = torch.linalg.vector_norm(value.abs() + running.of(value), dim=1) / least
    blur = 2 * (hidden + torch.linalg.vector_norm(step, dim=1))
    return at.numpy(), blur.numpy()
