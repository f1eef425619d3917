"""Exact formulas in balls (python-flint's Arb): rigorous values of constants, never by floating point.

A constant is evaluated at rising precision until enough digits are certain. Real numbers stay real balls; where a root
or a logarithm of a negative number, or ``I``, comes in they become complex ones. A function that jumps is only
evaluated where its argument is proved to lie on one side; whether an *algebraic* argument is exactly 0 is decided by a
ball that is smaller than its separation bound (``algebraic``). What is too close to a jump otherwise has no enclosure.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint
import sympy as sp
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from .algebraic import separation_bits
from .elementary import ENTIRE, REAL, Ball
from .interval import DIGITS, Box, Interval, NoEnclosure

PRECISIONS = (64, 128, 256, 512, 1024, 2048, 4096)
# From this precision on, a number that balls do not tell apart from 0 may well be 0.
_SUSPECT = 256


class Undefined(ArithmeticError):
    """The formula has no value there."""


class TooClose(ArithmeticError):
    """The precision does not tell an argument apart from a jump or a pole."""


def ball(expression: sp.Expr, precision: int) -> flint.arb:
    """A ball that contains a real constant.

    Args:
        expression: A constant that is real in all its parts.
        precision: Bits of working precision.

    Returns:
        A finite ball.

    Raises:
        Undefined: If the constant has no value, or some part of it is not real.
        TooClose: If that takes more precision to tell.
        TypeError: If it contains something that is no constant here.
    """
    with flint.ctx.workprec(precision):
        return _real(expression)


def complex_ball(expression: sp.Expr, precision: int) -> Ball:
    """A finite ball that contains a real or complex constant; powers and logarithms have their principal values.

    Raises:
        Undefined: If the constant has no value.
        TooClose: If that takes more precision to tell.
        TypeError: If it contains something that is no constant here.
    """
    with flint.ctx.workprec(precision):
        return _value(expression, False)


def enclose(expression: sp.Expr, digits: int = DIGITS) -> Interval | NoEnclosure:
    """Encloses a real constant.

    Args:
        expression: A constant that is real in all its parts.
        digits: How many significant digits are to be certain.

    Returns:
        The interval, or why there is none.
    """
    found = _enclosed(expression, digits, real=True)
    return found.real if isinstance(found, Box) else found


def enclose_complex(expression: sp.Expr, digits: int = DIGITS) -> Box | NoEnclosure:
    """Encloses a real or complex constant.

    Args:
        expression: A constant; powers and logarithms have their principal values.
        digits: How many digits of the modulus are to be certain.

    Returns:
        The box, or why there is none.
    """
    return _enclosed(expression, digits, real=False)


def _enclosed(expression: sp.Expr, digits: int, *, real: bool) -> Box | NoEnclosure:
    if expression.is_Rational:
        return Box(Interval.exact(Fraction(int(expression.p), int(expression.q))), Interval.exact(0))
    reason = ""
    for precision in PRECISIONS:
        try:
            box = Box.of(ball(expression, precision) if real else complex_ball(expression, precision))
        except TooClose as close:
            reason = str(close)
            continue
        except (Undefined, TypeError, OverflowError) as failure:
            return NoEnclosure(str(failure))
        if box.certain(digits):
            return box
        if box.overlaps(_ZERO) and _suspect(expression, precision) and _is_zero(expression, real):
            return _ZERO
        reason = "not told apart from 0" if box.overlaps(_ZERO) else f"fewer than {digits} digits are certain"
    return NoEnclosure(f"{reason} at {PRECISIONS[-1]} bits")


_ZERO = Box(Interval.exact(0), Interval.exact(0))


def sign(expression: sp.Expr) -> int | None:
    """The sign of a real constant, proved; None if it is not real, undefined or not decided."""
    for precision in PRECISIONS:
        try:
            with flint.ctx.workprec(precision):
                return _sign(expression)
        except TooClose:
            continue
        except (Undefined, TypeError):
            return None
    return None


def _sign(expression: sp.Expr, value: flint.arb | None = None) -> int:
    """The sign at the working precision."""
    if expression.is_Rational:
        return int(sp.sign(expression))
    value = _real(expression) if value is None else value
    if value > 0:
        return 1
    if value < 0:
        return -1
    if value == 0 or (_suspect(expression, flint.ctx.prec) and _is_zero(expression, True)):
        return 0
    raise TooClose(f"{_short(expression)} is not told apart from 0")


def _suspect(expression: sp.Expr, precision: int) -> bool:
    """Whether it is time to ask for 0: not while a little more precision may tell the number apart from it."""
    if precision < _SUSPECT:
        return False
    bits = separation_bits(expression)
    return bits is not None and (bits <= 8 * precision or precision >= PRECISIONS[-1])


@lru_cache(maxsize=4096)
def _is_zero(expression: sp.Expr, real: bool) -> bool:
    """Whether an algebraic constant is proved to be 0; False says that it is not, or that nothing is known."""
    bits = separation_bits(expression)
    if bits is None:
        return False
    bound = flint.arb(2) ** -bits
    for extra in (64, bits, 3 * bits):
        with flint.ctx.workprec(bits + extra):
            try:
                value = abs(flint.acb(_value(expression, real)))
            except TooClose:
                continue
            except (Undefined, TypeError, OverflowError):
                return False
            if value > 0:
                return False
            if value < bound:
                return True
    return False


# -- evaluation ----------------------------------------------------------------------------------------------------


def _value(node: sp.Expr, real: bool) -> Ball:
    found = _node(node, real)
    if not found.is_finite():
        raise TooClose(f"{_short(node)} is not known to be finite")
    return found


def _real(node: sp.Expr) -> flint.arb:
    found = _value(node, True)
    assert isinstance(found, flint.arb)
    return found


def _node(node: sp.Expr, real: bool) -> Ball:
    if node.is_Rational:
        return flint.arb(flint.fmpq(int(node.p), int(node.q)))
    if node is sp.pi:
        return flint.arb.pi()
    if node is sp.E:
        return flint.arb.const_e()
    if node is sp.I and not real:
        return flint.acb(0, 1)
    if isinstance(node, sp.CRootOf):
        return _root_of(node, real)
    if isinstance(node, sp.Piecewise):
        return _piecewise(node, real)
    if not node.args or not isinstance(node, sp.Add | sp.Mul | sp.Pow | sp.Max | sp.Min | sp.Function):
        raise (Undefined if node.is_number else TypeError)(f"{_short(node)} has no value here")
    arguments = [_value(argument, real) for argument in node.args]
    if isinstance(node, sp.Add):
        return sum(arguments[1:], arguments[0])
    if isinstance(node, sp.Mul):
        product = arguments[0]
        for argument in arguments[1:]:
            product = product * argument
        return product
    if isinstance(node, sp.Pow):
        return _power(node, arguments[0], arguments[1], real)
    return _function(node, arguments, real)


def _power(node: sp.Pow, base: Ball, exponent: Ball, real: bool) -> Ball:
    power = node.exp
    if power.is_Integer:
        if int(power) < 0 and base.contains(0):
            _refuse_zero(node.base, base, "a division by 0")
        return base ** int(power)
    if isinstance(base, flint.arb):
        side = _sign(node.base, base)
        if side == 0:
            if isinstance(exponent, flint.arb) and _sign(power, exponent) > 0:
                return flint.arb(0)
            raise Undefined(f"{_short(node)} is undefined")
        if side > 0:
            if power.is_Rational and power.q <= 64:
                return base.root(int(power.q)) ** int(power.p)
            return base**exponent
        if real:
            raise Undefined(f"{_short(node)}: a root of a negative number")
    return _off_cut(flint.acb(base), node.base) ** flint.acb(exponent)


def _refuse_zero(expression: sp.Expr, value: Ball, words: str) -> None:
    """0 in a denominator: undefined where it is 0, else a matter of precision."""
    if isinstance(value, flint.arb) and _sign(expression, value) == 0:
        raise Undefined(words)
    raise TooClose(f"{_short(expression)} is not told apart from 0")


def _off_cut(value: flint.acb, expression: sp.Expr) -> flint.acb:
    """A complex number that is proved not to lie near both sides of the negative real axis."""
    if value.imag == 0 or value.real > 0 or value.imag > 0 or value.imag < 0:
        return value
    raise TooClose(f"{_short(expression)} is not told apart from the branch cut of roots and logarithms")


def _function(node: sp.Function, arguments: list[Ball], real: bool) -> Ball:
    kind, first = type(node), arguments[0]
    if kind in ENTIRE:
        return ENTIRE[kind](first)
    if kind is sp.Abs:
        return abs(first)
    if kind is sp.log:
        if isinstance(first, flint.arb):
            side = _sign(node.args[0], first)
            if side > 0:
                return first.log()
            if side == 0 or real:
                raise Undefined(f"{_short(node)} is undefined")
        return _off_cut(flint.acb(first), node.args[0]).log()
    plain = [argument for argument in arguments if isinstance(argument, flint.arb)]
    if len(plain) < len(arguments):
        raise TypeError(f"no enclosure for {kind.__name__} of a complex number")
    return _real_function(node, plain)


def _real_function(node: sp.Function, arguments: list[flint.arb]) -> flint.arb:
    """Functions that are evaluated for real arguments only."""
    kind, first = type(node), arguments[0]
    if kind in REAL:
        return REAL[kind](first)
    if kind is sp.asin or kind is sp.acos:
        if _sign(1 - sp.Abs(node.args[0])) < 0:
            raise Undefined(f"{_short(node)} is undefined over the reals")
        return first.asin() if kind is sp.asin else first.acos()
    if kind is sp.sign:
        return flint.arb(_sign(node.args[0], first))
    if kind is sp.Heaviside:
        side = _sign(node.args[0], first)
        return arguments[1] if side == 0 else flint.arb(int(side > 0))
    if kind is sp.Max or kind is sp.Min:
        for argument in arguments[1:]:
            first = first.max(argument) if kind is sp.Max else first.min(argument)
        return first
    raise TypeError(f"no enclosure for {kind.__name__}")


def _root_of(node: sp.CRootOf, real: bool) -> Ball:
    """A root of an irreducible polynomial; SymPy counts the real ones first, in increasing order."""
    coefficients = [int(c) for c in node.poly.all_coeffs()[::-1]]
    found: list[Any] = flint.fmpz_poly(coefficients).complex_roots()  # (root, multiplicity)
    ordered = sorted((root.real for root, _ in found if root.imag == 0), key=lambda r: Interval.of(r).lower)
    if node.index < len(ordered):
        return ordered[node.index]
    if real:
        raise Undefined(f"{_short(node)} is not real")
    raise TypeError("no enclosure for a complex root of a polynomial by its number")


# -- cases ---------------------------------------------------------------------------------------------------------


def _piecewise(node: sp.Piecewise, real: bool) -> Ball:
    for value, condition in node.args:
        if _holds(condition):
            return _value(value, real)
    raise Undefined(f"{_short(node)}: no case applies")


def _holds(condition: Boolean) -> bool:
    """Whether a condition without free symbols holds; decided, or ``TooClose``."""
    if isinstance(condition, BooleanTrue | BooleanFalse):
        return bool(condition)
    if isinstance(condition, sp.Not):
        return not _holds(condition.args[0])
    if isinstance(condition, sp.And | sp.Or):
        decisive, late = isinstance(condition, sp.Or), None
        for part in condition.args:
            try:
                if _holds(part) is decisive:
                    return decisive
            except TooClose as close:
                late = close
        if late is not None:
            raise late
        return not decisive
    if not isinstance(condition, sp.core.relational.Relational):
        raise TypeError(f"no enclosure for the condition {_short(condition)}")
    side = _sign(condition.lhs - condition.rhs)
    return {
        ">": side > 0, ">=": side >= 0, "<": side < 0, "<=": side <= 0, "==": side == 0, "!=": side != 0,
    }[condition.rel_op]  # fmt: skip


def _short(node: sp.Basic) -> str:
    words = str(node)
    return words if len(words) <= 60 else f"{words[:57]}..."
