"""Distances to points, subspaces and curved sets of equilibria, against closed forms."""

from __future__ import annotations

import pytest
import torch

from convergan.training.measures import affine_set, distance_to, zero_set

Tensor = torch.Tensor
EPS = torch.finfo(torch.float64).eps


def normal(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_a_point() -> None:
    assert distance_to(torch.tensor([1.0, 2.0]), torch.tensor([[4.0, 6.0], [1.0, 2.0]])).tolist() == [5.0, 0.0]
    points = torch.tensor([[1.0, 2.0], [0.0, 0.0]])
    assert distance_to(points, torch.tensor([[4.0, 6.0], [3.0, 4.0]])).tolist() == [5.0, 5.0]


@pytest.mark.parametrize("directions", ["independent", "repeated", "none"])
def test_an_affine_set_against_least_squares(directions: str) -> None:
    point, spanned, state = normal(7), normal(7, 3) + 1, 5 * normal(40, 7) + 2
    if directions == "repeated":
        spanned = torch.cat([spanned, spanned @ torch.ones(3, 2, dtype=torch.float64)], dim=1)
    if directions == "none":
        spanned = torch.zeros(7, 2, dtype=torch.float64)
    away = (state - point).T
    expected = (away - spanned @ torch.linalg.lstsq(spanned, away, driver="gelsd").solution).norm(dim=0)
    found = distance_to(affine_set(point, spanned), state)
    assert (found - expected).abs().max() <= 1000 * EPS * away.norm(dim=0).max()


def test_one_affine_set_per_member() -> None:
    points, spanned, state = normal(4, 5), normal(4, 5, 2), 3 * normal(4, 5)
    alone = [distance_to(affine_set(points[k], spanned[k]), state[k : k + 1])[0] for k in range(4)]
    together = distance_to(affine_set(points, spanned), state)
    assert (together - torch.stack(alone)).abs().max() <= 100 * EPS * state.norm()


def test_a_sphere() -> None:
    """Gauss-Newton moves along the ray, so that the nearest point is met exactly."""
    state = normal(30, 4)
    found = distance_to(zero_set(lambda x: (x @ x - 1)[None], 1), state)
    assert (found - (state.norm(dim=1) - 1).abs()).abs().max() <= 100 * EPS * state.norm(dim=1).max()


def test_a_parabola_up_to_the_square_of_the_distance() -> None:
    """{y = x^2}: beside its point (a, a^2), along the normal, the distance is known."""
    a = torch.linspace(-1, 1, 21, dtype=torch.float64)
    across = torch.stack([-2 * a, torch.ones_like(a)], dim=1) / torch.sqrt(1 + 4 * a**2)[:, None]
    nearest = zero_set(lambda x: (x[1] - x[0] ** 2)[None], 1)
    errors = []
    for t in (0.1, 0.05, 0.025):
        state = torch.stack([a, a**2], dim=1) + t * across
        errors.append((distance_to(nearest, state) - t).abs().max().item())
        assert errors[-1] <= 2 * t * t
    # The distance itself, beside a point that is not nearest by O(t^2), is off by less.
    assert errors[2] <= errors[0] / 8


def test_superfluous_equations_are_cut_by_the_rank() -> None:
    state = normal(10, 3)
    plane = distance_to(zero_set(lambda x: torch.stack([x[0], 3 * x[0]]), 1), state)
    assert (plane - state[:, 0].abs()).abs().max() <= 100 * EPS
    with pytest.raises(ValueError, match="rank must be from 1 to 2; given: 3"):
        distance_to(zero_set(lambda x: x[:2], 3), state)


def test_the_distance_to_one_point_of_the_set_is_another_number() -> None:
    """Negative control: along the set the distance is 0, to a point of it not."""
    spanned = normal(4, 2)
    state = normal(5, 2) @ spanned.T
    assert distance_to(affine_set(torch.zeros(4), spanned), state).max() <= 100 * EPS * state.norm()
    assert distance_to(torch.zeros(4), state).min() > 0.1
