"""W1 is that of all permutations, of SciPy's other algorithm and of an exact certificate; mutants are caught."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

from convergan.training.measures import TransportError, optimal_assignment, w1
from convergan.training.measures import wasserstein as transport

Array = NDArray[np.float64]
Pair = tuple[Array, Array]
EPS = float(np.finfo(np.float64).eps)
RANDOM = np.random.default_rng


def clusters(random: np.random.Generator, n: int) -> Array:
    angle = random.integers(8, size=n) * np.pi / 4
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) + 0.02 * random.normal(size=(n, 2))


PAIRS: dict[str, Callable[[np.random.Generator, int], Pair]] = {
    "one law": lambda r, n: (r.normal(size=(n, 2)), r.normal(size=(n, 2))),
    "far": lambda r, n: (r.normal(size=(n, 2)) + 20, r.normal(size=(n, 2))),
    "collapsed": lambda r, n: (1e-3 * r.normal(size=(n, 2)) + [1, 0], clusters(r, n)),
    "start": lambda r, n: (0.1 * r.normal(size=(n, 2)), clusters(r, n)),
    "point": lambda r, n: (np.zeros((n, 2)), clusters(r, n)),
    "duplicates": lambda r, n: (r.integers(0, 3, (n, 2)) * 1.0, r.integers(0, 3, (n, 2)) * 1.0),
    "grid": lambda r, n: (
        np.stack([np.arange(n) * 1.0, np.zeros(n)], 1),
        np.stack([np.zeros(n), np.arange(n) * 1.0], 1),
    ),
    "tiny": lambda r, n: (1e-9 * r.normal(size=(n, 2)), 1e-9 * r.normal(size=(n, 2))),
    "two scales": lambda r, n: (
        np.where(r.random((n, 1)) < 0.5, 1e-8, 1) * r.normal(size=(n, 2)),
        r.normal(size=(n, 2)),
    ),
    "huge": lambda r, n: (1e12 * r.normal(size=(n, 2)), r.normal(size=(n, 2))),
    "ten dimensions": lambda r, n: (r.normal(size=(n, 10)), r.normal(size=(n, 10))),
}


def pair(kind: str, n: int, seed: int = 0) -> Pair:
    return PAIRS[kind](RANDOM(seed), n)


def rounding(cost: Array) -> float:
    """Means of n costs by two orders of summation, each cost good to its distance's rounding."""
    return (len(cost) + 8) * EPS * float(cost.max())


@pytest.mark.parametrize("kind", PAIRS)
def test_the_least_of_all_permutations(kind: str) -> None:
    x, y = pair(kind, 6)
    cost = cdist(x, y)
    orders = np.array(list(permutations(range(6))))
    least = cost[np.arange(6), orders].mean(axis=1).min()
    assert abs(w1(x[None], y[None])[0] - least) <= rounding(cost)


@pytest.mark.parametrize("kind", PAIRS)
def test_another_algorithm_agrees(kind: str) -> None:
    x, y = pair(kind, 300)
    cost = cdist(x, y)
    rows, columns = linear_sum_assignment(cost)
    assert abs(w1(x[None], y[None])[0] - cost[rows, columns].mean()) <= rounding(cost)


@pytest.mark.parametrize("kind", PAIRS)
def test_the_certificate_holds_exactly(kind: str) -> None:
    """In rational arithmetic: the assignment is a permutation, and no assignment costs less by more than the gap."""
    n = 40
    x, y = pair(kind, n, seed=1)
    cost = cdist(x, y)
    scale = 2.0 ** -np.frexp(cost.max())[1]
    _, potentials = transport._solved(cost * scale)
    found = optimal_assignment(cost)
    c = [[Fraction(entry) * Fraction(scale) for entry in row] for row in cost.tolist()]
    u = [Fraction(value) for value in potentials.tolist()]
    v = [min(c[i][j] - u[i] for i in range(n)) for j in range(n)]
    assert sorted(found.columns.tolist()) == list(range(n))
    paid = sum(c[i][found.columns[i]] for i in range(n))
    gap = float((paid - sum(u) - sum(v)) / n) / scale
    assert 0 <= gap <= 4 * n * EPS * cost.max()
    assert abs(gap - found.gap) <= rounding(cost)


@pytest.mark.parametrize("exponent", [-700, -400, -40, 0, 40, 400, 700])
@pytest.mark.parametrize("kind", ["one law", "collapsed", "duplicates"])
def test_a_power_of_two_scales_it_exactly(kind: str, exponent: int) -> None:
    x, y = pair(kind, 64)
    plain = w1(x[None], y[None])
    assert w1(np.ldexp(x, exponent)[None], np.ldexp(y, exponent)[None]) == np.ldexp(plain, exponent)


