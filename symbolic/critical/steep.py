r"""Infinite slopes and poles: one singular term kappa |s|^q sign(s), q < 1, the rest Lipschitz at x*.

- q < 0: v has no limit at x*, so x* is no equilibrium.
- 0 < q < 1, kappa > 0: in the cone where s is the larger coordinate, |s| grows at a rate beyond every exponential.
- 0 < q < 1, a map with step h: |s| is thrown to about h |kappa| |s|^q, many times |s| however small s is, and the
  cone is kept; so no neighbourhood is kept, for any h != 0 and either sign of kappa.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..germs.jet import NotSmooth
from ..germs.local import X, Y, resolver
from ..germs.switching import Branch, NeedBranch
from .facts import Facts

Rows = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True, slots=True)
class SteepTerm:
    """The one singular term of a field.

    Attributes:
        coordinate: s, one of ``X`` and ``Y``.
        coefficient: kappa.
        power: q.
    """

    coordinate: sp.Symbol
    coefficient: sp.Expr
    power: sp.Expr


def steep_term(rows: Rows, parameters: list[sp.Symbol], facts: Facts) -> SteepTerm | None:
    """The singular term, if the field has exactly one, in its own row, and the rest vanishes at x* and is Lipschitz.

    Args:
        rows: (v1, v2) in the local coordinates.
        parameters: The parameter symbols.
        facts: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    expanded = [sp.expand(row) for row in rows]
    for index, coordinate in enumerate((X, Y)):
        terms = sp.Add.make_args(expanded[index])
        singular = [(term, parts) for term in terms if (parts := _steep(term, coordinate, facts)) is not None]
        if len(singular) != 1:
            continue
        term, (coefficient, power) = singular[0]
        rest = list(expanded)
        rest[index] = sp.expand(expanded[index] - term)
        if facts.sign(coefficient) != 0 and _is_lipschitz(rest, coordinate, parameters, facts):
            return SteepTerm(coordinate, coefficient, power)
    return None


def _steep(term: sp.Expr, coordinate: sp.Symbol, facts: Facts) -> tuple[sp.Expr, sp.Expr] | None:
    """(kappa, q) of kappa |s|**q sign(s) with q < 1, q != 0; None for any other term."""
    coefficient, rest = term.as_independent(X, Y, as_Add=False)
    power, parity = sp.Integer(0), 0
    for factor in sp.Mul.make_args(rest):
        base, exponent = factor.as_base_exp()
        if base == coordinate and exponent.is_Integer:
            power, parity = power + exponent, parity + int(exponent)
        elif base == sp.Abs(coordinate) and not exponent.has(X, Y):
            power = power + exponent
        elif base == sp.sign(coordinate) and exponent.is_Integer:
            parity += int(exponent)
        else:
            return None
    odd = parity % 2 and power != 0
    return (coefficient, power) if odd and facts.sign(power - 1) < 0 and facts.sign(power) != 0 else None


def _is_lipschitz(rows: list[sp.Expr], coordinate: sp.Symbol, parameters: list[sp.Symbol], facts: Facts) -> bool:
    """Whether both rows vanish at x* and are of order 1 there, on both sides of s = 0."""
    for side in (1, -1):
        own = resolver(facts.cell, parameters, Branch(((coordinate, side),)), 1)
        try:
            jets = [own.algebra.evaluate(own.resolved(row), dict(own.jets)) for row in rows]
        except (NotSmooth, NeedBranch):
            return False
        if any(jet.order < 1 for jet in jets):
            return False
        if not all(facts.is_zero(own.algebra.coefficient(jet, 0, 0)) for jet in jets):
            return False
    return True
