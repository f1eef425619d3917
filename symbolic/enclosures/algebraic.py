"""Whether an algebraic constant is exactly 0, which no precision tells."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp


@lru_cache(maxsize=4096)
def is_algebraic_zero(value: sp.Expr) -> bool:
    """Whether a constant is algebraic and proved to be 0 by its minimal polynomial; False says nothing."""
    if not value.is_algebraic and not _built_from_roots(value):
        return False
    x = sp.Symbol("x")
    try:
        return sp.minimal_polynomial(value, x) == x
    except (NotImplementedError, ValueError, sp.PolynomialError):
        return False


def _built_from_roots(value: sp.Expr) -> bool:
    if value.is_Rational or isinstance(value, sp.CRootOf):
        return True
    if isinstance(value, sp.Add | sp.Mul):
        return all(map(_built_from_roots, value.args))
    return isinstance(value, sp.Pow) and value.exp.is_Rational and _built_from_roots(value.base)
