"""Distances to the support: against SciPy, along normals, and where they are known."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sqrt

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.spatial import cKDTree

from convergan.training.data import DATA, read_data

Array = NDArray[np.float64]


def _points(count: int, dimension: int, scale: float, seed: int = 0) -> Array:
    return scale * np.random.default_rng(seed).standard_normal((count, dimension))


def _distance(text: str, x: Array) -> Array:
    return read_data(text).distance(torch.from_numpy(x)).numpy()


OTHERS = (
    "segment:length=3",
    "four-segments:radius=2,length=2.5",
    "four-squares:centre=2,side=0.5",
    "figure-eight:radius=3",
    "swiss-roll:scale=1",
    "dirac:dimension=3,at=1:0:-2",
    "affine-subspace:dimension=40,intrinsic=7,seed=3",
    "curved-manifold:dimension=20,intrinsic=5,seed=3,curvature=2",
    "curved-manifold:dimension=2,intrinsic=1,curvature=5",
)


@pytest.mark.parametrize("text", [*DATA, *OTHERS])
def test_samples_have_distance_0(text: str) -> None:
    """Up to the rounding of some dozens of operations on numbers of size ``extent``, in both dtypes."""
    law = read_data(text)
    points = law.sample(1000, 0)
    for dtype in (torch.float64, torch.float32):
        x = points.to(dtype)
        assert law.distance(x).max() <= 30 * sqrt(law.dimension) * torch.finfo(dtype).eps * law.extent
    if law.intrinsic < law.dimension:
        assert law.distance(points * 1.01 + 0.01).mean() > 1e-4


def _segment_pieces() -> dict[str, list[tuple[Array, Array]]]:
    """Segments and boxes as lower and upper corners."""
    four = [((1, -0.5), (1, 0.5)), ((-1, -0.5), (-1, 0.5)), ((-0.5, 1), (0.5, 1)), ((-0.5, -1), (0.5, -1))]
    squares = [((x - 0.5, y - 0.5), (x + 0.5, y + 0.5)) for x in (-1, 1) for y in (-1, 1)]
    boxes = {"segment": [((-1, 0), (1, 0))], "four-segments": four, "four-squares": squares}
    return {name: [(np.array(low), np.array(high)) for low, high in pairs] for name, pairs in boxes.items()}


@pytest.mark.parametrize("name", ["segment", "four-segments", "four-squares"])
def test_boxes(name: str) -> None:
    """A box's nearest point is found coordinate by coordinate; no symmetry is used."""
    x = _points(5000, 2, 1.5)
    boxes = _segment_pieces()[name]
    wanted = np.min([np.linalg.norm(x - np.clip(x, low, high), axis=1) for low, high in boxes], axis=0)
    np.testing.assert_allclose(_distance(name, x), wanted, atol=1e-15)
    without_one = np.min(
        [np.linalg.norm(x - np.clip(x, low, high), axis=1) for low, high in boxes[1:] or [boxes[0]]], 0
    )
    assert len(boxes) == 1 or np.abs(_distance(name, x) - without_one).max() > 0.1


def test_circle() -> None:
    x = _points(2000, 2, 1.0)
    np.testing.assert_allclose(_distance("circle:radius=2", x), np.abs(np.linalg.norm(x, axis=1) - 2), atol=1e-15)
    assert _distance("circle:radius=2", np.zeros((1, 2)))[0] == 2


def test_dirac() -> None:
    x = _points(200, 3, 2.0)
    np.testing.assert_allclose(_distance("dirac:dimension=3,at=1:0:-2", x), np.linalg.norm(x - [1, 0, -2], axis=1))
    np.testing.assert_allclose(_distance("dirac:dimension=3,at=0.5", x), np.linalg.norm(x - 0.5, axis=1))


@pytest.mark.parametrize("name", ["gaussian", "eight-gaussians", "twenty-five-gaussians"])
def test_full_support(name: str) -> None:
    assert (_distance(name, _points(50, 2, 100.0)) == 0).all()


def test_affine_subspace() -> None:
    """Against least squares on differences of samples."""
    law = read_data("affine-subspace:dimension=7,intrinsic=3,seed=4")
    points = law.sample(20, 0).numpy()
    x = _points(300, 7, 3.0)
    directions = (points[1:] - points[0]).T
    residual = (x - points[0]).T - directions @ np.linalg.lstsq(directions, (x - points[0]).T, rcond=None)[0]
    np.testing.assert_allclose(_distance(law.text, x), np.linalg.norm(residual, axis=0), rtol=1e-12, atol=1e-12)


def _eight(t: Array | float) -> Array:
    return np.stack([np.sin(t), np.sin(t) * np.cos(t)], -1)


