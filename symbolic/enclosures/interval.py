"""Enclosures as values: intervals and boxes with exact ends, printed so that every digit is certain.

A number is printed as ``m +- 10**-k``: m is the midpoint rounded to k decimals, and the interval lies in
[m - 10**-k, m + 10**-k]; so no digit is printed that the interval does not carry. A bound is rounded to its safe side:
``above`` never prints less than the upper end, ``below`` never more than the lower one. An exact number with a short
decimal expansion is printed as it is. Everything here is rational arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

import flint

DIGITS = 10
# Beyond 2**(+-_LARGEST) a number is not written out.
_LARGEST = 100_000
# Decimals of other sizes are printed with an exponent.
_PLAIN = range(-6, 16)


@dataclass(frozen=True, slots=True)
class NoEnclosure:
    """Why there is no enclosure."""

    reason: str

    def __str__(self) -> str:
        return f"no enclosure: {self.reason}"


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval with exact ends; a ball around its midpoint."""

    lower: Fraction
    upper: Fraction

    @classmethod
    def of(cls, ball: flint.arb) -> Interval:
        """The interval of a finite ball, exactly.

        Raises:
            OverflowError: If its ends are too large or too small to be written out.
        """
        (middle, scale), (radius, fineness) = ([int(n) for n in part.man_exp()] for part in (ball.mid(), ball.rad()))
        if any(part and abs(e) > _LARGEST for part, e in ((middle, scale), (radius, fineness))):
            raise OverflowError("a number too large or too small to be written out")
        centre, spread = middle * Fraction(2) ** scale, radius * Fraction(2) ** fineness
        return cls(centre - spread, centre + spread)

    @classmethod
    def exact(cls, value: Fraction | int) -> Interval:
        """The interval of one number."""
        return cls(Fraction(value), Fraction(value))

    @classmethod
    def hull(cls, parts: list[Interval]) -> Interval:
        """The smallest interval that contains some others."""
        return cls(min(part.lower for part in parts), max(part.upper for part in parts))

    @classmethod
    def largest(cls, parts: list[Interval]) -> Interval:
        """Contains the maximum of numbers that lie in some intervals."""
        return cls(max(part.lower for part in parts), max(part.upper for part in parts))

    @property
    def width(self) -> Fraction:
        """Upper end less lower end."""
        return self.upper - self.lower

    @property
    def midpoint(self) -> Fraction:
        """The middle."""
        return (self.lower + self.upper) / 2

    @property
    def radius(self) -> Fraction:
        """Half the width."""
        return self.width / 2

    @property
    def size(self) -> Fraction:
        """The largest absolute value."""
        return max(abs(self.lower), abs(self.upper))

    def __contains__(self, value: object) -> bool:
        return bool(self.lower <= value <= self.upper)  # type: ignore[operator]

    def overlaps(self, other: Interval) -> bool:
        """Whether the two have a point in common."""
        return self.lower <= other.upper and other.lower <= self.upper

    def certain(self, digits: int = DIGITS) -> bool:
        """Whether that many significant digits can be printed, up to one unit of the last."""
        return self.width == 0 or 2 * self.width * Fraction(10) ** (digits - 1) <= _power(_magnitude(self.size))

    def place(self, digits: int = DIGITS) -> int:
        """The decimal place k of the last printed digit, at most so many significant ones: an error of 10**-k."""
        if self.size == 0:
            return 0
        k = digits - 1 - _magnitude(self.size)
        if self.width:
            # Rounding to k decimals adds half a unit, which leaves half a unit for the radius: width <= 10**-k.
            k = min(k, -_magnitude(self.width) - 1)
        return k

    def decimal(self, digits: int = DIGITS) -> str:
        """``m +- 10**-k``; an exact short decimal number without the error."""
        short = self.short(digits)
        if short is not None:
            return short
        k = self.place(digits)
        return f"{self.rounded(k)} +- {_error(k)}"

    def short(self, digits: int = DIGITS) -> str | None:
        """The decimal expansion if this is one number with a short one."""
        if self.width:
            return None
        k = digits - 1 - _magnitude(self.size) if self.size else 0
        scaled = self.lower * _power(k)
        return _written(int(scaled), k, trim=True) if scaled.denominator == 1 else None

    def rounded(self, k: int) -> str:
        """The midpoint rounded to k decimals."""
        return _written(round(self.midpoint * _power(k)), k)

    def below(self, digits: int = DIGITS) -> str:
        """The lower end rounded down."""
        return _directed(self.lower, digits, ROUND_FLOOR)

    def above(self, digits: int = DIGITS) -> str:
        """The upper end rounded up."""
        return _directed(self.upper, digits, ROUND_CEILING)

    def ends(self, digits: int = DIGITS) -> list[str]:
        """Both ends, rounded outward."""
        return [self.below(digits), self.above(digits)]

    def __str__(self) -> str:
        # With fewer than three certain digits the ends say more.
        return self.decimal() if self.certain(3) else f"[{self.below()}, {self.above()}]"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of complex numbers: real and imaginary part enclosed."""

    real: Interval
    imag: Interval

    @classmethod
    def of(cls, ball: flint.acb | flint.arb) -> Box:
        """The rectangle of a finite complex ball, exactly."""
        if isinstance(ball, flint.arb):
            return cls(Interval.of(ball), Interval.exact(0))
        return cls(Interval.of(ball.real), Interval.of(ball.imag))

    @property
    def conjugate(self) -> Box:
        """The mirror image."""
        return Box(self.real, Interval(-self.imag.upper, -self.imag.lower))

    @property
    def modulus(self) -> Interval:
        """Contains the absolute value of every number of the box."""
        nearest = [
            Fraction(0) if 0 in part else min(abs(part.lower), abs(part.upper)) for part in (self.real, self.imag)
        ]
        return Interval(_norm(*nearest).lower, _norm(self.real.size, self.imag.size).upper)

    def overlaps(self, other: Box) -> bool:
        """Whether the two have a point in common."""
        return self.real.overlaps(other.real) and self.imag.overlaps(other.imag)

    def certain(self, digits: int = DIGITS) -> bool:
        """Whether both parts are known to that many digits of the number's modulus."""
        size = max(self.real.size, self.imag.size)
        widest = max(self.real.width, self.imag.width)
        return widest == 0 or 2 * widest * Fraction(10) ** (digits - 1) <= _power(_magnitude(size))

    def place(self, digits: int = DIGITS) -> int | None:
        """The last decimal place that is printed, of both parts; None if both are exact and short."""
        parts = [part for part in (self.real, self.imag) if part.short(digits) is None]
        size = max(self.real.size, self.imag.size)
        if not parts:
            return None
        return min(digits - 1 - _magnitude(size), *(part.place(digits) for part in parts))

    def decimal(self, digits: int = DIGITS) -> str:
        """``a + bi +- 10**-k``, the error being that of either part."""
        k = self.place(digits)
        return self.rounded(k, digits) + ("" if k is None else f" +- {_error(k)}")

    def rounded(self, k: int | None, digits: int = DIGITS) -> str:
        """Both parts, rounded to k decimals where they are not exact and short."""
        exact = self.real.short(digits), self.imag.short(digits)
        real, imag = (
            part.rounded(k) if word is None and k is not None else str(word)
            for part, word in zip((self.real, self.imag), exact, strict=True)
        )
        if imag == "0":
            return real
        sign, size = ("-", imag[1:]) if imag.startswith("-") else ("+", imag)
        if real == "0":
            return f"{'-' if sign == '-' else ''}{size}i"
        return f"{real} {sign} {size}i"

    def __str__(self) -> str:
        return self.decimal()


