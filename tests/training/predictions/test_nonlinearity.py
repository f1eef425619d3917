"""Tolerances: random perturbed linear runs stay within them, and runs that are perturbed more do not."""

from __future__ import annotations

import numpy as np
import pytest

from convergan.training.predictions.nonlinearity import Nonlinearity, condition


def turned(radius, angle, stretch):
    c, s = radius * np.cos(angle), radius * np.sin(angle)
    frame = np.diag([1.0, stretch])
    return frame @ np.array([[c, -s], [s, c]]) @ np.linalg.inv(frame)


MATRICES = {
    "rotation": turned(0.98, 0.1, 1.0),
    "ellipse": turned(0.98, 0.1, 3.0),
    "real": np.array([[0.97, 0.5], [0.0, 0.6]]),
    "Jordan block": np.array([[0.97, 0.3], [0.0, 0.97]]),
    "copies": np.kron(turned(0.98, 0.1, 2.0), np.eye(2)),
    "growing": turned(1.02, 0.1, 2.0),
}
PERIODS = 400


def slopes(matrix, curvature, distance, seed):
    """Least squares and Theil-Sen slopes of log |x_k|; |e_k| = c |x_k|^2 in random directions."""
    random = np.random.default_rng(seed)
    x = random.normal(size=len(matrix))
    growing = np.abs(np.linalg.eigvals(matrix)).max() > 1
    x *= distance / np.linalg.norm(x) / (1.02**PERIODS * 10 if growing else 1)
    rows = [x]
    for _ in range(PERIODS):
        e = random.normal(size=len(matrix))
        x = matrix @ x + curvature * (x @ x) * e / np.linalg.norm(e)
        rows.append(x)
    logs = np.log(np.linalg.norm(rows, axis=1))
    k = np.arange(PERIODS + 1)
    i, j = np.triu_indices(PERIODS + 1, 1)
    return np.polyfit(k, logs, 1)[0], float(np.median((logs[j] - logs[i]) / (j - i)))


@pytest.mark.parametrize("name", MATRICES)
def test_slopes_stay_within_the_bound(name):
    matrix, curvature, distance = MATRICES[name], 0.05, 0.005
    near = Nonlinearity(tuple(map(tuple, matrix)), curvature, len(matrix))
    bound = near.log_error(distance, PERIODS)
    rate = np.log(np.abs(np.linalg.eigvals(matrix)).max())
    found = [abs(s - rate) for seed in range(5) for s in slopes(matrix, curvature, distance, seed)]
    assert max(found) <= bound
    assert bound < abs(rate) * (3 if name == "Jordan block" else 1)
    # A wrong matrix is outside: its rate is twice as fast.
    other = Nonlinearity(tuple(map(tuple, matrix @ matrix)), curvature, len(matrix))
    twice = np.log(other.radius)
    if name != "Jordan block":
        assert min(abs(s - twice) for seed in range(5) for s in slopes(matrix, curvature, distance, seed)) > (
            other.log_error(distance, PERIODS) * 0.5
        )


def test_bounds_grow_with_the_distance_and_shrink_with_the_fit():
    near = Nonlinearity(tuple(map(tuple, MATRICES["ellipse"])), 0.5, 2)
    errors = [near.log_error(d, 100) for d in (1e-4, 1e-2, 1.0)]
    assert errors == sorted(errors)
    assert near.log_error(1e-2, 1000) < near.log_error(1e-2, 100)
    assert near.log_error(0.0) < 1e-9
    assert near.turn_error(60.0, 1e-4) < near.turn_error(60.0, 1e-2)
    assert near.turn_error(60.0, 10.0) == float("inf")


@pytest.mark.parametrize("name", MATRICES)
def test_the_norm_is_one(name):
    """|M x|_P <= s |x|_P, and the condition of P is that of its ends; none below the spectral radius."""
    matrix = MATRICES[name]
    rho = np.abs(np.linalg.eigvals(matrix)).max()
    assert np.isfinite(condition(matrix, 1.01 * rho))
    assert condition(matrix, 0.99 * rho) == float("inf")
    assert abs(condition(turned(0.98, 0.1, 1.0), 0.99) - 1) < 1e-6