def _roll(t: Array | float) -> Array:
    return np.stack([t * np.cos(t), t * np.sin(t)], -1) / 7.5


CURVES = {
    "figure-eight": (_eight, 0.0, 2 * pi, 1.0),
    "swiss-roll": (_roll, 1.5 * pi, 4.5 * pi, 1.5),
}


def _brute(curve: Callable[..., Array], low: float, high: float, x: Array) -> Array:
    """SciPy's bounded minimiser of the squared distance beside the nearest of 20,000 points, for each x."""
    t = np.linspace(low, high, 20_001)
    nearest = cKDTree(curve(t)).query(x)[1]
    found = []
    for point, place in zip(x, nearest, strict=True):
        bounds = t[max(place - 1, 0)], t[min(place + 1, len(t) - 1)]
        ends = ((curve(end) - point) @ (curve(end) - point) for end in (low, high))
        inside = minimize_scalar(
            lambda s, point=point: (curve(s) - point) @ (curve(s) - point),
            bounds=bounds,
            method="bounded",
            options={"xatol": 1e-12},
        )
        found.append(sqrt(min(inside.fun, *ends)))
    return np.array(found)


@pytest.mark.parametrize("name", CURVES)
def test_curves_against_scipy(name: str) -> None:
    """Both minimise: what either misses beyond rounding would be seen as a difference of either sign."""
    curve, low, high, scale = CURVES[name]
    x = np.concatenate([_points(300, 2, scale), _points(50, 2, 10.0, 1), _special(name)])
    # A squared distance of size s^2 has rounding eps s^2, which is eps s^2/d of the distance d.
    wanted, found = _brute(curve, low, high, x), _distance(name, x)
    np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-9)
    far = wanted > 1e-2
    np.testing.assert_allclose(found[far], wanted[far], rtol=1e-12)
    assert (
        np.abs(_distance(f"{name}:{'radius=1.01' if name == 'figure-eight' else 'scale=7.6'}", x) - wanted).max() > 1e-3
    )


def _special(name: str) -> Array:
    """Where minima are degenerate or several: on the axes, and at centres of curvature."""
    curve, low, high, _ = CURVES[name]
    t, step = np.linspace(low, high, 60), 1e-4
    first = (curve(t + step) - curve(t - step)) / (2 * step)
    second = (curve(t + step) - 2 * curve(t) + curve(t - step)) / step**2
    bend = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    kept = np.abs(bend) > 0.05
    normal = np.stack([-first[:, 1], first[:, 0]], -1)[kept]
    centres = curve(t)[kept] + normal * ((first**2).sum(1)[kept] / bend[kept])[:, None]
    axis = np.linspace(-2, 2, 21)
    return np.concatenate([centres, np.stack([axis, 0 * axis], -1), np.stack([0 * axis, axis], -1)])


@pytest.mark.parametrize("name", CURVES)
def test_no_minimum_is_missed(name: str) -> None:
    """Against the nearest of 100,001 points, w apart: they miss less than phi'' (w/2)^2 of the squared distance.

    phi'' <= |c'|^2 + d |c''| <= 4 + 3 d on both curves.
    """
    curve, low, high, scale = CURVES[name]
    x = _points(8000, 2, scale, 5)
    found = _distance(name, x)
    cloud = cKDTree(curve(np.linspace(low, high, 100_001))).query(x)[0]
    excess = cloud**2 - found**2
    assert excess.min() > -1e-12
    assert (excess <= (4 + 3 * cloud) * ((high - low) / 200_000) ** 2 + 1e-12).all()


@pytest.mark.parametrize(("n", "seed", "kappa"), [(2, 0, 1.0), (2, 5, 4.0), (3, 1, 2.0)])
def test_curved_lines_against_scipy(n: int, seed: int, kappa: float) -> None:
    law = read_data(f"curved-manifold:dimension={n},intrinsic=1,seed={seed},curvature={kappa}")
    x = law.sample(80, 3).numpy() + _points(80, n, 0.8)

    def curve(t: Array | float) -> Array:
        t = torch.as_tensor(np.atleast_1d(t))[:, None]
        return np.squeeze(law.points(t, t[:, :0]).numpy())

    np.testing.assert_allclose(_distance(law.text, x), _brute(curve, -12.0, 12.0, x), rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_curved_surfaces_against_scipy(seed: int) -> None:
    """Against BFGS from the nearest points of a grid of 301 x 301 codes."""
    law = read_data(f"curved-manifold:dimension=4,intrinsic=2,seed={seed},curvature=2")
    x = law.sample(30, 3).numpy() + _points(30, 4, 1.0)
    axis = np.linspace(-6, 6, 301)
    codes = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)

    def place(t: Array) -> Array:
        row = torch.from_numpy(np.atleast_2d(t))
        return law.points(row, row[:, :0]).numpy()

    starts = codes[cKDTree(place(codes)).query(x, k=1)[1]]

    def descent(start: Array, point: Array) -> float:
        return minimize(lambda t: ((place(t)[0] - point) ** 2).sum(), start, options={"gtol": 1e-9}).fun

    wanted = np.sqrt([descent(start, point) for start, point in zip(starts, x, strict=True)])
    found = _distance(law.text, x)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)
    assert np.abs(_distance(f"{law.text[:-1]}2.1", x) - wanted).max() > 1e-3


