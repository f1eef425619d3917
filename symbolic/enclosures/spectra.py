"""Certified spectra: eigenvalues with multiplicity, the spectral abscissa and the spectral radius of a real matrix.

The characteristic polynomial is computed exactly. Over QQ it is factored, and the roots of each factor are isolated:
eigenvalues that meet are one factor to a power, so that they are enclosed with their exact multiplicity, and rational
ones, and rational real parts of pairs, are exact. With algebraic or transcendental entries the squarefree parts are
isolated with balls as coefficients. Where neither goes through (eigenvalues that may or may not be equal) there are no
eigenvalues to list, and certified sign conditions (``stability``) enclose the abscissa and the radius.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

import flint
import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from ..spectrum import characteristic_coefficients
from . import stability
from .evaluation import PRECISIONS, TooClose, Undefined, ball
from .interval import DIGITS, Box, Interval, NoEnclosure

Eigenvalue = tuple[Box, int]
# A polynomial with a multiplicity: rational, or with constants as coefficients, highest first.
_Rational = tuple[flint.fmpq_poly, int]
_General = tuple[list[sp.Expr], int]


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The spectrum of a real matrix, enclosed.

    Attributes:
        eigenvalues: Every eigenvalue with its multiplicity, by decreasing real part; None where they could not be told
            apart.
        abscissa: Contains the largest real part.
        radius: Contains the largest modulus.
        note: How, where sign conditions had to do.
    """

    eigenvalues: tuple[Eigenvalue, ...] | None
    abscissa: Interval
    radius: Interval
    note: str = ""


def spectrum(
    matrix: sp.Matrix, digits: int = DIGITS, without: Mapping[sp.Integer, int] | None = None
) -> Spectrum | NoEnclosure:
    """Encloses the spectrum of a matrix of real constants.

    Args:
        matrix: Constants: rational, algebraic or transcendental.
        digits: How many significant digits are to be certain.
        without: Eigenvalues that are left out, with the number of times: those along a manifold of equilibria.

    Returns:
        The enclosures, or why there are none.
    """
    if matrix.free_symbols:
        return NoEnclosure(f"{min(map(str, matrix.free_symbols))} has no value")
    coefficients = characteristic_coefficients(matrix)
    for value, times in (without or {}).items():
        for _ in range(times):
            coefficients, remainder = divided(coefficients, value)
            if remainder != 0:
                return NoEnclosure(f"{value} is not known to be an eigenvalue {times} times")
    if len(coefficients) == 1:
        return NoEnclosure("no eigenvalue is left")
    if all(c.is_Rational for c in coefficients):
        whole = flint.fmpq_poly([_rational(c) for c in coefficients[::-1]])
        return _isolated_over_rationals(whole.factor()[1], digits)
    return _isolated(_squarefree(coefficients), digits) or _by_signs(coefficients, digits)


def divided(coefficients: Sequence[sp.Expr], value: sp.Expr) -> tuple[list[sp.Expr], sp.Expr]:
    """Horner's division of a polynomial, coefficients highest first, by z - value: the quotient and the remainder."""
    found = [coefficients[0]]
    for c in coefficients[1:]:
        found.append(sp.expand(sp.cancel(c + value * found[-1])))
    return found[:-1], found[-1]


def _spectrum(found: Iterable[Eigenvalue]) -> Spectrum:
    eigenvalues = sorted(found, key=lambda e: (-e[0].real.midpoint, -e[0].imag.midpoint))
    boxes = [box for box, _ in eigenvalues]
    return Spectrum(
        tuple(eigenvalues),
        Interval.largest([box.real for box in boxes]),
        Interval.largest([box.modulus for box in boxes]),
    )


def _certain(found: Spectrum, digits: int) -> bool:
    boxes = [box for box, _ in found.eigenvalues or ()]
    extremes = (found.abscissa, found.radius)
    # An abscissa of 0 has no leading digit: there, digits count against the largest eigenvalue.
    scale = Fraction(10) ** digits
    return all(box.certain(digits) for box in boxes) and all(
        part.certain(digits) or part.width * scale <= found.radius.lower for part in extremes
    )


# -- over QQ -------------------------------------------------------------------------------------------------------


def _isolated_over_rationals(factors: Sequence[_Rational], digits: int) -> Spectrum | NoEnclosure:
    for precision in PRECISIONS:
        with flint.ctx.workprec(precision):
            found = _spectrum((box, m) for factor, m in factors for box in _roots(factor))
        if _certain(found, digits):
            return found
    return NoEnclosure(f"fewer than {digits} digits of the eigenvalues are certain at {PRECISIONS[-1]} bits")


