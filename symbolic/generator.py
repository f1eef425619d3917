"""Whether the generator alone converges: decided where v1 does not depend on psi."""

from __future__ import annotations

import sympy as sp

from .decision.cells import SYMPY_FAILURES, Cell, NeedSplit
from .derivation import Derivation
from .germs.local import X, Y, shifted


def generator_alone(derivation: Derivation, cell: Cell) -> bool | None:
    """Whether theta -> theta* under theta' = v1(theta), for the flow and for small steps; None if it is not known.

    With v1 = c (theta - theta*)^k + ..., it does exactly for odd k and c < 0. Where v1 = 0 identically theta stays
    where it is.

    Args:
        derivation: The field.
        cell: All admissible parameters.
    """
    try:
        first = shifted(derivation, cell)[0][0]
        if first.has(Y) or not first.is_polynomial(X):
            return None
        for (power,), coefficient in sorted(sp.Poly(first, X).terms(), key=lambda term: term[0]):
            value = cell.sign(coefficient)
            if value:
                return power % 2 == 1 and value < 0
    except (NeedSplit, *SYMPY_FAILURES):
        return None
    return False
