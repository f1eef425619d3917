r"""Energy: V = (x^2 + y^2)/2 with V' = x v1 + y v2 <= 0, and LaSalle's invariance principle.

For a zero-sum objective the terms with f' cancel in V', and what is left is what the penalties take out. If V' is a
sum of terms of one sign, each a coefficient times factors that are nowhere negative, then V' <= 0; it vanishes at most
on the axes where one of those factors does. If v crosses those axes near x* everywhere but at x*, no trajectory but x*
stays on them, and x* is asymptotically stable. This needs v to be continuous, not smooth: infinite slopes are allowed.
"""

from __future__ import annotations

import sympy as sp

from ..calculus import Mean, ObjectiveDerivative, SignChange
from ..germs.local import X, Y, rebuilt
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
    if (
        change == 0
        or change.has(Mean, SignChange, sp.nan, sp.zoo)
        or not all(_is_continuous(row, facts) for row in expanded)
    ):
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


def _is_continuous(node: sp.Expr, facts: Facts) -> bool:
    """Whether the shape of an expression shows that it is continuous near the equilibrium."""
    if not node.has(X, Y):
        return True
    if isinstance(node, sp.Symbol):
        return True
    if isinstance(node, sp.Mul):
        zeros = {_stem(factor) for factor in node.args if not isinstance(factor, sp.sign)}
        return all(
            factor.args[0] in zeros if isinstance(factor, sp.sign) else _is_continuous(factor, facts)
            for factor in node.args
        )
    if isinstance(node, sp.Pow):
        base, exponent = node.base, node.exp
        if exponent.has(X, Y) or not _is_continuous(base, facts):
            return False
        if exponent.is_Integer and exponent >= 0:
            return True
        if isinstance(base, sp.Abs) and facts.sign(exponent) > 0:
            return True
        value = _value(base)
        return value is not None and (facts.sign(value) > 0 if not exponent.is_Integer else not facts.is_zero(value))
    if isinstance(node, sp.log):
        value = _value(node.args[0])
        return value is not None and facts.sign(value) > 0 and _is_continuous(node.args[0], facts)
    if isinstance(node, sp.Add | sp.exp | sp.tanh | sp.atan | sp.sin | sp.cos | sp.Abs):
        return all(_is_continuous(argument, facts) for argument in node.args)
    return isinstance(node, ObjectiveDerivative) and _is_continuous(node.args[1], facts)


def _stem(factor: sp.Expr) -> sp.Expr:
    """The u of u**n and |u|**q with a positive exponent; the factor itself otherwise."""
    base, exponent = factor.as_base_exp()
    if not (exponent.is_Rational and exponent > 0):
        return factor
    return base.args[0] if isinstance(base, sp.Abs) else base


def _value(expression: sp.Expr) -> sp.Expr | None:
    """The value at the equilibrium, if it is finite and free of f."""
    value = rebuilt(expression.xreplace({X: sp.Integer(0), Y: sp.Integer(0)}))
    return None if value.has(sp.nan, sp.zoo, sp.oo, ObjectiveDerivative, sp.sign) else value


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
