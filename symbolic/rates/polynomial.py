"""The characteristic polynomial of a period by irreducible factors, and when its roots lie inside a circle.

With R = r^2, the roots of c0 z + c1 lie in |z| < r iff c0^2 R > c1^2, and those of c0 z^2 + c1 z + c2 (c0 > 0) iff
c0 R > |c2| and (c0 R + c2)^2 > c1^2 R: the Schur conditions of p(r z), free of square roots. A longer factor p is
replaced by its Graeffe polynomial, p(z) p(-z) in w = z^2, whose roots are to lie in |w| < R. No condition but the
strict ones is used: rho(p) <= r iff they hold for every R' > R, and rho(p) >= r iff they do not hold at R.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import sympy as sp

from ..criteria import schur_expressions
from ..formula import Formula, compare, conjunction
from ..spectrum import characteristic_coefficients

# R = r^2; no parameter begins with _.
SQUARE = sp.Symbol("_R", real=True)
# A real eigenvalue, or minus it.
ROOT = sp.Symbol("_z", real=True)


@dataclass(frozen=True, slots=True)
class Factor:
    """An irreducible factor of a characteristic polynomial.

    Attributes:
        coefficients: Highest first; the first is positive wherever the period is defined.
    """

    coefficients: tuple[sp.Expr, ...]

    @property
    def degree(self) -> int:
        """Its degree in z."""
        return len(self.coefficients) - 1

    def inside(self) -> list[sp.Expr]:
        """Expressions in ``SQUARE`` that are all positive iff c0 > 0 and every root has |z|^2 < SQUARE."""
        first, *rest = self.coefficients
        defined = [] if first.is_Rational else [first]
        if self.degree == 1:
            return [*defined, first**2 * SQUARE - rest[0] ** 2]
        if self.degree == 2:
            half = first * SQUARE
            return [*defined, half - rest[1], half + rest[1], (half + rest[1]) ** 2 - rest[0] ** 2 * SQUARE]
        scaled = [c * SQUARE ** (self.degree - k) for k, c in enumerate(self.graeffe())]
        return [*defined, SQUARE, *(_without_powers(e) for e in schur_expressions(scaled))]

    def graeffe(self) -> list[sp.Expr]:
        """Coefficients, highest first, of the polynomial whose roots are the squares of the roots; the first c0^2."""
        c, n = self.coefficients, self.degree
        sums = [
            sp.Add(*((-1) ** j * c[i] * c[j] for i in range(n + 1) for j in range(n + 1) if i + j == 2 * k))
            for k in range(n + 1)
        ]
        return [sp.expand(s) for s in sums]

    def polynomial(self) -> sp.Expr:
        """The factor as a polynomial in ``ROOT``."""
        return sp.expand(sp.Add(*(c * ROOT ** (self.degree - k) for k, c in enumerate(self.coefficients))))

    def parts(self) -> tuple[sp.Expr, sp.Expr]:
        """The even and the odd part of p, in ``SQUARE``; they meet where z and -z are roots."""
        halves = [sp.Integer(0), sp.Integer(0)]
        for k, c in enumerate(self.coefficients):
            halves[k % 2] += c * SQUARE ** ((self.degree - k) // 2)
        return sp.expand(halves[0]), sp.expand(halves[1])

    def products(self) -> sp.Expr:
        """The polynomial in ``SQUARE`` whose roots are the products z_i z_j, i < j, so every |z|^2 of a complex z."""
        if self.degree == 1:
            return sp.Integer(1)
        if self.degree == 2:
            return self.coefficients[0] * SQUARE - self.coefficients[2]
        # The characteristic polynomial of the second compound of the companion matrix.
        n, monic = self.degree, [c / self.coefficients[0] for c in self.coefficients]
        companion = sp.Matrix(n, n, lambda i, j: -monic[n - i] if j == n - 1 else sp.Integer(int(i == j + 1)))
        pairs = list(combinations(range(n), 2))
        compound = sp.Matrix(
            len(pairs), len(pairs), lambda i, j: companion.extract(pairs[i], pairs[j]).det(method="berkowitz")
        )
        coefficients = characteristic_coefficients(compound)
        total = sp.Add(*(c * SQUARE ** (len(pairs) - k) for k, c in enumerate(coefficients)))
        return sp.numer(sp.together(total))


def characteristic_factors(matrix: sp.Matrix) -> tuple[Factor, ...]:
    """The distinct factors of det(z - M) over QQ, in z and all symbols.

    Args:
        matrix: Entries are rational functions over QQ.

    Raises:
        PolynomialError: If they are not.
    """
    return factors_of(characteristic_coefficients(matrix))


def factors_of(coefficients: Sequence[sp.Expr]) -> tuple[Factor, ...]:
    """The distinct factors of a monic polynomial with rational functions as coefficients, highest first."""
    coefficients = [sp.cancel(c) for c in coefficients]
    common = sp.lcm_list([sp.denom(c) for c in coefficients])
    degree = len(coefficients) - 1
    whole = sp.Add(*(sp.cancel(c * common) * ROOT ** (degree - k) for k, c in enumerate(coefficients)))
    symbols = sorted(whole.free_symbols - {ROOT}, key=str)
    polynomial = sp.Poly(sp.expand(whole), ROOT, *symbols, domain="QQ")
    found: list[Factor] = []
    for factor, _ in polynomial.factor_list()[1]:
        own = sp.Poly(factor.as_expr(), ROOT)
        if own.degree() > 0:
            found.append(_signed(own.all_coeffs()))
    return tuple(sorted(found, key=lambda f: f.degree))


def _signed(coefficients: list[sp.Expr]) -> Factor:
    """The factor times its leading coefficient, or divided by it if that is a number."""
    first = coefficients[0]
    if first.is_Rational:
        return Factor(tuple(sp.expand(c / first) for c in coefficients))
    return Factor(tuple(sp.expand(c * first) for c in coefficients))


def all_inside(factors: Sequence[Factor], square: sp.Expr) -> Formula:
    """All eigenvalues satisfy |z|^2 < square (and the period is defined)."""
    conditions = [e for factor in factors for e in factor.inside()]
    return conjunction(compare(e.xreplace({SQUARE: square}), ">") for e in conditions)


def _without_powers(expression: sp.Expr) -> sp.Expr:
    """Without the factors R, which is positive."""
    polynomial = sp.Poly(expression, SQUARE)
    return expression if polynomial.is_zero else sp.expand(polynomial.terms_gcd()[1].as_expr())