def _roots(factor: flint.fmpq_poly) -> list[Box]:
    """The roots of an irreducible polynomial, at the working precision."""
    if factor.degree() == 1:
        return [Box(Interval.exact(_fraction(-factor[0] / factor[1])), Interval.exact(0))]
    found: list[Any] = factor.complex_roots()  # (root, multiplicity)
    boxes = [Box.of(root) for root, _ in found]
    if factor.degree() == 2 and any(box.imag.width or box.imag.lower for box in boxes):
        centre = -factor[1] / (2 * factor[2])
        square = _fraction(factor[0] / factor[2] - centre**2)
        above, below = isqrt(square.numerator), isqrt(square.denominator)
        if Fraction(above, below) ** 2 == square:
            imaginary = [Interval.exact(Fraction(side * above, below)) for side in (1, -1)]
        else:
            imaginary = [box.imag for box in boxes]
        return [Box(Interval.exact(_fraction(centre)), part) for part in imaginary]
    return boxes


def _rational(value: sp.Rational) -> flint.fmpq:
    return flint.fmpq(int(value.p), int(value.q))


def _fraction(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


# -- with balls as coefficients --------------------------------------------------------------------------------------


def _squarefree(coefficients: Sequence[sp.Expr]) -> list[_General]:
    """Exact squarefree parts where the coefficients' field is known, else the polynomial itself.

    A transcendental constant counts as a variable: what divides then divides at its value too, and parts that have a
    common root nevertheless are not isolated.
    """
    z = sp.Dummy("z")
    degree = len(coefficients) - 1
    expression = sp.Add(*(c * z ** (degree - k) for k, c in enumerate(coefficients)))
    try:
        polynomial = sp.Poly(expression, z, extension=True)
        if polynomial.domain.is_EX or not polynomial.domain.is_Exact:
            return [(list(coefficients), 1)]
        parts = [(part.monic().all_coeffs(), m) for part, m in polynomial.to_field().sqf_list()[1]]
    except (BasePolynomialError, NotImplementedError):
        return [(list(coefficients), 1)]
    return [(part, m) for part, m in parts if len(part) > 1]


def _isolated(parts: Sequence[_General], digits: int) -> Spectrum | None:
    for precision in PRECISIONS:
        try:
            boxes = [(box, m) for part, m in parts for box in ball_roots(part, precision)]
        except (TooClose, ValueError, OverflowError):
            continue
        except (Undefined, TypeError):
            return None
        # Disjoint boxes hold different eigenvalues.
        if any(a.overlaps(b) for i, (a, _) in enumerate(boxes) for b, _ in boxes[:i]):
            continue
        with flint.ctx.workprec(precision):
            found = _spectrum(boxes)
        if _certain(found, digits):
            return found
    return None


def ball_roots(coefficients: Sequence[sp.Expr], precision: int) -> list[Box]:
    """The roots of a polynomial with real constants as coefficients, highest first, isolated.

    Raises:
        ValueError: If they could not be isolated.
    """
    with flint.ctx.workprec(precision):
        balls = [ball(c, precision) for c in coefficients[::-1]]
        if len(balls) == 2:
            return [Box.of(-balls[0] / balls[1])]
        found = flint.acb_poly(balls).roots(tol=flint.arb(2) ** -(precision // 2))
        boxes = [Box.of(root) for root in found]
    if len(boxes) != len(coefficients) - 1:
        raise ValueError("not all roots were found")

    def alone(box: Box) -> bool:
        """A root whose mirror image lies in no other box is its own mirror image: real."""
        return not any(box.conjugate.overlaps(other) for other in boxes if other is not box)

    return [Box(box.real, Interval.exact(0)) if box.overlaps(box.conjugate) and alone(box) else box for box in boxes]


def _by_signs(coefficients: Sequence[sp.Expr], digits: int) -> Spectrum | NoEnclosure:
    """Enclosures of the abscissa and the radius by sign conditions alone."""
    reason, part = "", Fraction(1, 10 ** (digits + 1))
    for precision in PRECISIONS:
        try:
            with flint.ctx.workprec(precision):
                balls = [ball(c, precision) for c in coefficients]
                size = stability.radius(balls, part)
                left = stability.abscissa(balls, part * size.upper)
        except TooClose as close:
            reason = str(close)
            continue
        except (Undefined, TypeError, OverflowError) as failure:
            return NoEnclosure(str(failure))
        if size.width <= part * size.lower and left.width <= part * size.upper:
            return Spectrum(None, left, size, "by sign conditions: eigenvalues that could not be told apart")
        reason = f"fewer than {digits} digits are certain"
    return NoEnclosure(f"{reason} at {PRECISIONS[-1]} bits")
