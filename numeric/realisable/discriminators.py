"""Discriminators of random games: D = d* near the data at psi*, with M_D known.

    linear     D = d* + sum_j (C psi)_j phi_j(x)                          M_D is an affine subspace
    product    D = d* + sum_j alpha_j beta_j phi_j(x), alpha* = 0         M_D = {alpha = 0}: dimension r
    quadric    D = d* + sum_j p_j(psi) phi_j(x), p_j quadratic            M_D = {p = 0}, an intersection of quadrics
    network    D = d* + sum_j c_j d_j tanh(w_j . x + e_j), twin units     M_D = {w, e agree, c d + c' d' = 0} per pair

The features phi_j are ``waves`` l . x + a sin(w . x + e) of x, monomials of degree 1 and 2 in the chart
(``polynomials``), or ``split``: waves of t, and s_l times waves of t, which vanish on the manifold and have a slope
there. Where the features' values and slopes at the data are independent, psi is in M_D iff D is d* for all x, so that
the codimension of M_D is as stated. Products s_l s_m are left out for that: value and slope are 0 on the manifold, but
D = s^2 is not 0 near it, and Assumption I fails next to psi*.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .manifold import Numbers, coordinates
from .shape import Shape

if TYPE_CHECKING:
    import torch

Array = NDArray[np.float64]


class Discriminator(ABC):
    """A kind of discriminator.

    Args:
        shape: Of the games.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    @property
    @abstractmethod
    def size(self) -> int:
        """q, the number of entries of psi."""

    @property
    @abstractmethod
    def rank(self) -> int:
        """The codimension of M_D."""

    @abstractmethod
    def start(self, count: int, random: np.random.Generator) -> tuple[Array, dict[str, Array]]:
        """psi* of shape [games, q], and the tables of D's other numbers."""

    @abstractmethod
    def difference(self, psi: torch.Tensor, numbers: Numbers, x: torch.Tensor) -> torch.Tensor:
        """D - d* at samples of shape [N, n], of shape [N]."""


class Features(Discriminator):
    """sum_j p_j(psi) phi_j(x) with p_j(psi*) = 0."""

    @property
    def rank(self) -> int:
        """r, the number of features: p has full rank."""
        return self.shape.features

    @abstractmethod
    def parametrisation(self, psi: torch.Tensor, numbers: Numbers) -> torch.Tensor:
        """p(psi), of shape [r]."""

    def difference(self, psi: torch.Tensor, numbers: Numbers, x: torch.Tensor) -> torch.Tensor:
        """The weighted sum of features."""
        return feature_map(self.shape)(numbers, x) @ self.parametrisation(psi, numbers)


class Quadratic(Features):
    """p = C (psi - psi*) + (psi - psi*)^T H (psi - psi*)/2; H = 0 for ``linear``."""

    @property
    def size(self) -> int:
        """As many as features, and the superfluous ones."""
        return self.shape.features + self.shape.extra

    def start(self, count: int, random: np.random.Generator) -> tuple[Array, dict[str, Array]]:
        """C with orthonormal rows; where it is square and p is linear, C = 1 and psi* = 0."""
        tables = random_features(self.shape, count, random)
        r, q = self.shape.features, self.size
        if self.shape.discriminator == "linear" and q == r:
            tables |= {"mixing": np.tile(np.eye(r), (count, 1, 1)), "origin": np.zeros((count, q))}
            return tables["origin"], tables
        rows = np.linalg.qr(random.normal(size=(count, q, r)))[0].swapaxes(1, 2)
        tables |= {"mixing": rows, "origin": random.normal(size=(count, q))}
        if self.shape.discriminator == "quadric":
            forms = random.normal(size=(count, r, q, q)) / q
            tables["quadrics"] = (forms + forms.swapaxes(2, 3)) / 2
        return tables["origin"], tables

    def parametrisation(self, psi: torch.Tensor, numbers: Numbers) -> torch.Tensor:
        """p(psi)."""
        away = psi - numbers["origin"]
        linear = numbers["mixing"] @ away
        if self.shape.discriminator == "linear":
            return linear
        return linear + ((numbers["quadrics"] * away).sum(-1) * away).sum(-1) / 2


class Product(Features):
    """p_j = alpha_j beta_j, psi = (alpha, beta)."""

    @property
    def size(self) -> int:
        """2 r."""
        return 2 * self.shape.features

    def start(self, count: int, random: np.random.Generator) -> tuple[Array, dict[str, Array]]:
        """alpha* = 0, and beta* away from 0."""
        size = random.uniform(0.7, 1.4, (count, self.shape.features))
        beta = size * random.choice([-1.0, 1.0], size.shape)
        return np.concatenate([np.zeros_like(beta), beta], axis=1), random_features(self.shape, count, random)

    def parametrisation(self, psi: torch.Tensor, numbers: Numbers) -> torch.Tensor:
        """The products."""
        return psi[: self.shape.features] * psi[self.shape.features :]


