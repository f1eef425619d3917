"""Enclosures as values: every printed digit is certain, and bounds are rounded to their safe side."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergan.symbolic.enclosures import Box, Interval, listed

numbers = st.builds(
    lambda n, d, e: Fraction(n, d) * Fraction(10) ** e,
    st.integers(-(10**12), 10**12),
    st.integers(1, 10**6),
    st.integers(-40, 40),
)
widths = st.builds(lambda n, e: Fraction(n) * Fraction(10) ** e, st.integers(0, 10**6), st.integers(-60, 20))
intervals = st.builds(lambda a, w: Interval(a, a + w), numbers, widths)


def read(text: str) -> tuple[Fraction, Fraction]:
    """What a printed number says: the smallest and the largest value."""
    middle, _, error = text.partition(" +- ")
    spread = Fraction(Decimal(error)) if error else Fraction(0)
    return Fraction(Decimal(middle)) - spread, Fraction(Decimal(middle)) + spread


@given(intervals, st.integers(1, 30))
def test_what_is_printed_contains_the_interval(interval, digits):
    low, high = read(interval.decimal(digits))
    assert low <= interval.lower
    assert interval.upper <= high
    # One unit of the last digit is at most 10 times what the width and the digits that were asked for make necessary.
    if interval.width:
        assert high - low <= 20 * max(interval.width, interval.size * Fraction(10) ** (1 - digits))


@given(intervals, st.integers(1, 30))
def test_digits_are_claimed_only_where_they_are_certain(interval, digits):
    significant = Decimal(interval.decimal(digits).partition(" +- ")[0])
    if interval.width and significant:
        low, high = read(interval.decimal(digits))
        unit = Fraction(10) ** significant.as_tuple().exponent
        assert high - low == 2 * unit  # the error is one unit of the last printed digit
    if interval.certain(digits) and interval.size:
        assert len(significant.as_tuple().digits) >= digits or interval.width == 0


@given(intervals, st.integers(1, 30))
def test_bounds_are_rounded_to_the_safe_side(interval, digits):
    below, above = (Fraction(Decimal(text)) for text in interval.ends(digits))
    assert below <= interval.lower
    assert interval.upper <= above
    for end, shown in ((interval.lower, below), (interval.upper, above)):
        assert abs(end - shown) <= abs(end) * Fraction(10) ** (1 - digits)


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        ("-3/20", "-3/20", "-0.15"),
        ("0", "0", "0"),
        ("12", "12", "12"),
        ("1/3", "1/3", "0.3333333333 +- 1e-10"),
        ("0.61803398870", "0.61803398880", "0.618033989 +- 1e-9"),
        ("0.6180339887498", "0.6180339887499", "0.6180339887 +- 1e-10"),
        ("1e-30", "1.0000000001e-30", "1.000000000e-30 +- 1e-39"),
        ("-1e-20", "1e-20", "[-1e-20, 1e-20]"),
        ("3/10", "4/10", "[0.3, 0.4]"),
        ("1/3", "2/3", "[0.3333333333, 0.6666666667]"),
        ("99999999999", "100000000001", "1.000000000e+11 +- 1e2"),
    ],
)
def test_texts(lower, upper, expected):
    assert str(Interval(Fraction(lower), Fraction(upper))) == expected


def test_more_digits_are_not_printed_than_there_are():
    # 1/3 with an error of 1e-5 has four certain digits however many are asked for.
    rough = Interval(Fraction(1, 3) - Fraction(1, 10**5), Fraction(1, 3) + Fraction(1, 10**5))
    assert rough.decimal(4) == rough.decimal(40) == "0.3333 +- 1e-4"
    assert not rough.certain(6)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6), st.integers(2, 200))
def test_balls_become_intervals_without_loss(n, d, precision):
    with flint.ctx.workprec(precision):
        ball = flint.arb(flint.fmpq(n, d))
        found = Interval.of(ball)
        assert Fraction(n, d) in found
        assert found.width <= abs(Fraction(n, d)) * Fraction(2) ** (3 - precision)


def test_what_is_too_large_is_refused():
    with pytest.raises(OverflowError, match="too large"):
        Interval.of(flint.arb(10**9).exp())


@given(intervals, intervals)
def test_moduli_contain_the_modulus_of_every_corner(real, imag):
    modulus = Box(real, imag).modulus
    for a in (real.lower, real.upper):
        for b in (imag.lower, imag.upper):
            assert modulus.lower**2 <= a**2 + b**2 <= modulus.upper**2
    nearest = [Fraction(0) if 0 in part else min(abs(part.lower), abs(part.upper)) for part in (real, imag)]
    slack = 1 + Fraction(1, 2**32)
    assert modulus.lower**2 * slack >= nearest[0] ** 2 + nearest[1] ** 2
    assert modulus.upper**2 <= slack * (real.size**2 + imag.size**2)


def test_complex_numbers():
    half, third = Interval.exact(Fraction(1, 2)), Interval.exact(Fraction(1, 3))
    assert str(Box(half, Interval.exact(0))) == "0.5"
    assert str(Box(half, Interval.exact(-2))) == "0.5 - 2i"
    assert str(Box(Interval.exact(0), third)) == "0.3333333333i +- 1e-10"
    pair = Box(half, third)
    assert listed([(pair, 1), (pair.conjugate, 2)]) == (
        "0.5 + 0.3333333333i,  0.5 - 0.3333333333i (2 times)  (+- 1e-10)"
    )
