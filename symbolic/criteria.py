"""Where the roots of a real polynomial lie, by sign conditions on its coefficients; no root is computed.

Flows: Routh-Hurwitz (all Re z < 0). Maps: Schur-Cohn/Jury (all |z| < 1), through the bilinear transform
q(w) = (1 - w)^n p((1 + w)/(1 - w)). That no root lies *outside the closed* region is the same question for the
polynomial moved by an infinitesimal: p(z + e) is Hurwitz, or p((1 + e) z) is Schur, for every small e > 0. "For every
small step size h > 0" is answered likewise: the sign of a polynomial in h is that of its lowest nonzero coefficient.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from math import comb

import sympy as sp

# The sign (-1, 0, 1) of an expression, where it is decided.
Sign = Callable[[sp.Expr], int]
# How far a polynomial is moved to tell roots on the boundary from roots outside.
EPSILON = sp.Symbol("_epsilon", real=True)


class Spectrum(Enum):
    """Where the roots lie relative to the open left half plane, or the open unit disk."""

    STABLE = "all roots inside"
    UNSTABLE = "a root outside the closure"
    CRITICAL = "no root outside the closure, at least one on the boundary"


def hurwitz_expressions(coefficients: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Expressions that are all positive iff every root has negative real part.

    Args:
        coefficients: a_n, ..., a_0 with a_n > 0 (n >= 1).

    Returns:
        The leading principal minors of the Hurwitz matrix, the last without its factor a_0, and a_0 itself; for n = 2
        that is a_1, a_0.
    """
    degree = len(coefficients) - 1
    if degree == 1:
        return [coefficients[1]]

    def entry(i: int, j: int) -> sp.Expr:
        index = 2 * (j + 1) - (i + 1)
        return coefficients[index] if 0 <= index <= degree else sp.Integer(0)

    matrix = sp.Matrix(degree, degree, entry)
    minors = [sp.expand(matrix[:k, :k].det(method="berkowitz")) for k in range(1, degree)]
    return [*minors, coefficients[-1]]


def bilinear(coefficients: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Coefficients of (1 - w)^n p((1 + w)/(1 - w)), highest first; |z| < 1 becomes Re w < 0.

    The leading coefficient is (-1)^n p(-1): where it is positive, no root is lost at infinity.
    """
    degree = len(coefficients) - 1

    def weight(j: int, k: int) -> int:
        """The coefficient of w^k in (1 + w)^(degree - j) (1 - w)^j."""
        return sum((-1) ** i * comb(j, i) * comb(degree - j, k - i) for i in range(min(j, k) + 1))

    return [sp.expand(sp.Add(*(weight(j, k) * c for j, c in enumerate(coefficients)))) for k in range(degree, -1, -1)]


def schur_expressions(coefficients: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Expressions that are all positive iff every root has modulus below 1.

    Args:
        coefficients: A monic real polynomial, highest first.

    Returns:
        For n = 2, with p = z^2 - T z + D: 1 + T + D, 2 (1 - D), 1 - T + D up to positive factors.
    """
    transformed = bilinear(coefficients)
    return [transformed[0], *hurwitz_expressions(transformed)]


def classify_flow(coefficients: Sequence[sp.Expr], sign: Sign) -> Spectrum:
    """Where the roots of a monic polynomial lie relative to the imaginary axis.

    Args:
        coefficients: Highest first.
        sign: Decides signs of expressions in the coefficients' symbols; what it raises passes through.
    """
    return _classified(coefficients, hurwitz_expressions, _shifted, sign)


def classify_map(coefficients: Sequence[sp.Expr], sign: Sign) -> Spectrum:
    """Where the roots of a monic polynomial lie relative to the unit circle.

    Args:
        coefficients: Highest first.
        sign: Decides signs of expressions in the coefficients' symbols; what it raises passes through.
    """
    return _classified(coefficients, schur_expressions, scaled, sign)


def _classified(
    coefficients: Sequence[sp.Expr],
    conditions: Callable[[Sequence[sp.Expr]], list[sp.Expr]],
    moved: Callable[[Sequence[sp.Expr]], list[sp.Expr]],
    sign: Sign,
) -> Spectrum:
    # A negative expression cannot be a limit of positive ones, so it puts a root outside the closure by itself.
    boundary = False
    for expression in sorted(conditions(coefficients), key=lambda e: e.count_ops()):
        value = sign(sp.expand(expression))
        if value < 0:
            return Spectrum.UNSTABLE
        boundary = boundary or value == 0
    if not boundary:
        return Spectrum.STABLE
    inside = infinitesimal_sign(EPSILON, sign)
    closed = all(inside(expression) > 0 for expression in conditions(moved(coefficients)))
    return Spectrum.CRITICAL if closed else Spectrum.UNSTABLE


def infinitesimal_sign(symbol: sp.Symbol, sign: Sign) -> Sign:
    """The sign for every sufficiently small positive value of a symbol.

    Args:
        symbol: The infinitesimal; expressions must be polynomials in it.
        sign: Decides signs of the coefficients.

    Returns:
        A function that gives the sign of the lowest coefficient that is not 0, and 0 if all are 0.
    """

    def eventual(expression: sp.Expr) -> int:
        polynomial = sp.Poly(sp.expand(expression), symbol)
        for coefficient in reversed(polynomial.all_coeffs()):
            value = sign(coefficient)
            if value:
                return value
        return 0

    return eventual


def _shifted(coefficients: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Coefficients of p(z + epsilon)."""
    z = sp.Symbol("_z")
    degree = len(coefficients) - 1
    moved = sp.Add(*(c * (z + EPSILON) ** (degree - k) for k, c in enumerate(coefficients)))
    polynomial = sp.Poly(sp.expand(moved), z)
    return [sp.expand(polynomial.coeff_monomial(z**k)) for k in range(degree, -1, -1)]


def scaled(coefficients: Sequence[sp.Expr]) -> list[sp.Expr]:
    """Coefficients of p((1 + epsilon) z), with a positive leading coefficient."""
    degree = len(coefficients) - 1
    return [sp.expand(c * (1 + EPSILON) ** (degree - k)) for k, c in enumerate(coefficients)]
