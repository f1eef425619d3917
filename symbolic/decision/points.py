"""Exact signs at exact points: the re-check of every witness and counterexample.

A rational value is compared as it is. Any other constant is enclosed in a ball (python-flint's Arb) at rising precision
until the ball excludes 0, which proves its sign; whether an *algebraic* constant is exactly 0 is decided by its minimal
polynomial. A constant that neither shows is of unknown sign.
"""

from __future__ import annotations

from collections.abc import Mapping

import flint
import sympy as sp

from ..formula import And, Atom, Formula

Point = Mapping[sp.Symbol, sp.Expr]
_PRECISIONS = (64, 256, 1024)


def holds(formula: Formula, point: Point) -> bool | None:
    """Whether the formula holds at an exact point; None if a sign in it could not be decided or is undefined.

    Args:
        formula: Any formula.
        point: Exact values of its symbols.

    Returns:
        True, False or None.
    """
    if isinstance(formula, Atom):
        value = sign(formula.expression.xreplace(dict(point)))
        if value is None:
            return None
        return {">": value > 0, ">=": value >= 0, "==": value == 0, "!=": value != 0}[formula.relation]
    values = [holds(part, point) for part in formula.parts]
    decisive = not isinstance(formula, And)
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def sign(value: sp.Expr) -> int | None:
    """The sign of a real constant, or None if it is not real, undefined or not decided."""
    if value.is_Rational:
        return int(sp.sign(value))
    if value.free_symbols or value.has(sp.nan, sp.zoo, sp.oo, sp.I):
        return None
    for precision in _PRECISIONS:
        ball = enclosure(value, precision)
        if ball is None:
            return None
        if ball > 0:
            return 1
        if ball < 0:
            return -1
    return 0 if _is_algebraic_zero(value) else None


def _is_algebraic_zero(value: sp.Expr) -> bool:
    if not value.is_algebraic and not _built_from_roots(value):
        return False
    x = sp.Symbol("x")
    try:
        return sp.minimal_polynomial(value, x) == x
    except (NotImplementedError, ValueError, sp.PolynomialError):
        return False


def _built_from_roots(value: sp.Expr) -> bool:
    if value.is_Rational or isinstance(value, sp.CRootOf):
        return True
    if isinstance(value, sp.Add | sp.Mul):
        return all(map(_built_from_roots, value.args))
    return isinstance(value, sp.Pow) and value.exp.is_Rational and _built_from_roots(value.base)


def is_nonzero(value: sp.Expr) -> bool:
    """Whether a real or complex constant is proved not to be 0, by a ball that excludes 0; False says nothing."""
    if value.is_Rational:
        return bool(value != 0)
    for precision in _PRECISIONS:
        with flint.ctx.workprec(precision):
            try:
                ball = _complex_ball(value, precision)
            except (ZeroDivisionError, ValueError, TypeError):
                return False
            if ball.is_finite() and not ball.contains(0):
                return True
    return False


def _complex_ball(value: sp.Expr, precision: int) -> flint.acb:
    if value is sp.I:
        return flint.acb(0, 1)
    if not value.args or isinstance(value, sp.CRootOf):
        return flint.acb(_ball(value, precision))
    arguments = [_complex_ball(argument, precision) for argument in value.args]
    match value:
        case sp.Add():
            return sum(arguments, flint.acb(0))
        case sp.Mul():
            product = flint.acb(1)
            for argument in arguments:
                product *= argument
            return product
        case sp.Pow() if value.exp.is_Integer:
            return arguments[0] ** int(value.exp)
        case sp.Pow():
            return arguments[0] ** arguments[1]
    return flint.acb(_ball(value, precision))


def enclosure(value: sp.Expr, precision: int) -> flint.arb | None:
    """A ball that contains the constant, or None where it is undefined over the reals.

    Args:
        value: A real constant.
        precision: Bits of working precision.

    Returns:
        The ball.
    """
    with flint.ctx.workprec(precision):
        try:
            ball = _ball(value, precision)
        except (ZeroDivisionError, ValueError, TypeError):
            return None
    return ball if ball is not None and ball.is_finite() else None


def _ball(value: sp.Expr, precision: int) -> flint.arb:
    if value.is_Rational:
        return flint.arb(flint.fmpq(int(value.p), int(value.q)))
    if value is sp.pi:
        return flint.arb.pi()
    if value is sp.E:
        return flint.arb(1).exp()
    if isinstance(value, sp.CRootOf):
        interval = value._get_interval()
        while interval.dx > sp.Rational(1, 2**precision):
            interval = interval.refine()
        return _ball(sp.Rational(interval.a), precision).union(_ball(sp.Rational(interval.b), precision))
    arguments = [_ball(argument, precision) for argument in value.args]
    match value:
        case sp.Add():
            total = flint.arb(0)
            for argument in arguments:
                total += argument
            return total
        case sp.Mul():
            product = flint.arb(1)
            for argument in arguments:
                product *= argument
            return product
        case sp.Pow() if value.exp.is_Integer:
            return arguments[0] ** int(value.exp)
        case sp.Pow():
            if not arguments[0] >= 0:
                raise ValueError("a root of a number that may be negative")
            return arguments[0] ** arguments[1]
        case sp.exp():
            return arguments[0].exp()
        case sp.log():
            return arguments[0].log()
        case sp.tanh():
            return arguments[0].tanh()
        case sp.atan():
            return arguments[0].atan()
        case sp.sin():
            return arguments[0].sin()
        case sp.cos():
            return arguments[0].cos()
        case sp.Abs():
            return abs(arguments[0])
        case sp.sign() if arguments[0] > 0 or arguments[0] < 0:
            return flint.arb(1 if arguments[0] > 0 else -1)
    raise TypeError(f"no enclosure for {type(value).__name__}")
