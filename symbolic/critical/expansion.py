"""Taylor polynomials of a field, and of one period of a rule, in a field of coefficients as small as possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sympy as sp
from sympy.polys.fields import FracElement
from sympy.polys.rings import PolyElement, PolyRing, ring

from ..germs.coefficients import CoefficientField
from ..updates import Rule, Steps
from .homological import truncated


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
    rows: tuple[PolyElement, PolyElement]
    order: int
    step: FracElement
    expression: Callable[[FracElement], sp.Expr]

    @property
    def coordinates(self) -> tuple[PolyElement, PolyElement]:
        """(x, y)."""
        x, y = self.ring.gens
        return x, y

    def composed(self, function: PolyElement, x: PolyElement, y: PolyElement, degree: int) -> PolyElement:
        """function(x, y) for polynomials x and y without constant term, up to a degree."""
        return substitution(self.ring, x, y, degree)(function, degree)

    def period(self, rule: Rule, steps: Steps) -> tuple[PolyElement, PolyElement]:
        """One period of a rule, from the rule's own map."""

        def field(x: PolyElement, y: PolyElement) -> tuple[PolyElement, PolyElement]:
            first, second = (self.composed(row, x, y, self.order) for row in self.rows)
            return first, second

        x, y = self.coordinates
        first, second = rule.period(field, x, y, self.step, steps)
        return truncated(first, self.order), truncated(second, self.order)


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
    rows: tuple[PolyElement, PolyElement],
    field: CoefficientField,
    order: int,
    h: sp.Symbol,
    known: Mapping[sp.Symbol, sp.Expr],
) -> Expansion:
    """The expansion over the coefficients that really occur, and h.

    Args:
        rows: Polynomials whose first two exponents are those of x and y, over ``field``.
        field: The coefficients they are over.
        order: Degree up to which they are exact.
        h: The step size's symbol.
        known: Values of symbols that the cell's equations determine.
    """
    values = {
        (k, m[:2]): field.flat_expression(c).xreplace(dict(known)) for k, row in enumerate(rows) for m, c in row.terms()
    }
    used = {h}.union(*(value.free_symbols for value in values.values()))
    domain = sp.QQ.frac_field(*sorted(used, key=str))
    polynomials, _, _ = ring("x,y", domain)
    own: list[dict[tuple[int, int], FracElement]] = [{}, {}]
    for (k, monomial), value in values.items():
        own[k][monomial] = domain.from_sympy(value)
    first, second = (polynomials.from_dict(terms) for terms in own)
    return Expansion(
        polynomials,
        (first, second),
        order,
        domain.from_sympy(h),
        lambda element: field.with_atoms(domain.to_sympy(element)),
    )
