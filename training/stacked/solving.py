"""Linear systems of every member at once, by GMRES with a fixed number of steps and no look at the residual."""

from __future__ import annotations

from collections.abc import Callable

import torch

Tensor = torch.Tensor
# Competitive steps solve with 1 + O(h^2), where a Krylov space of this size reaches rounding.
_STEPS = 16


def gmres(operator: Callable[[Tensor], Tensor], right: Tensor) -> Tensor:
    """The u with operator(u) = right, as good as the Krylov space of 16 vectors (or all n) allows.

    Args:
        operator: Linear, from [E, n] to [E, n], members apart.
        right: Of shape [E, n].

    Returns:
        Of shape [E, n]; not finite for members whose system is not.
    """
    steps = min(_STEPS, right.shape[1])
    scale = right.norm(dim=1, keepdim=True)
    basis = [right / _nonzero(scale)]
    columns = []
    for place in range(steps):
        vector = operator(basis[-1])
        coefficients = right.new_zeros(len(right), steps + 1)
        # Twice is enough: orthogonal to rounding (Giraud et al. 2005).
        for _ in range(2):
            for i, b in enumerate(basis):
                along = (b * vector).sum(1)
                coefficients[:, i] += along
                vector = vector - along[:, None] * b
        length = vector.norm(dim=1, keepdim=True)
        # Where the space is exhausted, what is left is rounding and must not become a direction.
        length = torch.where(length > 1e-12 * coefficients.norm(dim=1, keepdim=True), length, 0.0)
        coefficients[:, place + 1] = length[:, 0]
        basis.append(vector * torch.where(length > 0, 1 / _nonzero(length), 0.0))
        columns.append(coefficients)
    hessenberg = torch.stack(columns, dim=2)
    target = right.new_zeros(len(right), steps + 1, 1)
    target[:, 0] = scale
    # The decomposition of one infinite matrix would stop all of them.
    finite = (hessenberg.isfinite().all(2).all(1) & scale[:, 0].isfinite())[:, None, None]
    weights = torch.linalg.pinv(torch.where(finite, hessenberg, 0.0)) @ target
    return (torch.stack(basis[:-1], dim=2) @ weights)[..., 0]


def _nonzero(value: Tensor) -> Tensor:
    return torch.where(value > 0, value, 1.0)
