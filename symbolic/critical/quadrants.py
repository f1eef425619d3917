"""Expressions on the open quadrants of the local coordinates, where absolute values of monomials resolve."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import sympy as sp

from ..calculus import Mean, SignChange
from ..germs.local import X, Y, rebuilt
from .facts import Facts

# |x| and |y|: positive, so that SymPy's exact rewritings of Abs, sign and powers apply.
SIZE_X, SIZE_Y = sp.symbols("_a _b", positive=True)
Quadrant = tuple[int, int]
QUADRANTS: tuple[Quadrant, ...] = tuple((a, b) for a in (1, -1) for b in (1, -1))


def on_quadrant(expression: sp.Expr, quadrant: Quadrant) -> sp.Expr | None:
    """The expression in |x| and |y|, expanded, without Abs and sign; None if those do not resolve."""
    moved = sp.expand(rebuilt(expression.xreplace({X: quadrant[0] * SIZE_X, Y: quadrant[1] * SIZE_Y})))
    return None if moved.has(sp.Abs, sp.sign, Mean, SignChange, sp.nan, sp.zoo) else moved


class Monomial(NamedTuple):
    """c |x|^i |y|^j w on an open quadrant, with w > 0.

    w is bounded from both sides near x*, unless it contains a power of a sum like x^2 + y^2 that vanishes there; the
    powers i and j are any real numbers.
    """

    coefficient: sp.Expr
    x_power: sp.Expr
    y_power: sp.Expr
    weight: sp.Expr


def monomials(expression: sp.Expr) -> Iterator[Monomial | None]:
    """The terms of an expanded expression as monomials; None for a term that is none."""
    return (monomial(term) for term in (sp.Add.make_args(expression) if expression != 0 else ()))


def monomial(term: sp.Expr) -> Monomial | None:
    """A term as c |x|^i |y|^j w, where tanh(|x|) is |x| times a weight; None if it is none."""
    coefficient, rest = term.as_independent(SIZE_X, SIZE_Y, as_Add=False)
    powers = {SIZE_X: sp.Integer(0), SIZE_Y: sp.Integer(0)}
    weight = sp.Integer(1)
    for factor in sp.Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        if isinstance(factor, sp.exp) and _is_bounded(factor.args[0]):
            weight *= factor
        elif base in powers and not exponent.has(SIZE_X, SIZE_Y):
            powers[base] += exponent
        elif _is_definite(base) and not exponent.has(SIZE_X, SIZE_Y):
            weight *= factor
        elif isinstance(base, sp.tanh | sp.atan) and exponent.is_Integer and exponent > 0:
            inner = _bounded_monomial(base.args[0])
            if inner is None:
                return None
            powers[SIZE_X] += inner.x_power * exponent
            powers[SIZE_Y] += inner.y_power * exponent
            weight *= factor / (SIZE_X**inner.x_power * SIZE_Y**inner.y_power) ** exponent
        elif factor != 1:
            return None
    return Monomial(coefficient, powers[SIZE_X], powers[SIZE_Y], weight)


def _has_plain_powers(term: Monomial | None) -> bool:
    """Whether a monomial is bounded near x*, as its powers and weight show without further knowledge."""
    return term is not None and not has_vanishing_factor(term.weight) and _is_bounded_term(term)


def _is_bounded_term(term: Monomial) -> bool:
    size = order(term)
    return size is not None and all(q.is_Rational and q >= 0 for q in (term.x_power, term.y_power, size))


def _is_bounded(expression: sp.Expr) -> bool:
    return all(term is not None and _is_bounded_term(term) for term in monomials(sp.expand(expression)))


def _bounded_monomial(expression: sp.Expr) -> Monomial | None:
    """The expression as one bounded monomial with a positive coefficient; None if it is not."""
    terms = list(monomials(sp.expand(expression)))
    if len(terms) != 1 or terms[0] is None or not _has_plain_powers(terms[0]):
        return None
    return terms[0] if terms[0].coefficient.is_Rational and terms[0].coefficient > 0 else None


def _is_definite(base: sp.Expr) -> bool:
    """Whether a sum has positive bounded terms only, of which one is left on each axis: x^2 + y^2, 1 + |x|."""
    if not isinstance(base, sp.Add):
        return False
    terms = list(monomials(base))
    if not all(_has_plain_powers(term) for term in terms):
        return False
    known = [term for term in terms if term is not None]
    if any(not (term.coefficient.is_Rational and term.coefficient > 0) for term in known):
        return False
    return all(any(term[k] == 0 for term in known) for k in (1, 2))


def order(term: Monomial) -> sp.Expr | None:
    """Some q with |c |x|^i |y|^j w| = O(r^q) near x*; None if more than powers of sums vanish in the weight.

    Args:
        term: With i, j >= 0, which are the caller's to show.
    """
    total = term.x_power + term.y_power
    for factor in sp.Mul.make_args(term.weight):
        base, exponent = factor.as_base_exp()
        if not has_vanishing_factor(factor):
            continue
        if not isinstance(base, sp.Add):
            return None
        known = [part for part in monomials(base) if part is not None and not has_vanishing_factor(part.weight)]
        if not exponent.is_Rational or len(known) != len(base.args):
            return None
        # c r^high <= base <= C r^low, where some pure powers are at most r^high on the axes.
        low = min(part.x_power + part.y_power for part in known)
        high = max(min(part[k] for part in known if part[3 - k] == 0) for k in (1, 2))
        total += exponent * (low if exponent > 0 else high)
    return sp.expand(total)


def shared_sign(expression: sp.Expr, facts: Facts) -> int | None:
    """The sign of a sum on the open quadrant near x* (0 for the zero expression); None if it is not plain.

    Terms of the other sign are allowed where they are dominated: c |x|^i |y|^j near x* by a term with exponents
    (i', j'), i' <= i, j' <= j, not both equal; by Young's inequality also by the sum of two terms, if a point between
    their exponents is such a one. Where a sum like x^2 + y^2 is a factor, exponents do not tell that.

    Raises:
        NeedSplit: If the sign of a coefficient varies over the cell.
    """
    by_sign: dict[int, list[tuple[sp.Expr, sp.Expr]]] = {1: [], -1: [], 0: []}
    for term in monomials(expression):
        if term is None:
            return None
        by_sign[facts.sign(term.coefficient)].append(term[1:3])
    if not by_sign[1] and not by_sign[-1]:
        return 0
    if by_sign[1] and by_sign[-1] and has_vanishing_factor(expression):
        return None
    for way in (1, -1):
        big = by_sign[way]
        if all(any(_dominates(b, small, facts) for b in big) or _is_above(small, big) for small in by_sign[-way]):
            return way
    return None


def has_vanishing_factor(expression: sp.Expr) -> bool:
    """Whether a power of a sum that is 0 at x* occurs."""
    bases = [node.base for node in expression.atoms(sp.Pow) if isinstance(node.base, sp.Add)]
    return any(base.xreplace({SIZE_X: sp.Integer(0), SIZE_Y: sp.Integer(0)}) == 0 for base in bases)


def _dominates(big: tuple[sp.Expr, sp.Expr], small: tuple[sp.Expr, sp.Expr], facts: Facts) -> bool:
    differences = [sp.expand(b - a) for a, b in zip(big, small, strict=True)]
    weakly = all(facts.compared(difference, ">=") for difference in differences)
    return weakly and any(facts.compared(difference, ">") for difference in differences)


def _is_above(small: tuple[sp.Expr, sp.Expr], big: list[tuple[sp.Expr, sp.Expr]]) -> bool:
    """Whether some u p + (1 - u) q with p, q among the given exponents and 0 <= u <= 1 is <= small, and not equal."""
    if not all(power.is_Rational for pair in (small, *big) for power in pair):
        return False
    return any(_passes_below(small, p, q) for p, q in combinations(big, 2))


def _passes_below(small: tuple[sp.Expr, sp.Expr], p: tuple[sp.Expr, sp.Expr], q: tuple[sp.Expr, sp.Expr]) -> bool:
    low, high = sp.Integer(0), sp.Integer(1)
    for a, b, wanted in zip(p, q, small, strict=True):
        # u (a - b) <= wanted - b
        if a > b:
            high = min(high, (wanted - b) / (a - b))
        elif a < b:
            low = max(low, (wanted - b) / (a - b))
        elif wanted < b:
            return False
    points = [[u * a + (1 - u) * b for a, b in zip(p, q, strict=True)] for u in (low, high) if low <= high]
    return any(list(small) != point for point in points)
