"""Whether the generator alone converges: decided where v1 does not depend on psi."""

from __future__ import annotations

import sympy as sp

from .decision.cells import SYMPY_FAILURES, Cell, NeedSplit
from .derivation import Derivation
from .germs.local import X, Y, shifted


def generator_alone(derivation: Derivation, cell: Cell) -> bool | None:
    """Whether theta -> theta* under theta' = v1(theta), for the flow and for small gradient steps; None if not known.

    With v1 = c (theta - theta*)^k + ..., it does exactly for odd k and c < 0, if psi does not become infinite before:
    v2 is a polynomial, affine in psi. Where v1 = 0 identically theta stays where it is.

    Args:
        derivation: The field.
        cell: All admissible parameters.
    """
    if derivation.rule.discrete and derivation.rule.first_order is None:
        return None
    try:
        first, second = shifted(derivation, cell)[0]
        if first.has(Y) or not first.is_polynomial(X):
            return None
        for (power,), coefficient in sorted(sp.Poly(first, X).terms(), key=lambda term: term[0]):
            value = cell.sign(coefficient)
            if value:
                if power % 2 == 0 or value > 0:
                    return False
                return True if second.is_polynomial(X, Y) and sp.degree(second, Y) <= 1 else None
    except (NeedSplit, *SYMPY_FAILURES):
        return None
    return False
