"""Where rho can be smallest, in closed form: corners and stationary points of the walls.

rho^2 = R is z^2 for a real eigenvalue, p(z) = 0, or the product of two, P(R) = 0: the walls. Where it is smallest over
x, a wall is stationary (p = dp/dx = 0, or P = dP/dx = 0: D' = 0 for complex eigenvalues), or it meets itself (p = dp/dz
= 0: T^2 = 4D; p(z) = p(-z) = 0: T = 0), or another, or x is at the end of its range. Each is the zero of a resultant;
its irreducible factors of degree at most 2 in x, or in a power of x, are solved, and R there comes from the common root
of the two polynomials. Nothing here is a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from .polynomial import ROOT, SQUARE, Factor


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible optimum.

    Attributes:
        value: x, a rational function in the parameters, ``root`` and roots of such.
        square: R there.
        base: x to the power ``power``, a rational function in the parameters and ``root``.
        power: See ``base``.
        sign: 1 or -1: which root of ``base`` x is.
        root: Stands for the square root of ``radicand``; None without one.
        radicand: A polynomial in the parameters.
    """

    value: sp.Expr
    square: sp.Expr
    base: sp.Expr
    power: int = 1
    sign: int = 1
    root: sp.Symbol | None = None
    radicand: sp.Expr = sp.S.Zero

    def plain(self, expression: sp.Expr) -> sp.Expr:
        """An expression with the square root in its place."""
        return expression if self.root is None else expression.xreplace({self.root: sp.sqrt(sp.expand(self.radicand))})


@dataclass(slots=True)
class Found:
    """Candidates, and polynomials in the parameters where their number or order may change."""

    candidates: list[Candidate] = field(default_factory=list)
    switches: list[sp.Expr] = field(default_factory=list)

    def switch(self, expression: sp.Expr) -> None:
        """Adds the factors of a polynomial in the parameters."""
        numerator = sp.numer(sp.together(expression))
        if not numerator.free_symbols or not numerator.is_polynomial():
            return
        for part, _ in sp.factor_list(numerator)[1]:
            if part not in self.switches:
                self.switches.append(part)


def candidates(factors: Sequence[Factor], x: sp.Symbol, ends: Sequence[sp.Expr] = ()) -> Found:
    """All candidates for the minimum of rho over x.

    Args:
        factors: Of the characteristic polynomial, in x and the parameters.
        x: What is chosen.
        ends: Polynomials in x that vanish at the ends of its range.
    """
    found = Found()
    products = [part for factor in factors for part in _parts(factor.products())]
    for first, second, unknown in _meetings([f.polynomial() for f in factors], products, factors, x):
        resultant = sp.resultant(first, second, unknown)
        if resultant == 0:
            continue
        for curve, _ in sp.factor_list(resultant)[1]:
            if not curve.has(x):
                found.switch(curve)
                continue
            common = None if curve == x else _common_root(first, second, unknown, curve, x)
            if common is not None:
                root, modulus = common
                square = root if unknown == SQUARE else (root * root).rem(modulus)
                solve_curve(found, sp.Poly(curve, x), square)
    for end in ends:
        for factor in factors:
            _at_end(found, sp.Poly(end, x), factor, x)
    unique = {(c.plain(c.value), c.plain(c.square)): c for c in reversed(found.candidates)}
    found.candidates = sorted(
        unique.values(), key=lambda c: (-c.sign, (c.plain(c.value) + c.plain(c.square)).count_ops())
    )
    return found


def _parts(product: sp.Expr) -> list[sp.Expr]:
    return [part for part, _ in sp.factor_list(sp.expand(product))[1] if part.has(SQUARE) and part != SQUARE]


def _meetings(
    reals: Sequence[sp.Expr], products: Sequence[sp.Expr], factors: Sequence[Factor], x: sp.Symbol
) -> Iterator[tuple[sp.Expr, sp.Expr, sp.Symbol]]:
    """Pairs of polynomials that vanish together where walls meet, and the unknown to eliminate."""
    for walls, unknown in ((products, SQUARE), (reals, ROOT)):
        for wall in walls:
            yield wall, sp.diff(wall, x), unknown
            if sp.degree(wall, unknown) > 1:
                yield wall, sp.diff(wall, unknown), unknown
        for first, second in combinations(walls, 2):
            yield first, second, unknown
    for factor in factors:
        yield *factor.parts(), SQUARE
    for first, second in combinations(reals, 2):
        yield first, second.xreplace({ROOT: -ROOT}), ROOT
    for product in products:
        for real in reals:
            yield product.xreplace({SQUARE: ROOT**2}), real, ROOT


def _common_root(
    first: sp.Expr, second: sp.Expr, unknown: sp.Symbol, curve: sp.Expr, x: sp.Symbol
) -> tuple[sp.Poly, sp.Poly] | None:
    """The common root of two polynomials where the curve vanishes, as a polynomial in x modulo the curve."""
    chain = [first, second]
    if sp.degree(first, unknown) > 0 and sp.degree(second, unknown) > 0:
        ordered = chain if sp.degree(first, unknown) >= sp.degree(second, unknown) else chain[::-1]
        chain += sp.subresultants(*ordered, unknown)
    for each in chain:
        if sp.degree(each, unknown) == 1:
            root = linear_root(sp.Poly(each, unknown).all_coeffs(), curve, x)
            if root is not None:
                return root
    return None


