"""Random affine and curved manifolds of lower dimension, each with a chart of the whole space.

    x = b + R (t, s + c(t)),    t in R^k, s in R^(n-k),    c_l(t) = t^T H_l t / 2 + a_l sin(w_l . t)

R is orthogonal. The manifold is {s = 0}, a graph over R^k: with c = 0 an affine subspace, with k = 0 a point. By the
coordinates (t, s) of the whole space D can know the manifold, and a generator can leave it through s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .shape import Shape

if TYPE_CHECKING:
    import torch

Array = NDArray[np.float64]
# The numbers of one game by name; under vmap, of a batch.
Numbers = Mapping[str, "torch.Tensor"]


def random_manifolds(shape: Shape, count: int, random: np.random.Generator) -> dict[str, Array]:
    """Tables of ``count`` manifolds: frame [., n, n], shift [., n], bend [., n-k, k, k], wave, wave_vector [., n-k, k].

    Args:
        shape: Dimensions, and whether c = 0.
        count: How many.
        random: The source of randomness.
    """
    n, k, normals = shape.ambient, shape.intrinsic, shape.normals
    frame, corner = np.linalg.qr(random.normal(size=(count, n, n)))
    frame = frame * np.sign(np.diagonal(corner, axis1=1, axis2=2))[:, None, :]  # uniform on O(n)
    bend = random.normal(size=(count, normals, k, k)) * 0.5
    return {
        "frame": frame,
        "shift": random.normal(size=(count, n)),
        "bend": (bend + bend.swapaxes(2, 3)) / 2,
        "wave": random.uniform(-0.5, 0.5, (count, normals)),
        "wave_vector": random.normal(size=(count, normals, k)),
    }


def plain_manifolds(shape: Shape, count: int) -> dict[str, Array]:
    """The coordinate subspace R^k x {0} or, curved, the paraboloids over it: c_l(t) = |t|^2/2."""
    n, k, normals = shape.ambient, shape.intrinsic, shape.normals
    return {
        "frame": np.tile(np.eye(n), (count, 1, 1)),
        "shift": np.zeros((count, n)),
        "bend": np.tile(np.eye(k) if shape.curved else np.zeros((k, k)), (count, normals, 1, 1)),
        "wave": np.zeros((count, normals)),
        "wave_vector": np.zeros((count, normals, k)),
    }


@dataclass(frozen=True, eq=False)
class Manifold:
    """One manifold, for samples of one's own.

    Attributes:
        shape: Its dimensions, and whether it is curved.
        tables: As ``random_manifolds`` has them, for one manifold.
        seed: 0 for the plain one; others are a function of it.
    """

    shape: Shape
    tables: Mapping[str, Array]
    seed: int

    @classmethod
    def of_seed(cls, ambient: int, intrinsic: int, *, curved: bool, seed: int) -> Manifold:
        """A manifold of dimension ``intrinsic`` in R^ambient.

        Args:
            ambient: n.
            intrinsic: k, at most n.
            curved: Whether it is curved, for 0 < k < n.
            seed: Which; 0 is a coordinate subspace through 0, or the paraboloids over it.
        """
        shape = Shape(ambient, intrinsic, curved=curved)
        if seed == 0:
            return cls(shape, plain_manifolds(shape, 1), seed)
        return cls(shape, random_manifolds(shape, 1, np.random.default_rng(seed)), seed)

    def __repr__(self) -> str:
        """What makes it again."""
        n, k, curved = self.shape.ambient, self.shape.intrinsic, self.shape.curved
        return f"Manifold.of_seed({n}, {k}, curved={curved}, seed={self.seed})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints in a falsifying example; it would take a dataclass apart."""
        printer.text(repr(self))

    def points(self, t: Array) -> Array:
        """The points over t of shape [N, k], of shape [N, n]."""
        return self._mapped(place, np.concatenate([t, np.zeros((len(t), self.shape.normals))], axis=1))

    def coordinates(self, x: Array) -> Array:
        """(t, s) of points of shape [N, n], of that shape; s = 0 on the manifold."""
        return self._mapped(coordinates, x)

    def _mapped(self, function: Callable[..., torch.Tensor], values: Array) -> Array:
        import torch as backend

        numbers = {name: backend.from_numpy(table[0].copy()) for name, table in self.tables.items()}
        return function(self.shape, numbers, backend.from_numpy(np.array(values, dtype=np.float64))).numpy()


def place(shape: Shape, numbers: Numbers, y: torch.Tensor) -> torch.Tensor:
    """Points with the coordinates y = (t, s): from [N, n] to [N, n]."""
    if _bent(shape):
        t = y[:, : shape.intrinsic]
        y = _joined(t, y[:, shape.intrinsic :] + _height(numbers, t))
    return numbers["shift"] + y @ numbers["frame"].T


def coordinates(shape: Shape, numbers: Numbers, x: torch.Tensor) -> torch.Tensor:
    """(t, s) of points: from [N, n] to [N, n]; the inverse of ``place``."""
    y = (x - numbers["shift"]) @ numbers["frame"]
    if not _bent(shape):
        return y
    t = y[:, : shape.intrinsic]
    return _joined(t, y[:, shape.intrinsic :] - _height(numbers, t))


def _bent(shape: Shape) -> bool:
    return shape.curved and 0 < shape.intrinsic < shape.ambient


def _height(numbers: Numbers, t: torch.Tensor) -> torch.Tensor:
    """c(t), of shape [N, n-k]."""
    quadratic = ((t[:, None, None, :] * numbers["bend"]).sum(-1) * t[:, None, :]).sum(-1) / 2
    return quadratic + numbers["wave"] * (t @ numbers["wave_vector"].T).sin()


def _joined(t: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
    import torch as backend

    return backend.cat([t, s], dim=1)
