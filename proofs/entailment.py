"""Whether what a certificate proved is what its theorem needs: goals against goals, without the cell.

On the cell every proved goal is true, and so would be any weaker one; that a list of goals is *enough* therefore has to
be shown without the cell's help. Plainly, where each way of satisfying the list satisfies the needed formula sign
condition by sign condition; else by the solver.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from ..symbolic.formula import TRUE, And, Atom, Formula, conjunction
from .implications import SecondSolver

_MAX_WAYS = 512
_Way = frozenset[tuple[sp.Expr, str]]


def entails(listed: Iterable[Formula], needed: Formula, solver: SecondSolver) -> bool:
    """Whether the listed goals together imply the needed formula for all values of their symbols."""
    known = conjunction(listed)
    ways, wanted = _ways(known), _ways(needed)
    if ways is not None and wanted is not None and all(any(w <= way for w in wanted) for way in ways):
        return True
    return solver.implies(known, needed) is True


def _ways(formula: Formula) -> set[_Way] | None:
    """The disjunctive normal form: sets of sign conditions in a normal form of their own; None if too many."""
    if formula == TRUE:
        return {frozenset()}
    if isinstance(formula, Atom):
        return {frozenset({_canonical(formula)})}
    if not isinstance(formula, And):
        found: set[_Way] = set()
        for part in formula.parts:
            ways = _ways(part)
            if ways is None or len(found) + len(ways) > _MAX_WAYS:
                return None
            found |= ways
        return found
    product: set[_Way] = {frozenset()}
    for part in formula.parts:
        ways = _ways(part)
        if ways is None or len(product) * len(ways) > _MAX_WAYS:
            return None
        product = {left | right for left in product for right in ways}
    return product


def _canonical(atom: Atom) -> tuple[sp.Expr, str]:
    """A reduced fraction without a positive rational factor; equations without a sign."""
    top, bottom = sp.fraction(sp.cancel(sp.together(atom.expression)))
    content, primitive = sp.expand(top * (-1 if bottom.could_extract_minus_sign() else 1)).as_content_primitive()
    if content.is_negative:
        primitive = -primitive
    if atom.relation in ("==", "!=") and primitive.could_extract_minus_sign():
        primitive = -primitive
    _, below = sp.expand(-bottom if bottom.could_extract_minus_sign() else bottom).as_content_primitive()
    return sp.expand(primitive) / sp.expand(below), atom.relation
