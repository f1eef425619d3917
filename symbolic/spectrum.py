"""Characteristic polynomials, eigenvalues for display, and critical parameter values."""

from __future__ import annotations

import functools

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from .decision.limits import OutOfTime, time_limit

Z = sp.Symbol("z", real=True)
_FACTOR_SECONDS = 3.0


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


@functools.lru_cache(maxsize=32)
def eigenvalues(matrix: sp.ImmutableMatrix, square: sp.Expr | None = None) -> list[sp.Expr] | None:
    """Eigenvalues with multiplicity, for display only.

    Args:
        matrix: 2 x 2, or larger.
        square: An element whose square root may be needed to factor a characteristic polynomial of degree 4.

    Returns:
        tr/2 +- sqrt(tr^2/4 - det) of a 2 x 2 matrix, and of the factors of degree 2 of a larger characteristic
        polynomial; None if a factor is of higher degree.
    """
    coefficients = characteristic_coefficients(matrix)
    if len(coefficients) == 3:
        return _quadratic_roots(coefficients[1], coefficients[2])
    limit = object()
    try:
        with time_limit(_FACTOR_SECONDS, limit):
            return _roots_of_factors(coefficients, square)
    except OutOfTime as out:
        if out.limit is not limit:
            raise
    except (BasePolynomialError, NotImplementedError, ValueError):
        pass
    return None


def _roots_of_factors(coefficients: list[sp.Expr], square: sp.Expr | None) -> list[sp.Expr] | None:
    z = sp.Dummy("z")
    polynomial = sp.Add(*(c * z ** (len(coefficients) - 1 - k) for k, c in enumerate(coefficients)))
    found: list[sp.Expr] = []
    for factor, multiplicity in sp.factor_list(polynomial, z)[1]:
        leading, *rest = sp.Poly(factor, z).all_coeffs()
        monic = [sp.cancel(c / leading) for c in rest]
        quadratics = [monic]
        if len(monic) == 4 and square is not None:
            quadratics = _conjugate_factors(monic, square) or [monic]
        for each in quadratics:
            if len(each) > 2:
                return None
            found += multiplicity * ([-each[0]] if len(each) == 1 else _quadratic_roots(each[0], each[1]))
    return found


def _conjugate_factors(quartic: list[sp.Expr], square: sp.Expr) -> list[list[sp.Expr]] | None:
    """(z^2 + (u + v s) z + w + x s) and its conjugate, s^2 given, whose product is a quartic; None if there are none.

    Comparing coefficients, u = p3/2, w = (p2 - u^2 + v^2 s^2)/2, x = (2 u w - p1)/(2 v s^2), and v^2 is a root of
    4 v^2 s^2 (w^2 - p0) = (2 u w - p1)^2.
    """
    p3, p2, p1, p0 = quartic
    unknown = sp.Dummy("v2")
    u = p3 / 2
    w = (p2 - u**2 + unknown * square) / 2
    resolvent = sp.numer(sp.together(4 * unknown * square * (w**2 - p0) - (2 * u * w - p1) ** 2))
    for factor, _ in sp.factor_list(sp.expand(resolvent), unknown)[1]:
        if sp.degree(factor, unknown) != 1:
            continue
        leading, constant = sp.Poly(factor, unknown).all_coeffs()
        value = sp.factor(-constant / leading)
        v = _rational_root(value)
        if v is None or v == 0:
            continue
        at = sp.cancel(w.xreplace({unknown: value}))
        x = sp.cancel((2 * u * at - p1) / (2 * v * square))
        s = sp.sqrt(sp.factor_terms(square))
        return [[u + way * v * s, at + way * x * s] for way in (1, -1)]
    return None


def _rational_root(value: sp.Expr) -> sp.Expr | None:
    """The square root of a rational function, if that is one."""
    constant, factors = sp.factor_list(value)
    root = sp.sqrt(constant)
    if not root.is_Rational or any(multiplicity % 2 for _, multiplicity in factors):
        return None
    return root * sp.Mul(*(factor ** (multiplicity // 2) for factor, multiplicity in factors))


def _quadratic_roots(minus_trace: sp.Expr, determinant: sp.Expr) -> list[sp.Expr]:
    half = sp.expand(-minus_trace / 2)
    radicand = sp.expand(half**2 - determinant)
    root = sp.sqrt(sp.factor_terms(radicand) if radicand.is_polynomial() else sp.factor(radicand))
    # Both signs of the root occur, so a factor |u| may as well be u.
    root = sp.Mul(*(f.args[0] if isinstance(f, sp.Abs) else f for f in sp.Mul.make_args(root)))
    return [half + root, half - root]


def discriminant(matrix: sp.Matrix) -> sp.Expr:
    """tr^2/4 - det of a 2 x 2 matrix: zero where the two eigenvalues meet."""
    _, minus_trace, determinant = characteristic_coefficients(matrix)
    return sp.expand(minus_trace**2 / 4 - determinant)
