"""Expressions on the open quadrants of the local coordinates, where absolute values of monomials resolve."""

from __future__ import annotations

from collections.abc import Iterator

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


def monomials(expression: sp.Expr) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Expr] | None]:
    """The terms of an expanded expression as (c, i, j), each c |x|^i |y|^j times a positive factor; None for others.

    The powers i and j are any real numbers. The positive factor vanishes nowhere but at x*, apart from the zeros that i
    and j tell: tanh(|x|) counts as |x|.
    """
    for term in sp.Add.make_args(expression) if expression != 0 else ():
        coefficient, rest = term.as_independent(SIZE_X, SIZE_Y, as_Add=False)
        powers = {SIZE_X: sp.Integer(0), SIZE_Y: sp.Integer(0)}
        for factor in sp.Mul.make_args(rest):
            base, exponent = factor.as_base_exp()
            if factor == 1 or isinstance(factor, sp.exp) or _is_definite(base):
                continue
            if isinstance(base, sp.tanh | sp.atan) and exponent.is_Integer and exponent > 0:
                inner = list(monomials(base.args[0]))
                if len(inner) != 1 or inner[0] is None or not (inner[0][0].is_Rational and inner[0][0] > 0):
                    yield None
                    return
                powers[SIZE_X] += inner[0][1] * exponent
                powers[SIZE_Y] += inner[0][2] * exponent
            elif base in powers and not exponent.has(SIZE_X, SIZE_Y):
                powers[base] += exponent
            else:
                yield None
                return
        yield coefficient, powers[SIZE_X], powers[SIZE_Y]


def _is_definite(base: sp.Expr) -> bool:
    """Whether a sum has positive terms only, of which one is left on each axis: x^2 + y^2, 1 + |x|."""
    if not isinstance(base, sp.Add):
        return False
    terms = list(monomials(base))
    if any(term is None or not (term[0].is_Rational and term[0] > 0) for term in terms):
        return False
    return all(any(term is not None and term[k] == 0 for term in terms) for k in (1, 2))


def shared_sign(expression: sp.Expr, facts: Facts) -> int | None:
    """The sign of a sum on the open quadrant near x* (0 for the zero expression); None if it is not plain.

    Terms of the other sign are allowed where they are dominated: c |x|^i |y|^j near x* by a term with exponents
    (i', j'), i' <= i, j' <= j, not both equal. Where a sum like x^2 + y^2 is a factor, exponents do not tell that.

    Raises:
        NeedSplit: If the sign of a coefficient varies over the cell.
    """
    by_sign: dict[int, list[tuple[sp.Expr, sp.Expr]]] = {1: [], -1: [], 0: []}
    for term in monomials(expression):
        if term is None:
            return None
        by_sign[facts.sign(term[0])].append(term[1:])
    if not by_sign[1] and not by_sign[-1]:
        return 0
    if by_sign[1] and by_sign[-1] and _has_vanishing_factor(expression):
        return None
    for way in (1, -1):
        if all(any(_dominates(big, small, facts) for big in by_sign[way]) for small in by_sign[-way]):
            return way
    return None


def _has_vanishing_factor(expression: sp.Expr) -> bool:
    bases = [node.base for node in expression.atoms(sp.Pow) if isinstance(node.base, sp.Add)]
    return any(base.xreplace({SIZE_X: sp.Integer(0), SIZE_Y: sp.Integer(0)}) == 0 for base in bases)


def _dominates(big: tuple[sp.Expr, sp.Expr], small: tuple[sp.Expr, sp.Expr], facts: Facts) -> bool:
    differences = [sp.expand(b - a) for a, b in zip(big, small, strict=True)]
    weakly = all(facts.compared(difference, ">=") for difference in differences)
    return weakly and any(facts.compared(difference, ">") for difference in differences)
