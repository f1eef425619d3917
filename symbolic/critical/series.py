"""A game as Taylor polynomials in the local coordinates, for the rules: ``Players`` over truncated power series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sympy.polys.rings import PolyElement, PolyRing

from .homological import truncated
from .substitution import substitution

Pair = tuple[PolyElement, PolyElement]


class SeriesPlayers:
    """Fields that vanish at the equilibrium, up to a degree.

    v' is known to one degree less; the vectors it meets vanish at the equilibrium, so that products are exact.

    Args:
        ring: Polynomials in (x, y) over the coefficients.
        order: Degree up to which everything is exact.
        field: (v1, v2).
        free: The same without the penalties; empty where no rule asks.
        opponents: (d C_G / d psi, d C_D / d theta); empty where no rule asks.
    """

    def __init__(
        self,
        ring: PolyRing,
        order: int,
        field: Sequence[PolyElement],
        free: Sequence[PolyElement],
        opponents: Sequence[PolyElement],
    ) -> None:
        self._ring, self._order = ring, order
        self._field, self._free, self._opponents = field, free, opponents

    def field(self, theta: PolyElement, psi: PolyElement) -> Pair:
        """V at a point."""
        return self._at(self._field, theta, psi)

    def free_field(self, theta: PolyElement, psi: PolyElement) -> Pair:
        """V without the penalties."""
        return self._at(self._free, theta, psi)

    def jvp(self, theta: PolyElement, psi: PolyElement, tangent: Pair) -> Pair:
        """v'(theta, psi) tangent."""
        (a, b), (c, d) = self._jacobian(theta, psi)
        u, w = tangent
        return self._cut(a * u + b * w), self._cut(c * u + d * w)

    def vjp(self, theta: PolyElement, psi: PolyElement, cotangent: Pair) -> Pair:
        """v'(theta, psi)^T cotangent."""
        (a, b), (c, d) = self._jacobian(theta, psi)
        u, w = cotangent
        return self._cut(a * u + c * w), self._cut(b * u + d * w)

    def opponent_gradients(self, theta: PolyElement, psi: PolyElement) -> Pair:
        """Each player's cost in the other's parameter."""
        return self._at(self._opponents, theta, psi)

    def solve(self, operator: Callable[[Any], Any], right: PolyElement) -> PolyElement:
        """A factor with a constant term has a geometric series as its inverse."""
        factor = self._cut(operator(self._ring.one))
        constant = factor.get((0, 0), self._ring.domain.zero)
        rest = self._ring.one - factor * (1 / constant)
        term = total = right * (1 / constant)
        for _ in range(self._order):
            term = self._cut(term * rest)
            total = total + term
        return total

    def clip(self, value: PolyElement, bound: Any) -> PolyElement:
        """Near the equilibrium nothing is clipped."""
        return value

    def _jacobian(self, theta: PolyElement, psi: PolyElement) -> tuple[Pair, Pair]:
        x, y = self._ring.gens
        first, second = self._field
        return (
            self._at((first.diff(x), first.diff(y)), theta, psi),
            self._at((second.diff(x), second.diff(y)), theta, psi),
        )

    def _at(self, rows: Sequence[PolyElement], theta: PolyElement, psi: PolyElement) -> Pair:
        moved = substitution(self._ring, self._cut(theta), self._cut(psi), self._order)
        first, second = rows
        return moved(first, self._order), moved(second, self._order)

    def _cut(self, polynomial: PolyElement) -> PolyElement:
        return truncated(polynomial, self._order)