def test_points_further_away_than_the_data_are_wide() -> None:
    """No worse than the best of BFGS from the eight nearest of 20,000 codes, also where the nearest code misleads."""
    law = read_data("curved-manifold:intrinsic=5,curvature=3")
    misled = [3, 23, 125, 132]
    x = (law.sample(400, 3).numpy() + _points(400, 10, 3.0))[[*misled, *range(10, 14)]]
    codes = 1.5 * np.random.default_rng(1).standard_normal((20_000, 5))

    def place(t: Array) -> Array:
        row = torch.from_numpy(np.atleast_2d(t))
        return law.points(row, row[:, :0]).numpy()

    def descents(starts: Array, point: Array) -> list[float]:
        return [minimize(lambda t: ((place(t)[0] - point) ** 2).sum(), start).fun for start in starts]

    starts = codes[cKDTree(place(codes)).query(x, k=8)[1]]
    ends = np.sqrt([descents(rows, point) for rows, point in zip(starts, x, strict=True)])
    found = _distance(law.text, x)
    assert (found <= ends.min(1) * (1 + 1e-9)).all()
    assert np.isclose(found, ends.min(1), rtol=1e-6).sum() > len(x) // 2
    assert (ends[: len(misled), 0] > ends[: len(misled)].min(1) + 1e-3).any()


@pytest.mark.parametrize(("n", "k", "kappa"), [(2, 1, 1.0), (5, 2, 3.0), (6, 5, 1.0), (30, 8, 0.5)])
def test_points_moved_along_a_normal(n: int, k: int, kappa: float) -> None:
    """The foot of a normal of length r is stationary, so the nearest point where the law proves there is one only.

    That is where r <= g < (sqrt(3) - 1)/kappa, g = |c(a) - s| the height over the graph.
    """
    law = read_data(f"curved-manifold:dimension={n},intrinsic={k},seed=1,curvature={kappa}")
    t = torch.randn(400, k, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    points = law.points(t, t[:, :0])
    tangents = torch.func.vmap(torch.func.jacrev(lambda t: law.points(t[None], t[None, :0])[0]))(t)
    normals = torch.linalg.qr(tangents, mode="complete").Q[:, :, k:]
    weights = torch.randn(400, n - k, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    normal = (normals * torch.nn.functional.normalize(weights, dim=1)[:, None]).sum(-1)
    length = torch.linspace(0.01, 0.5, 400, dtype=torch.float64) / kappa
    moved = points + length[:, None] * normal
    coordinates = (moved - torch.from_numpy(law.tables["shift"])) @ torch.from_numpy(law.tables["frame"])  # type: ignore[attr-defined]
    foot = coordinates[:, :k]
    above = (moved - law.points(foot, foot[:, :0])).norm(dim=1)
    proved = (length <= above * (1 + 1e-12)) & (above < (sqrt(3) - 1) / kappa)
    assert proved.sum() > 100
    torch.testing.assert_close(law.distance(moved)[proved], length[proved], rtol=1e-12, atol=1e-13)
    assert (law.distance(moved) <= length * (1 + 1e-12)).all()


@pytest.mark.parametrize("name", DATA)
def test_what_is_not_finite_stays_so_and_disturbs_no_other(name: str) -> None:
    law = read_data(name)
    x = law.sample(6, 0) + 0.1
    clean = law.distance(x)
    x[0, 0], x[1, 1], x[2] = torch.nan, torch.inf, torch.nan
    found = law.distance(x)
    assert not found[:3].isfinite().any()
    torch.testing.assert_close(found[3:], clean[3:], rtol=1e-13, atol=1e-14)
    huge = law.distance(torch.full((1, law.dimension), 1e30, dtype=torch.float64))
    assert huge.isfinite().all()


def test_large_batches_are_cut() -> None:
    x = torch.from_numpy(_points(5000, 2, 1.0)).reshape(2, 2500, 2)
    for text in ("figure-eight", "curved-manifold:dimension=2,intrinsic=1"):
        law = read_data(text)
        torch.testing.assert_close(law.distance(x)[1], law.distance(x[1]), rtol=0, atol=1e-15)
        assert law.distance(x[:, :0]).shape == (2, 0)
