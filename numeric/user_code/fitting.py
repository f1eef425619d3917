"""Code as a linear combination of the mathematics' terms: which of them carries which factor.

Agreement is coefficient 1 for every term in every case. Coefficients come from least squares over all cases together
or, where no constants explain the numbers, case by case; then they are tried as c N^p d^q gamma^r in the batch size N,
the number d of entries of a sample, and a parameter. A fit explains the numbers only if what remains is rounding.

Rounding is measured on the mathematics itself: its float32 and float64 values differ by kappa eps32 times its size, and
computations that sum in another order by as much again. ``tolerance`` allows 64 kappa eps in the code's own precision.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float64]
_SAFETY = 64.0
_EPS32 = float(np.finfo(np.float32).eps)
# A coefficient is taken for a rational number with a small denominator within this.
_NEAR = 1e-6
_POWERS = (Fraction(1), Fraction(-1), Fraction(2), Fraction(-2), Fraction(1, 2), Fraction(-1, 2))


class Case(Protocol):
    """What coefficients may follow: the batch size, the number of entries of a sample, and parameters by name."""

    @property
    def batch(self) -> int:
        """N."""
        ...

    @property
    def entries(self) -> int:
        """Numbers per sample."""
        ...

    @property
    def parameters(self) -> Mapping[str, float]:
        """The proposal's, by name."""
        ...

    @property
    def degenerate(self) -> bool:
        """Whether gradients of D vanish there."""
        ...


@dataclass(frozen=True)
class Observation:
    """One quantity in one case.

    Attributes:
        trial: The case.
        code: What the code computes, of shape [m].
        terms: The mathematics' terms, of shape [m, K].
        tolerance: The largest difference that rounding explains.
        dtype: The code's precision.
    """

    trial: Case
    code: Array
    terms: Array
    tolerance: float
    dtype: torch.dtype

    @property
    def error(self) -> float:
        """The largest difference from the sum of the terms; infinite where the code is not finite."""
        gap = np.abs(self.code - self.terms.sum(axis=1))
        return float(gap.max(initial=0.0)) if np.isfinite(gap).all() else float("inf")

    @property
    def agrees(self) -> bool:
        """Whether rounding explains the difference."""
        return self.error <= self.tolerance


def tolerance(condition: float, size: float, dtype: torch.dtype) -> float:
    """The largest difference that rounding explains.

    Args:
        condition: kappa, from the mathematics in two precisions.
        size: The sum of the terms' largest absolute entries.
        dtype: In which the code ran.
    """
    return _SAFETY * max(condition, 4.0) * torch.finfo(dtype).eps * size


def conditioning(single: Array, double: Array, size: float) -> float:
    """kappa: the error of a float32 evaluation in units of eps32 times the size of the terms."""
    gap = np.abs(single - double)
    return float(gap.max(initial=0.0) / (_EPS32 * size)) if size > 0 and np.isfinite(gap).all() else 0.0


def constant_coefficients(observations: Sequence[Observation]) -> Array | None:
    """Coefficients of shape [K] that explain every case, or None."""
    if not observations or not all(np.isfinite(o.code).all() for o in observations):
        return None
    scales = [max(o.tolerance, 1e-300) for o in observations]
    rows = np.concatenate([o.terms / s for o, s in zip(observations, scales, strict=True)])
    right = np.concatenate([o.code / s for o, s in zip(observations, scales, strict=True)])
    found: Array = np.asarray(np.linalg.lstsq(rows, right, rcond=1e-12)[0], dtype=np.float64)
    return found if all(_explains(o, found) for o in observations) else None


@dataclass(frozen=True)
class Scaling:
    """A coefficient c N^p d^q a^r.

    Attributes:
        factor: c.
        batch: p, the power of the batch size.
        entries: q, the power of the number of entries of a sample.
        parameter: a, or an empty string.
        power: r.
    """

    factor: float
    batch: Fraction = Fraction(0)
    entries: Fraction = Fraction(0)
    parameter: str = ""
    power: Fraction = Fraction(0)


def varying_coefficients(observations: Sequence[Observation], names: Sequence[str]) -> list[Scaling | None] | None:
    """One scaling per term, None for a coefficient that follows no such law; None if cases are not explained."""
    tall = [o for o in observations if np.isfinite(o.code).all() and len(o.code) >= o.terms.shape[1]]
    found: list[tuple[Case, Array]] = []
    for o in tall:
        sizes = np.abs(o.terms).max(axis=0)
        if not sizes.all() or np.linalg.cond(o.terms / sizes) > 1e6:
            continue
        coefficients = np.linalg.lstsq(o.terms / sizes, o.code, rcond=None)[0] / sizes
        if not _explains(o, coefficients):
            return None
        found.append((o.trial, coefficients))
    if len(found) < 3:
        return None
    values = np.stack([c for _, c in found])
    return [_scaling([t for t, _ in found], values[:, k], names) for k in range(values.shape[1])]


def _explains(observation: Observation, coefficients: NDArray[Any]) -> bool:
    rest = np.abs(observation.code - observation.terms @ coefficients).max(initial=0.0)
    return bool(rest <= observation.tolerance * max(1.0, float(np.abs(coefficients).max(initial=0.0))))


def _scaling(trials: Sequence[Case], values: Array, names: Sequence[str]) -> Scaling | None:
    batch, entries = (np.array([getattr(t, key) for t in trials], dtype=float) for key in ("batch", "entries"))
    choices: list[Scaling] = [Scaling(1.0)]
    few = (Fraction(0), *_POWERS)
    for p, q in itertools.product(few, few):
        choices += [Scaling(1.0, p, q)]
        choices += [Scaling(1.0, p, q, name, r) for name in names for r in _POWERS]
    choices.sort(key=lambda s: sum(x != 0 for x in (s.batch, s.entries, s.power)) * 10 + abs(s.batch) + abs(s.power))
    for choice in choices:
        law = batch ** float(choice.batch) * entries ** float(choice.entries)
        if choice.parameter:
            with np.errstate(all="ignore"):
                law = law * np.array([t.parameters[choice.parameter] for t in trials]) ** float(choice.power)
        ratio = values / law
        if np.isfinite(ratio).all() and np.abs(ratio - ratio[0]).max() <= _NEAR * max(np.abs(ratio).max(), 1e-12):
            return Scaling(float(ratio[0]), choice.batch, choice.entries, choice.parameter, choice.power)
    return None


def rational(value: float) -> Fraction | None:
    """The fraction with a small denominator that a coefficient is, or None."""
    near = Fraction(value).limit_denominator(64)
    return near if abs(float(near) - value) <= _NEAR * max(1.0, abs(value)) else None
