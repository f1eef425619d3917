"""Whether an algebraic constant is exactly 0, which no fixed precision tells: by a separation bound.

Every real or complex constant built from rational numbers by +, -, *, / and roots is U/L with algebraic integers U and
L; let u and l bound the absolute values of all their conjugates, as

    p/q: u = |p|, l = |q|;                 a b:   u = u_a u_b,            l = l_a l_b;
    a + b: u = u_a l_b + l_a u_b, l = l_a l_b;      a/b:   u = u_a l_b,            l = l_a u_b;
    a^(1/k): u = u_a^(1/k),       l = l_a^(1/k).

If the constant is not 0, U is not, its norm is an integer other than 0, and so |U| >= u^(1 - deg U), with deg U at most
D^2 for the product D of the indices of all different roots. So |U/L| >= 1/(l u^(D^2 - 1)) (Burnikel, Fleischer,
Mehlhorn & Schirra 2000, Algorithmica 27, theorem 1). A root of an integer polynomial of degree d with leading
coefficient a is U/a, where the conjugates of U are at most |a| times Cauchy's bound; its index is d. A number that lies
in a ball around 0 smaller than the bound is 0. Nothing else is taken for 0: a minimal polynomial that is chosen
numerically would not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log2

import sympy as sp

# Beyond this precision the question is left open.
MAXIMUM_BITS = 1 << 17


class NotAlgebraic(ValueError):
    """A constant that is not built from rational numbers by the operations above."""


@dataclass(frozen=True, slots=True)
class _Size:
    """Binary logarithms of u and l, each rounded up."""

    u: float
    l: float  # noqa: E741 - the paper's letter

    def plus(self, other: _Size) -> _Size:
        first, second = self.u + other.l, self.l + other.u
        return _Size(_up(max(first, second) + 1.0), _up(self.l + other.l))

    def times(self, other: _Size) -> _Size:
        return _Size(_up(self.u + other.u), _up(self.l + other.l))

    def inverse(self) -> _Size:
        return _Size(self.l, self.u)

    def root(self, index: int) -> _Size:
        return _Size(_up(self.u / index), _up(self.l / index))


def _up(value: float) -> float:
    """A little more, which covers the rounding of the operations that lead to it."""
    return max(value, 0.0) * (1 + 1e-12) + 1e-12


@lru_cache(maxsize=4096)
def separation_bits(value: sp.Expr) -> int | None:
    """B such that the constant is 0 or of absolute value above 2^-B.

    Returns:
        None for a constant that is not of this form, or for a B beyond ``MAXIMUM_BITS``.
    """
    roots: dict[sp.Expr, int] = {}
    try:
        size = _size(value, roots)
    except NotAlgebraic:
        return None
    degree = 1
    for index in roots.values():
        degree *= index
        if degree > MAXIMUM_BITS:
            return None
    bits = ceil(_up(size.l + (degree * degree - 1) * size.u)) + 2
    return bits if bits <= MAXIMUM_BITS else None


def _size(value: sp.Expr, roots: dict[sp.Expr, int]) -> _Size:
    """U and l of a constant; its different roots, with their indices, are collected."""
    if isinstance(value, sp.Rational):
        return _Size(_log2(abs(int(value.p))), _log2(abs(int(value.q))))
    if value == sp.I:
        roots[value] = 2
        return _Size(0.0, 0.0)
    if isinstance(value, sp.Add | sp.Mul):
        sizes = [_size(part, roots) for part in value.args]
        total = sizes[0]
        for size in sizes[1:]:
            total = total.plus(size) if isinstance(value, sp.Add) else total.times(size)
        return total
    if isinstance(value, sp.Pow) and isinstance(value.exp, sp.Rational):
        return _power(value, roots)
    if isinstance(value, sp.Abs):
        return _size(value.args[0], roots) if value.args[0].is_extended_real else _refuse(value)
    if isinstance(value, sp.Max | sp.Min):
        sizes = [_size(part, roots) for part in value.args]
        return _Size(max(size.u for size in sizes), max(size.l for size in sizes))
    if isinstance(value, sp.CRootOf):
        return _polynomial_root(value, roots)
    if isinstance(value, sp.cos | sp.sin | sp.tan) and (value.args[0] / sp.pi).is_Rational:
        return _of_angle(value, roots)
    return _refuse(value)


def _of_angle(value: sp.Expr, roots: dict[sp.Expr, int]) -> _Size:
    """2 cos and 2 sin of a rational multiple of pi are sums of two roots of unity: algebraic integers up to 2."""
    if isinstance(value, sp.tan):
        sine, cosine = (f(value.args[0], evaluate=False) for f in (sp.sin, sp.cos))
        return _of_angle(sine, roots).times(_of_angle(cosine, roots).inverse())
    # Both lie in the field of the root of unity exp(pi i / (2 q)), of degree at most 4 q.
    roots[value] = 4 * int((value.args[0] / sp.pi).q)
    return _Size(1.0, 1.0)


def _power(value: sp.Pow, roots: dict[sp.Expr, int]) -> _Size:
    base = _size(value.base, roots)
    power, index = abs(int(value.exp.p)), int(value.exp.q)
    if power > 10_000:
        return _refuse(value)
    if index > 1:
        # All powers of one root share it: (a^(1/k))^p.
        roots[sp.Pow(value.base, sp.Rational(1, index), evaluate=False)] = index
        base = base.root(index)
    size = _Size(_up(base.u * power), _up(base.l * power))
    return size.inverse() if value.exp.is_negative else size


def _polynomial_root(value: sp.CRootOf, roots: dict[sp.Expr, int]) -> _Size:
    polynomial = value.poly
    if not all(c.is_Rational for c in polynomial.all_coeffs()):
        return _refuse(value)
    coefficients = [abs(int(c)) for c in polynomial.clear_denoms(convert=True)[1].all_coeffs()]
    roots[value] = len(coefficients) - 1
    # |a alpha| <= |a| + max |a_i|, for every conjugate.
    return _Size(_log2(coefficients[0] + max(coefficients)), _log2(coefficients[0]))


def _log2(number: int) -> float:
    """The binary logarithm of a natural number, rounded up; 0 for 0 and 1."""
    if number <= 1:
        return 0.0
    shift = max(number.bit_length() - 60, 0)
    return _up(log2((number >> shift) + 1) + shift)


def _refuse(value: sp.Expr) -> _Size:
    raise NotAlgebraic(str(value))
