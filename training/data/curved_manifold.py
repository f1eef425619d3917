"""A law on a random curved manifold of dimension k in R^n."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import torch

from .law import Array
from .manifold import RandomManifold

_STARTS = 15
_CODES = 1024
_STEPS = 60
_CHUNK = 2048


@dataclass(frozen=True)
class CurvedManifold(RandomManifold):
    """x = b + R (t, c(t)), t ~ N(0, I_k): the graph of a function, so the differential of t -> x has rank k everywhere.

    c is a quadratic map plus waves with |c''(t)[u, u]| <= kappa |u|^2 (``manifold``), so no normal curvature of the
    manifold is above kappa.

    The distance of x = b + R (a, s) is the least sqrt(2 phi(t)), phi(t) = (|t - a|^2 + |c(t) - s|^2)/2. Newton's
    method, damped as by Levenberg and Marquardt, starts from t = a. Its end is a distance to a point of the manifold,
    so never below the true one. Up to rounding it is the true one where g = |c(a) - s| < (sqrt(3) - 1)/kappa. For then
    {phi <= phi(a)} holds one stationary point only: between two, at most 2 g apart, |c - s| <= g + kappa (2 g)^2/8, so
    phi'' >= 1 - kappa |c - s| > 0 on the segment that joins them. Further away, descents from the nearest points of a
    table are added, and the lowest of up to 16 local minima is taken: for k > 3 it may miss the lowest of all.

    Attributes:
        dimension: n.
        intrinsic: k, less than n.
        seed: Which manifold.
        curvature: kappa.
    """

    name = "curved-manifold"
    curved = True

    dimension: int = 10
    intrinsic: int = 2
    seed: int = 0
    curvature: float = 1.0

    def __post_init__(self) -> None:
        self._positive("curvature")
        super().__post_init__()

    def _distance(self, x: torch.Tensor) -> torch.Tensor:
        flat = x.reshape(-1, self.dimension).to(torch.float64)
        # What is not finite would take all steps.
        finite = flat.isfinite().all(-1)
        safe = torch.where(finite[:, None], flat, 0.0)
        found = torch.cat([self._nearest(part) for part in safe.split(_CHUNK)])
        return torch.where(finite, found, torch.nan).reshape(x.shape[:-1]).to(x.dtype)

    def _nearest(self, x: torch.Tensor) -> torch.Tensor:
        """Distances of points [N, n]: all descents at once, several for those further away than the proof reaches."""
        foot, gap = self._coordinates(x).tensor_split([self.intrinsic], dim=1)
        height = gap + self._graph(foot)
        far = torch.nonzero(gap.norm(dim=1) * self.curvature >= sqrt(3) - 1)[:, 0]
        codes = self._table("codes", self._codes, x)
        close = torch.cdist(x[far], self._points(codes, codes[:, :0])).topk(_STARTS, largest=False).indices
        t = torch.cat([foot, codes[close].flatten(0, 1)])
        rows = torch.cat([torch.arange(len(x), device=x.device), far.repeat_interleave(_STARTS)])
        foot, height = foot[rows], height[rows]
        least, damping = self._phi(t, foot, height), torch.zeros_like(t[:, 0])
        # What a step can still gain is lost in rounding below this share of phi, or of what phi is a difference of.
        eps = torch.finfo(t.dtype).eps
        floor = eps**2 * (1 + foot.square().sum(1) + height.square().sum(1))
        left = torch.arange(len(t), device=t.device)
        for _ in range(_STEPS):
            here, target, before = t[left], (foot[left], height[left]), least[left]
            slope, hessian = self._derivatives(here, *target)
            hessian.diagonal(dim1=1, dim2=2).add_(damping[left, None])
            factor, flaw = torch.linalg.cholesky_ex(hessian)
            step = torch.cholesky_solve(slope[:, :, None], factor)[:, :, 0]
            value = self._phi(here - step, *target)
            better = (flaw == 0) & (value <= before)
            t[left], least[left] = torch.where(better[:, None], here - step, here), torch.where(better, value, before)
            damping[left] = torch.where(better, damping[left] / 10, (4 * damping[left]).clamp(min=0.25))
            left = left[(flaw != 0) | ((slope * step).sum(1) > eps * before + floor[left])]
            if not len(left):
                break
        return least[: len(x)].scatter_reduce(0, rows, least, "amin").mul(2).sqrt()

    def _phi(self, t: torch.Tensor, foot: torch.Tensor, height: torch.Tensor) -> torch.Tensor:
        return ((t - foot).square().sum(1) + (self._graph(t) - height).square().sum(1)) / 2

    def _derivatives(
        self, t: torch.Tensor, foot: torch.Tensor, height: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The derivatives phi' of shape [N, k] and phi'' of shape [N, k, k]."""
        numbers = self._numbers(t)
        bend, waves = numbers["bend"], numbers["wave_vector"]
        phase = t @ waves.T
        slopes = torch.einsum("lij,Nj->Nli", bend, t) + (numbers["wave"] * phase.cos())[:, :, None] * waves  # c'
        gap = self._graph(t) - height
        outer = (waves[:, :, None] * waves[:, None, :]).flatten(1)
        bends = gap @ bend.flatten(1) - (gap * numbers["wave"] * phase.sin()) @ outer
        eye = torch.eye(self.intrinsic, dtype=t.dtype, device=t.device)
        hessian = eye + slopes.mT @ slopes + bends.reshape(-1, *bend.shape[1:])
        return t - foot + (gap[:, :, None] * slopes).sum(1), hessian

    def _graph(self, t: torch.Tensor) -> torch.Tensor:
        """c(t), of shape [N, n-k]."""
        numbers = self._numbers(t)
        quadratic = (torch.einsum("lij,Nj->Nli", numbers["bend"], t) * t[:, None]).sum(-1) / 2
        return quadratic + numbers["wave"] * (t @ numbers["wave_vector"].T).sin()

    def _codes(self) -> Array:
        return 1.5 * np.random.default_rng(0).standard_normal((_CODES, self.intrinsic))
