"""Robust straight lines through series, with a confidence that knows of ripples and memory.

    y_i = a + b t_i + r_i,    b by Huber's estimator with weights g = x (1 - x), x = (t - first)/length

Residuals of a measured decay are not independent: a spiral's distance ripples with twice its frequency, stochastic
steps have memory. Standard errors for independent ones are then wrong by any factor. The error of b is sum_i w(t_i)
psi_i with psi the residuals, cut by Huber, and w = g (t - mean t)/sum g (t - mean t)^2, a cubic that vanishes at both
ends. Partial integration, twice, with S(t) the partial sums of psi less their mean over time, and Z the integral of S:

    |b - beta| = |int w'' Z dt| <= max|Z| int|w''| dt

For a ripple of period P in N points this is of the order P^2/N^3, for independent residuals N^(-3/2), for any
stationary ones it goes with their long-run variance; points need not be equidistant. Z is that of the fitted residuals
in place of the true ones; for stationary noise the ratio of the error to the bound then has a limiting law without any
parameter (the idea of Kiefer, Vogelsang and Bunzel 2000), whose quantile of 99 % is ``QUANTILE``. Short series need
more: it is taken 1 + 3/N times. A ripple must be seen twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
# By simulation of 20,000 series of 1,000 independent normal residuals (3.02); a test draws it again.
QUANTILE = 3.05
_SHORT = 3
_CUT = 1.345
_ROUNDS = 12
_EPS = float(np.finfo(np.float64).eps)
# Two points beside the ends make a slope, whose weights vanish; a confidence takes ten.
_LEAST, _LEAST_CONFIDENT = 4, 10


@dataclass(frozen=True, slots=True)
class Line:
    """Fitted lines; all of shape [E]. NaN for members with fewer than four points.

    Attributes:
        centre: The mean time of the points.
        level: The line's value there.
        slope: b, per unit of time.
        uncertainty: Half the width of b's interval of confidence of 99 %; infinite for fewer than ten points.
        spread: The robust standard deviation of the residuals.
        length: The time from the first point to the last.
        count: How many points.
    """

    centre: Array
    level: Array
    slope: Array
    uncertainty: Array
    spread: Array
    length: Array
    count: NDArray[np.intp]


def fit_line(time: Array, values: Array) -> Line:
    """Lines through several series.

    Args:
        time: Strictly increasing times, of shape [T].
        values: Of shape [T, E]; what is not finite is left out.
    """
    # A row per member from here on: NumPy then sums each by itself, whoever shares the batch.
    values = np.ascontiguousarray(np.asarray(values, dtype=np.float64).T)
    used = np.isfinite(values)
    count = used.sum(axis=1)
    # The used points first, in order; behind them the last one's time, so that no time passes there.
    order = np.argsort(~used, axis=1, kind="stable")
    used = np.take_along_axis(used, order, axis=1)
    y = np.where(used, np.take_along_axis(values, order, axis=1), 0.0)
    t = np.where(used, time[order], -np.inf)
    t = np.maximum.accumulate(t, axis=1)
    size = 4 * _EPS * np.abs(y).max(axis=1, initial=0.0)
    with np.errstate(all="ignore"):
        length = t[:, -1] - t[:, 0]
        x = (t - t[:, :1]) / length[:, None]
        taper = np.where(used, x * (1 - x), 0.0)
        weight = taper
        for _ in range(_ROUNDS):
            _, residual, spread = _fitted(t, y, weight, used, size)
            weight = taper * np.where(residual == 0, 1.0, np.minimum(1.0, _CUT * spread / np.abs(residual)))
        (centre, level, slope), residual, spread = _fitted(t, y, weight, used, size)
        inner = used & (np.abs(residual) <= _CUT * spread)
        psi = np.clip(residual, -_CUT * spread, _CUT * spread) * (count / inner.sum(axis=1))[:, None]
        bound = _integral(psi, t, length) * _curvature(t, x, taper)
        uncertainty = QUANTILE * (1 + _SHORT / count) * bound + size / length
    enough, confident = count >= _LEAST, count >= _LEAST_CONFIDENT
    return Line(
        centre=np.where(enough, centre, np.nan),
        level=np.where(enough, level, np.nan),
        slope=np.where(enough, slope, np.nan),
        uncertainty=np.where(confident, uncertainty, np.inf),
        spread=np.where(enough, spread[:, 0], np.nan),
        length=np.where(enough, length, 0.0),
        count=count,
    )


def _fitted(
    t: Array, y: Array, weight: Array, used: NDArray[np.bool_], size: Array
) -> tuple[tuple[Array, Array, Array], Array, Array]:
    """Mean time, level and slope [E], residuals [E, T], and their robust spread [E, 1], at least ``size``."""
    total = weight.sum(axis=1)
    centre, level = (weight * t).sum(axis=1) / total, (weight * y).sum(axis=1) / total
    away = t - centre[:, None]
    slope = (weight * away * (y - level[:, None])).sum(axis=1) / (weight * away**2).sum(axis=1)
    residual = np.where(used, y - level[:, None] - slope[:, None] * away, 0.0)
    spread = np.maximum(1.4826 * _median(np.abs(residual), used), size)
    return (centre, level, slope), residual, spread[:, None]


def _integral(psi: Array, t: Array, length: Array) -> Array:
    """max|Z|: S is constant between points, so that Z is largest at one of them."""
    sums, gaps = np.cumsum(psi, axis=1)[:, :-1], np.diff(t, axis=1)
    mean = (sums * gaps).sum(axis=1) / length
    return np.abs(np.cumsum((sums - mean[:, None]) * gaps, axis=1)).max(axis=1, initial=0.0)


def _curvature(t: Array, x: Array, taper: Array) -> Array:
    """int|w''| dt for w = x (1 - x) (x - c) length/sum g (t - mean t)^2, whose w'' changes sign at (1 + c)/3."""
    total = taper.sum(axis=1)
    away = t - ((taper * t).sum(axis=1) / total)[:, None]
    turn = (1 + (taper * x).sum(axis=1) / total) / 3
    return 3 * (turn**2 + (1 - turn) ** 2) / (taper * away**2).sum(axis=1)


def _median(values: Array, used: NDArray[np.bool_]) -> Array:
    """The lower median of each row's used values; infinite for none."""
    ordered = np.sort(np.where(used, values, np.inf), axis=1)
    middle = np.maximum(used.sum(axis=1) - 1, 0) // 2
    return np.take_along_axis(ordered, middle[:, None], axis=1)[:, 0]
