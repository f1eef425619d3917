"""Strategies for numbers and for smooth objectives with known derivatives."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from ..functions import ATOMS, CURVED, SmoothFunctions


def rationals(*, positive: bool = False, zero: bool = True) -> st.SearchStrategy[Fraction]:
    """Small rational numbers, now and then a thousand times larger or smaller.

    Args:
        positive: Only numbers > 0.
        zero: Whether 0 may occur (never with ``positive``).
    """
    ratios = st.builds(Fraction, st.integers(1, 9), st.integers(1, 4))
    scales = st.sampled_from([Fraction(1)] * 8 + [Fraction(1000), Fraction(1, 1000)])
    numbers = st.builds(lambda ratio, scale: ratio * scale, ratios, scales)
    if positive:
        return numbers
    signed = st.builds(lambda number, sign: number * sign, numbers, st.sampled_from([1, -1]))
    return st.one_of(st.just(Fraction(0)), signed) if zero else signed


@st.composite
def objectives(draw: st.DrawFn, max_atoms: int = 3) -> SmoothFunctions:
    """One smooth f with f'(0) != 0, whose derivatives up to the sixth are known exactly.

    Args:
        draw: Given by Hypothesis.
        max_atoms: The largest number of atoms besides the linear one.

    Returns:
        A batch of length 1; its smallest member is f(t) = t.
    """
    small = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 4))
    atoms: dict[str, tuple[float, float]] = {}
    for name in draw(st.lists(st.sampled_from(ATOMS), max_size=max_atoms, unique=True)):
        scale = draw(st.sampled_from([1.0, 0.5, 2.0, -1.0])) if name in CURVED else 1.0
        atoms[name] = (float(draw(small)), scale)
    slope = draw(small.filter(bool))
    return SmoothFunctions.single(atoms).pinned({1: np.array([float(slope)])})
