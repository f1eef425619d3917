"""The shape of a decay: linear (geometric), sublinear (a power of time) or levelling off above 0.

On the tail, with u the time since it began, three models of a distance d:

    linear     log d = a - b u
    power      log d = a - p log(u + tau)             p is the sublinear exponent, whatever the origin of time
    levelling  d = R + B exp(-k u)                    R is where it settles: the radius of a limit cycle

Each is linear in two coefficients, found by least squares of log d (levelling: of relative differences); tau and k are
profiled on a grid. They are compared by the sum of squares of the *partial sums* of their residuals, which a wrong
shape fills, while ripples and noise average out. Power and levelling contain the linear model (tau to infinity; R =
0), and the more flexible model always fits better: a model stands until another is ``FACTOR`` times as good, which
happens to a true linear model under independent noise once in a hundred. What the data do not tell apart stays
unclear.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
# Means of consecutive points are enough for the shape.
BLOCKS = 256
# By simulation: the 99 % quantile of the linear model's sum over the best one's for a true line with normal residuals.
FACTOR = 5.5
_ORIGINS, _SPEEDS, _FINER = np.logspace(-2, 2, 41), np.logspace(-1, 2, 43), 25
_EPS = float(np.finfo(np.float64).eps)
# Below, no shape can be told.
_LEAST = 10


@dataclass(frozen=True, slots=True)
class Shapes:
    """Which shapes a tail may have; all of shape [E].

    Attributes:
        linear: Whether the linear model stands.
        power: Whether the power model does, beside the better of the others.
        levelling: Whether the levelling model does.
        settles: Whether a model that settles at half of the last distance or more stands.
        exponent: p of the best power model.
        exponent_low: The least p of the power models that stand beside it.
        exponent_high: The largest.
        limit: R of the best levelling model.
        limit_low: The least R of the levelling models that stand beside it.
        limit_high: The largest.
    """

    linear: Flags
    power: Flags
    levelling: Flags
    settles: Flags
    exponent: Array
    exponent_low: Array
    exponent_high: Array
    limit: Array
    limit_low: Array
    limit_high: Array


def fit_shapes(time: Array, distance: Array) -> Shapes:
    """Compare the three models.

    Args:
        time: Strictly increasing times, of shape [T].
        distance: Positive distances of shape [T, E]; NaN for what is left out. Ten points are needed: below, every
            model stands.
    """
    with np.errstate(all="ignore"):
        u, y, used = _blocks(time, np.log(np.ascontiguousarray(distance.T)))
        count = used.sum(axis=1)
        # Sums of up to n rounding errors of the logs.
        least = count * (count * 4 * _EPS * (1 + np.abs(y).max(axis=1))) ** 2
        linear = np.maximum(_straight(u, y, used)[0], least)
        power = _profile(lambda tau: _straight(np.log(u + tau[:, None]), y, used), _ORIGINS, least)
        levelling = _profile(lambda k: _levelling(u, y, used, k), _SPEEDS, least)
        best = np.minimum(linear, np.minimum(power.least, levelling.least))
        last = np.exp(np.take_along_axis(y, np.maximum(count - 1, 0)[:, None], axis=1)[:, 0])
        settled = ((levelling.squares <= FACTOR * best) & (levelling.values >= last / 2)).any(axis=0)
    known = count >= _LEAST

    def told(values: Array) -> Array:
        return np.where(known, values, np.nan)

    return Shapes(
        linear=(linear <= FACTOR * best) | ~known,
        power=(power.least <= FACTOR * best) | ~known,
        levelling=(levelling.least <= FACTOR * best) | ~known,
        settles=settled | ~known,
        exponent=told(-power.best),
        exponent_low=told(-power.high),
        exponent_high=told(-power.low),
        limit=told(levelling.best),
        limit_low=told(levelling.low),
        limit_high=told(levelling.high),
    )


class _Profile(NamedTuple):
    """One model on the grids: sums of squares and values [G, E], the least sum, its value and the values' range [E]."""

    squares: Array
    values: Array
    least: Array
    best: Array
    low: Array
    high: Array


