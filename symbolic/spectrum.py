"""Characteristic polynomials, eigenvalues for display, and critical parameter values."""

from __future__ import annotations

import sympy as sp

Z = sp.Symbol("z", real=True)


def characteristic_coefficients(matrix: sp.Matrix) -> list[sp.Expr]:
    """Coefficients of det(z - M), highest first, expanded."""
    polynomial = matrix.charpoly(sp.Dummy("z"))
    return [sp.expand(coefficient) for coefficient in polynomial.all_coeffs()]


def cleared(coefficients: list[sp.Expr], symbol: sp.Symbol) -> list[sp.Expr]:
    """Coefficients of a polynomial times a square, so that no denominator holds a symbol any more.

    Args:
        coefficients: Highest first.
        symbol: The step size, say; where a denominator vanishes there is no polynomial to begin with.
    """
    denominators = [sp.denom(sp.together(c)) for c in coefficients]
    if not any(d.has(symbol) for d in denominators):
        return coefficients
    square = sp.lcm_list(denominators) ** 2
    return [sp.expand(sp.cancel(c * square)) for c in coefficients]


def characteristic_polynomial(matrix: sp.Matrix) -> sp.Expr:
    """det(z - M) as a polynomial in ``z``."""
    coefficients = characteristic_coefficients(matrix)
    degree = len(coefficients) - 1
    return sp.Add(*(c * Z ** (degree - k) for k, c in enumerate(coefficients)))


def eigenvalues(matrix: sp.Matrix) -> list[sp.Expr]:
    """Eigenvalues of a 2 x 2 matrix with multiplicity: tr/2 +- sqrt(tr^2/4 - det). For display only."""
    _, minus_trace, determinant = characteristic_coefficients(matrix)
    half = sp.expand(-minus_trace / 2)
    root = sp.sqrt(sp.factor_terms(sp.expand(half**2 - determinant)))
    # Both signs of the root occur, so a factor |u| may as well be u.
    root = sp.Mul(*(f.args[0] if isinstance(f, sp.Abs) else f for f in sp.Mul.make_args(root)))
    return [half + root, half - root]


def discriminant(matrix: sp.Matrix) -> sp.Expr:
    """tr^2/4 - det of a 2 x 2 matrix: zero where the two eigenvalues meet."""
    _, minus_trace, determinant = characteristic_coefficients(matrix)
    return sp.expand(minus_trace**2 / 4 - determinant)
