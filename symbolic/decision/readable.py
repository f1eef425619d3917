"""Exact points that a reader likes: small whole numbers first, then simple fractions.

Points are sifted by floats and decided by exact arithmetic (``points.holds``). Where no simple point is found, a
solver's model is made simpler one coordinate at a time, by the simplest fraction near it (Stern-Brocot).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import numpy as np
import sympy as sp

from ..formula import And, Atom, Formula, substituted
from .points import Point, enclosure, holds

_POINTS = 40_000
_TRIED = 12
_LARGEST = 6
_DENOMINATORS = 30
_HALVINGS = 32
# Powers of ten, and their fractions, read more easily than their size says.
_ROUND = {10: 6, 20: 9, 100: 9, 1000: 12}
_FUNCTIONS = {"sqrt": np.sqrt, "Abs": np.abs, "sign": np.sign, "exp": np.exp, "log": np.log, "tanh": np.tanh}
_FUNCTIONS |= {"atan": np.arctan, "sin": np.sin, "cos": np.cos, "pi": np.pi, "E": np.e}


def burden(value: sp.Expr) -> int:
    """How much a number asks of a reader: 0 for 1, 1 for -1 and 2, 2 for -2, 3 and 1/2, and so on."""
    if not value.is_Rational:
        return 1000 + int(value.count_ops())
    if value == 0:
        return 3
    p, q = abs(int(value.p)), int(value.q)
    return _ROUND.get(p, p - 1) + (_ROUND.get(q, 2 * (q - 1)) if q > 1 else 0) + int(bool(value < 0))


def _values() -> tuple[sp.Rational, ...]:
    fractions = {Fraction(p, q) for p in range(_LARGEST + 1) for q in range(1, _LARGEST + 1)}
    fractions |= {Fraction(n) for n in _ROUND} | {Fraction(1, n) for n in _ROUND}
    numbers = [sp.Rational(s * f.numerator, f.denominator) for f in fractions for s in ((1, -1) if f else (1,))]
    return tuple(sorted(numbers, key=lambda n: (burden(n), -n)))


_VALUES = _values()
_BURDENS = np.array([burden(value) for value in _VALUES])
_FLOATS = np.array([float(value) for value in _VALUES])


@functools.cache
def _grid(dimension: int) -> np.ndarray:
    """Points as ranks into ``_VALUES``, shape (dimension, points), those with the least total burden first."""
    if dimension > 60:
        return np.zeros((dimension, 1), dtype=np.int16)
    most = _total(dimension)
    points, totals = np.zeros((0, 1), dtype=np.int16), np.zeros(1, dtype=int)
    for _ in range(dimension):
        sums = totals[:, None] + _BURDENS[None, :]
        before, last = np.nonzero(sums <= most)
        points = np.vstack([points[:, before], last.astype(np.int16)])
        totals = sums[before, last]
    return points[:, np.argsort(totals, kind="stable")]


def _total(dimension: int) -> int:
    """The largest total burden with at most ``_POINTS`` points."""
    counts = np.bincount(_BURDENS).astype(float)
    found = np.ones(1)
    for _ in range(dimension):
        found = np.convolve(found, counts)
    return max(int(np.searchsorted(np.cumsum(found), _POINTS, side="right")) - 1, 0)


def grid_columns(dimension: int) -> list[np.ndarray]:
    """The readable points as floats, one array per coordinate, simplest first."""
    return list(_FLOATS[_grid(dimension)])


def readable_point(formula: Formula, unknowns: Sequence[sp.Symbol]) -> dict[sp.Symbol, sp.Expr] | None:
    """The simplest grid point where the formula holds: floats sift, exact arithmetic decides.

    Args:
        formula: What is to hold.
        unknowns: The coordinates, all symbols of the formula among them.
    """
    if not unknowns:
        return {} if holds(formula, {}) else None
    ranks = _grid(len(unknowns))
    mask = sift(formula, unknowns, list(_FLOATS[ranks]))
    if mask is None:
        return None
    for index in np.flatnonzero(mask)[:_TRIED]:
        point: Point = {s: _VALUES[rank] for s, rank in zip(unknowns, ranks[:, index], strict=True)}
        if holds(formula, point):
            return dict(point)
    return None


def sift(formula: Formula, unknowns: Sequence[sp.Symbol], columns: Sequence[np.ndarray]) -> np.ndarray | None:
    """Where a formula seems to hold, by floats: a guess, to be decided exactly.

    Args:
        formula: Any formula.
        unknowns: Its symbols, and perhaps others.
        columns: Their values, arrays of one length.

    Returns:
        A boolean array; None where floats cannot evaluate the formula.
    """
    if isinstance(formula, Atom):
        value = evaluated(formula.expression, unknowns, columns)
        if value is None:
            return None
        near = 1e-12 * (1 + np.abs(value))
        match formula.relation:
            case ">":
                return value > 0
            case ">=":
                return value >= -near
            case "==":
                return np.abs(value) <= near
        return value != 0
    masks = [sift(part, unknowns, columns) for part in formula.parts]
    known = [mask for mask in masks if mask is not None]
    if len(known) != len(masks):
        return None
    start = np.full(columns[0].shape, isinstance(formula, And))
    for mask in known:
        start = start & mask if isinstance(formula, And) else start | mask
    return start


def evaluated(expression: sp.Expr, unknowns: Sequence[sp.Symbol], columns: Sequence[np.ndarray]) -> np.ndarray | None:
    """An expression at many points, by floats; None where it cannot be."""
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(_compiled(expression, tuple(unknowns))(*columns))
            if np.iscomplexobj(value):
                value = np.where(np.imag(value) == 0, np.real(value), np.nan)
            return np.broadcast_to(np.asarray(value, dtype=float), columns[0].shape)
    except (TypeError, NameError, ValueError, OverflowError, AttributeError, KeyError):
        return None


@functools.lru_cache(maxsize=512)
def _compiled(expression: sp.Expr, unknowns: tuple[sp.Symbol, ...]) -> Callable[..., object]:
    return sp.lambdify(unknowns, expression, modules=[_FUNCTIONS])


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the smallest denominator (then numerator) in a closed interval, by the Stern-Brocot tree."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest_between(-high, -low)
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    below = whole - 1
    return below + 1 / simplest_between(1 / (high - below), 1 / (low - below))


def approximations(value: sp.Expr) -> list[sp.Rational]:
    """Fractions near a number and other than it, each the simplest of those as close as it is, ever closer."""
    middle = _fraction(value)
    if middle is None:
        return []
    widths = (abs(middle) / 2**halvings for halvings in range(1, _HALVINGS))
    found = dict.fromkeys(simplest_between(middle - width, middle + width) for width in widths)
    return [_rational(f) for f in found if f != middle or not value.is_Rational]


def neighbours(value: sp.Expr) -> list[sp.Rational]:
    """Fractions with small denominators within a quarter of a number, simplest first."""
    middle = _fraction(value)
    if middle is None:
        return []
    low, high = sorted((middle * 3 / 4, middle * 5 / 4))
    found = {
        Fraction(p, q)
        for q in range(1, _DENOMINATORS + 1)
        for p in range(-(-low * q // 1), min(high * q // 1, -(-low * q // 1) + _DENOMINATORS) + 1)
    }
    return sorted(map(_rational, found), key=lambda f: (burden(f), f))


def simpler_point(
    formula: Formula, point: Mapping[sp.Symbol, sp.Expr], find: Callable[[Formula], Point | None], attempts: int = 24
) -> dict[sp.Symbol, sp.Expr]:
    """A simpler point where the formula holds, coordinate by coordinate.

    Args:
        formula: What holds at the point.
        point: An exact point, say a solver's model.
        find: Gives some point where a formula holds, for the coordinates that are still free; None says nothing.
        attempts: How often it is called at most.

    Returns:
        A point where the formula is proved to hold; the given one if nothing simpler is found.
    """
    best, rest = dict(point), formula
    order = sorted(point, key=lambda s: (-burden(point[s]), str(s)))
    for symbol in order:
        for value in approximations(best[symbol]):
            if burden(value) >= burden(best[symbol]):
                break
            if holds(formula, {**best, symbol: value}):
                best[symbol] = value
                break
            if attempts <= 0:
                continue
            # The other coordinates, as far as they are not fixed yet, move along.
            attempts -= 1
            model = find(substituted(rest, {symbol: value}))
            moved = None if model is None else {**best, **model, symbol: value}
            if moved is not None and holds(formula, moved):
                best = moved
                break
        rest = substituted(rest, {symbol: best[symbol]})
    for symbol in order:
        simpler = (v for v in neighbours(best[symbol]) if burden(v) < burden(best[symbol]))
        best[symbol] = next((v for v in simpler if holds(formula, {**best, symbol: v})), best[symbol])
    return {symbol: best[symbol] for symbol in point}


def _rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def _fraction(value: sp.Expr) -> Fraction | None:
    """The number, or a fraction close to it."""
    if value.is_Rational:
        return Fraction(int(value.p), int(value.q))
    ball = enclosure(value, 64)
    if ball is None:
        return None
    mantissa, exponent = ball.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