def _profile(fit: Callable[[Array], tuple[Array, Array]], grid: Array, least: Array) -> _Profile:
    """A model on the grid, then on a finer one between each member's best point's neighbours."""
    coarse = np.broadcast_to(grid[:, None], (len(grid), len(least)))
    fits = [fit(row) for row in coarse]
    best = np.argmin(np.stack([squares for squares, _ in fits]), axis=0)
    below, above = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, len(grid) - 1)]
    fits += [fit(row) for row in np.geomspace(below, above, _FINER)]
    squares = np.maximum(np.stack([squares for squares, _ in fits]), least)
    values = np.stack([value for _, value in fits])
    place = np.argmin(squares, axis=0)[None]
    smallest = np.take_along_axis(squares, place, axis=0)[0]
    found = np.take_along_axis(values, place, axis=0)[0]
    stands = squares <= FACTOR * smallest
    low, high = np.where(stands, values, np.inf).min(axis=0), np.where(stands, values, -np.inf).max(axis=0)
    return _Profile(squares, values, smallest, found, low, high)


def _blocks(time: Array, logs: Array) -> tuple[Array, Array, Flags]:
    """Means of time (from 0 to 1 on the tail) and logs [E, T] over blocks of consecutive points, of shape [E, BLOCKS].

    A row per member, so that NumPy sums each by itself, whoever shares the batch.
    """
    used = np.isfinite(logs)
    members = len(logs)
    count = used.sum(axis=1)
    times = np.broadcast_to(time, logs.shape)
    block = (np.cumsum(used, axis=1) - 1) * (np.minimum(BLOCKS, count) / np.maximum(count, 1))[:, None]
    place = (np.floor(block).astype(np.intp) + BLOCKS * np.arange(members)[:, None])[used]
    sizes = np.bincount(place, minlength=BLOCKS * members).reshape(members, BLOCKS)

    def mean(values: Array) -> Array:
        sums = np.bincount(place, values[used], BLOCKS * members).reshape(members, BLOCKS)
        return np.where(sizes > 0, sums / np.maximum(sizes, 1), 0.0)

    first = np.where(used, times, np.inf).min(axis=1)[:, None]
    length = np.where(used, times, -np.inf).max(axis=1)[:, None] - first
    u = np.where(sizes > 0, (mean(times) - first) / length, 0.0)
    return u, mean(logs), sizes > 0


def _partial(residual: Array, used: Flags) -> Array:
    """The sum of squares of a residual's partial sums."""
    return (np.where(used, np.cumsum(np.where(used, residual, 0.0), axis=1), 0.0) ** 2).sum(axis=1)


def _straight(x: Array, y: Array, used: Flags) -> tuple[Array, Array]:
    """What least squares of y = a + b x leave, and b; x of shape [E, B]."""
    count = used.sum(axis=1)[:, None]
    away = np.where(used, x - np.where(used, x, 0.0).sum(axis=1, keepdims=True) / count, 0.0)
    height = np.where(used, y - y.sum(axis=1, keepdims=True) / count, 0.0)
    slope = (away * height).sum(axis=1) / (away**2).sum(axis=1)
    return _partial(height - slope[:, None] * away, used), slope


def _levelling(u: Array, y: Array, used: Flags, speed: Array) -> tuple[Array, Array]:
    """What the model log(R + B exp(-k u)) leaves for one k each, and R; infinite where R would be negative."""
    top = np.where(used, y, -np.inf).max(axis=1)
    inverse = np.where(used, np.exp(top[:, None] - y), 0.0)  # 1/d, for relative differences
    fall = np.exp(-speed[:, None] * u)
    # Least squares of R/d + B fall/d = 1.
    aa, ab, bb = ((inverse**2 * fall**k).sum(axis=1) for k in range(3))
    a, b = ((inverse * fall**k).sum(axis=1) for k in range(2))
    determinant = aa * bb - ab**2
    limit, height = (bb * a - ab * b) / determinant, (aa * b - ab * a) / determinant
    squares = _partial(y - top[:, None] - np.log(limit[:, None] + height[:, None] * fall), used)
    allowed = (limit >= 0) & np.isfinite(squares)
    return np.where(allowed, squares, np.inf), np.where(allowed, limit, 0.0) * np.exp(top)
