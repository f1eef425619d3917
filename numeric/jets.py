"""Truncated Taylor series in (theta, psi) in NumPy, each with a first-order bound of its rounding errors.

A ``Jet`` holds the Taylor coefficients of a quantity around a point, batched over cases and quadrature nodes, and for
every coefficient a *magnitude*: what the coefficient becomes when every sum in its computation adds absolute values.
The standard model of floating point gives by induction, to first order in eps,

    |computed - exact| <= N * eps * magnitude,

where N is the number of operations: a sum adds its operands' errors and one rounding of at most eps*(A + B); a product
has |a| err(b) + |b| err(a) + eps |a b| <= (N_a + N_b + 1) eps A B; and g(u), with u wrong by N eps U, changes
its k-th Taylor coefficient g^(k)(u)/k! by N eps U |g^(k+1)(u)|/k!, which is why the magnitude of g(u) has the terms
(|g^(k)| + |g^(k+1)| U)/k!. (Higham 2002, Accuracy and Stability of Numerical Algorithms, sections 3.1 and 3.8.)

Within rounding of a kink or a pole no derivative can be trusted: there the magnitude of the derivatives that jump is
set to ``1/eps``, an error of relative size one, if ``Kinks.inflate`` says so. Multiplied by 0 (an inactive hinge) it
stays harmless; anything that it does reach is thereby marked as undecidable in floating point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from .elementary import SINGULAR_AT_ZERO, derivative, power_derivative

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)
# (order, value of the argument) -> (derivative, amplitude)
Derivatives = Callable[[int, Array], tuple[Array, Array]]


@lru_cache(maxsize=16)
def indices(order: int) -> tuple[tuple[int, int], ...]:
    """Powers (i, j) of theta and psi with i + j <= order, by total degree."""
    return tuple((total - j, j) for total in range(order + 1) for j in range(total + 1))


@lru_cache(maxsize=16)
def _products(order: int) -> tuple[tuple[int, int, int], ...]:
    place = {index: k for k, index in enumerate(indices(order))}
    return tuple(
        (a, b, place[i + k, j + m])
        for a, (i, j) in enumerate(indices(order))
        for b, (k, m) in enumerate(indices(order))
        if i + j + k + m <= order
    )


@dataclass(slots=True)
class Kinks:
    """How arguments within rounding of a kink are treated.

    Attributes:
        resolution: Relative distance that rounding may bridge, N*eps.
        inflate: Whether derivatives that jump there get the magnitude 1/eps.
        met: Whether any argument came so close to a kink.
    """

    resolution: float = 0.0
    inflate: bool = False
    met: bool = False

    def near_zero(self, value: Array, magnitude: Array) -> NDArray[np.bool_]:
        """Which values may have the other sign, exactly computed; of the shape of ``value``."""
        near = np.abs(value) <= self.resolution * magnitude
        self.met = self.met or bool(near.any())
        return near

    def apply(self, amplitude: Array, near: NDArray[np.bool_]) -> Array:
        """The amplitude, raised to 1/eps near a singularity."""
        tame = np.where(np.isfinite(amplitude), amplitude, 1.0)
        return np.where(near, 1 / EPS if self.inflate else tame, amplitude)


def decided_magnitudes(
    resolution: float, compute: Callable[[Kinks], tuple[Array, Array]]
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Runs a computation so that the influence of kinks within rounding is known.

    Args:
        resolution: Relative distance that rounding may bridge.
        compute: From the treatment of kinks to (values, magnitudes).

    Returns:
        (values, magnitudes, decided); an entry is not decided if inflated kinks more than double its magnitude.
    """
    plain_kinks = Kinks(resolution)
    with np.errstate(all="ignore"):
        values, plain = compute(plain_kinks)
        if not plain_kinks.met:
            return values, plain, np.ones(values.shape, dtype=bool)
        _, inflated = compute(Kinks(resolution, inflate=True))
        return values, plain, inflated <= 2 * plain