def test_the_solver_needs_the_scale() -> None:
    """Why costs are scaled: left alone the solver takes small ones for 0."""
    cost = cdist(*pair("one law", 128))
    columns, _ = transport._solved(1e-13 * cost)
    found = optimal_assignment(1e-13 * cost)
    assert cost[np.arange(128), columns].mean() > 1.01 * optimal_assignment(cost).cost
    assert abs(found.cost - 1e-13 * optimal_assignment(cost).cost) <= 1e-13 * rounding(cost)


def test_a_shift_moves_it_by_its_length() -> None:
    x = RANDOM(0).normal(size=(5, 128, 3))
    shift = np.array([3.0, -4.0, 12.0])
    assert np.allclose(w1(x + shift, x), 13, rtol=0, atol=200 * EPS * 20)


@pytest.mark.parametrize("shape", ["normal", "ties", "constant"])
def test_one_dimension_by_sorting(shape: str) -> None:
    random = RANDOM(2)
    x, y = random.normal(size=(2, 7, 500))
    if shape == "ties":
        x, y = np.round(x), np.round(y, 1)
    if shape == "constant":
        y = np.ones_like(y)
    found = w1(x[..., None], y[..., None])
    expected = [wasserstein_distance(a, b) for a, b in zip(x, y, strict=True)]
    assert np.allclose(found, expected, rtol=0, atol=1000 * EPS * 8)
    # In the plane the assignment finds the same.
    assert np.allclose(w1(*(np.stack([a, 0 * a], axis=2) for a in (x, y))), found, rtol=0, atol=1000 * EPS * 8)


@pytest.mark.parametrize("dimension", [1, 2])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_member_that_diverged_disturbs_no_other(dimension: int, wrong: float) -> None:
    x, y = RANDOM(3).normal(size=(2, 4, 32, dimension))
    alone = [w1(x[k : k + 1], y[k : k + 1])[0] for k in range(4)]
    x[2, 5, 0] = wrong
    found = w1(x, y)
    assert found.tolist() == [alone[0], alone[1], np.inf, alone[3]]


def test_equal_samples_are_no_distance_apart() -> None:
    x = RANDOM(4).normal(size=(2, 50, 2))
    assert w1(x, x[:, ::-1]).tolist() == [0.0, 0.0]
    assert w1(np.ones((1, 9, 2)), np.ones((1, 9, 2))).tolist() == [0.0]


def exchanged(columns: Array) -> Array:
    columns[[0, 1]] = columns[[1, 0]]
    return columns


MUTANTS: dict[str, Callable[[Array, Array], Pair]] = {
    "two columns exchanged": lambda columns, u: (exchanged(columns), u),
    "a column twice": lambda columns, u: (np.where(columns == columns[0], columns[1], columns), u),
    "the identity": lambda columns, u: (np.arange(len(u)), u),
    "no potentials": lambda columns, u: (columns, 0 * u),
    "one potential off": lambda columns, u: (columns, u + 1e-9 * (np.arange(len(u)) == 3)),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_wrong_answers_are_caught(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    solved = transport._solved
    monkeypatch.setattr(transport, "_solved", lambda cost: MUTANTS[mutant](*solved(cost)))
    with pytest.raises(TransportError, match="W1 of 64 points"):
        w1(*(side[None] for side in pair("one law", 64)))


def test_a_solver_that_stops_early_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_PIVOTS", 50)
    with pytest.raises(TransportError):
        w1(*(side[None] for side in pair("far", 64)))


@pytest.mark.parametrize(
    "shapes", [((1, 3, 2), (1, 4, 2)), ((3, 2), (3, 2)), ((1, 0, 2), (1, 0, 2)), ((2, 3, 2), (1, 3, 2))]
)
def test_shapes_that_do_not_fit(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match=r"one shape \[E, n, d\]"):
        w1(*(np.zeros(shape) for shape in shapes))


def test_real_samples_must_be_finite() -> None:
    with pytest.raises(ValueError, match="y must be finite"):
        w1(np.zeros((1, 3, 2)), np.full((1, 3, 2), np.nan))


@pytest.mark.slow  # some seconds of assignment at the size that sweeps use
@pytest.mark.parametrize("kind", ["one law", "start", "collapsed", "ten dimensions"])
def test_the_default_size(kind: str) -> None:
    x, y = pair(kind, transport.SAMPLES)
    cost = cdist(x, y)
    found = optimal_assignment(cost)
    assert -rounding(cost) <= found.gap <= 4 * len(x) * EPS * cost.max()
