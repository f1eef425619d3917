"""Laws of data: their moments and marginals against closed forms, their dimension, their random numbers."""

from __future__ import annotations

import pickle
from math import exp, pi, sqrt

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.spatial import cKDTree
from scipy.stats import chi2, kstest

from convergan.training.data import DATA, Law, read_data

Array = NDArray[np.float64]
COUNT = 20_000
# A law with options that are not the default for each, beside the defaults.
OTHERS = (
    "gaussian:dimension=3,sigma=0.5",
    "gaussian:dimension=1",
    "segment:length=3",
    "circle:radius=0.5",
    "four-segments:radius=2,length=2.5",
    "figure-eight:radius=3",
    "four-squares:centre=2,side=0.5",
    "eight-gaussians:radius=1,sigma=0.01",
    "twenty-five-gaussians:spacing=0.7072,sigma=0.01768",
    "swiss-roll:scale=10",
    "dirac:dimension=3,at=1:0:-2",
    "dirac:dimension=1,at=0.5",
    "affine-subspace:dimension=3,intrinsic=3,seed=5",
    "affine-subspace:dimension=5,intrinsic=1,seed=1",
    "curved-manifold:dimension=2,intrinsic=1,seed=3,curvature=0.5",
    "curved-manifold:dimension=4,intrinsic=3,seed=2",
)
TEXTS = (*DATA, *OTHERS)


def _roll(scale: float) -> tuple[Array, Array]:
    def mean(*powers: int) -> float:
        def integrand(t: float) -> float:
            return (t * np.cos(t) / scale) ** powers[0] * (t * np.sin(t) / scale) ** powers[1] / (3 * pi)

        return quad(integrand, 1.5 * pi, 4.5 * pi)[0]

    second = np.array([[mean(2, 0), mean(1, 1)], [mean(1, 1), mean(0, 2)]])
    return np.array([mean(1, 0), mean(0, 1)]), second


def _expected(law: Law) -> tuple[Array, Array]:
    """Mean [n] and second moments [n, n], written down anew."""
    n = law.dimension
    o = {name: getattr(law, name) for name in getattr(law, "__dataclass_fields__")}  # noqa: B009
    zero, eye = np.zeros(n), np.eye(n)
    match law.name:
        case "gaussian":
            return zero, o["sigma"] ** 2 * eye
        case "segment":
            return zero, np.diag([o["length"] ** 2 / 12, 0.0])
        case "circle":
            return zero, o["radius"] ** 2 / 2 * eye
        case "four-segments":
            return zero, (o["radius"] ** 2 + o["length"] ** 2 / 12) / 2 * eye
        case "figure-eight":
            return zero, o["radius"] ** 2 * np.diag([1 / 2, 1 / 8])
        case "four-squares":
            return zero, (o["centre"] ** 2 + o["side"] ** 2 / 12) * eye
        case "eight-gaussians":
            return zero, (o["radius"] ** 2 / 2 + o["sigma"] ** 2) * eye
        case "twenty-five-gaussians":
            return zero, (2 * o["spacing"] ** 2 + o["sigma"] ** 2) * eye
        case "swiss-roll":
            return _roll(o["scale"])
        case "dirac":
            at = np.broadcast_to(np.array(o["at"]), n)
            return at, np.outer(at, at)
        case "affine-subspace":
            shift, frame = law.tables["shift"], law.tables["frame"][:, : law.intrinsic]  # type: ignore[attr-defined]
            return shift, np.outer(shift, shift) + frame @ frame.T
        case "curved-manifold":
            return _graph_moments(law.tables, law.intrinsic, n)  # type: ignore[attr-defined]
    raise AssertionError(law.name)