class Jet:
    """A truncated Taylor series with magnitudes.

    Attributes:
        order: The highest total degree kept.
        values: Coefficients, of shape [len(indices(order)), *batch].
        magnitudes: Of the same shape, each at least the absolute value of its coefficient.
    """

    __slots__ = ("magnitudes", "order", "values")

    def __init__(self, order: int, values: Array, magnitudes: Array) -> None:
        self.order, self.values, self.magnitudes = order, values, magnitudes

    @classmethod
    def constant(cls, value: Array | float, order: int) -> Jet:
        """A quantity that depends on neither parameter; the batch is the shape of ``value``."""
        array = np.asarray(value, dtype=np.float64)
        values = np.zeros((len(indices(order)), *array.shape))
        values[0] = array
        return cls(order, values, np.abs(values))

    @classmethod
    def variable(cls, value: Array, which: int, order: int) -> Jet:
        """Theta (``which`` 0) or psi (1) at the point."""
        jet = cls.constant(value, order)
        if order > 0:
            jet.values[1 + which] = 1.0
            jet.magnitudes[1 + which] = 1.0
        return jet

    @property
    def value(self) -> Array:
        """The value at the point, of the batch's shape."""
        return self.values[0]

    @property
    def magnitude(self) -> Array:
        """The magnitude of the value."""
        return self.magnitudes[0]

    def truncated(self, order: int) -> Jet:
        """The series up to a lower total degree."""
        if order >= self.order:
            return self
        count = len(indices(order))
        return Jet(order, self.values[:count], self.magnitudes[:count])

    def derivative(self, which: int) -> Jet:
        """The partial derivative by theta (0) or psi (1), one order lower.

        Raises:
            ValueError: For a jet of order 0.
        """
        if self.order == 0:
            raise ValueError("a jet of order 0 has no derivative; start from a higher order")
        place = {index: k for k, index in enumerate(indices(self.order))}
        rows, factors = [], []
        for i, j in indices(self.order - 1):
            raised = (i + 1, j) if which == 0 else (i, j + 1)
            rows.append(place[raised])
            factors.append(float(raised[which]))
        scale = np.array(factors).reshape(-1, *[1] * (self.values.ndim - 1))
        return Jet(self.order - 1, scale * self.values[rows], scale * self.magnitudes[rows])

    def __neg__(self) -> Jet:
        return Jet(self.order, -self.values, self.magnitudes)

    def __add__(self, other: Jet) -> Jet:
        order = min(self.order, other.order)
        a, b = self.truncated(order), other.truncated(order)
        return Jet(order, a.values + b.values, a.magnitudes + b.magnitudes)

    def __sub__(self, other: Jet) -> Jet:
        return self + (-other)

    def __mul__(self, other: Jet) -> Jet:
        order = min(self.order, other.order)
        a, b = self.truncated(order), other.truncated(order)
        if order == 0:
            return Jet(0, a.values * b.values, a.magnitudes * b.magnitudes)
        shape = np.broadcast_shapes(a.value.shape, b.value.shape)
        values = np.zeros((len(indices(order)), *shape))
        magnitudes = np.zeros_like(values)
        for left, right, target in _products(order):
            values[target] += a.values[left] * b.values[right]
            magnitudes[target] += a.magnitudes[left] * b.magnitudes[right]
        return Jet(order, values, magnitudes)

    def average(self, weights: Array, axis: int) -> Jet:
        """The weighted sum along an axis of the batch, which is kept with length 1.

        Args:
            weights: Of shape [n]; where the batch has length 1 along the axis, they sum to one and change nothing.
            axis: Counted from the batch's first axis.
        """
        if self.value.shape[axis] == 1:
            return self
        shape = [1] * self.values.ndim
        shape[axis + 1] = -1
        spread = weights.reshape(shape)
        return Jet(
            self.order,
            (spread * self.values).sum(axis + 1, keepdims=True),
            (spread * self.magnitudes).sum(axis + 1, keepdims=True),
        )

    def compose(
        self,
        derivatives: Derivatives,
        near: NDArray[np.bool_] | None = None,
        trusted: int = -1,
        kinks: Kinks | None = None,
    ) -> Jet:
        """The composition g(series), by Taylor's formula.

        Args:
            derivatives: Derivatives and amplitudes of g.
            near: Where the value lies within rounding of a singularity of g.
            trusted: The highest order of derivative that exists and is continuous at the singularity.
            kinks: How those places are treated.
        """
        rows = [derivatives(k, self.value) for k in range(self.order + 2)]
        amplitudes = [amplitude for _, amplitude in rows]
        slopes = amplitudes[1:]
        if near is not None and kinks is not None:
            # The error of the highest trusted derivative is bounded by the slope beside the kink (it is Lipschitz).
            amplitudes = [a if k <= trusted else kinks.apply(a, near) for k, a in enumerate(amplitudes)]
            slopes = [s if k <= trusted else kinks.apply(s, near) for k, s in enumerate(slopes)]
        rest = Jet(self.order, self.values.copy(), self.magnitudes.copy())
        rest.values[0] = 0.0
        rest.magnitudes[0] = 0.0
        total: Jet | None = None
        for k in range(self.order, -1, -1):
            scale = 1 / factorial(k)
            coefficient = Jet.constant(rows[k][0] * scale, self.order)
            coefficient.magnitudes[0] = (amplitudes[k] + slopes[k] * self.magnitude) * scale
            total = coefficient if total is None else coefficient + total * rest
        assert total is not None
        return total


