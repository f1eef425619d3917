"""Generators of random games: theta to the chart coordinates y = (t, s) of the samples, with M_G known.

    affine     y = A (1, z)                   M_G is a point
    scaled     y = a A (1, z)                 a A is determined: dim M_G = 1, hyperbolas
    factored   y = U V (1, z)                 U V is determined: dim M_G = h (n + 1 + k) - n (1 + k)
    network    y = B + W tanh(W1 z + b1)      as many samples as it interpolates: dim M_G = dim theta - N n
    rotated    y = A (1, z), z on a circle    A is determined up to a rotation of z: dim M_G = 1

``law`` has as coordinates what determines p_theta near p_D: the places of finitely many distinct samples, or, on the
circle, the mean and the covariance. So M_G = {law(theta) = law(theta*)}, a manifold of the dimension that is stated
where law' has constant rank.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..quadrature import circle
from .shape import Shape

if TYPE_CHECKING:
    import torch

Array = NDArray[np.float64]


class Generator(ABC):
    """A kind of generator.

    Args:
        shape: Of the games.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape

    @property
    @abstractmethod
    def size(self) -> int:
        """m, the number of entries of theta."""

    @property
    def rank(self) -> int:
        """The codimension of M_G; here that of all affine images of the codes."""
        return self.shape.ambient * (1 + self.shape.intrinsic)

    @abstractmethod
    def start(self, matrix: Array, random: np.random.Generator) -> Array:
        """theta* of shape [games, m], for the affine maps A of shape [games, n, 1 + k]; s = 0 there."""

    @abstractmethod
    def chart(self, theta: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """The samples' coordinates, of shape [N, n], for theta [m] and latent codes [N, k]."""

    def law(self, theta: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """What determines p_theta near theta*, as a vector."""
        return self.chart(theta, codes).reshape(-1)

    def codes(self, count: int, random: np.random.Generator) -> tuple[Array, Array]:
        """Latent codes of shape [games, N, k] and how often each occurs, of shape [games, N]."""
        often = random.uniform(0.5, 1.5, (count, self.shape.nodes))
        return random.normal(size=(count, self.shape.nodes, self.shape.intrinsic)), often / often.sum(1, keepdims=True)


class Affine(Generator):
    """theta = A, row by row."""

    @property
    def size(self) -> int:
        """As many as A has entries."""
        return self.rank

    def start(self, matrix: Array, random: np.random.Generator) -> Array:
        """A itself."""
        return matrix.reshape(len(matrix), -1)

    def chart(self, theta: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """A (1, z)."""
        matrix = theta.reshape(self.shape.ambient, -1)
        return matrix[:, 0] + codes @ matrix[:, 1:].T


class Scaled(Affine):
    """theta = (A, a)."""

    @property
    def size(self) -> int:
        """One more than ``Affine``."""
        return self.rank + 1

    def start(self, matrix: Array, random: np.random.Generator) -> Array:
        """A over a random power of 2, so that a A is A exactly."""
        scale = random.choice([0.5, 1.0, 2.0], (len(matrix), 1))
        return np.concatenate([matrix.reshape(len(matrix), -1) / scale, scale], axis=1)

    def chart(self, theta: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """The scale times A (1, z)."""
        return theta[-1] * super().chart(theta[:-1], codes)


class Factored(Generator):
    """theta = (U, V) with U of shape [n, h] and V of shape [h, 1 + k], h > k."""

    @property
    def size(self) -> int:
        """As many as U and V have entries."""
        return self.shape.hidden * (self.shape.ambient + 1 + self.shape.intrinsic)

    def start(self, matrix: Array, random: np.random.Generator) -> Array:
        """A random V of full rank, and a U with U V = A."""
        count, (n, k, h) = len(matrix), (self.shape.ambient, self.shape.intrinsic, self.shape.hidden)
        v = random.normal(size=(count, h, 1 + k))
        inverse = np.linalg.pinv(v)
        free = random.normal(size=(count, n, h)) * 0.5
        u = matrix @ inverse + free @ (np.eye(h) - v @ inverse)
        return np.concatenate([u.reshape(count, -1), v.reshape(count, -1)], axis=1)

    def chart(self, theta: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """U V (1, z)."""
        split = self.shape.ambient * self.shape.hidden
        u, v = theta[:split].reshape(self.shape.ambient, -1), theta[split:].reshape(self.shape.hidden, -1)
        return (v[:, 0] + codes @ v[:, 1:].T) @ u.T


class Network(Generator):
    """theta = (B, W, b1, W1), one hidden layer of tanh units; N <= h + 1 samples can be put anywhere."""

    @property
    def size(self) -> int:
        """Those of the outer and of the inner layer."""
        return self.shape.ambient * (1 + self.shape.hidden) + self.shape.hidden * (1 + self.shape.intrinsic)

    @property
    def rank(self) -> int:
        """N n: every sample can move in every direction."""
        return self.shape.nodes * self.shape.ambient

    def start(self, matrix: Array, random: np.random.Generator) -> Array:
        """Random weights with s = 0; A gives the shift only."""
        count, (n, k, h) = len(matrix), (self.shape.ambient, self.shape.intrinsic, self.shape.hidden)
        outer = random.normal(size=(count, n, 1 + h))
        outer[:, :, 0] = matrix[:, :, 0]
        outer[:, k:] = 0.0
        inner = 1.5 * random.normal(size=(count, h, 1 + k))
        return np.concatenate([outer.reshape(count, -1), inner.reshape(count, -1)], axis=1)

    def chart(self, theta: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """B + W tanh(b1 + W1 z)."""
        split = self.shape.ambient * (1 + self.shape.hidden)
        outer, inner = theta[:split].reshape(self.shape.ambient, -1), theta[split:].reshape(self.shape.hidden, -1)
        units = (inner[:, 0] + codes @ inner[:, 1:].T).tanh()
        return outer[:, 0] + units @ outer[:, 1:].T


class Rotated(Affine):
    """An ellipse: z is uniform on the unit circle, for which equidistant codes stand."""

    @property
    def rank(self) -> int:
        """The mean and the covariance, of rank 2: one less than A has entries."""
        return 3 * self.shape.ambient - 1

    @property
    def size(self) -> int:
        """3 n."""
        return 3 * self.shape.ambient

    def law(self, theta: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
        """The mean and A A^T: A e and B e have the same law for e on the circle iff A A^T = B B^T."""
        import torch as backend

        matrix = theta.reshape(self.shape.ambient, 3)
        return backend.cat([matrix[:, 0], (matrix[:, 1:] @ matrix[:, 1:].T).reshape(-1)])

    def codes(self, count: int, random: np.random.Generator) -> tuple[Array, Array]:
        """Exact for polynomials of degree N - 1."""
        nodes = circle(self.shape.nodes)
        return np.tile(nodes.positions, (count, 1, 1)), np.tile(nodes.weights, (count, 1))


_KINDS: dict[str, type[Generator]] = {
    "affine": Affine,
    "scaled": Scaled,
    "factored": Factored,
    "network": Network,
    "rotated": Rotated,
}


def generator_of(shape: Shape) -> Generator:
    """The generator of a shape.

    Raises:
        ValueError: If its M_G would not be what its kind says.
    """
    if shape.generator == "factored" and shape.hidden < 1 + shape.intrinsic:
        raise ValueError(f"hidden = {shape.hidden}; U V is any matrix for hidden > intrinsic = {shape.intrinsic} only")
    if shape.generator == "network" and not 1 <= shape.nodes <= shape.hidden + 1:
        raise ValueError(
            f"nodes = {shape.nodes}; a network with hidden = {shape.hidden} puts up to {shape.hidden + 1} samples "
            "anywhere: add hidden units"
        )
    if shape.generator in ("affine", "scaled", "factored") and shape.nodes < shape.intrinsic + 1:
        raise ValueError(
            f"nodes = {shape.nodes}; an affine map of R^{shape.intrinsic} takes {shape.intrinsic + 1} samples or more"
        )
    return _KINDS[shape.generator](shape)
