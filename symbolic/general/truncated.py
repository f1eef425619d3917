"""Polynomials of weighted degree at most 2 in formal quantities, over parameter expressions.

A quantity of weight 1 is of first order in the distance from x*, one of weight 2 of second order; products of higher
weight are dropped. Inside an expectation the quantities are y = D(x) - d* and s = |grad D(x)|, outside they are
expectations of their products.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from ..calculus import derivative
from ..decision.cells import Cell


class NotSmooth(Exception):
    """An expression has no second-order expansion at the equilibrium; the message says where and why."""


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """A formal quantity.

    Attributes:
        kind: ``value`` (y, or E[y]), ``slope`` (s, or E[s]), and outside ``value2``, ``slope2``, ``mixed`` for E[y^2],
            E[s^2], E[y s], and ``player`` for the square of a player's gradient.
        law: Where the sample is from, or the player and the loss.
    """

    kind: str
    law: tuple[str, ...] = ()

    @property
    def weight(self) -> int:
        """1 or 2."""
        return 1 if self.kind in ("value", "slope") else 2


Monomial = tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Truncated:
    """A polynomial.

    Attributes:
        terms: Coefficients by monomial (sorted quantities); the empty one is the value at x*.
        exact: Whether nothing was dropped: the polynomial is what it stands for, near x*.
    """

    terms: Mapping[Monomial, sp.Expr]
    exact: bool = True

    @classmethod
    def constant(cls, value: sp.Expr) -> Truncated:
        """A parameter expression."""
        return cls({(): value})

    @property
    def value(self) -> sp.Expr:
        """The value at x*."""
        return self.terms.get((), sp.Integer(0))

    @property
    def is_constant(self) -> bool:
        """Whether it is its value at x* and nothing else, with nothing dropped."""
        return self.exact and not self.rest.simplified().terms

    @property
    def rest(self) -> Truncated:
        """What is not constant."""
        return Truncated({m: c for m, c in self.terms.items() if m}, self.exact)

    def __add__(self, other: Truncated) -> Truncated:
        found = dict(self.terms)
        for monomial, c in other.terms.items():
            found[monomial] = found.get(monomial, sp.Integer(0)) + c
        return Truncated(found, self.exact and other.exact)

    def __mul__(self, other: Truncated) -> Truncated:
        found: dict[Monomial, sp.Expr] = {}
        whole = self.exact and other.exact
        for one, a in self.terms.items():
            for two, b in other.terms.items():
                if sum(q.weight for q in (*one, *two)) <= 2:
                    monomial = tuple(sorted((*one, *two)))
                    found[monomial] = found.get(monomial, sp.Integer(0)) + a * b
                else:
                    whole = False
        return Truncated(found, whole)

    def scaled(self, factor: sp.Expr) -> Truncated:
        """A multiple."""
        return Truncated({m: factor * c for m, c in self.terms.items()}, self.exact)

    def simplified(self) -> Truncated:
        """With expanded coefficients, and without those that are 0."""
        expanded = {m: sp.expand(c) for m, c in self.terms.items()}
        return Truncated({m: c for m, c in expanded.items() if c != 0}, self.exact)


def composed(outer: sp.Expr, t: sp.Symbol, inner: Truncated) -> Truncated:
    """A function of one variable, smooth at the inner value, after a polynomial: its Taylor polynomial of degree 2."""
    start, step = inner.value, inner.rest
    slope = derivative(outer, t)
    curvature = derivative(slope, t)
    at = {t: start}
    found = (
        Truncated.constant(outer.xreplace(at))
        + step.scaled(slope.xreplace(at))
        + (step * step).scaled(curvature.xreplace(at) / 2)
    )
    return Truncated(found.terms, exact=not step.simplified().terms and step.exact)


def modulus_sign(inner: Truncated, cell: Cell) -> int:
    """The sign of a polynomial near x* (where all slopes s are positive).

    Raises:
        NotSmooth: If it varies.
        NeedSplit: If it depends on the parameters.
    """
    sign = cell.sign(inner.value)
    if sign:
        return sign
    terms = {m: c for m, c in inner.rest.simplified().terms.items() if not cell.is_zero(c)}
    if not terms or not inner.exact:
        raise NotSmooth("an absolute value of something that vanishes at the equilibrium")
    leading = [c for m, c in terms.items() if len(m) == 1 and m[0].kind == "slope"]
    # s (b + O(1)) has the sign of b; what has no factor s may outweigh it.
    if len(leading) == 1 and all(any(q.kind == "slope" for q in m) for m in terms):
        return cell.sign(leading[0])
    raise NotSmooth("an absolute value of something whose sign varies near the equilibrium")