def call(function: str, argument: Jet, kinks: Kinks) -> Jet:
    """A function of the language (``sqrt``, ``max`` and ``min`` apart) of a jet."""
    trusted = SINGULAR_AT_ZERO.get(function)
    near = None if trusted is None else kinks.near_zero(argument.value, argument.magnitude)
    return argument.compose(lambda k, u: derivative(function, k, u), near, -1 if trusted is None else trusted, kinks)


def power(base: Jet, exponent: Fraction | Jet, kinks: Kinks) -> Jet:
    """A jet to a constant power.

    Args:
        base: Any jet.
        exponent: A rational number, or a jet of order 0 of numbers that do not depend on theta and psi.
        kinks: How bases within rounding of 0 are treated, unless the power is smooth there.
    """
    if isinstance(exponent, Fraction):
        number, spread = np.asarray(float(exponent)), np.asarray(0.0)
        smooth = np.asarray(exponent.denominator == 1 and exponent >= 0)
    else:
        number, spread = exponent.value, exponent.magnitude
        smooth = (number == np.floor(number)) & (number >= 0)
    near = np.zeros(base.value.shape, dtype=bool)
    if not smooth.all():
        near = kinks.near_zero(base.value, base.magnitude) & ~smooth
    # d/dp u**p = log(u) u**p: what a rounded exponent does.
    with np.errstate(all="ignore"):
        blur = 1 + spread * np.where(base.value == 0, 0.0, np.abs(np.log(np.abs(base.value))))

    def derivatives(order: int, u: Array) -> tuple[Array, Array]:
        value, amplitude = power_derivative(order, u, number)
        # A base that is 0 up to rounding: what its powers may be, not what they happen to be.
        widest = power_derivative(order, np.abs(u) + kinks.resolution * base.magnitude, number)[1]
        return value, blur * np.where(number > order, np.maximum(widest, amplitude), amplitude)

    trusted = -1 if not np.any(near) else int(np.floor(np.min(np.where(near, number, np.inf)))) - 1
    return base.compose(derivatives, near, trusted, kinks)


def extremum(left: Jet, right: Jet, sign: int, kinks: Kinks) -> Jet:
    """The maximum (``sign`` 1) or minimum (-1) of two jets: one of them, and their mean where they are equal."""
    difference = left - right
    near = kinks.near_zero(difference.value, difference.magnitude)
    share = 0.5 + 0.5 * sign * np.sign(difference.value)
    order = difference.order
    left, right = left.truncated(order), right.truncated(order)
    values = np.where(share > 0, share * left.values, 0.0) + np.where(share < 1, (1 - share) * right.values, 0.0)
    chosen = np.where(share > 0, left.magnitudes, 0.0) + np.where(share < 1, right.magnitudes, 0.0)
    both = left.magnitudes + right.magnitudes
    # Within rounding of a tie the value is right to its own rounding, but the derivatives may be either's.
    magnitudes = np.where(near, both / EPS if kinks.inflate else both, chosen)
    magnitudes[0] = np.where(near, both[0], chosen[0])
    return Jet(order, values, magnitudes)
