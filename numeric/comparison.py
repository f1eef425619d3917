"""Two computations of the same entries, with the tolerance that rounding leaves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .jets import EPS

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a comparison of one quantity comes to.

    Attributes:
        compared: In how many cases all entries count.
        error: The largest difference of an entry, relative to its magnitude.
        ratio: The largest difference in units of its tolerance.
        worst: The entry with that ratio, in words.
    """

    compared: int
    error: float
    ratio: float
    worst: str

    @property
    def holds(self) -> bool:
        """Whether all entries that count agree."""
        return self.ratio <= 1

    def and_then(self, later: Outcome) -> Outcome:
        """The outcome for these cases and later ones together."""
        shown = later if later.ratio > self.ratio else self
        return Outcome(self.compared + later.compared, max(self.error, later.error), shown.ratio, shown.worst)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Entries of one quantity at a batch of cases.

    Attributes:
        labels: What each entry is.
        names: Of the coordinates of a point.
        points: Where each case was evaluated, of shape [cases, coordinates].
        symbolic: Values of the derived formulas, of shape [cases, entries].
        autograd: The independent values.
        magnitude: Sums of absolute values of the terms on both sides.
        tolerance: The largest difference that rounding explains.
        counts: Whether the entry is compared: finite on both sides and away from kinks.
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    points: Array
    symbolic: Array
    autograd: Array
    magnitude: Array
    tolerance: Array
    counts: NDArray[np.bool_]

    def restricted(self, cases: NDArray[np.bool_]) -> Comparison:
        """The same comparison, of which only some cases count; ``cases`` has the shape [cases]."""
        return replace(self, counts=self.counts & cases[:, None])

    def outcome(self, describe: Callable[[int], str]) -> Outcome:
        """What it comes to.

        Args:
            describe: A case in words.
        """
        with np.errstate(all="ignore"):
            gap = np.where(self.counts, np.abs(self.symbolic - self.autograd), 0.0)
            known = np.where(np.isfinite(self.magnitude), self.magnitude, np.abs(self.symbolic))
            # Where a tolerance or a magnitude is 0, so is the difference, or it is infinitely too large.
            ratio, error = (np.where(gap > 0, gap / np.maximum(size, 1e-300), 0.0) for size in (self.tolerance, known))
        case, entry = (int(place) for place in np.unravel_index(int(np.argmax(ratio)), ratio.shape))
        worst = ", ".join(part for part in (self.text(case, entry), describe(case)) if part)
        return Outcome(int(self.counts.all(axis=1).sum()), float(error.max()), float(ratio[case, entry]), worst)

    def text(self, case: int, entry: int) -> str:
        """One entry, readably: both values, tolerance and point."""
        at = ", ".join(f"{name} = {float(x)!r}" for name, x in zip(self.names, self.points[case], strict=True))
        return (
            f"{self.labels[entry]} = {self.symbolic[case, entry]:.17g} derived, {self.autograd[case, entry]:.17g} by "
            f"autograd (tolerance {self.tolerance[case, entry]:.1e}) at {at}"
        )


def compare(
    labels: tuple[str, ...],
    points: tuple[tuple[str, ...], Array],
    sides: tuple[Array, Array],
    magnitude: Array,
    tolerance: Array,
    decided: NDArray[np.bool_],
) -> Comparison:
    """A comparison of two sides, (symbolic, autograd), of which finite and decided entries count.

    Args:
        labels: What each entry is.
        points: The coordinates' names, and the points.
        sides: Of shape [cases, entries] each, like all that follow.
        magnitude: As in ``Comparison``.
        tolerance: As in ``Comparison``.
        decided: Where no kink lies within rounding.
    """
    symbolic, autograd = sides
    finite = np.isfinite(symbolic) & np.isfinite(autograd) & np.isfinite(tolerance)
    return Comparison(labels, *points, symbolic, autograd, magnitude, tolerance, finite & decided)


def with_characteristic_polynomial(entries: Comparison) -> Comparison:
    """A comparison of 2x2 Jacobians with the coefficients of the characteristic polynomial added.

    Where entries are off by d, the trace is off by their sum, and the determinant, to first order, by each entry's d
    times the absolute value of its cofactor. Eigenvalues are not compared: they move by sqrt(d) where J is defective.

    Args:
        entries: Of shape [cases, 4], row by row.
    """
    size = np.maximum(np.abs(entries.symbolic), np.abs(entries.autograd))
    whole = np.broadcast_to(entries.counts.all(axis=1, keepdims=True), (len(entries.counts), 2))
    with np.errstate(all="ignore"):
        return Comparison(
            (*entries.labels, "trace", "determinant"),
            entries.names,
            entries.points,
            _extended(entries.symbolic),
            _extended(entries.autograd),
            _widened(entries.magnitude, entries.magnitude),
            # The last term: trace and determinant are themselves computed in floating point.
            _widened(entries.tolerance, size + entries.tolerance) + 4 * EPS * _widened(size, size),
            np.concatenate([entries.counts, whole], axis=1),
        )


def _extended(a: Array) -> Array:
    trace, determinant = a[:, 0] + a[:, 3], a[:, 0] * a[:, 3] - a[:, 1] * a[:, 2]
    return np.concatenate([a, trace[:, None], determinant[:, None]], axis=1)


def _widened(a: Array, by: Array) -> Array:
    trace = a[:, 0] + a[:, 3]
    determinant = a[:, 0] * by[:, 3] + a[:, 3] * by[:, 0] + a[:, 1] * by[:, 2] + a[:, 2] * by[:, 1]
    return np.concatenate([a, trace[:, None], determinant[:, None]], axis=1)