class Twins(Discriminator):
    """A hidden layer of tanh units in pairs that cancel; psi has (c, d, e, w) for each unit, pair after pair."""

    @property
    def size(self) -> int:
        """2 (3 + n) for each pair."""
        return 2 * self.shape.features * (3 + self.shape.ambient)

    @property
    def rank(self) -> int:
        """One for the pair's weight, 1 + n for what its units have to share."""
        return self.shape.features * (2 + self.shape.ambient)

    def start(self, count: int, random: np.random.Generator) -> tuple[Array, dict[str, Array]]:
        """(c, d) and (-d, c): their products cancel exactly."""
        shape = (count, self.shape.features)
        c, d = random.uniform(0.7, 1.4, shape), random.uniform(0.7, 1.4, shape)
        inside = random.normal(size=(*shape, 1 + self.shape.ambient))
        unit, twin = (
            np.concatenate([pair, inside], axis=2) for pair in (np.stack([c, d], axis=2), np.stack([-d, c], axis=2))
        )
        return np.stack([unit, twin], axis=2).reshape(count, -1), {}

    def difference(self, psi: torch.Tensor, numbers: Numbers, x: torch.Tensor) -> torch.Tensor:
        """The sum of c d tanh(w . x + e)."""
        units = psi.reshape(-1, 3 + self.shape.ambient)
        return (units[:, 2] + x @ units[:, 3:].T).tanh() @ (units[:, 0] * units[:, 1])


def discriminator_of(shape: Shape) -> Discriminator:
    """The discriminator of a shape.

    Raises:
        ValueError: If it has not as many features as its kind.
    """
    if shape.discriminator != "network" and shape.features != (count := feature_count(shape)):
        raise ValueError(f"features = {shape.features}; {shape.maps} in this shape are {count}")
    return {"linear": Quadratic, "quadric": Quadratic, "product": Product, "network": Twins}[shape.discriminator](shape)


# -- features --------------------------------------------------------------------------------------------------------


def feature_count(shape: Shape) -> int:
    """How many features a shape has: as it says for waves, else what its dimensions make."""
    n, k = shape.ambient, shape.intrinsic
    polynomials = n + k * (k + 1) // 2 + k * shape.normals
    return {"waves": shape.features, "polynomials": polynomials, "split": _waves_of_t(shape) + shape.normals * (1 + k)}[
        shape.maps
    ]


def random_features(shape: Shape, count: int, random: np.random.Generator) -> dict[str, Array]:
    """Tables of the waves: slopes and vectors of shape [games, waves, n or k], amplitudes and phases [games, waves]."""
    if shape.maps == "polynomials":
        return {}
    along = shape.ambient if shape.maps == "waves" else shape.intrinsic
    waves = shape.features if shape.maps == "waves" else _waves_of_t(shape) + 1 + shape.intrinsic
    tables = {
        "slopes": random.normal(size=(count, waves, along)),
        "vectors": random.normal(size=(count, waves, along)),
        "amplitudes": random.uniform(0.5, 1.5, (count, waves)),
        "phases": random.uniform(-np.pi, np.pi, (count, waves)),
    }
    if shape.bias:
        tables["slopes"][:, -1], tables["vectors"][:, -1] = 0.0, 0.0
        tables["amplitudes"][:, -1], tables["phases"][:, -1] = 1.0, np.pi / 2
    return tables


def feature_map(shape: Shape) -> Callable[[Numbers, torch.Tensor], torch.Tensor]:
    """The features of a shape, from samples [N, n] to [N, r]."""

    def polynomials(numbers: Numbers, x: torch.Tensor) -> torch.Tensor:
        y = coordinates(shape, numbers, x)
        products = [y[:, i] * y[:, j] for i in range(shape.intrinsic) for j in range(i, shape.ambient)]
        return _stacked([*y.unbind(1), *products])

    def split(numbers: Numbers, x: torch.Tensor) -> torch.Tensor:
        y = coordinates(shape, numbers, x)
        waves = _waves(numbers, y[:, : shape.intrinsic])
        of_t = _waves_of_t(shape)
        across = [s * wave for s in y[:, shape.intrinsic :].unbind(1) for wave in waves[:, of_t:].unbind(1)]
        return _stacked([*waves[:, :of_t].unbind(1), *across])

    return {"waves": _waves, "polynomials": polynomials, "split": split}[shape.maps]


def _waves_of_t(shape: Shape) -> int:
    """Twice as many as an affine map of R^k has entries."""
    return 2 * shape.intrinsic * (1 + shape.intrinsic)


def _waves(numbers: Numbers, x: torch.Tensor) -> torch.Tensor:
    phase = x @ numbers["vectors"].T + numbers["phases"]
    return x @ numbers["slopes"].T + numbers["amplitudes"] * phase.sin()


def _stacked(columns: list[torch.Tensor]) -> torch.Tensor:
    import torch as backend

    return backend.stack(columns, dim=1)
