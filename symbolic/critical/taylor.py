"""A row on an open quadrant as a sum of powers: powers as they are, smooth terms by Taylor's formula."""

from __future__ import annotations

import sympy as sp

from ..germs.jet import NotSmooth
from ..germs.local import X, Y, resolver
from ..germs.switching import Branch
from .case import Case
from .quadrants import SIZE_X, SIZE_Y, Quadrant

# Exponents (i, j) of |x|^i |y|^j, any real numbers.
Powers = tuple[sp.Expr, sp.Expr]
ORDER = 5


def quadrant_terms(row: sp.Expr, quadrant: Quadrant, case: Case) -> dict[Powers, sp.Expr] | None:
    """The terms c |x|^i |y|^j of a row on a quadrant up to o(r**ORDER), without those that vanish on the cell.

    Args:
        row: In |x| and |y|, expanded.
        quadrant: Signs of x and y.
        case: The case.

    Returns:
        Coefficients by exponents, which are all >= 0; None if some term has no such expansion.

    Raises:
        NeedSplit: If a coefficient vanishes in one part of the cell and not in another.
    """
    found: dict[Powers, sp.Expr] = {}
    smooth = sp.Integer(0)
    for term in sp.Add.make_args(row) if row != 0 else ():
        plain = _plain(term)
        if plain is None:
            smooth += term
        else:
            powers, coefficient = plain
            found[powers] = found.get(powers, sp.Integer(0)) + coefficient
    if smooth != 0:
        branch = Branch(((X, quadrant[0]), (Y, quadrant[1])))
        own = resolver(case.facts.cell, case.space, branch, ORDER)
        back = {SIZE_X: quadrant[0] * X, SIZE_Y: quadrant[1] * Y}
        try:
            jet = own.algebra.evaluate(smooth.xreplace(back), dict(own.jets))
        except (NotSmooth, OverflowError):
            return None
        if jet.order < ORDER:
            return None
        for i, j in {m[:2] for m in jet.polynomial.itermonoms()}:
            value = own.algebra.coefficient(jet, i, j) * quadrant[0] ** i * quadrant[1] ** j
            key = (sp.Integer(i), sp.Integer(j))
            found[key] = found.get(key, sp.Integer(0)) + value
    kept: dict[Powers, sp.Expr] = {}
    for (i, j), c in found.items():
        powers = _settled(i, case), _settled(j, case)
        kept[powers] = sp.expand(kept.get(powers, sp.Integer(0)) + c)
    kept = {powers: c for powers, c in kept.items() if not case.facts.is_zero(c)}
    # |y|^4 |x|^(-1/2) is of degree 7/2, and unbounded all the same.
    return kept if all(case.facts.compared(power, ">=") for powers in kept for power in powers) else None


def _settled(power: sp.Expr, case: Case) -> sp.Expr:
    """The power, as 0 or 1 where it is that on the cell; |x|^p with p >= 1 is linear for p = 1.

    Raises:
        NeedSplit: If it is 0 or 1 in one part of the cell and not in another.
    """
    if power.is_number:
        return power
    return next((sp.Integer(n) for n in (0, 1) if case.facts.is_zero(power - n)), power)


def _plain(term: sp.Expr) -> tuple[Powers, sp.Expr] | None:
    """A term c |x|^i |y|^j as ((i, j), c); None if it is something else."""
    coefficient, rest = term.as_independent(SIZE_X, SIZE_Y, as_Add=False)
    powers = {SIZE_X: sp.Integer(0), SIZE_Y: sp.Integer(0)}
    for factor in sp.Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        if base in powers and not exponent.has(SIZE_X, SIZE_Y):
            powers[base] += exponent
        elif factor != 1:
            return None
    return (powers[SIZE_X], powers[SIZE_Y]), coefficient
