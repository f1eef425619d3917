"""GMRES on stacks against a direct solver."""

from __future__ import annotations

import pytest
import torch

from convergan.training.stacked.solving import gmres


@pytest.mark.parametrize("size", [1, 2, 5, 40])
@pytest.mark.parametrize("step", [0.01, 0.3])
def test_it_solves(size: int, step: float) -> None:
    """1 - h^2 B C with |B|, |C| about 1: in 16 steps the error is far below h^32 for small h, and exact for n <= 16."""
    random = torch.Generator().manual_seed(size)
    matrix = torch.randn(6, size, size, generator=random, dtype=torch.float64) / size**0.5 / 2
    matrix = torch.eye(size, dtype=torch.float64) + step**2 * matrix
    right = torch.randn(6, size, generator=random, dtype=torch.float64)
    found = gmres(lambda u: (matrix @ u[..., None])[..., 0], right)
    torch.testing.assert_close(found, torch.linalg.solve(matrix, right), rtol=1e-12, atol=1e-12)


def test_a_right_side_of_zero_and_a_small_krylov_space() -> None:
    right = torch.tensor([[0.0, 0.0, 0.0], [1.0, 1.0, 0.0]], dtype=torch.float64)
    found = gmres(lambda u: 2 * u, right)
    torch.testing.assert_close(found, right / 2)


def test_a_member_that_is_not_finite_stays_apart() -> None:
    right = torch.tensor([[float("nan"), 1.0], [1.0, 3.0]], dtype=torch.float64)
    found = gmres(lambda u: 4 * u, right)
    torch.testing.assert_close(found[1], right[1] / 4)
    assert not found[0].isfinite().any()
    found = gmres(lambda u: u * torch.tensor([[torch.inf], [4.0]], dtype=torch.float64), torch.ones_like(right))
    torch.testing.assert_close(found[1], right[1].new_ones(2) / 4)
    assert not found[0].isfinite().any()