def _graph_moments(tables: dict[str, Array], k: int, n: int) -> tuple[Array, Array]:
    """By Gauss-Hermite quadrature over t, the graph written down anew."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(24)
    t = np.stack(np.meshgrid(*[nodes] * k, indexing="ij"), -1).reshape(-1, k)
    p = np.stack(np.meshgrid(*[weights] * k, indexing="ij"), -1).reshape(-1, k).prod(1) / (2 * pi) ** (k / 2)
    height = np.zeros((len(t), n - k))
    for place in range(n - k):
        bend, wave, vector = (tables[name][place] for name in ("bend", "wave", "wave_vector"))
        height[:, place] = np.einsum("Ni,ij,Nj->N", t, bend, t) / 2 + wave * np.sin(t @ vector)
    x = tables["shift"] + np.hstack([t, height]) @ tables["frame"].T
    return p @ x, (x * p[:, None]).T @ x


def _excess(points: Array, mean: Array, second: Array) -> float:
    """The largest deviation of a moment in standard errors; what rounding explains counts as none."""
    products = points[:, :, None] * points[:, None, :]
    scale = 1e-12 * (1 + np.abs(second).max())
    found = [0.0]
    for values, wanted in ((points, mean), (products, second)):
        error = values.std(0) / sqrt(len(points))
        found.append(float((np.maximum(np.abs(values.mean(0) - wanted) - scale, 0) / (error + 1e-300)).max()))
    return max(found)


@pytest.mark.parametrize("text", TEXTS)
def test_moments(text: str) -> None:
    """Six standard errors: chance exceeds them with a probability of 2e-9 per moment."""
    law = read_data(text)
    points = law.sample(COUNT, 7).numpy()
    mean, second = _expected(law)
    assert points.shape == (COUNT, law.dimension)
    assert _excess(points, mean, second) < 6
    if np.abs(second).max() > 0:
        assert _excess(1.1 * points, mean, second) > 6, "a law that is a tenth too large must be seen"


def _positions(law: Law, x: Array) -> list[Array]:
    """Quantities that are uniform on [0, 1], for the default options."""
    match law.name:
        case "segment":
            return [x[:, 0] / 2 + 0.5]
        case "circle":
            return [np.arctan2(x[:, 1], x[:, 0]) / (2 * pi) % 1]
        case "four-segments":
            return [np.where(np.abs(x[:, 0]) == 1, x[:, 1], x[:, 0]) + 0.5]
        case "figure-eight":
            return [np.arctan2(x[:, 0], x[:, 1] / x[:, 0]) / (2 * pi) % 1]
        case "four-squares":
            return [np.abs(x[:, 0]) - 0.5, np.abs(x[:, 1]) - 0.5]
        case "swiss-roll":
            return [(np.hypot(x[:, 0], x[:, 1]) * 7.5 - 1.5 * pi) / (3 * pi)]
        case "gaussian":
            return [1 - np.exp(-(x**2).sum(1) / 2), np.arctan2(x[:, 1], x[:, 0]) / (2 * pi) % 1]
    return []


@pytest.mark.parametrize(
    "name", ["segment", "circle", "four-segments", "figure-eight", "four-squares", "swiss-roll", "gaussian"]
)
def test_marginals(name: str) -> None:
    law = read_data(name)
    for values in _positions(law, law.sample(COUNT, 3).numpy()):
        assert kstest(values, "uniform").pvalue > 1e-6
        assert kstest(values**1.1, "uniform").pvalue < 1e-6


def _rank(points: Array, centre: Array, radius: float) -> tuple[int, float]:
    """The number of principal axes of a neighbourhood that are longer than a fifth of the first, and its size."""
    near = points[cKDTree(points).query_ball_point(centre, radius)]
    lengths = np.linalg.svd(near - near.mean(0), compute_uv=False)
    return int((lengths > 0.2 * lengths[0]).sum()) if lengths[0] > 1e-12 else 0, len(near)


@pytest.mark.parametrize("text", [text for text in TEXTS if text not in {"gaussian:dimension=1"}])
def test_intrinsic_dimension(text: str) -> None:
    """By local principal components, at ten points: away from the ends, which look the same, and from the crossing."""
    law = read_data(text)
    points = law.sample(20_000, 1).numpy()
    scale = float(np.sqrt(points.var(0).sum())) or 1.0
    spread = getattr(law, "sigma", None) if law.modes() is not None else None
    ranks = []
    for centre in points[:10]:
        if law.name == "figure-eight" and np.abs(centre).max() < 0.2 * law.extent:
            continue
        rank, count = _rank(points, centre, 2 * spread if spread else (0.25 if law.intrinsic > 1 else 0.05) * scale)
        if count > 20 * law.intrinsic:
            ranks.append(rank)
    assert len(ranks) >= 3
    assert set(ranks) == {law.intrinsic}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("n", "k", "kappa"), [(2, 1, 1.0), (5, 3, 2.0), (12, 4, 0.5)])
def test_a_curved_manifold_has_full_rank_and_bounded_curvature(n: int, k: int, kappa: float, seed: int) -> None:
    """It is a graph, so |x'(t) u| >= |u|; and |x''(t)[u, u]| <= kappa |u|^2, but not kappa/20."""
    law = read_data(f"curved-manifold:dimension={n},intrinsic={k},seed={seed},curvature={kappa}")
    generator = torch.Generator().manual_seed(seed)
    t = 3 * torch.randn(200, k, dtype=torch.float64, generator=generator)
    u = torch.nn.functional.normalize(torch.randn(200, k, dtype=torch.float64, generator=generator), dim=1)

    def point(t: torch.Tensor) -> torch.Tensor:
        return law.points(t[None], t[None, :0])[0]

    jacobian = torch.func.vmap(torch.func.jacrev(point))(t)
    assert torch.linalg.svdvals(jacobian)[:, -1].min() > 1 - 1e-12
    hessian = torch.func.vmap(torch.func.jacrev(torch.func.jacrev(point)))(t)
    second = torch.einsum("Nlij,Ni,Nj->Nl", hessian, u, u)
    bends = torch.linalg.vector_norm(second, dim=1)
    assert bends.max() <= kappa * (1 + 1e-12)
    assert bends.max() > kappa / 20


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_numbers_give_the_same_points(text: str) -> None:
    """Batch axes are free, and float32 is float64 up to rounding."""
    law = read_data(text)
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(3, 50, law.normals, dtype=torch.float32, generator=generator)
    uniform = torch.rand(3, 50, law.uniforms, dtype=torch.float32, generator=generator)
    points = law.points(normal, uniform)
    assert points.shape == (3, 50, law.dimension)
    assert points.dtype == torch.float32
    assert torch.equal(points, law.points(normal, uniform))
    rows = law.points(normal[1], uniform[1])
    fine = law.points(normal.double(), uniform.double())
    # Numbers of size up to extent, some ten roundings of which the angle's, up to 14, weighs most.
    tolerance = 10 * 15 * torch.finfo(torch.float32).eps * law.extent
    torch.testing.assert_close(rows, points[1], rtol=0, atol=tolerance)
    torch.testing.assert_close(points.double(), fine, rtol=0, atol=tolerance)
    assert law.distance(points).dtype == torch.float32
    assert law.distance(points).shape == (3, 50)
    if law.intrinsic:
        other = law.points(normal.flip(1), uniform.flip(1))
        assert not torch.equal(points, other)


