"""Strategies for single numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from .arguments import flag

_ORDINARY = [Fraction(1)] * 8
_NEAR = (Fraction(1, 10**6), Fraction(1, 10**9))


def rationals(*, positive: bool = False, zero: bool = True) -> st.SearchStrategy[Fraction]:
    """Small rational numbers, now and then a thousand times larger or smaller.

    Args:
        positive: Only numbers > 0.
        zero: Whether 0 may occur (never with ``positive``).

    Returns:
        Fractions; the smallest is 0, or 1 where 0 may not occur.

    Raises:
        InvalidArgument: For arguments that are not True or False.
    """
    positive, zero = flag("positive", positive), flag("zero", zero)
    numbers = _scaled([*_ORDINARY, Fraction(1000), Fraction(1, 1000)])
    if positive:
        return numbers
    signed = st.builds(lambda number, sign: number * sign, numbers, st.sampled_from([1, -1]))
    return st.one_of(st.just(Fraction(0)), signed) if zero else signed


def distances() -> st.SearchStrategy[Fraction]:
    """Positive numbers for distances from an edge: those of ``rationals``, and now and then very small ones."""
    return _scaled([*_ORDINARY, Fraction(1000), Fraction(1, 1000), *_NEAR])


def dyadics(*, limit: int = 6) -> st.SearchStrategy[Fraction]:
    """Multiples of 1/4 in [-limit, limit], whole ones mostly; sums and halves of them are exact in floating point.

    Raises:
        InvalidArgument: For a limit that is no positive integer.
    """
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise InvalidArgument(f"limit={limit!r}: an integer of at least 1 is needed")
    return st.builds(Fraction, st.integers(-limit, limit), st.sampled_from([1, 2, 4]))


def _scaled(scales: Sequence[Fraction]) -> st.SearchStrategy[Fraction]:
    ratios = st.builds(Fraction, st.integers(1, 9), st.integers(1, 4))
    return st.builds(lambda ratio, scale: ratio * scale, ratios, st.sampled_from(scales))
