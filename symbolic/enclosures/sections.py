"""Regions of one number: a condition on one symbol as a union of intervals with enclosed ends.

The atoms of the formula are polynomials in the symbol. Over QQ they are split into irreducible factors, which have no
root in common; the real roots of all factors, isolated by balls, are the only places where a sign changes. Between
neighbouring roots every sign is decided at a rational point, and at a root of one factor the others have the sign that
they have beside it: so each point of the line is decided exactly. Polynomials with other constants as coefficients
(exp(-1), sqrt(2)) are isolated whole; if two of them have roots that cannot be told apart, there is no enclosure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import flint
import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from ..formula import And, Atom, Formula, atoms
from .evaluation import PRECISIONS, TooClose, Undefined, ball
from .interval import DIGITS, Box, Interval, NoEnclosure
from .spectra import ball_roots


@dataclass(frozen=True, slots=True)
class Piece:
    """An interval of the line, or one point.

    Attributes:
        start: Encloses the left end; None if there is none.
        end: Encloses the right end; None if there is none.
        closed: Whether the left and the right end belong to it.
    """

    start: Interval | None
    end: Interval | None
    closed: tuple[bool, bool]

    def text(self, name: str, digits: int = DIGITS) -> str:
        """As inequalities; the errors of the ends stand behind them."""
        if self.start is not None and self.start == self.end:
            return f"{name} = {self.start.decimal(digits)}"
        left = "" if self.start is None else f"{_end(self.start, digits)} {'<=' if self.closed[0] else '<'} "
        right = "" if self.end is None else f" {'<=' if self.closed[1] else '<'} {_end(self.end, digits)}"
        return f"{left}{name}{right}" if left or right else f"{name} real"


@dataclass(frozen=True, slots=True)
class RealSet:
    """A union of pieces in increasing order.

    Attributes:
        pieces: Disjoint.
    """

    pieces: tuple[Piece, ...]

    def text(self, name: str, digits: int = DIGITS) -> str:
        """As inequalities joined by "or"."""
        return " or ".join(piece.text(name, digits) for piece in self.pieces) or f"no {name}"

    def __contains__(self, value: object) -> bool:
        """Whether a rational number is proved to lie in the set; False for one inside an enclosure of an end."""
        assert isinstance(value, int | Fraction)
        return any(
            (p.start is None or value > p.start.upper or (p.closed[0] and p.start.width == 0 and value in p.start))
            and (p.end is None or value < p.end.lower or (p.closed[1] and p.end.width == 0 and value in p.end))
            for p in self.pieces
        )


def _end(end: Interval, digits: int) -> str:
    words = end.decimal(digits)
    return f"({words})" if "+-" in words else words


@dataclass(frozen=True, slots=True)
class _Root:
    """A real root of one factor."""

    at: Interval
    factor: tuple[sp.Expr, ...]


def real_set(formula: Formula, symbol: sp.Symbol, digits: int = DIGITS) -> RealSet | NoEnclosure:
    """Where a condition on one symbol holds.

    Args:
        formula: Conditions on polynomials in the symbol, with constants as coefficients.
        symbol: The only free symbol.
        digits: How many significant digits of every end are to be certain.

    Returns:
        The set, or why it is not known.
    """
    try:
        split = {atom.expression: _factors(atom.expression, symbol) for atom in atoms(formula)}
    except (BasePolynomialError, TypeError):
        return NoEnclosure(f"the condition is not polynomial in {symbol}")
    factors = list(dict.fromkeys(factor for own in split.values() for factor, _ in own if len(factor) > 1))
    reason = ""
    for precision in PRECISIONS:
        try:
            roots = [_Root(at, factor) for factor in factors for at in _real_roots(factor, precision)]
            roots.sort(key=lambda root: root.at.lower)
            if any(left.at.upper >= right.at.lower for left, right in pairwise(roots)):
                raise TooClose("two ends are not told apart")
            if all(root.at.certain(digits) for root in roots):
                return RealSet(tuple(_pieces(formula, split, roots, precision)))
            reason = f"fewer than {digits} digits are certain"
        except TooClose as close:
            reason = str(close)
        except (Undefined, TypeError, OverflowError) as failure:
            return NoEnclosure(str(failure))
    return NoEnclosure(f"{reason} at {PRECISIONS[-1]} bits")


_Factors = list[tuple[tuple[sp.Expr, ...], int]]


def _factors(expression: sp.Expr, symbol: sp.Symbol) -> _Factors:
    """The factors of a polynomial, coefficients highest first, with their multiplicities; a constant is one too."""
    polynomial = sp.Poly(expression, symbol)
    if any(c.free_symbols for c in polynomial.all_coeffs()):
        raise TypeError("another symbol is free")
    if polynomial.domain.is_QQ or polynomial.domain.is_ZZ:
        constant, factors = polynomial.factor_list()
        return [((constant,), 1), *((tuple(factor.all_coeffs()), m) for factor, m in factors)]
    # Monic, so that a polynomial and its multiples have their roots in common.
    first, *rest = polynomial.all_coeffs()
    return [((first,), 1), ((sp.Integer(1), *(sp.expand(c / first) for c in rest)), 1)]


def _real_roots(factor: tuple[sp.Expr, ...], precision: int) -> list[Interval]:
    """The real roots of a factor, isolated from each other."""
    if all(c.is_Rational for c in factor):
        if len(factor) == 2:
            root = -factor[1] / factor[0]
            return [Interval.exact(Fraction(int(root.p), int(root.q)))]
        with flint.ctx.workprec(precision):
            rational = flint.fmpq_poly([flint.fmpq(int(c.p), int(c.q)) for c in factor[::-1]])
            found: list[Any] = rational.complex_roots()  # (root, multiplicity); a real one has the imaginary part 0
            return [Interval.of(root.real) for root, _ in found if root.imag == 0]
    try:
        boxes = ball_roots(factor, precision)
    except ValueError as failure:
        raise TooClose("roots are not told apart") from failure
    return [box.real for box in boxes if _is_real(box)]


def _is_real(box: Box) -> bool:
    if box.imag.width == 0 and box.imag.lower == 0:
        return True
    if 0 in box.imag:
        raise TooClose("a root is not known to be real")
    return False


def _pieces(formula: Formula, split: Mapping[sp.Expr, _Factors], roots: Sequence[_Root], precision: int) -> list[Piece]:
    """The maximal intervals where the formula holds."""
    gaps: list[Fraction] = [Fraction(0)]
    if roots:
        inner = [(left.at.upper + right.at.lower) / 2 for left, right in pairwise(roots)]
        gaps = [roots[0].at.lower - 1, *inner, roots[-1].at.upper + 1]
    between = [_truth(formula, split, point, None, precision) for point in gaps]
    # At a root its own factor is 0; the others have no root in its enclosure.
    at = [_truth(formula, split, root.at.lower, root.factor, precision) for root in roots]
    found: list[Piece] = []
    start: Interval | None = None
    open_piece, closed = between[0], False
    for root, here, after in zip(roots, at, between[1:], strict=True):
        if open_piece and not (here and after):
            found.append(Piece(start, root.at, (closed, here)))
        if after and not (open_piece and here):
            start, closed = root.at, here and not open_piece
        elif here and not after and not open_piece:
            found.append(Piece(root.at, root.at, (True, True)))
        open_piece = after
    if open_piece:
        found.append(Piece(start, None, (closed, False)))
    return found


def _truth(
    formula: Formula,
    split: Mapping[sp.Expr, _Factors],
    point: Fraction,
    zero: tuple[sp.Expr, ...] | None,
    precision: int,
) -> bool:
    """Whether the formula holds at a rational point, where one factor counts as 0."""
    if isinstance(formula, Atom):
        side = 1
        for factor, multiplicity in split[formula.expression]:
            side *= 0 if factor == zero else _side(factor, point, precision) ** multiplicity
        return {">": side > 0, ">=": side >= 0, "==": side == 0, "!=": side != 0}[formula.relation]
    parts = [_truth(part, split, point, zero, precision) for part in formula.parts]
    return all(parts) if isinstance(formula, And) else any(parts)


def _side(factor: tuple[sp.Expr, ...], point: Fraction, precision: int) -> int:
    """The sign of a factor at a rational point that is no root of it."""
    with flint.ctx.workprec(precision):
        total = flint.arb(0)
        at = flint.arb(flint.fmpq(point.numerator, point.denominator))
        exact = flint.fmpq(point.numerator, point.denominator)
        if all(c.is_Rational for c in factor):
            value = flint.fmpq(0)
            for c in factor:
                value = value * exact + flint.fmpq(int(c.p), int(c.q))
            return (value > 0) - (value < 0)
        for c in factor:
            total = total * at + ball(c, precision)
        if total > 0 or total < 0:
            return 1 if total > 0 else -1
    raise TooClose("a sign between two ends is not decided")