@pytest.mark.parametrize("name", DATA)
def test_samples_follow_from_the_seed(name: str) -> None:
    law = read_data(name)
    assert torch.equal(law.sample(20, 4), law.sample(20, 4))
    assert law.name == "dirac" or not torch.equal(law.sample(20, 4), law.sample(20, 5))
    assert law.sample(0, 0).shape == (0, law.dimension)


@pytest.mark.parametrize("name", ["affine-subspace", "curved-manifold"])
def test_seeds_give_different_manifolds(name: str) -> None:
    frames = [read_data(f"{name}:seed={seed}").tables["frame"] for seed in (0, 1)]  # type: ignore[attr-defined]
    assert np.abs(frames[0] - frames[1]).max() > 0.1
    assert np.allclose(frames[0] @ frames[0].T, np.eye(10), atol=1e-14)
    assert np.abs(frames[0] - np.eye(10)).max() > 0.1


@pytest.mark.parametrize("text", TEXTS)
def test_the_window_shows_the_law(text: str) -> None:
    law = read_data(text)
    reach = law.sample(COUNT, 11).abs().amax(1)
    assert (reach > law.extent).double().mean() <= (5e-4 if law.normals else 0)
    assert law.name == "dirac" or law.extent < 1.7 * reach.max()


@pytest.mark.parametrize("text", [text for text in TEXTS if read_data(text).modes() is not None])
def test_modes(text: str) -> None:
    """Every piece has its share, within its disc; the discs are disjoint."""
    law = read_data(text)
    modes = law.modes()
    assert modes is not None
    assert modes.dtype == torch.float64
    between = torch.pdist(modes)
    assert between.min() > 2 * law.spread
    distances, nearest = torch.cdist(law.sample(COUNT, 2), modes).min(1)
    share = torch.bincount(nearest, minlength=len(modes)) / COUNT
    p = 1 / len(modes)
    assert (share - p).abs().max() < 6 * sqrt(p * (1 - p) / COUNT)
    inside = (distances <= law.spread * (1 + 1e-12)).double().mean().item()
    if "gaussians" in law.name:
        wanted = 1 - exp(-4.5)
        assert chi2(2).cdf(9) == pytest.approx(wanted)
        assert abs(inside - wanted) < 6 * sqrt(wanted * (1 - wanted) / COUNT)
    else:
        assert inside == 1.0
        assert (distances > 0.8 * law.spread).any()


