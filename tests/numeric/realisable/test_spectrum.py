"""Claims on spectra against matrices whose eigenvalues are known by construction."""

from __future__ import annotations

import numpy as np
import pytest

from convergan.numeric.realisable import left_of, right_of

ZERO = np.zeros(1)


def jordan(value, size):
    return np.diag(np.full(size, value)) + np.diag(np.ones(size - 1), 1)


def rotation(real, imaginary):
    return np.array([[real, -imaginary], [imaginary, real]])


def triangular(values, seed):
    """Integer entries and a unimodular similarity: exact, and not normal."""
    random, n = np.random.default_rng(seed), len(values)
    upper = np.triu(random.integers(-3, 4, (n, n)), 1) + np.diag(values)
    change = np.eye(n) + np.tril(random.integers(-1, 2, (n, n)), -1)
    return change @ upper @ np.rint(np.linalg.inv(change))


# The largest real part, exactly.
KNOWN = {
    "number": (np.array([[-2.0]]), -2.0),
    "Jordan block": (jordan(-1.0, 2), -1.0),
    "Jordan block of 5": (jordan(-1.0, 5), -1.0),
    "focus": (rotation(-0.5, 30.0), -0.5),
    "centre": (rotation(0.0, 2.0), 0.0),
    "nilpotent": (jordan(0.0, 3), 0.0),
    "critical R1": (np.array([[0.0, -1.0], [1.0, -2.0]]), -1.0),
    "unstable": (rotation(0.25, 3.0), 0.25),
    "saddle": (np.diag([-3.0, 1.0, -2.0]), 1.0),
    **{f"triangular {seed}": (triangular([-4, -1, -7, -2, -3], seed), -1.0) for seed in range(4)},
}


@pytest.mark.parametrize("name", KNOWN)
def test_claims_are_true_and_close(name):
    matrix, largest = KNOWN[name]
    batch = matrix[None]
    assert left_of(batch, ZERO, largest + 0.1).all()
    assert not left_of(batch, ZERO, largest).any()
    assert not left_of(batch, ZERO, largest - 0.1).any()
    assert not right_of(batch, ZERO, largest).any()
    assert not right_of(batch, ZERO, largest + 0.1).any()


@pytest.mark.parametrize(
    "name", [name for name in KNOWN if "Jordan" not in name and name not in ("nilpotent", "critical R1")]
)
def test_what_is_right_is_found(name):
    matrix, largest = KNOWN[name]
    assert right_of(matrix[None], ZERO, largest - 0.1).all()


@pytest.mark.parametrize("claim", [left_of, right_of])
def test_the_radius_counts(claim):
    level = -0.5 if claim is right_of else 0.5
    for radius, proved in ((0.4, True), (0.6, False)):
        assert claim(np.zeros((1, 3, 3)), np.array([radius]), level).all() == proved


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_proves_nothing(value):
    matrices = np.array([[[-1.0, 0.0], [0.0, value]], [[-1.0, 0.0], [0.0, -1.0]]])
    assert left_of(matrices, np.zeros(2)).tolist() == [False, True]
    assert not right_of(matrices, np.zeros(2)).any()
    assert not left_of(-np.eye(2)[None], np.array([value])).any()


def test_batches_are_decided_one_by_one():
    random = np.random.default_rng(0)
    matrices = random.normal(size=(400, 6, 6)) - 1.5 * np.eye(6)
    largest = np.linalg.eigvals(matrices).real.max(axis=1)
    left, right = (claim(matrices, np.zeros(400)) for claim in (left_of, right_of))
    assert left[largest < -1e-3].all()
    assert right[largest > 1e-3].all()
    assert not (left & right).any()
    assert left.any()
    assert right.any()
