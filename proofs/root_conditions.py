"""Where the roots of a polynomial lie, as sign conditions written down a second time (``symbolic.criteria``)."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from ..symbolic.formula import FALSE, Formula, compare, conjunction, disjunction
from .rule_matrices import STEP

# How much wider a circle is, to tell roots on the unit circle from roots outside.
WIDER = sp.Symbol("_wider", real=True)
_Z, _W = sp.symbols("_z _w")


def polynomial_in_z(matrix: sp.MatrixBase) -> list[sp.Expr]:
    """Coefficients of det(z - M), highest first, times a square if the step size stands in a denominator."""
    determinant = sp.together((_Z * sp.eye(matrix.rows) - matrix).det(method="berkowitz"))
    below = sp.denom(determinant)
    factor = sp.Mul(*(f**e for f, e in sp.factor_list(below)[1] if f.has(STEP))) if below.has(STEP) else sp.Integer(1)
    polynomial = sp.Poly(sp.cancel(determinant * factor**2), _Z)
    return [sp.expand(c) for c in polynomial.all_coeffs()]


def schur_conditions(coefficients: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Expressions that are all positive iff every root has modulus below 1; the leading coefficient is positive.

    z = (1 + w)/(1 - w) takes the disc to the left half plane, where Hurwitz' determinants decide.
    """
    degree = len(coefficients) - 1
    moved = sp.Add(*(c * (1 + _W) ** (degree - k) * (1 - _W) ** k for k, c in enumerate(coefficients)))
    polynomial = sp.Poly(sp.expand(moved), _W)
    descending = [sp.expand(polynomial.coeff_monomial(_W ** (degree - k))) for k in range(degree + 1)]

    def entry(row: int, column: int) -> sp.Expr:
        index = 2 * column - row + 1
        return descending[index] if 0 <= index <= degree else sp.Integer(0)

    minors = [sp.expand(sp.Matrix(n, n, entry).det(method="berkowitz")) for n in range(1, degree)]
    return [descending[0], *minors, descending[-1]]


def positive(expression: sp.Expr, small: Sequence[sp.Symbol] = ()) -> Formula:
    """Positive for all sufficiently small positive values of some symbols, the first of them smallest of all.

    A coefficient is positive and all those of lower powers vanish.
    """
    if not small:
        return compare(expression, ">")
    parts: list[Formula] = []
    lower: list[Formula] = []
    for coefficient in reversed(sp.Poly(expression, small[0]).all_coeffs()):
        parts.append(conjunction([positive(coefficient, small[1:]), *lower]))
        lower.append(_vanishes(coefficient, small[1:]))
    return disjunction(parts) if parts else FALSE


def _vanishes(expression: sp.Expr, symbols: Sequence[sp.Symbol]) -> Formula:
    if not symbols:
        return compare(expression, "==")
    return conjunction(_vanishes(c, symbols[1:]) for c in sp.Poly(expression, symbols[0]).all_coeffs())
