r"""Infinite slopes and poles: one singular term kappa |s|^q sign(s), q < 1, the rest O(r) at x*.

- q < 0: v has no limit at x*, so x* is no equilibrium.
- 0 < q < 1, kappa > 0: in the cone where s is the larger coordinate, |s| grows at a rate beyond every exponential.
- 0 < q < 1, a map with step h: |s| is thrown to about h |kappa| |s|^q, many times |s| however small s is, and the
  cone is kept; so no neighbourhood is kept, for any h != 0 and either sign of kappa.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..germs.local import X, Y
from .case import Case
from .facts import Facts
from .quadrants import QUADRANTS
from .taylor import quadrant_terms

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


def steep_term(case: Case) -> SteepTerm | None:
    """The singular term, if the field has exactly one, in its own row, and the rest is O(r).

    Args:
        case: The field.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    facts = case.facts
    expanded = [sp.expand(row) for row in case.rows]
    for index, coordinate in enumerate((X, Y)):
        terms = sp.Add.make_args(expanded[index])
        singular = [(term, parts) for term in terms if (parts := _steep(term, coordinate, facts)) is not None]
        if len(singular) != 1:
            continue
        term, (coefficient, power) = singular[0]
        rest = list(expanded)
        rest[index] = sp.expand(expanded[index] - term)
        if facts.sign(coefficient) != 0 and _is_of_first_order(case, (rest[0], rest[1])):
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


def _is_of_first_order(case: Case, rows: Rows) -> bool:
    """Whether both rows are O(r) near x*, on every open quadrant."""
    for quadrant in QUADRANTS:
        pair = case.quadrant_rows(quadrant, rows)
        for row in pair or (None, None):
            terms = None if row is None else quadrant_terms(row, quadrant, case)
            if terms is None or not all(case.facts.compared(sp.expand(i + j - 1), ">=") for i, j in terms):
                return False
    return True
