"""Assumption III looked at numerically: tangent spaces of M_G and M_D by singular values, never by construction.

    T M_G = ker d_theta law,    ker d^2 h = {v : d_v D = 0 and d_v grad D = 0 at the data},    h as in eq. (11)

M_G x M_D has the stated dimension by construction. So III(i), ker d^2 h = T M_D, holds iff the values and slopes of
d_psi D at the data have the stated rank; III(ii), ker K = T M_G, iff K has that of d_theta law. A rank is resolved
where the singular values have a gap there that no rounding explains.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import vmap

from ..field import tensor
from ..jets import EPS
from .blocks import Moments
from .discriminators import discriminator_of
from .games import Games, drawn_games, joined
from .generators import generator_of
from .model import Model
from .shape import Shape

Array = NDArray[np.float64]
Tensor = torch.Tensor
# A singular value counts if it is at least this times the largest one.
RESOLVED = 1e-3
_ROUNDS, _FEWEST = 40, 12


@dataclass(frozen=True)
class Rank:
    """The stated rank of a matrix in each game, against its singular values.

    Attributes:
        stated: The rank.
        least: The singular value that must not vanish over the largest one, of shape [games].
        rest: The one that must, over the largest one, of shape [games].
        rounding: What rounding may make of a 0, likewise.
    """

    stated: int
    least: Array
    rest: Array
    rounding: float

    @property
    def resolved(self) -> NDArray[np.bool_]:
        """Where the rank is as stated, beyond rounding."""
        return (self.least >= RESOLVED) & (self.rest <= self.rounding)


@dataclass(frozen=True)
class Tangents:
    """Bases at one point of M_G x M_D per game, and how well they are known.

    Attributes:
        normal_g: An orthonormal basis of the orthogonal complement of T M_G, of shape [games, m, rank].
        tangent_g: One of T M_G.
        normal_d: One of the complement of ker d^2 h, of shape [games, q, rank].
        tangent_d: One of ker d^2 h.
        law: The rank of d_theta law.
        variation: That of d^2 h.
        coupling: That of K on the complement of T M_G: III(ii).
        leak: The largest |K w| for a unit vector w of T M_G over |K|, of shape [games].
    """

    normal_g: Array
    tangent_g: Array
    normal_d: Array
    tangent_d: Array
    law: Rank
    variation: Rank
    coupling: Rank
    leak: Array

    @property
    def resolved(self) -> NDArray[np.bool_]:
        """Where Assumption III is seen to hold, of shape [games]."""
        return self.law.resolved & self.variation.resolved & self.coupling.resolved & (self.leak <= self.law.rounding)

    @property
    def normal(self) -> Array:
        """An orthonormal basis of the complement of T (M_G x M_D), of shape [games, m + q, .]."""
        return _diagonal(self.normal_g, self.normal_d)

    @property
    def tangent(self) -> Array:
        """One of T (M_G x M_D)."""
        return _diagonal(self.tangent_g, self.tangent_d)


def tangents(
    games: Games,
    theta: Array | None = None,
    psi: Array | None = None,
    *,
    shift_free: bool = False,
    normal: Array | None = None,
) -> Tangents:
    """Tangent spaces at theta* and psi*, or at other points of M_G x M_D.

    Args:
        games: Whose.
        theta: Of shape [games, m].
        psi: Of shape [games, q].
        shift_free: Whether D counts up to a constant, as for a loss that does not see one: then h has Var D for E D^2.
        normal: Directions of psi that are known to be normal to M_D though d^2 h does not see them (III(i) fails), of
            shape [games, ., q].
    """
    moments = Moments(Model(games.shape))
    tables = {name: tensor(values) for name, values in games.tables.items()}
    at = tensor(games.theta if theta is None else theta), tensor(games.psi if psi is None else psi)
    law, jets, coupling = vmap(lambda g, d, numbers: _matrices(moments, g, d, numbers, shift_free=shift_free))(
        *at, tables
    )
    stated_g, stated_d = games.generator.rank, games.discriminator.rank
    if shift_free:
        # A shift is one direction of psi if it is a feature; on data at a point n slopes are all there is.
        stated_d = min(stated_d, games.shape.ambient) if games.shape.nodes == 1 else stated_d - games.shape.bias
    if normal is not None:
        jets = torch.cat([jets, tensor(normal)], dim=1)
    of_law, normal_g, tangent_g = _split(law, stated_g)
    of_jets, normal_d, tangent_d = _split(jets, stated_d)
    seen = torch.linalg.svdvals(coupling @ normal_g)
    largest = seen[:, 0].clamp(min=torch.finfo(seen.dtype).tiny)
    rank_k = min(stated_g, seen.shape[1])
    # With fewer rows than columns K cannot see every direction.
    least = seen[:, rank_k - 1] / largest if seen.shape[1] >= stated_g else torch.zeros(len(seen))
    through = torch.linalg.vector_norm(coupling @ tangent_g, dim=(1, 2)) / largest
    of_coupling = Rank(stated_g, least.numpy(), np.zeros(len(games)), of_law.rounding)
    bases = normal_g.numpy(), tangent_g.numpy(), normal_d.numpy(), tangent_d.numpy()
    return Tangents(*bases, of_law, of_jets, of_coupling, through.numpy())


def random_games(shape: Shape, count: int, seed: int) -> Games:
    """Games that meet Assumptions I and III, the ranks in III beyond rounding.

    Args:
        shape: Their architecture.
        count: How many.
        seed: The result is a function of it.

    Raises:
        ValueError: If the shape's numbers do not fit together, or none of its games meets Assumption III.
    """
    random, found = np.random.default_rng(seed), []
    tried = max(2 * count, _FEWEST)
    _check_counts(shape)
    for _ in range(_ROUNDS):
        candidates = drawn_games(shape, tried, random)
        found.append(candidates[np.flatnonzero(tangents(candidates).resolved)])
        if sum(map(len, found)) >= count:
            games = joined(found)[:count]
            return replace(games, origin=f"random_games({shape!r}, {count}, seed={seed})")
    raise ValueError(
        f"{sum(map(len, found))} of {tried * _ROUNDS} games of this shape meet Assumption III, and {count} are "
        f"asked for: give D more features, or more samples. The shape: {shape.text()}"
    )


def _check_counts(shape: Shape) -> None:
    """Whether there are enough features and samples at all."""
    seen, moves = discriminator_of(shape).rank, generator_of(shape).rank
    jets = shape.nodes * (1 + shape.ambient)
    if seen > jets:
        raise ValueError(
            f"III(i) fails: {shape.nodes} samples in R^{shape.ambient} have {jets} values and slopes of D, and {seen} "
            "would have to be determined by them: give more nodes, or fewer features"
        )
    if moves > seen:
        raise ValueError(
            f"III(ii) fails: G moves in {moves} directions, and D changes in {seen} only: give more features"
        )


def _matrices(
    moments: Moments, theta: Tensor, psi: Tensor, numbers: dict[str, Tensor], *, shift_free: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """(d_theta law, values and slopes of d_psi D at the data, K), the samples' weights as they are in h."""
    samples = moments.model.samples(theta, numbers)
    assert samples.real_weights is not None
    root = samples.real_weights.sqrt()
    u, slopes = moments.values(psi, numbers, samples.real), moments.slopes(psi, numbers, samples.real)
    if shift_free:
        u = u - samples.real_weights @ u
    jets = torch.cat([root[:, None] * u, (root[:, None, None] * slopes).reshape(-1, len(psi))])
    return moments.law(theta, numbers), jets, moments.coupling(theta, psi, numbers)


def _split(matrix: Tensor, rank: int) -> tuple[Rank, Tensor, Tensor]:
    """The rank against its statement, and bases of the complement of the kernel and of the kernel."""
    _, values, rows = torch.linalg.svd(matrix)
    largest = values[:, 0].clamp(min=torch.finfo(values.dtype).tiny)
    none = torch.zeros_like(largest)
    least = values[:, rank - 1] / largest if values.shape[1] >= rank else none
    rest = values[:, rank] / largest if values.shape[1] > rank else none
    # Jets take some tens of operations, the decomposition a multiple of eps for each row and column.
    rounding = 64 * EPS * sum(matrix.shape[1:])
    basis = rows.transpose(1, 2)
    return Rank(rank, least.numpy(), rest.numpy(), rounding), basis[:, :, :rank], basis[:, :, rank:]


def _diagonal(upper: Array, lower: Array) -> Array:
    """Block diagonal matrices."""
    games, (rows, columns) = len(upper), upper.shape[1:]
    whole = np.zeros((games, rows + lower.shape[1], columns + lower.shape[2]))
    whole[:, :rows, :columns], whole[:, rows:, columns:] = upper, lower
    return whole
