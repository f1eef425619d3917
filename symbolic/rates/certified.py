"""The stable step sizes and the fastest one at exact values of the parameters, enclosed with proof.

For a rational r, the step sizes with rho(h) < r are known exactly. An eigenvalue can only cross the circle |z| = r
where p(r) = 0, p(-r) = 0 or a product of two eigenvalues is r^2: polynomials in h with rational coefficients. Their
real roots are isolated by balls (Arb); between two neighbouring roots rho < r holds everywhere or nowhere, which the
Schur-Cohn test decides at one rational point, in rational arithmetic; and at a root rho >= r. (If one of the
polynomials vanishes for all h, rho >= r for all h.) Bisection over r encloses the smallest rho, and the step sizes with
rho < r, for an r just above it, contain every minimiser. Unlike a search over h with balls, this does not suffer where
eigenvalues meet, and that is where the optimum often is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar

import flint
import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from ..decision.limits import OutOfTime, time_limit
from ..enclosures import Interval, NoEnclosure, Piece, RealSet, divided
from ..spectrum import characteristic_coefficients
from .polynomial import SQUARE, Factor, factors_of
from .results import CertifiedStep

_PRECISIONS = (64, 128, 256, 512, 1024, 4096)
_SMALL = 10**6
# p(r), and the polynomial of products at r^2, as polynomials in r^2 or r with coefficients in QQ[h], highest first.
_Rows = list[flint.fmpq_poly]


def certified_best_step(
    matrix: sp.Matrix,
    h: sp.Symbol,
    values: Mapping[sp.Symbol, sp.Expr | int],
    *,
    tolerance: Fraction = Fraction(1, 10**9),
    upper: Fraction | None = None,
    seconds: float = 10.0,
) -> CertifiedStep | NoEnclosure:
    """Encloses the smallest rho over 0 < h <= the largest stable step size, and every h where it is taken.

    Args:
        matrix: The Jacobian of one period.
        h: The step size.
        values: A rational value for every other symbol.
        tolerance: How wide the enclosure of rho may be.
        upper: Only step sizes up to this one count; needed where all large step sizes are stable.
        seconds: The limit.

    Returns:
        The enclosure, or why there is none.
    """
    return _in_time(lambda: _enclosed(_Moduli(_factors(matrix, h, values), h, upper), tolerance), seconds)


def certified_stable_steps(
    matrix: sp.Matrix,
    h: sp.Symbol,
    values: Mapping[sp.Symbol, sp.Expr | int],
    *,
    ones: int = 0,
    seconds: float = 10.0,
) -> RealSet | NoEnclosure:
    """Encloses every h > 0 where all multipliers lie inside the unit circle.

    Args:
        matrix: The Jacobian of one period.
        h: The step size.
        values: A rational value for every other symbol.
        ones: How many multipliers are 1 for all h and left out: those along a manifold of equilibria.
        seconds: The limit.

    Returns:
        Open intervals, or why there is no enclosure. At every end some multiplier lies on the circle or outside, or the
        period is undefined.
    """

    def found() -> RealSet:
        pieces = _Moduli(_factors(matrix, h, values, ones), h, None).below(Fraction(1))
        return RealSet(tuple(Piece(piece.start, piece.end, (False, False)) for piece in pieces))

    return _in_time(found, seconds)


_T = TypeVar("_T")


def _in_time(found: Callable[[], _T | NoEnclosure], seconds: float) -> _T | NoEnclosure:
    """The enclosure, or why there is none, within a time limit."""
    limit = object()
    try:
        with time_limit(seconds, limit):
            return found()
    except OutOfTime as out:
        if out.limit is not limit:
            raise
        return NoEnclosure(f"not found in {seconds:g} s")
    except (BasePolynomialError, ArithmeticError) as failure:
        return NoEnclosure(f"outside what is enclosed here: {failure}")


def _factors(
    matrix: sp.Matrix, h: sp.Symbol, values: Mapping[sp.Symbol, sp.Expr | int], ones: int = 0
) -> tuple[Factor, ...]:
    """The factors of the characteristic polynomial in QQ[h], some roots z = 1 left out.

    Raises:
        ArithmeticError: If there are other symbols or constants, or the roots z = 1 are missing.
    """
    known = {s: v if isinstance(v, sp.Expr) else sp.Rational(v) for s, v in values.items()}
    at = sp.Matrix(matrix).xreplace(known)
    if any(not entry.is_rational_function(h) or entry.free_symbols - {h} for entry in at):
        raise ArithmeticError("the period is no rational function of h with known coefficients")
    coefficients = characteristic_coefficients(at)
    for _ in range(ones):
        coefficients, remainder = divided(coefficients, sp.Integer(1))
        if remainder != 0:
            raise ArithmeticError(f"1 is not known to be a multiplier {ones} times")
    return factors_of(coefficients)


def _enclosed(moduli: _Moduli, tolerance: Fraction) -> CertifiedStep | NoEnclosure:
    stable = moduli.below(Fraction(1))
    if not stable:
        return NoEnclosure("no step size is stable")
    largest = stable[-1].end
    if largest is None:
        return NoEnclosure("all large step sizes are stable, so the range has no end; give an upper bound")
    low, high, sublevel = Fraction(0), Fraction(1), stable
    while high - low >= tolerance:
        middle = (low + high) / 2
        found = moduli.below(middle)
        if found:
            high, sublevel = middle, found
        else:
            low = middle
    if sublevel[0].start.upper == 0:
        return NoEnclosure("rho falls towards h = 0")
    steps: list[Interval] = []
    for piece in sublevel:
        assert piece.end is not None  # contained in the stable range
        if steps and piece.start.lower <= steps[-1].upper:
            steps[-1] = Interval(steps[-1].lower, piece.end.upper)
        else:
            steps.append(Interval(piece.start.lower, piece.end.upper))
    return CertifiedStep(Interval(low, high), tuple(steps), largest)


@dataclass(frozen=True, slots=True)
class _Piece:
    """An open interval of step sizes; its ends are enclosed, and None stands for no end."""

    start: Interval
    end: Interval | None


class _Moduli:
    """The moduli of the eigenvalues of a period, as functions of h > 0.

    Args:
        factors: Of the characteristic polynomial; coefficients in QQ[h].
        h: The step size.
        upper: The end of its range, if any.
    """

    def __init__(self, factors: Sequence[Factor], h: sp.Symbol, upper: Fraction | None) -> None:
        self._upper = upper
        self._factors = [[_polynomial(c, h) for c in factor.coefficients] for factor in factors]
        self._products: list[_Rows] = []
        for factor in factors:
            if factor.degree > 1:
                rows = sp.Poly(factor.products(), SQUARE).all_coeffs()
                self._products.append([_polynomial(c, h) for c in rows])

    def below(self, radius: Fraction) -> list[_Piece]:
        """The intervals that make up {h > 0: rho(h) < radius, the period is defined}, up to finitely many points."""
        r = flint.fmpq(radius.numerator, radius.denominator)
        walls = [_horner(rows, sign * r) for rows in self._factors for sign in (1, -1)]
        walls += [_horner(rows, r * r) for rows in self._products]
        if any(wall == 0 for wall in walls):
            return []
        marks = [*walls, *(rows[0] for rows in self._factors)]
        if self._upper is None:
            ends: list[Interval | None] = [*_positive_roots(marks), None]
        else:
            # As a root among the others, the end of the range is told apart from them.
            last = flint.fmpq_poly([flint.fmpq(-self._upper.numerator, self._upper.denominator), 1])
            found = _positive_roots([*marks, last])
            ends = [end for end in found if end.lower <= self._upper]
        starts = [Interval(Fraction(0), Fraction(0)), *ends]
        pieces = [_Piece(start, end) for start, end in zip(starts, ends, strict=False) if start is not None]
        return [piece for piece in pieces if self._inside(_between(piece), r)]

    def _inside(self, step: Fraction, radius: flint.fmpq) -> bool:
        """Whether every eigenvalue at a step size has a modulus below the radius."""
        h = flint.fmpq(step.numerator, step.denominator)
        for rows in self._factors:
            degree = len(rows) - 1
            if not _is_schur([row(h) * radius ** (degree - k) for k, row in enumerate(rows)]):
                return False
        return True


def _between(piece: _Piece) -> Fraction:
    """A rational point of the interval; its ends are disjoint."""
    return piece.start.upper + 1 if piece.end is None else (piece.start.upper + piece.end.lower) / 2


def _is_schur(coefficients: list[flint.fmpq]) -> bool:
    """Schur-Cohn: whether all roots of a polynomial, highest coefficient first, lie inside the unit circle."""
    while len(coefficients) > 1:
        first, last = coefficients[0], coefficients[-1]
        if abs(last) >= abs(first):
            return False
        mirrored = coefficients[::-1]
        coefficients = [first * a - last * b for a, b in zip(coefficients[:-1], mirrored[:-1], strict=True)]
    return True


def _polynomial(expression: sp.Expr, h: sp.Symbol) -> flint.fmpq_poly:
    coefficients = sp.Poly(expression, h, domain="QQ").all_coeffs()[::-1]
    return flint.fmpq_poly([flint.fmpq(int(c.p), int(c.q)) for c in coefficients])


def _horner(rows: _Rows, value: flint.fmpq) -> flint.fmpq_poly:
    total = flint.fmpq_poly()
    for row in rows:
        total = total * value + row
    return total


def _positive_roots(polynomials: Sequence[flint.fmpq_poly]) -> list[Interval]:
    """All positive roots of some polynomials, in increasing order, enclosed by disjoint intervals."""
    product = flint.fmpz_poly([1])
    for polynomial in polynomials:
        coefficients = polynomial.numer().coeffs()
        while coefficients[0] == 0:  # a root at 0
            coefficients = coefficients[1:]
        product *= flint.fmpz_poly(coefficients)
    product //= product.gcd(product.derivative())  # every root once
    for precision in _PRECISIONS:
        with flint.ctx.workprec(precision):
            found_roots: list[Any] = (
                product.complex_roots()
            )  # (root, multiplicity); a real one has the imaginary part 0
            roots = [root.real for root, _ in found_roots if root.imag == 0]
            if any(root.contains(0) for root in roots):
                continue
            found = sorted((Interval.of(root) for root in roots if root > 0), key=lambda end: end.lower)
        if all(left.upper < right.lower for left, right in pairwise(found)):
            return [_exact(root, product) for root in found]
    raise ArithmeticError("roots could not be told apart")


def _exact(root: Interval, polynomial: flint.fmpz_poly) -> Interval:
    """The isolated root itself where it is a rational number with a small denominator."""
    near = root.midpoint.limit_denominator(_SMALL)
    if near in root and polynomial(flint.fmpq(near.numerator, near.denominator)) == 0:
        return Interval.exact(near)
    return root
