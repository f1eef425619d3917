"""Derivatives of the language's functions of one variable, in NumPy, in closed form.

Torch's autograd and SymPy's differentiation are confronted with each other; this third source is written by hand from
recurrences, so that neither of them checks itself. Every row comes with an *amplitude*: a bound on the sum of absolute
values of the terms that any usual way to compute the derivative adds up. Rounding errors are proportional to it
(``jets``), not to the derivative itself: autograd computes tanh' as 1 - y*y, which is wrong by eps, not by eps*tanh'.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Row = Callable[[int, Array], tuple[Array, Array]]


def logistic(u: Array) -> Array:
    """1/(1 + exp(-u)), to full relative precision on both sides; any shape."""
    e = np.exp(-np.abs(u))
    return np.where(u >= 0, 1.0, e) / (1.0 + e)


def softplus(u: Array) -> Array:
    """log(1 + exp(u)), to full relative precision on both sides; any shape."""
    return np.maximum(u, 0.0) + np.log1p(np.exp(-np.abs(u)))


@lru_cache(maxsize=64)
def _logistic_terms(order: int) -> tuple[tuple[int, int, int], ...]:
    """(coefficient, i, j): softplus^(order) = sum of coefficient * p**i * d**j for order >= 2.

    p = s(u) s(-u) and d = s(-u) - s(u) for the logistic s: p' = p d and d' = -2 p, and softplus'' = p. Every term has
    the factor p, so nothing cancels in the tails, where powers of s alone would lose all digits.
    """
    terms = {(1, 0): 1}
    for _ in range(order - 2):
        following: dict[tuple[int, int], int] = {}
        for (i, j), coefficient in terms.items():
            following[i, j + 1] = following.get((i, j + 1), 0) + i * coefficient
            if j:
                following[i + 1, j - 1] = following.get((i + 1, j - 1), 0) - 2 * j * coefficient
        terms = following
    return tuple((coefficient, i, j) for (i, j), coefficient in terms.items())


def softplus_derivative(order: int, u: Array) -> Array:
    """softplus^(order)(u) for any order >= 0; any shape."""
    if order == 0:
        return softplus(u)
    if order == 1:
        return logistic(u)
    left, right = logistic(u), logistic(-u)
    p, d = left * right, right - left
    total = np.zeros_like(p)
    for coefficient, i, j in _logistic_terms(order):
        total += coefficient * p**i * d**j
    return total


def _softplus(order: int, u: Array) -> tuple[Array, Array]:
    value = softplus_derivative(order, u)
    # |softplus^(k)| <= (k - 1)!; log(1 + exp(u)), as SymPy has it, is right to eps and no better for u << 0.
    return value, np.abs(value) + factorial(max(order - 1, 0))


def _sigmoid(order: int, u: Array) -> tuple[Array, Array]:
    return softplus_derivative(order + 1, u), np.full_like(u, factorial(order))


def _tanh(order: int, u: Array) -> tuple[Array, Array]:
    if order == 0:
        value = np.tanh(u)
        return value, np.abs(value)
    # tanh(u) = 2 s(2u) - 1
    return 2.0 ** (order + 1) * softplus_derivative(order + 1, 2 * u), np.full_like(u, 2.0**order * factorial(order))


def _atan(order: int, u: Array) -> tuple[Array, Array]:
    angle = np.arctan(u)
    if order == 0:
        return angle, np.abs(angle)
    size = factorial(order - 1) * (1 + u * u) ** (-order / 2)
    # sin(k (angle + pi/2)), without the rounding of pi: even derivatives at 0 are exactly 0.
    return size * (np.sin, np.cos)[order % 2](order * angle) * (1.0 if order % 4 < 2 else -1.0), size


def _exp(order: int, u: Array) -> tuple[Array, Array]:
    value = np.exp(u)
    return value, value


def _log(order: int, u: Array) -> tuple[Array, Array]:
    if order == 0:
        value = np.log(u)
        return value, np.abs(value)
    value = (-1.0) ** (order - 1) * factorial(order - 1) / u**order
    return value, np.abs(value)


def _sin(order: int, u: Array) -> tuple[Array, Array]:
    value = (np.sin, np.cos)[order % 2](u) * (1.0 if order % 4 < 2 else -1.0)
    return value, np.ones_like(u)


def _cos(order: int, u: Array) -> tuple[Array, Array]:
    value = (np.cos, np.sin)[order % 2](u) * (1.0 if order % 4 in (0, 3) else -1.0)
    return value, np.ones_like(u)


def _abs(order: int, u: Array) -> tuple[Array, Array]:
    value = np.abs(u) if order == 0 else np.sign(u) if order == 1 else np.zeros_like(u)
    return value, np.abs(u) if order == 0 else np.full_like(u, float(order == 1))


def _sign(order: int, u: Array) -> tuple[Array, Array]:
    value = np.sign(u) if order == 0 else np.zeros_like(u)
    return value, np.abs(value)


ROWS: dict[str, Row] = {
    "softplus": _softplus,
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "atan": _atan,
    "exp": _exp,
    "log": _log,
    "sin": _sin,
    "cos": _cos,
    "abs": _abs,
    "sign": _sign,
}
# Where these are evaluated at 0, or within rounding of it, no derivative beyond that order can be trusted.
SINGULAR_AT_ZERO: dict[str, int] = {"log": -1, "abs": 0, "sign": -1}


def derivative(function: str, order: int, u: Array) -> tuple[Array, Array]:
    """The derivative of a function of the language and its amplitude.

    Args:
        function: A key of ``ROWS``.
        order: Which derivative, 0 for the function itself.
        u: Where, of any shape.

    Returns:
        (value, amplitude), both of the shape of ``u``. ``abs`` and ``sign`` have the derivatives of their pieces; at 0
        the conventions of torch (sign(0) = 0).

    Raises:
        KeyError: For a function without a row.
    """
    return ROWS[function](order, u)


def power_derivative(order: int, u: Array, exponent: Array) -> tuple[Array, Array]:
    """The derivative of u**exponent in u, and its amplitude.

    Args:
        order: Which derivative.
        u: Where; broadcasts with ``exponent``. NaN where a negative base has a broken exponent.
        exponent: Constant exponents.

    Returns:
        (value, amplitude) of the broadcast shape.
    """
    falling = np.ones_like(exponent)
    for step in range(order):
        falling = falling * (exponent - step)
    remaining = exponent - order
    value = np.where(falling == 0, 0.0, falling * np.power(u, np.where(falling == 0, 1.0, remaining)))
    return value, np.abs(value)
