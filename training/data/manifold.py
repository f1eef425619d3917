"""Laws on the random manifolds of ``numeric.realisable``, on which Theorem 4.1 is checked: a graph over R^k, moved.

x = b + R (t, c(t)),    c_l(t) = t^T H_l t/2 + a_l sin(w_l . t),    t ~ N(0, I_k)
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import ClassVar

import numpy as np
import torch

from ...numeric.realisable.manifold import Numbers, coordinates, place, random_manifolds
from ...numeric.realisable.shape import Shape
from .law import MARGIN, Array, Law

_MOST = 1024  # R has n^2 numbers


class RandomManifold(Law):
    """What flat ones (c = 0) and curved ones have in common.

    Attributes:
        curved: Whether c is not 0.
        curvature: kappa.
        seed: Of R, b, H, a and w.
    """

    curved: ClassVar[bool]
    curvature: float = 0.0
    uniforms = 0
    seed: int

    def __post_init__(self) -> None:
        self._whole("dimension", 1 + self.curved, _MOST)
        self._whole("intrinsic", 1, self.dimension - self.curved)
        self._whole("seed", 0, 2**63 - 1)
        self._set(normals=self.intrinsic)
        self._set(extent=MARGIN * self.sample(4096, 0).abs().max().item())

    @cached_property
    def shape(self) -> Shape:
        """Its dimensions, as ``numeric.realisable`` has them."""
        return Shape(self.dimension, self.intrinsic, curved=self.curved)

    @cached_property
    def tables(self) -> dict[str, Array]:
        """R ("frame"), b ("shift"), H ("bend"), a ("wave") and w ("wave_vector")."""
        numbers = random_manifolds(self.shape, 1, np.random.default_rng(self.seed))
        tables = {name: table[0] for name, table in numbers.items()}
        if self.curved:
            waves = np.abs(tables["wave"]) * np.square(tables["wave_vector"]).sum(-1)
            scale = self.curvature / np.linalg.norm(np.linalg.norm(tables["bend"], 2, axis=(1, 2)) + waves)
            tables |= {"bend": scale * tables["bend"], "wave": scale * tables["wave"]}
        return tables

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        t = normal.reshape(-1, self.intrinsic)
        y = torch.cat([t, t.new_zeros((len(t), self.shape.normals))], dim=1)
        return place(self.shape, self._numbers(t), y).reshape(*normal.shape[:-1], self.dimension)

    def _coordinates(self, x: torch.Tensor) -> torch.Tensor:
        """(t, s - c(t)) of the points x = b + R (t, s), of shape [..., n]."""
        flat = x.reshape(-1, self.dimension)
        return coordinates(self.shape, self._numbers(flat), flat).reshape(x.shape)

    def _numbers(self, like: torch.Tensor) -> Numbers:
        return {name: self._table(name, partial(self.tables.__getitem__, name), like) for name in self.tables}
