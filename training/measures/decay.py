"""What a series of distances from an equilibrium does: converge, circle, leave, or nothing that can be told.

All numbers are read off the tail: the second half of the time that the distance took to reach rounding, or of all.
Words come from intervals of confidence, never from a fitted value alone:

    converging  reached rounding, or the rate's interval lies below 0 and nothing that settles above 0 fits
    leaving     not finite, or the rate's interval lies above 0 and the growth does not level off
    circling    levels off above rounding, or the rate's interval holds 0 and is so narrow that the distance cannot have
                changed by more than ``drift`` over the tail
    undecided   anything else

A word says what was seen on a finite tail. It is evidence, not a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .regression import Line, fit_line
from .shapes import Shapes, fit_shapes

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
WORDS = ("undecided", "converging", "circling", "leaving")
EPS = float(np.finfo(np.float64).eps)
# Operations behind an entry of the state, per step.
_OPERATIONS = 16
# Points are fitted while rounding is a small part of them.
_CLEAR = 64.0
# Parts of the tail whose means are compared, and the 99.5 % quantile of Student's distribution with one less.
_PARTS, _STUDENT = 8, 3.4994832973504937


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the members' distances do; all of shape [E].

    Attributes:
        word: ``converging``, ``circling``, ``leaving`` or ``undecided``.
        rate: The slope of log distance per step; negative where it decays.
        rate_uncertainty: Half the width of its interval of confidence of 99 %, infinite for fewer than ten points.
        factor: The factor per period, exp(period * rate).
        factor_low: The lower end of its interval.
        factor_high: The upper end.
        shape: ``linear``, ``sublinear``, ``levelling``, or ``unclear`` where more than one of the last two stands.
        exponent: The power p of the best decay like t^-p; it says something where the shape is ``sublinear``.
        exponent_low: The least power that fits nearly as well.
        exponent_high: The largest.
        radius: The mean distance on the tail.
        radius_uncertainty: Half the width of its interval of confidence of 99 %; infinite for fewer than 16 points.
        radius_low: The least distance there.
        radius_high: The largest.
        limit: Where the distance levels off, if it does so.
        first: The tail's first step.
        last: Its last step.
        count: Its number of points.
    """

    word: NDArray[np.str_]
    rate: Array
    rate_uncertainty: Array
    factor: Array
    factor_low: Array
    factor_high: Array
    shape: NDArray[np.str_]
    exponent: Array
    exponent_low: Array
    exponent_high: Array
    radius: Array
    radius_uncertainty: Array
    radius_low: Array
    radius_high: Array
    limit: Array
    first: Array
    last: Array
    count: NDArray[np.intp]


def rounding_level(size: Array | float, eps: float = EPS, contraction: float = 2.0**-12) -> Array:
    """The distance below which rounding decides: what errors of 16 eps per step add up to under a contraction.

    Args:
        size: The size of the state's entries.
        eps: Of the arithmetic that trained (2^-52; 2^-23 for float32).
        contraction: 1 - factor per step, where it is known; the default allows for slow convergence.
    """
    return np.asarray(_OPERATIONS * eps * np.asarray(size, dtype=np.float64) / contraction)


def behaviour(
    step: Array,
    distance: Array,
    *,
    rounding: Array | float | None = None,
    period: int = 1,
    drift: float = 0.25,
    tail: float = 0.5,
) -> Behaviour:
    """What each member's distance does.

    Args:
        step: Strictly increasing steps at which it was measured, of shape [T].
        distance: Distances, of shape [T, E].
        rounding: The distance below which rounding decides, of shape [E] or for all; if not given, ``rounding_level``
            of the largest finite distance.
        period: Steps per period of the rule.
        drift: The largest relative change over the tail that still counts as none.
        tail: The share of the time that is the tail.

    Raises:
        ValueError: For shapes that do not fit, steps that do not increase, negative distances, and a share outside
            (0, 1].
    """
    step, distance = np.asarray(step, dtype=np.float64), np.asarray(distance, dtype=np.float64)
    _checked(step, distance, tail)
    finite = np.isfinite(distance)
    largest = np.where(finite, distance, 0.0).max(axis=0, initial=0.0)
    level = np.broadcast_to(rounding_level(largest) if rounding is None else rounding, largest.shape)
    inside, arrived = _tail(step, distance, level, tail)
    kept = np.where(inside & finite & (distance > _CLEAR * level), distance, np.nan)
    used = np.isfinite(kept)
    with np.errstate(all="ignore"):
        line, shapes = fit_line(step, np.log(kept)), fit_shapes(step, kept)
        count = used.sum(axis=0)
        low, high = np.where(used, kept, np.inf).min(axis=0), np.where(used, kept, -np.inf).max(axis=0)
        # What rounding can make of the slope: a relative error of at most level/d at each point.
        away = np.abs(step[:, None] - line.centre)
        blur = level * _total(away / kept, used) / _total(away**2, used)
        uncertainty = line.uncertainty + np.where(np.isfinite(blur), blur, 0.0)
        mean, mean_uncertainty = _mean(kept)
        word = _word(line, uncertainty, shapes, level, drift, arrived, ~finite[-1])
        factors = [np.exp(period * slope) for slope in (line.slope, line.slope - uncertainty, line.slope + uncertainty)]
    first = np.where(count > 0, step[np.argmax(used, axis=0)], np.nan)
    last = np.where(count > 0, step[::-1][np.argmax(used[::-1], axis=0)], np.nan)
    empty = count == 0
    factor, factor_low, factor_high = (np.where(np.isfinite(line.slope), f, np.nan) for f in factors)
    return Behaviour(
        word=word,
        rate=line.slope,
        rate_uncertainty=uncertainty,
        factor=factor,
        factor_low=factor_low,
        factor_high=factor_high,
        shape=_shape(shapes),
        exponent=shapes.exponent,
        exponent_low=shapes.exponent_low,
        exponent_high=shapes.exponent_high,
        radius=np.where(empty, np.nan, mean),
        radius_uncertainty=mean_uncertainty,
        radius_low=np.where(empty, np.nan, low),
        radius_high=np.where(empty, np.nan, high),
        limit=shapes.limit,
        first=first,
        last=last,
        count=count,
    )


