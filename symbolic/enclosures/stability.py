"""Certified sign conditions on the roots of a polynomial with balls as coefficients, where roots cannot be isolated.

A multiple eigenvalue of a matrix that is only known up to a ball cannot be isolated: the next matrix in the ball has
two. Sign conditions need no isolation. All roots of p lie left of Re z = r iff the first column of the Routh array of
p(z + r) is positive, and inside |z| = r iff |last| < |first| in all Schur-Cohn reductions of p(r z). Each sign is
proved by a ball that excludes 0; where one does not, nothing is claimed. Bisection over rational r encloses the
spectral abscissa max Re z and the spectral radius max |z|.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import flint

from .interval import Interval

Coefficients = Sequence[flint.arb]
# Where bisection asks next: the middle, or beside it if the middle is not decided.
_TRIES = (Fraction(1, 2), Fraction(3, 8), Fraction(5, 8), Fraction(1, 4), Fraction(3, 4))


def is_hurwitz(coefficients: Coefficients) -> bool | None:
    """Whether every root has negative real part.

    Args:
        coefficients: Of a polynomial with real coefficients, highest first; the first is positive.

    Returns:
        True or False where that is proved, else None. False: some root has Re z >= 0.
    """
    above, below = list(coefficients[0::2]), list(coefficients[1::2])
    if not above[0] > 0:
        return None
    while below:
        if below[0] < 0 or below[0] == 0:
            return False
        if not below[0] > 0:
            return None
        ratio = above[0] / below[0]
        padded = [*below[1:], *[flint.arb(0)] * (len(above) - len(below))]
        above, below = below, [x - ratio * y for x, y in zip(above[1:], padded, strict=True)]
    return True


def is_schur(coefficients: Coefficients) -> bool | None:
    """Whether every root lies inside the unit circle.

    Args:
        coefficients: Of a polynomial with real coefficients, highest first; the first is not 0.

    Returns:
        True or False where that is proved, else None. False: some root has |z| >= 1.
    """
    rest = list(coefficients)
    while len(rest) > 1:
        first, last = rest[0], rest[-1]
        gap = abs(first) - abs(last)
        if gap < 0 or gap == 0:
            return False
        if not gap > 0:
            return None
        # Divided by the first coefficient, so that the numbers keep their size.
        ratio = last / first
        rest = [x - ratio * y for x, y in zip(rest[:-1], rest[:0:-1], strict=True)]
    return True


def abscissa(coefficients: Coefficients, width: Fraction) -> Interval:
    """Encloses max Re z over the roots of a monic polynomial with real coefficients, highest first.

    Args:
        coefficients: Balls.
        width: How wide the enclosure may be; it is wider where the balls decide no more.
    """
    bound = _root_bound(coefficients)
    return _bisected(
        lambda r: is_hurwitz(_shifted(coefficients, r)), Interval(-bound, bound), lambda found: found.width <= width
    )


def radius(coefficients: Coefficients, width: Fraction) -> Interval:
    """Encloses max |z| over the roots of a monic polynomial with real coefficients, highest first.

    Args:
        coefficients: Balls.
        width: How wide the enclosure may be as a part of the radius; it is wider where the balls decide no more.
    """
    return _bisected(
        lambda r: is_schur(_scaled(coefficients, r)),
        Interval(Fraction(0), _root_bound(coefficients)),
        lambda found: found.width <= width * found.lower,
    )


def _bisected(
    below: Callable[[Fraction], bool | None], known: Interval, enough: Callable[[Interval], bool]
) -> Interval:
    """Narrows an interval that contains a number by asking whether that lies below r."""
    # A number that may be 0 is never known to a part of itself.
    for _ in range(64 + 4 * flint.ctx.prec):
        if enough(known):
            break
        for share in _TRIES:
            middle = known.lower + known.width * share
            answer = below(middle)
            if answer is not None:
                known = Interval(known.lower, middle) if answer else Interval(middle, known.upper)
                break
        else:
            break
    return known


def _root_bound(coefficients: Coefficients) -> Fraction:
    """Cauchy: every root of a monic polynomial has |z| <= 1 + max |c_k|; a power of 2."""
    largest = max((Interval.of(abs(c)).upper for c in coefficients[1:]), default=Fraction(0))
    bound = Fraction(1)
    while bound < 1 + largest:
        bound *= 2
    return bound


def _shifted(coefficients: Coefficients, r: Fraction) -> list[flint.arb]:
    """Coefficients of p(z + r), highest first."""
    shifted = flint.arb_poly(list(coefficients[::-1]))(flint.arb_poly([flint.arb(_rational(r)), 1]))
    return [shifted[k] for k in range(len(coefficients) - 1, -1, -1)]


def _scaled(coefficients: Coefficients, r: Fraction) -> list[flint.arb]:
    """Coefficients of p(r z), highest first."""
    degree, ratio = len(coefficients) - 1, flint.arb(_rational(r))
    return [c * ratio ** (degree - k) for k, c in enumerate(coefficients)]


def _rational(r: Fraction) -> flint.fmpq:
    return flint.fmpq(r.numerator, r.denominator)
