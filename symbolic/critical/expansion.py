"""Taylor polynomials of a field, and of one period of a rule, in a field of coefficients as small as possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.polys.rings import PolyElement, PolyRing, ring

from ..criteria import Sign
from ..germs.coefficients import CoefficientField
from ..germs.local import X, Y
from ..updates import Rule, Steps
from .homological import truncated

Pair = tuple[PolyElement, PolyElement]


@dataclass(frozen=True, slots=True)
class Expansion:
    """A planar field v = (v1, v2) at its equilibrium, as polynomials in the local coordinates.

    Attributes:
        ring: Polynomials in (x, y) over the coefficients.
        rows: v1 and v2 up to degree ``order``.
        order: The remainder is o(r**order).
        step: The step size as a coefficient.
        expression: From a coefficient to a parameter expression.
    """

    ring: PolyRing
    rows: Pair
    order: int
    step: Any
    expression: Callable[[Any], sp.Expr]

    @property
    def coordinates(self) -> Pair:
        """(x, y)."""
        x, y = self.ring.gens
        return x, y

    def composed(self, function: PolyElement, x: PolyElement, y: PolyElement, degree: int) -> PolyElement:
        """function(x, y) for polynomials x and y without constant term, up to a degree."""
        return substitution(self.ring, x, y, degree)(function, degree)

    def linear(self, row: PolyElement) -> tuple[Any, Any]:
        """The coefficients of x and y."""
        zero = self.ring.domain.zero
        return row.get((1, 0), zero), row.get((0, 1), zero)

    def sign(self, element: Any, sign: Sign) -> int:
        """Sign of a quotient as the product of the signs of its parts, each a polynomial in the parameters and h.

        Raises:
            ZeroDivisionError: If the denominator vanishes.
        """
        if not element:
            return 0
        domain = self.ring.domain
        parts = [self.expression(domain.convert(part)) for part in (domain.numer(element), domain.denom(element))]
        below = sign(sp.expand(parts[1]))
        if below == 0:
            raise ZeroDivisionError("a resonance")
        return sign(sp.expand(parts[0])) * below

    def trimmed(self, polynomial: PolyElement, sign: Sign) -> PolyElement:
        """Without the terms whose coefficients vanish on the cell."""
        return self.ring.from_dict({m: c for m, c in polynomial.terms() if self.sign(c, sign)})

    def shown(self, polynomial: PolyElement) -> sp.Expr:
        """The polynomial in the local coordinates."""
        return sp.Add(*(self.expression(c) * X**i * Y**j for (i, j), c in polynomial.terms()))

    def period(self, rule: Rule, steps: Steps) -> Pair:
        """One period of a rule, from the rule's own map."""

        def field(x: PolyElement, y: PolyElement) -> Pair:
            first, second = (self.composed(row, x, y, self.order) for row in self.rows)
            return first, second

        x, y = self.coordinates
        first, second = rule.period(field, x, y, self.step, steps)
        return truncated(first, self.order), truncated(second, self.order)

    def iterated(self, images: Pair, count: int) -> Pair:
        """The map applied a number of times."""
        current = images
        for _ in range(count - 1):
            moved = substitution(self.ring, *current, self.order)
            current = moved(images[0], self.order), moved(images[1], self.order)
        return current

    def in_basis(self, rows: Pair, first: tuple[Any, Any], second: tuple[Any, Any]) -> Pair:
        """A field, or the displacement F - id of a map, in the coordinates u, w with (x, y) = u first + w second."""
        u, w = self.ring.gens
        moved = substitution(self.ring, u * first[0] + w * second[0], u * first[1] + w * second[1], self.order)
        a, b = moved(rows[0], self.order), moved(rows[1], self.order)
        inverse = 1 / (first[0] * second[1] - first[1] * second[0])
        return (a * second[1] - b * second[0]) * inverse, (b * first[0] - a * first[1]) * inverse


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


def small_expansion(
    rows: Pair, field: CoefficientField, order: int, step: sp.Expr, known: Mapping[sp.Symbol, sp.Expr]
) -> Expansion:
    """The expansion over the coefficients that really occur, and the step size.

    Args:
        rows: Polynomials whose first two exponents are those of x and y, over ``field``.
        field: The coefficients they are over.
        order: Degree up to which they are exact.
        step: The step size.
        known: Values of symbols that the cell's equations determine.
    """
    terms = [{m[:2]: field.flat_expression(c).xreplace(dict(known)) for m, c in row.terms()} for row in rows]
    return _over_small_field((terms[0], terms[1]), order, step, field.with_atoms)


def polynomial_expansion(rows: tuple[sp.Expr, sp.Expr], order: int, step: sp.Expr) -> Expansion:
    """The expansion of a field that is a polynomial in the local coordinates, rational in its parameters.

    Args:
        rows: (v1, v2) in the local coordinates.
        order: Terms beyond this degree are cut off.
        step: The step size.
    """
    terms = [{m: c for m, c in sp.Poly(row, X, Y).terms() if sum(m) <= order} for row in rows]
    return _over_small_field((terms[0], terms[1]), order, step, lambda expression: expression)


_Terms = dict[tuple[int, int], sp.Expr]


def _over_small_field(
    rows: tuple[_Terms, _Terms], order: int, step: sp.Expr, shown: Callable[[sp.Expr], sp.Expr]
) -> Expansion:
    used = step.free_symbols.union(*(value.free_symbols for row in rows for value in row.values()))
    domain = sp.QQ.frac_field(*sorted(used, key=str)) if used else sp.QQ
    polynomials, _, _ = ring("x,y", domain)
    first, second = (polynomials.from_dict({m: domain.from_sympy(c) for m, c in row.items()}) for row in rows)
    return Expansion(
        polynomials, (first, second), order, domain.from_sympy(step), lambda element: shown(domain.to_sympy(element))
    )