def _checked(step: Array, distance: Array, tail: float) -> None:
    if step.ndim != 1 or distance.ndim != 2 or len(step) != len(distance) or not len(step):
        raise ValueError(f"step [T] and distance [T, E] are needed; given: {step.shape} and {distance.shape}")
    if not (np.diff(step) > 0).all():
        raise ValueError("steps must increase")
    if (distance < 0).any():
        raise ValueError("distances must not be negative")
    if not 0 < tail <= 1:
        raise ValueError(f"tail must be in (0, 1]; given: {tail}")


def _tail(step: Array, distance: Array, level: Array, share: float) -> tuple[Flags, Flags]:
    """Which points are the tail, of shape [T, E], and which members ended at rounding."""
    below = distance <= level
    arrived = np.all(below[-max(1, len(step) // 10) :], axis=0)
    stop = np.where(arrived, np.argmax(below, axis=0), len(step) - 1)
    begin = step[0] + (1 - share) * (step[stop] - step[0])
    index = np.arange(len(step))[:, None]
    return (step[:, None] >= begin) & (index <= stop), arrived


def _word(
    line: Line, uncertainty: Array, shapes: Shapes, level: Array, drift: float, arrived: Flags, lost: Flags
) -> NDArray[np.str_]:
    levelling = shapes.levelling & ~shapes.linear & ~shapes.power
    other = shapes.linear | (shapes.power & ~shapes.levelling)
    steady = (np.abs(line.slope) <= uncertainty) & ((np.abs(line.slope) + uncertainty) * line.length <= drift)
    cases = [
        (lost, "leaving"),
        (arrived, "converging"),
        (levelling & (shapes.limit_low > level), "circling"),
        ((line.slope - uncertainty > 0) & other, "leaving"),
        ((line.slope + uncertainty < 0) & other & ~shapes.settles, "converging"),
        (steady, "circling"),
    ]
    return np.select([case for case, _ in cases], [word for _, word in cases], WORDS[0])


def _total(values: Array, used: Flags) -> Array:
    """Sums over time of what is used: row by row, so that NumPy sums each by itself, whoever shares the batch."""
    return np.ascontiguousarray(np.where(used, values, 0.0).T).sum(axis=1)


def _mean(kept: Array) -> tuple[Array, Array]:
    """The mean of a series with memory and ripples, and half the width of its interval.

    That of Student for the means of consecutive parts, or what the last, incomplete ripple can make of the mean, which
    the range of the partial sums has; whichever is larger.
    """
    used = np.isfinite(kept)
    count = used.sum(axis=0)
    mean = _total(kept, used) / count
    part = (np.cumsum(used, axis=0) - 1) * _PARTS // np.maximum(count, 1)
    inside = [used & (part == k) for k in range(_PARTS)]
    means = np.stack([_total(kept, mask) / mask.sum(axis=0) for mask in inside], axis=1)
    half = _STUDENT * means.std(axis=1, ddof=1) / np.sqrt(_PARTS)
    sums = np.cumsum(np.where(used, kept - mean, 0.0), axis=0)
    ripple = np.ptp(sums, axis=0) / count
    return mean, np.where(count >= 2 * _PARTS, np.maximum(half, ripple), np.inf)


def _shape(shapes: Shapes) -> NDArray[np.str_]:
    cases = [
        (shapes.linear, "linear"),
        (shapes.power & ~shapes.levelling, "sublinear"),
        (shapes.levelling & ~shapes.power, "levelling"),
    ]
    return np.select([case for case, _ in cases], [word for _, word in cases], "unclear")
