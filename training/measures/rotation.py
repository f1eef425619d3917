"""Angular frequency and period of a rotation, from the phase of two coordinates.

    phi(t) = arg((a(t) - a_0) + i (b(t) - b_0)),    omega = the slope of the unwrapped phase

Near an equilibrium with multipliers r exp(+- i omega) the phase of any two coordinates in which the motion is seen
grows by omega per step on the average: on an ellipse it ripples with twice that frequency, which the fitted line's
confidence accounts for (``regression``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .regression import fit_line

Array = NDArray[np.float64]
# Between two points the phase must be known without its turns: 95 % of the changes keep this far below half a turn.
_LARGEST_TURN, _SHARE = 0.75 * np.pi, 0.95


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rotations; all of shape [E].

    Attributes:
        frequency: omega per step, positive from the first coordinate to the second; NaN where points are too far apart
            for it, or fewer than four.
        uncertainty: Half the width of its interval of confidence of 99 %.
        period: 2 pi/|omega| in steps; infinite where the interval holds 0.
        period_low: The lower end of its interval.
        period_high: The upper end; infinite where the interval of omega holds 0.
        turns: How many turns were seen.
    """

    frequency: Array
    uncertainty: Array
    period: Array
    period_low: Array
    period_high: Array
    turns: Array


def fit_rotation(
    step: Array,
    plane: Array,
    *,
    centre: Array | float = 0.0,
    first: Array | float | None = None,
    last: Array | float | None = None,
) -> Rotation:
    """Fit rotations.

    Args:
        step: Strictly increasing steps, of shape [T].
        plane: Two coordinates, of shape [T, E, 2]; points that are not finite are left out.
        centre: What they turn about, of shape [E, 2] or for all.
        first: The first step that counts, of shape [E] or for all (``Behaviour.first``); half of the time if not given.
        last: The last one.

    Raises:
        ValueError: For shapes that do not fit.
    """
    step, plane = np.asarray(step, dtype=np.float64), np.asarray(plane, dtype=np.float64)
    if step.ndim != 1 or plane.ndim != 3 or plane.shape[0] != len(step) or plane.shape[2] != 2 or not len(step):
        raise ValueError(f"step [T] and plane [T, E, 2] are needed; given: {step.shape} and {plane.shape}")
    begin = (step[0] + step[-1]) / 2 if first is None else np.asarray(first)
    end = step[-1] if last is None else np.asarray(last)
    away = plane - centre
    time = step[:, None]
    used = (time >= begin) & (time <= end) & np.isfinite(away).all(axis=2) & away.any(axis=2)
    angle = np.arctan2(np.where(used, away[:, :, 1], 0.0), np.where(used, away[:, :, 0], 1.0))
    change = np.diff(_held(angle, used), axis=0, prepend=angle[:1])
    change -= 2 * np.pi * np.round(change / (2 * np.pi))
    counted = used & (np.cumsum(used, axis=0) > 1)
    phase = np.where(used, np.cumsum(np.where(counted, change, 0.0), axis=0), np.nan)
    line = fit_line(step, phase)
    steps = np.maximum(counted.sum(axis=0), 1)
    known = ((np.abs(change) <= _LARGEST_TURN) & counted).sum(axis=0) >= _SHARE * steps
    frequency = np.where(known, line.slope, np.nan)
    uncertainty = np.where(known & np.isfinite(line.slope), line.uncertainty, np.inf)
    size = np.abs(frequency)
    with np.errstate(all="ignore"):
        period = np.where(size > uncertainty, 2 * np.pi / size, np.inf)
        low = 2 * np.pi / (size + uncertainty)
        high = np.where(size > uncertainty, 2 * np.pi / (size - uncertainty), np.inf)
    return Rotation(
        frequency=frequency,
        uncertainty=uncertainty,
        period=np.where(np.isfinite(frequency), period, np.nan),
        period_low=low,
        period_high=np.where(np.isfinite(frequency), high, np.nan),
        turns=np.where(known, size * line.length / (2 * np.pi), np.nan),
    )


def _held(angle: Array, used: NDArray[np.bool_]) -> Array:
    """Where a point is left out, the angle of the last one that is not."""
    index = np.maximum.accumulate(np.where(used, np.arange(len(angle))[:, None], 0), axis=0)
    return np.take_along_axis(angle, index, axis=0)
