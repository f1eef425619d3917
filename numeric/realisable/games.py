"""Batches of realisable games: latent codes, a manifold, a generator and a discriminator at an equilibrium.

Latent codes are finitely many with given weights, a law like any other: expectations are exact finite sums, and real
samples are the generator's own at theta*. So p_theta* = p_D exactly, and D = d* near the data at psi*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .discriminators import Discriminator, discriminator_of
from .generators import Generator, generator_of
from .manifold import plain_manifolds, random_manifolds
from .shape import Shape

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Games:
    """Games of one shape.

    Attributes:
        shape: Their architecture.
        tables: Numbers by name; the first axis is the game's.
        theta: theta*, of shape [games, m].
        psi: psi*, of shape [games, q].
        origin: How they can be had again, for messages.
    """

    shape: Shape
    tables: Mapping[str, Array]
    theta: Array
    psi: Array
    origin: str = ""

    def __len__(self) -> int:
        return len(self.theta)

    def __getitem__(self, games: slice | NDArray[np.intp]) -> Games:
        """Some of the games."""
        tables = {name: values[games] for name, values in self.tables.items()}
        return replace(self, tables=tables, theta=self.theta[games], psi=self.psi[games])

    def __repr__(self) -> str:
        """The architecture, and the equilibrium where it is short."""
        many = f"{len(self)} games: " if len(self) != 1 else ""
        numbers = ""
        if len(self) == 1 and self.size <= 6:
            theta, psi = ([round(float(v), 4) for v in values[0]] for values in (self.theta, self.psi))
            numbers = f", theta* = {theta}, psi* = {psi}"
        sizes = f"theta in R^{self.theta.shape[1]}, psi in R^{self.psi.shape[1]}"
        return f"Games({many}{self.shape.text()}; {sizes}{numbers}{', ' if self.origin else ''}{self.origin})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints in a falsifying example; it would take a dataclass apart."""
        printer.text(repr(self))

    @cached_property
    def generator(self) -> Generator:
        """What theta means."""
        return generator_of(self.shape)

    @cached_property
    def discriminator(self) -> Discriminator:
        """What psi means."""
        return discriminator_of(self.shape)

    @property
    def size(self) -> int:
        """The number of parameters in all."""
        return self.theta.shape[1] + self.psi.shape[1]

    @property
    def dimension(self) -> int:
        """That of M_G x M_D, by construction."""
        return self.size - self.generator.rank - self.discriminator.rank

    def changed(self, **tables: Array) -> Games:
        """The same games with other numbers, or further ones."""
        return replace(self, tables={**self.tables, **tables})


def joined(parts: list[Games]) -> Games:
    """Several batches of one shape as one."""
    first = parts[0]
    tables = {name: np.concatenate([part.tables[name] for part in parts]) for name in first.tables}
    theta, psi = (np.concatenate([getattr(part, name) for part in parts]) for name in ("theta", "psi"))
    return replace(first, tables=tables, theta=theta, psi=psi)


def drawn_games(shape: Shape, count: int, random: np.random.Generator) -> Games:
    """Games that realise p_D by construction; whether Assumption III can be seen is not looked at.

    Args:
        shape: Their architecture.
        count: How many.
        random: The source of randomness.

    Raises:
        ValueError: If the shape's numbers do not fit together, with the mend.
    """
    generator, discriminator = generator_of(shape), discriminator_of(shape)
    n, k = shape.ambient, shape.intrinsic
    matrix = np.zeros((count, n, 1 + k))
    matrix[:, :k, 0] = random.normal(size=(count, k))
    matrix[:, :k, 1:] = np.eye(k) + 0.5 * random.normal(size=(count, k, k))
    codes, often = generator.codes(count, random)
    theta = generator.start(matrix, random)
    psi, tables = discriminator.start(count, random)
    tables = {**random_manifolds(shape, count, random), **tables, "codes": codes, "weights": often, "theta": theta}
    games = Games(shape, tables, theta, psi)
    return _with_outside(games, random) if shape.outside else games


def plain_games(shape: Shape) -> Games:
    """The Dirac-GAN in n dimensions, D = d* + psi . x with data and generated point at 0: one game.

    Args:
        shape: Of data at a point, with n waves and nothing superfluous.

    Raises:
        ValueError: For another shape.
    """
    n = shape.ambient
    if shape != Shape(ambient=n, features=n):
        raise ValueError(f"{shape.text()} is no Dirac-GAN: only ambient = features may be given")
    zeros, once = np.zeros((1, n)), np.zeros((1, 1, 0))
    waves = {"slopes": np.eye(n)[None], "vectors": np.zeros((1, n, n)), "amplitudes": zeros, "phases": zeros}
    linear = {"mixing": np.eye(n)[None], "origin": zeros}
    codes = {"codes": once, "weights": np.ones((1, 1)), "theta": zeros}
    return Games(shape, {**plain_manifolds(shape, 1), **waves, **linear, **codes}, zeros, zeros, "the Dirac-GAN")


def _with_outside(games: Games, random: np.random.Generator) -> Games:
    """A term of D that vanishes in a ball around the data, and does not outside."""
    import torch

    from ..field import tensor
    from .model import Model

    model, tables = Model(games.shape), {name: tensor(values) for name, values in games.tables.items()}
    places = torch.func.vmap(model.places)(tables["theta"], tables).numpy()
    reach = ((places - games.tables["shift"][:, None]) ** 2).sum(-1).max(1)
    sizes = random.choice([-1.0, 1.0], len(games))
    return games.changed(outside=sizes, square_radius=1.5 * reach + 1.0)