def test_laws_without_pieces_have_no_modes() -> None:
    assert {name for name in DATA if read_data(name).modes() is None} == {
        "gaussian", "segment", "circle", "figure-eight", "swiss-roll", "dirac", "affine-subspace", "curved-manifold"
    }  # fmt: skip
    assert read_data("circle").spread == 0


@pytest.mark.parametrize("text", TEXTS)
def test_a_law_goes_to_another_process(text: str) -> None:
    law = read_data(text)
    points = law.sample(5, 0)
    again = pickle.loads(pickle.dumps(law))  # noqa: S301
    assert again == law
    assert torch.equal(again.sample(5, 0), points)


def test_the_last_piece_takes_what_is_rounded_up() -> None:
    law = read_data("twenty-five-gaussians")
    normal, uniform = torch.zeros(1, 2), torch.tensor([[1 - 2**-24]])
    modes = law.modes()
    assert modes is not None
    assert torch.equal(law.points(normal, uniform)[0], modes[-1].float())
    assert torch.equal(law.points(normal, torch.ones(1, 1))[0], modes[-1].float())


@pytest.mark.gpu
@pytest.mark.parametrize("text", TEXTS)
def test_a_gpu_gives_the_same_points_and_distances(text: str) -> None:
    if not torch.cuda.is_available():
        pytest.skip("torch sees no CUDA device here")
    law = read_data(text)
    generator = torch.Generator().manual_seed(0)
    normal = torch.randn(2, 300, law.normals, dtype=torch.float64, generator=generator)
    uniform = torch.rand(2, 300, law.uniforms, dtype=torch.float64, generator=generator)
    here, there = law.points(normal, uniform), law.points(normal.cuda(), uniform.cuda())
    assert there.is_cuda
    torch.testing.assert_close(there.cpu(), here, rtol=0, atol=1e-13 * law.extent)
    moved = here + torch.randn(here.shape, dtype=torch.float64, generator=generator)
    torch.testing.assert_close(law.distance(moved.cuda()).cpu(), law.distance(moved), rtol=0, atol=1e-7 * law.extent)
