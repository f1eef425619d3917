"""The distance of states to a known set of equilibria.

The set is given as a function that maps states [E, P] to the nearest equilibria [E, P], or as one point. Theorem 4.1 of
Mescheder et al. 2018 has whole manifolds of equilibria M_G x M_D: the distance to one of their points need not decay
where the distance to the set does.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

Tensor = torch.Tensor
Nearest = Callable[[Tensor], Tensor]
_STEPS = 8


def distance_to(nearest: Nearest | Tensor, state: Tensor) -> Tensor:
    """Euclidean distances, of shape [E], in float64.

    Args:
        nearest: A point of shape [P] or [E, P], or a function from states to the nearest equilibria.
        state: Of shape [E, P].
    """
    state = state.double()
    point = nearest.to(state) if isinstance(nearest, Tensor) else nearest(state)
    return torch.linalg.vector_norm(state - point, dim=-1)


def affine_set(point: Tensor, directions: Tensor) -> Nearest:
    """The affine set {point + directions c}.

    Args:
        point: Of shape [P] or [E, P].
        directions: Columns of shape [P, k] or [E, P, k], not necessarily independent.
    """
    # The left singular vectors of what is not rounding span the same directions.
    left, sizes, _ = torch.linalg.svd(directions.double(), full_matrices=False)
    limit = max(directions.shape[-2:]) * torch.finfo(torch.float64).eps * sizes.amax(dim=-1, keepdim=True)
    basis = left * (sizes > limit).double()[..., None, :]

    def nearest(state: Tensor) -> Tensor:
        start = point.to(state)
        along = basis.to(state.device).mT @ (state - start)[..., None]
        return start + (basis.to(state.device) @ along)[..., 0]

    return nearest


def zero_set(residual: Callable[[Tensor], Tensor], rank: int, *, steps: int = _STEPS) -> Nearest:
    """The set {residual = 0}, where the residual has constant rank, by Gauss-Newton steps.

        x <- x - J(x)^+ F(x),    J^+ of the given rank

    The steps converge quadratically to a point of the set whose distance is that of the nearest one up to the square of
    the distance times the set's curvature; on affine sets to the nearest one.

    Args:
        residual: From one state [P] to [q], differentiable by ``torch.func``.
        rank: Of its Jacobian on the set.
        steps: How many.

    Raises:
        ValueError: For a rank that a Jacobian of this shape cannot have.
    """

    def nearest(state: Tensor) -> Tensor:
        for _ in range(steps):
            value = torch.func.vmap(residual)(state)
            left, sizes, rows = torch.linalg.svd(
                torch.func.vmap(torch.func.jacrev(residual))(state), full_matrices=False
            )
            if not 1 <= rank <= sizes.shape[-1]:
                raise ValueError(f"rank must be from 1 to {sizes.shape[-1]}; given: {rank}")
            part = (left[..., :rank].mT @ value[..., None])[..., 0] / sizes[..., :rank]
            state = state - (rows[..., :rank, :].mT @ part[..., None])[..., 0]
        return state

    return nearest
