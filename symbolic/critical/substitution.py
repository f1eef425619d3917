"""Substitution of truncated polynomials into polynomials."""

from __future__ import annotations

from collections.abc import Callable

from sympy.polys.rings import PolyElement, PolyRing

from .homological import truncated


def substitution(
    ring: PolyRing, x: PolyElement, y: PolyElement, highest: int
) -> Callable[[PolyElement, int], PolyElement]:
    """(function, degree) -> function(x, y) up to the degree, for polynomials x and y without constant term.

    Args:
        ring: Where everything lives.
        x: The first argument.
        y: The second.
        highest: No degree beyond this is asked for; powers are computed once up to it.
    """
    powers = ([ring.one], [ring.one])

    def substituted(function: PolyElement, degree: int) -> PolyElement:
        total = ring.zero
        for (i, j), coefficient in function.terms():
            if i + j <= degree:
                left, right = _power(powers[0], x, i, highest), _power(powers[1], y, j, highest)
                total += truncated(truncated(left, degree) * truncated(right, degree), degree) * coefficient
        return total

    return substituted


def _power(known: list[PolyElement], base: PolyElement, exponent: int, degree: int) -> PolyElement:
    while len(known) <= exponent:
        known.append(truncated(known[-1] * base, degree))
    return known[exponent]
