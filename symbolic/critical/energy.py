r"""Energy: V = (x^2 + y^2)/2 with V' = x v1 + y v2 <= 0, and LaSalle's invariance principle.

For a zero-sum objective the terms with f' cancel in V', and what is left is what the penalties take out. If V' is a
sum of terms of one sign, each a coefficient times factors that are nowhere negative, then V' <= 0; it vanishes at most
on the axes where one of those factors does. If v crosses those axes near x* everywhere but at x*, no trajectory but x*
stays on them, and x* is asymptotically stable. This needs v to be continuous, not smooth: infinite slopes are allowed.
"""

from __future__ import annotations

import sympy as sp

from ..calculus import Mean, ObjectiveDerivative
from ..germs.local import X, Y
from .facts import Facts

Rows = tuple[sp.Expr, sp.Expr]


def dissipates(rows: Rows, facts: Facts) -> bool:
    """Whether x v1 + y v2 <= 0 by the shape of its terms, with equality only on axes that v crosses.

    Args:
        rows: (v1, v2) in the local coordinates.
        facts: Where signs of coefficients are decided.

    Raises:
        NeedSplit: If the sign of a coefficient varies over the cell.
    """
    expanded = [sp.expand(row) for row in rows]
    change = sp.expand(X * expanded[0] + Y * expanded[1])
    if change == 0 or change.has(Mean, sp.nan, sp.zoo) or not all(map(_is_continuous, expanded)):
        return False
    axes = {X, Y}
    falls = False
    for term in sp.Add.make_args(change):
        coefficient, rest = term.as_independent(X, Y, as_Add=False)
        zeros = _zeros(rest, facts)
        if zeros is None:
            return False
        sign = facts.sign(coefficient)
        if sign > 0:
            return False
        if sign < 0:
            falls = True
            axes &= zeros
    if not falls:
        return False
    for axis in axes:
        crossing = _crossing(expanded[0 if axis == X else 1], axis)
        if crossing is None or facts.is_zero(crossing):
            return False
    return True


def _crossing(row: sp.Expr, axis: sp.Symbol) -> sp.Expr | None:
    """C where the row is c s**k on the axis {axis = 0}, with s the other coordinate; None if it has another form."""
    other = Y if axis == X else X
    on_axis = _at_zero(row.xreplace({axis: sp.Integer(0)}))
    coefficient, rest = sp.expand(on_axis).as_independent(other, as_Add=False)
    base, exponent = rest.as_base_exp()
    return coefficient if base == other and exponent.is_Integer and exponent > 0 else None


def _at_zero(expression: sp.Expr) -> sp.Expr:
    """The expression built again, with f^(k)(0) as its symbol."""
    if not expression.args:
        return expression
    arguments = [_at_zero(argument) for argument in expression.args]
    if isinstance(expression, ObjectiveDerivative) and arguments[1] == 0:
        return sp.Symbol(f"f{arguments[0]}", real=True)
    return expression.func(*arguments)


def _is_continuous(row: sp.Expr) -> bool:
    """Whether every sign(u) comes with a factor that vanishes where u does, and every power has a defined limit."""
    for term in sp.Add.make_args(row):
        factors = sp.Mul.make_args(term)
        vanishing = {
            f.as_base_exp()[0].args[0] if isinstance(f.as_base_exp()[0], sp.Abs) else f.as_base_exp()[0]
            for f in factors
        }
        for factor in factors:
            base, exponent = factor.as_base_exp()
            if isinstance(factor, sp.sign):
                if factor.args[0] not in vanishing - {factor}:
                    return False
            elif factor.has(sp.sign):
                return False
            elif isinstance(factor, sp.exp):
                continue
            elif base.has(X, Y) and not (exponent.is_Rational and exponent > 0):
                return False
    return True


def _zeros(product: sp.Expr, facts: Facts) -> set[sp.Symbol] | None:
    """The axes on which a product that is nowhere negative vanishes; None if it is not seen to be nowhere negative."""
    found: set[sp.Symbol] = set()
    odd = {X: 0, Y: 0}
    for factor in sp.Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        if isinstance(factor, sp.exp):
            continue
        if isinstance(base, sp.Abs) and base.args[0] in odd and facts.sign(exponent) > 0:
            found.add(base.args[0])
        elif base in odd and exponent.is_Integer and exponent > 0:
            found.add(base)
            odd[base] += int(exponent)
        elif isinstance(base, sp.sign) and base.args[0] in odd and exponent.is_Integer:
            odd[base.args[0]] += int(exponent)
        else:
            return None
    return None if any(count % 2 for count in odd.values()) else found
