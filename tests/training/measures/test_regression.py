"""Lines through exact, noisy and rippled series: slopes lie in their intervals, which are as narrow as they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import theilslopes

from convergan.training.measures import fit_line, regression

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)
MEMBERS = 400


def ratios(noise: Callable[[np.random.Generator, int, int], Array], count: int, members: int = MEMBERS) -> Array:
    """Errors of the slope in units of its uncertainty, for a line through 0."""
    line = fit_line(np.arange(count) * 1.0, noise(np.random.default_rng(count), count, members))
    return np.abs(line.slope) / line.uncertainty


@pytest.mark.parametrize("count", [50, 400])
def test_the_interval_holds_the_slope(noise: Callable[..., Array], count: int) -> None:
    """In 99 % of the cases; fewer than ten memories of a noise are not promised."""
    misses = (ratios(noise, count) > 1).sum()
    allowed = 0.01 if noise.__name__ != "with_memory" or count >= 100 else 0.05
    assert misses <= MEMBERS * allowed + 4 * np.sqrt(MEMBERS * allowed)


@pytest.mark.slow  # 20,000 lines through 1,000 points
def test_the_quantile_is_drawn_again() -> None:
    quantile = np.quantile(ratios(lambda r, n, e: r.normal(size=(n, e)), 1000, 20_000), 0.99) * regression.QUANTILE
    # The standard error of an empirical quantile, with the density that an exponential tail of decay 1.5 has there.
    assert abs(quantile * (1 + 3 / 1000) - 3.02) <= 4 * np.sqrt(0.01 * 0.99 / 20_000) / (0.01 / 0.75)


def test_the_interval_is_not_wide_for_nothing(noise: Callable[..., Array]) -> None:
    """Half of the errors are at least a sixth of the uncertainty."""
    assert np.median(ratios(noise, 400)) > 1 / 6


@pytest.mark.parametrize("turns", [1, 2, 5, 20, 100])
@pytest.mark.parametrize("ratio", [0.9, 0.3, 0.05])
def test_a_ripple_is_covered_and_averages_out(turns: float, ratio: float) -> None:
    """The log distance of an ellipse's points: at all phases, with two ripples per turn."""
    phase = np.linspace(0, np.pi, 50)
    angle = 2 * np.pi * turns * np.arange(800)[:, None] / 800 + phase
    line = fit_line(np.arange(800) * 1.0, 0.5 * np.log(np.cos(angle) ** 2 + ratio**2 * np.sin(angle) ** 2))
    assert (np.abs(line.slope) <= line.uncertainty).all()
    if 5 <= turns <= 20:  # not of the order of the steps
        depth = -np.log(ratio)
        # Of the order of the square of the ripple's period over that of the series.
        assert (line.uncertainty * 800 <= 20 * depth / (2 * turns) ** 2 + 1e-12).all()


@pytest.mark.parametrize("slope", [0.0, 1e-9, -0.3, 1e6])
@pytest.mark.parametrize(
    "steps", [np.arange(100), np.arange(0, 5000, 50), np.unique(np.geomspace(1, 1e5, 100).round())]
)
def test_exact_lines(slope: float, steps: Array) -> None:
    line = fit_line(steps * 1.0, (3 + slope * steps)[:, None])
    size = 3 + abs(slope) * steps.max()
    assert abs(line.slope[0] - slope) <= 100 * EPS * size / np.ptp(steps)
    assert line.uncertainty[0] <= 1e4 * EPS * size / np.ptp(steps)
    assert abs(line.level[0] - 3 - slope * line.centre[0]) <= 100 * EPS * size
    assert line.length[0] == np.ptp(steps)


def test_outliers_do_not_bend_it() -> None:
    """Within the interval of a median of pairwise slopes; least squares are not."""
    random = np.random.default_rng(1)
    t = np.arange(200.0)
    y = 0.01 * t + 0.05 * random.normal(size=200)
    y[180:190] -= 30
    median, _, low, high = theilslopes(y, t, 0.99)
    found = fit_line(t, y[:, None]).slope[0]
    assert low <= found <= high
    assert abs(found - median) <= 2e-4
    assert abs(np.polyfit(t, y, 1)[0] - 0.01) > 0.01


def test_points_that_are_left_out_and_members_do_not_matter() -> None:
    random = np.random.default_rng(2)
    t = np.arange(120.0)
    y = 0.1 * t[:, None] + random.normal(size=(120, 3))
    y[:40, 1] = np.nan
    y[random.random(120) < 0.3, 2] = np.inf
    together = fit_line(t, y)
    for member in range(3):
        used = np.isfinite(y[:, member])
        alone = fit_line(t[used], y[used, member : member + 1])
        for name in ("slope", "uncertainty", "level", "centre", "spread", "length"):
            values = getattr(together, name)[member], getattr(alone, name)[0]
            assert abs(values[0] - values[1]) <= 1e-10 * abs(values[1])
        assert together.count[member] == used.sum()


def test_too_few_points() -> None:
    y = np.full((20, 4), np.nan)
    for member, count in enumerate((0, 3, 4, 9)):
        y[:count, member] = np.arange(count)
    line = fit_line(np.arange(20.0), y)
    assert np.isnan(line.slope).tolist() == [True, True, False, False]
    assert np.isinf(line.uncertainty).all()
    assert line.count.tolist() == [0, 3, 4, 9]
