r"""Infinite slopes and poles: one singular term kappa |s|^q sign(s), q < 1, the rest O(r) at x*.

- q < 0: v has no limit at x*, so x* is no equilibrium.
- 0 < q < 1, kappa > 0: in the cone where s is the larger coordinate, |s| grows at a rate beyond every exponential.
- 0 < q < 1, kappa < 0: |s| falls to O(|z|^{1/q}) = o(|z|), with z the other coordinate. If a < 0 on both sides, a
  being the slope of its row in z, z^2 + s^2 falls, because z s is small against z^2 + |s|^{1+q}. If the row of s is
  c z + ... on a side, s stays near |c z/kappa|^{1/q} there, with the sign of c z: that channel moves more slowly than s
  does towards it. If the lowest terms of the row of z in the channel point outwards, z grows in it.
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
from .taylor import ORDER, quadrant_terms

Rows = tuple[sp.Expr, sp.Expr]


@dataclass(frozen=True, slots=True)
class SteepTerm:
    """The one singular term of a field.

    Attributes:
        coordinate: s, one of ``X`` and ``Y``.
        coefficient: kappa.
        power: q.
        rest: The field without that term.
    """

    coordinate: sp.Symbol
    coefficient: sp.Expr
    power: sp.Expr
    rest: Rows


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
            return SteepTerm(coordinate, coefficient, power, (rest[0], rest[1]))
    return None


def other_growth(term: SteepTerm, case: Case) -> int | None:
    """-1 if a < 0 on both sides of the other coordinate z, 1 if z grows in the channel on one side; None otherwise.

    Args:
        term: The singular term, with 0 < q < 1 and kappa < 0.
        case: The field.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    own = 0 if term.coordinate == X else 1
    other = 1 - own
    along = tuple(sp.Integer(1 if place == other else 0) for place in (0, 1))
    slopes: dict[int, list[int]] = {1: [], -1: []}
    grows = False
    for quadrant in QUADRANTS:
        pair = case.quadrant_rows(quadrant, term.rest)
        found = [quadrant_terms(row, quadrant, case) for row in pair or ()]
        if len(found) != 2 or any(terms is None for terms in found):
            return None
        pushed, moved = (found[place] or {} for place in (own, other))
        side = quadrant[other]
        slopes[side].append(case.facts.sign(sp.expand(side * moved.get(along, sp.Integer(0)))))
        if case.facts.sign(sp.expand(quadrant[own] * pushed.get(along, sp.Integer(0)))) > 0:
            sizes = {powers: powers[other] + powers[own] / term.power for powers in moved}
            # Beyond ORDER a smooth term is not expanded.
            if sizes and all(size.is_Rational for size in sizes.values()) and min(sizes.values()) <= ORDER:
                lowest = [moved[powers] for powers, size in sizes.items() if size == min(sizes.values())]
                signs = {case.facts.sign(sp.expand(side * c)) for c in lowest}
                grows = grows or signs == {1}
    if grows or any(set(found) == {1} for found in slopes.values()):
        return 1
    return -1 if all(set(found) == {-1} for found in slopes.values()) else None


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