def linear_root(coefficients: Sequence[sp.Expr], curve: sp.Expr, x: sp.Symbol) -> tuple[sp.Poly, sp.Poly] | None:
    """-b/a modulo the curve, and the curve, over the field of rational functions in the parameters."""
    a, b = coefficients
    others = sorted((curve.free_symbols | a.free_symbols | b.free_symbols) - {x}, key=str)
    domain = sp.QQ.frac_field(*others) if others else sp.QQ
    modulus, top, bottom = (sp.Poly(e, x, domain=domain) for e in (curve, -b, a))
    if bottom.rem(modulus).is_zero:
        return None
    try:
        return (top * bottom.rem(modulus).invert(modulus)).rem(modulus), modulus
    except (BasePolynomialError, ZeroDivisionError):
        return None


def solve_curve(found: Found, curve: sp.Poly, square: sp.Poly) -> None:
    """Adds the roots of a curve that is linear or quadratic in x or in a power of x."""
    x = curve.gen
    powers = [p for (p,) in curve.monoms()]
    power = sp.igcd(*powers) if len(powers) > 1 else powers[0]
    in_x = square.all_coeffs()[::-1]
    if any(c != 0 for k, c in enumerate(in_x) if k % power):
        power = 1
    degree = max(powers) // power
    coefficients = [curve.coeff_monomial(x ** (power * k)) for k in range(degree, -1, -1)]
    found.switch(coefficients[0])
    found.switch(coefficients[-1])
    if degree > 2:
        return
    values = in_x[::power]
    if degree == 1:
        base = sp.factor(-coefficients[1] / coefficients[0])
        _add(found, base, int(power), values, None, sp.Integer(0))
        return
    a, b, c = coefficients
    discriminant = sp.expand(b**2 - 4 * a * c)
    found.switch(discriminant)
    outside, radicand = square_root(discriminant)
    if radicand.is_negative:
        return
    root = None if radicand == 1 else sp.Dummy("root", real=True)
    for sign in (1, -1):
        base = (-b + sign * outside * (1 if root is None else root)) / (2 * a)
        _add(found, base, int(power), values, root, radicand)


def _add(
    found: Found, base: sp.Expr, power: int, values: Sequence[sp.Expr], root: sp.Symbol | None, radicand: sp.Expr
) -> None:
    base = linear_in(base, root, radicand)
    square = linear_in(sp.Add(*(v * base**k for k, v in enumerate(values))), root, radicand)
    for sign in (1, -1) if power % 2 == 0 else (1,):
        value = sign * (base if power == 1 else base ** sp.Rational(1, power))
        found.candidates.append(Candidate(value, square, base, power, sign, root, radicand))


def _at_end(found: Found, end: sp.Poly, factor: Factor, x: sp.Symbol) -> None:
    """Adds both squared moduli at the end of x's range."""
    if end.degree() != 1 or factor.degree > 2:
        return
    a, b = end.all_coeffs()
    value = sp.cancel(-b / a)
    first, second, *third = (sp.cancel(c.xreplace({x: value})) for c in factor.coefficients)
    if not third:
        found.candidates.append(Candidate(value, sp.factor((second / first) ** 2), value))
        return
    found.candidates.append(Candidate(value, sp.factor(third[0] / first), value))
    numerator, denominator = sp.fraction(sp.together(second**2 - 4 * first * third[0]))
    outside, radicand = square_root(sp.expand(numerator * denominator))
    root = None if radicand == 1 else sp.Dummy("root", real=True)
    for sign in (1, -1):
        real = (-second + sign * outside / denominator * (1 if root is None else root)) / (2 * first)
        found.candidates.append(Candidate(value, linear_in(real**2, root, radicand), value, 1, 1, root, radicand))


def square_root(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(u, w) with expression = u^2 w for a polynomial, w without square factors; u may have either sign."""
    constant, factors = sp.factor_list(expression)
    outside, inside = sp.Integer(1), sp.Integer(1)
    for factor, multiplicity in factors:
        outside *= factor ** (multiplicity // 2)
        inside *= factor ** (multiplicity % 2)
    plain = sp.sqrt(abs(constant))
    rational, rest = plain.as_coeff_Mul()
    return outside * rational, sp.sign(constant) * rest**2 * inside


def linear_in(expression: sp.Expr, root: sp.Symbol | None, radicand: sp.Expr) -> sp.Expr:
    """A rational function with root^2 = radicand, in the normal form P + Q root with factored P and Q."""
    if root is None:
        return sp.factor(expression)
    top, bottom = sp.fraction(sp.together(expression))
    p, q = _reduced(top, root, radicand)
    s, t = _reduced(bottom, root, radicand)
    norm = s**2 - t**2 * radicand
    return sp.factor((p * s - q * t * radicand) / norm) + sp.factor((q * s - p * t) / norm) * root


def norm(expression: sp.Expr, roots: Sequence[tuple[sp.Symbol | None, sp.Expr]]) -> sp.Expr:
    """A polynomial in the parameters that vanishes wherever the expression does, for either sign of its roots."""
    numerator = sp.numer(sp.together(expression))
    for root, radicand in roots:
        if root is not None:
            p, q = _reduced(numerator, root, radicand)
            numerator = sp.numer(sp.together(p**2 - q**2 * radicand)) if q != 0 else p
    return sp.expand(numerator)


def _reduced(expression: sp.Expr, root: sp.Symbol, radicand: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(p, q) with expression = p + q root, for a polynomial in root."""
    rest = sp.Poly(expression, root).rem(sp.Poly(root**2 - radicand, root))
    return sp.expand(rest.coeff_monomial(1)), sp.expand(rest.coeff_monomial(root))