def listed(boxes: Sequence[tuple[Box, int]], digits: int = DIGITS) -> str:
    """Several numbers with multiplicities on one line; an error that they share is said once."""
    places = {box.place(digits) for box, _ in boxes} - {None}
    shared = next(iter(places)) if len(places) == 1 else None

    def one(box: Box, times: int) -> str:
        words = box.decimal(digits) if shared is None else box.rounded(box.place(digits), digits)
        return words if times == 1 else f"{words} ({times} times)"

    line = ",  ".join(one(box, times) for box, times in boxes)
    return line if shared is None else f"{line}  (+- {_error(shared)})"


# -- decimal numbers -----------------------------------------------------------------------------------------------


def _power(k: int) -> Fraction:
    return Fraction(10) ** k


def _magnitude(size: Fraction) -> int:
    """The e with 10**e <= size < 10**(e + 1), for size > 0."""
    # log10(2) = 0.30103 finds the neighbourhood; the comparisons are exact.
    e = (size.numerator.bit_length() - size.denominator.bit_length()) * 30103 // 100000
    while _power(e) > size:
        e -= 1
    while _power(e + 1) <= size:
        e += 1
    return e


def _written(scaled: int, k: int, *, trim: bool = False) -> str:
    """``scaled * 10**-k``, with all its digits or without zeros at the end."""
    if scaled == 0:
        return "0"
    while trim and k > 0 and scaled % 10 == 0:
        scaled, k = scaled // 10, k - 1
    return _shown(Decimal((int(scaled < 0), tuple(map(int, str(abs(scaled)))), -k)))


def _shown(number: Decimal) -> str:
    # Zeros that are no digits of the number are not written out.
    exponent = number.as_tuple().exponent
    plain = number.adjusted() in _PLAIN and isinstance(exponent, int) and exponent <= 0
    return f"{number:f}" if plain else f"{number:e}"


def _error(k: int) -> str:
    return "1" if k == 0 else f"1e{-k}"


def _directed(value: Fraction, digits: int, rounding: str) -> str:
    context = Context(prec=digits, rounding=rounding, Emax=MAX_EMAX, Emin=MIN_EMIN)
    number = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    return "0" if number == 0 else _shown(number)


def _norm(a: Fraction, b: Fraction) -> Interval:
    """Contains sqrt(a^2 + b^2) for a, b >= 0; exact where one of the two is 0."""
    if a == 0 or b == 0:
        return Interval.exact(a + b)
    square = a**2 + b**2
    # Twice the bits of the parts keep the rounding far below their width; exact parts take the precision at hand.
    bits = max(part.numerator.bit_length() + part.denominator.bit_length() for part in (a, b))
    with flint.ctx.workprec(max(flint.ctx.prec, 64 + 2 * bits)):
        return Interval.of(flint.arb(flint.fmpq(square.numerator, square.denominator)).sqrt())
