"""Frequencies of rotations that are known: circles, ellipses, spirals, maps, with noise and few points."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from convergan.training.measures import fit_rotation

Array = NDArray[np.float64]
T = np.arange(1500) * 1.0


def turning(frequency: float, *, ratio: float = 1.0, rate: float = 0.0, tilt: float = 0.4, phase: float = 0.3) -> Array:
    """Points of an ellipse whose size changes, of shape [T, 2]."""
    angle = frequency * T + phase
    plain = np.exp(rate * T) * np.stack([np.cos(angle), ratio * np.sin(angle)])
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return (turn @ plain).T


@pytest.mark.parametrize("frequency", [0.03, -0.03, 0.5, -1.2, 2.0])
@pytest.mark.parametrize(("ratio", "rate"), [(1, 0), (0.4, 0), (1, -0.01), (0.4, -0.01), (0.6, 0.003)])
def test_the_frequency_lies_in_its_interval(frequency: float, ratio: float, rate: float) -> None:
    found = fit_rotation(T, turning(frequency, ratio=ratio, rate=rate)[:, None])
    if abs(frequency) > 1 and ratio < 1:  # the ellipse's fast side turns by more than can be told
        assert np.isnan(found.frequency[0]) or abs(found.frequency[0] - frequency) <= found.uncertainty[0]
        return
    assert abs(found.frequency[0] - frequency) <= found.uncertainty[0]
    assert found.uncertainty[0] <= 0.05 * abs(frequency)
    assert found.period_low[0] <= 2 * np.pi / abs(frequency) <= found.period_high[0]
    assert abs(found.turns[0] - abs(frequency) * 750 / (2 * np.pi)) <= 0.05 * found.turns[0]


@pytest.mark.parametrize(("h", "gamma"), [(0.1, 0.0), (0.1, 0.5), (0.02, 1.0)])
def test_the_argument_of_a_map_s_multipliers(h: float, gamma: float) -> None:
    matrix = np.array([[1, -h], [h, 1 - h * gamma]])
    state, states = np.array([1.0, 0.5]), []
    for _ in T:
        states.append(state)
        state = matrix @ state
    expected = abs(np.angle(np.linalg.eigvals(matrix)[0]))
    found = fit_rotation(T, np.array(states)[:, None])
    assert abs(found.frequency[0] - expected) <= found.uncertainty[0] <= 0.05 * expected


def test_noise_is_in_the_interval() -> None:
    random = np.random.default_rng(0)
    plane = turning(0.05)[:, None] + 0.2 * random.normal(size=(1500, 300, 2))
    found = fit_rotation(T, plane)
    assert (np.abs(found.frequency - 0.05) > found.uncertainty).sum() <= 300 * 0.01 + 4 * np.sqrt(3)
    assert np.median(found.uncertainty) < 1e-3


def test_what_does_not_turn_has_no_period() -> None:
    """A decay along a line, and noise about a point away from the centre."""
    random = np.random.default_rng(1)
    still = np.exp(-0.01 * T)[:, None] * np.array([1.0, 2.0])
    blurred = np.array([1.0, 0.5]) + 0.05 * random.normal(size=(1500, 2))
    found = fit_rotation(T, np.stack([still, blurred], axis=1))
    assert (np.abs(found.frequency) <= found.uncertainty).all()
    assert np.isinf(found.period).all()
    assert np.isinf(found.period_high).all()
    assert (found.turns < 0.1).all()


def test_too_few_points_per_turn_are_not_guessed() -> None:
    """Half a turn per point, and noise about the centre itself."""
    random = np.random.default_rng(2)
    found = fit_rotation(T, np.stack([turning(np.pi), turning(2.9), random.normal(size=(1500, 2))], axis=1))
    assert np.isnan(found.frequency).all()
    assert np.isnan(found.period).all()
    assert np.isinf(found.uncertainty).all()


def test_the_centre_and_the_window() -> None:
    plane = np.stack([turning(0.1), turning(0.2)], axis=1) + np.array([5.0, -3.0])
    plane[:200] = 0.0
    wrong = fit_rotation(T, plane)
    found = fit_rotation(
        T, plane, centre=np.array([[5.0, -3.0], [5.0, -3.0]]), first=np.array([300.0, 400.0]), last=900.0
    )
    assert np.abs(found.frequency - [0.1, 0.2]).max() <= 1e-12
    assert np.abs(wrong.frequency).max() < 0.01
    assert np.abs(found.turns - np.array([600 * 0.1, 500 * 0.2]) / (2 * np.pi)).max() <= 1e-9


def test_points_that_are_missing_are_bridged() -> None:
    plane = np.stack([turning(0.1)] * 2, axis=1)
    plane[np.random.default_rng(3).random(1500) < 0.3, 1] = np.nan
    found = fit_rotation(T, plane)
    assert np.abs(found.frequency - 0.1).max() <= 1e-12


def test_sparse_steps() -> None:
    kept = np.arange(0, 1500, 15)
    found = fit_rotation(T[kept], turning(0.1)[kept][:, None])
    assert abs(found.frequency[0] - 0.1) <= 1e-12


@pytest.mark.parametrize("shape", [(1500, 2), (1500, 3, 3), (7, 1, 2)])
def test_shapes_that_do_not_fit(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"plane \[T, E, 2\]"):
        fit_rotation(T, np.zeros(shape))
