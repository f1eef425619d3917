"""Taylor polynomials of a field, and of one period of a rule, in a field of coefficients as small as possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.polys.rings import PolyElement, PolyRing, ring

from ..criteria import Sign
from ..germs.coefficients import CoefficientField
from ..germs.local import X, Y
from ..updates import Rule
from .homological import truncated
from .series import SeriesPlayers
from .substitution import substitution

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
        element: From a parameter expression to a coefficient.
        more: What a rule may read beside v: v without the penalties, and the opponents' gradients.
    """

    ring: PolyRing
    rows: Pair
    order: int
    step: Any
    expression: Callable[[Any], sp.Expr]
    element: Callable[[sp.Expr], Any]
    more: tuple[tuple[PolyElement, ...], tuple[PolyElement, ...]] = ((), ())

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

    def period(self, rule: Rule) -> Pair:
        """One period of a rule without memory, from the rule's own map."""
        players = SeriesPlayers(self.ring, self.order, self.rows, *self.more)
        first, second = rule.converted(self.element, sp.Expr).period(players, self.coordinates, self.step)
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


def small_expansion(
    rows: Sequence[PolyElement],
    field: CoefficientField,
    order: int,
    step: sp.Expr,
    known: Mapping[sp.Symbol, sp.Expr],
    rule: Rule,
) -> Expansion:
    """The expansion over the coefficients that really occur, and the step size.

    Args:
        rows: Polynomials whose first two exponents are those of x and y, over ``field``: v1 and v2, then those of
            v without the penalties and of the opponents' gradients where the rule reads them.
        field: The coefficients they are over.
        order: Degree up to which they are exact.
        step: The step size.
        known: Values of symbols that the cell's equations determine.
        rule: Its numbers become coefficients.
    """
    terms = [{m[:2]: field.flat_expression(c).xreplace(dict(known)) for m, c in row.terms()} for row in rows]

    def flat(number: sp.Expr) -> sp.Expr:
        return field.flat_expression(field.element(number)).xreplace(dict(known))

    return _over_small_field(terms, order, step, field.with_atoms, flat, rule)


def polynomial_expansion(rows: tuple[sp.Expr, sp.Expr], order: int, step: sp.Expr) -> Expansion:
    """The expansion of a field that is a polynomial in the local coordinates, rational in its parameters.

    Args:
        rows: (v1, v2) in the local coordinates.
        order: Terms beyond this degree are cut off.
        step: The step size.
    """
    terms = [{m: c for m, c in sp.Poly(row, X, Y).terms() if sum(m) <= order} for row in rows]
    return _over_small_field(terms, order, step, lambda e: e, lambda e: e, None)


_Terms = dict[tuple[int, int], sp.Expr]


def _over_small_field(
    rows: Sequence[_Terms],
    order: int,
    step: sp.Expr,
    shown: Callable[[sp.Expr], sp.Expr],
    flat: Callable[[sp.Expr], sp.Expr],
    rule: Rule | None,
) -> Expansion:
    numbers = [] if rule is None else [flat(number) for number in rule.numbers(sp.Expr)]
    used = step.free_symbols.union(*(value.free_symbols for row in rows for value in row.values()))
    used = used.union(*(number.free_symbols for number in numbers))
    domain = sp.QQ.frac_field(*sorted(used, key=str)) if used else sp.QQ
    polynomials, _, _ = ring("x,y", domain)
    series = [polynomials.from_dict({m: domain.from_sympy(c) for m, c in row.items()}) for row in rows]
    pairs = [tuple(series[k : k + 2]) for k in range(2, len(series), 2)]
    free = pairs.pop(0) if rule is not None and rule.uses_free_field else ()
    opponents = pairs.pop(0) if pairs else ()
    return Expansion(
        polynomials,
        (series[0], series[1]),
        order,
        domain.from_sympy(step),
        lambda element: shown(domain.to_sympy(element)),
        lambda expression: domain.from_sympy(flat(expression)),
        (free, opponents),
    )
