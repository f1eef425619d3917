"""Routh-Hurwitz and Schur-Cohn against roots: random polynomials of degree 1 to 4, and boundary cases by factors."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from convergan.symbolic.criteria import (
    Spectrum,
    bilinear,
    classify_flow,
    classify_map,
    hurwitz_expressions,
    infinitesimal_sign,
    schur_expressions,
)

z = sp.Symbol("z")
# Float roots of integer polynomials: an m-fold root moves by about eps**(1/m) <= 2e-4 for m = 4.
MARGIN = 1e-3


def constant_sign(expression):
    assert expression.is_number, expression
    return int(sp.sign(sp.nsimplify(expression)))


def coefficients(polynomial):
    return sp.Poly(sp.expand(polynomial), z).all_coeffs()


def by_roots(values, inside):
    """The spectrum from roots that are known exactly; `inside` gives -1, 0, 1 for inside, on and outside."""
    places = [inside(value) for value in values]
    if max(places) > 0:
        return Spectrum.UNSTABLE
    return Spectrum.STABLE if max(places) < 0 else Spectrum.CRITICAL


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=4))
def test_random_polynomials(rest):
    polynomial = [sp.Integer(1), *map(sp.Integer, rest)]
    roots = np.roots([1, *rest])
    rightmost, largest = max(roots.real), max(abs(roots))
    if abs(rightmost) > MARGIN:
        expected = Spectrum.UNSTABLE if rightmost > 0 else Spectrum.STABLE
        assert classify_flow(polynomial, constant_sign) is expected
        assert all(e > 0 for e in hurwitz_expressions(polynomial)) == (expected is Spectrum.STABLE)
    if abs(largest - 1) > MARGIN:
        expected = Spectrum.UNSTABLE if largest > 1 else Spectrum.STABLE
        assert classify_map(polynomial, constant_sign) is expected
        assert all(e > 0 for e in schur_expressions(polynomial)) == (expected is Spectrum.STABLE)


@given(st.lists(st.fractions(-2, 2, max_denominator=8), min_size=1, max_size=4))
def test_random_rational_polynomials_inside(rest):
    """Fractions below 1 put roots inside the disk often; integers nearly never do."""
    polynomial = [sp.Integer(1), *(sp.Rational(r.numerator, r.denominator) for r in rest)]
    largest = max(abs(np.roots([1, *map(float, rest)])), default=0)
    if abs(largest - 1) > MARGIN:
        expected = Spectrum.UNSTABLE if largest > 1 else Spectrum.STABLE
        assert classify_map(polynomial, constant_sign) is expected


# Factors with their roots' place: real part relative to 0, modulus relative to 1.
FLOW_FACTORS = {
    "z + 1": -1, "z + 1/3": -1, "z**2 + z + 5": -1, "z**2 + 3*z + 1": -1,
    "z": 0, "z**2 + 1": 0, "z**2 + 4": 0,
    "z - 1": 1, "z**2 - z + 5": 1, "z**2 - 2": 1,
}  # fmt: skip
MAP_FACTORS = {
    "z": -1, "z - 1/2": -1, "z + 1/3": -1, "z**2 + 1/4": -1, "z**2 - z + 1/2": -1,
    "z - 1": 0, "z + 1": 0, "z**2 + 1": 0, "z**2 - z + 1": 0, "z**2 - 6*z/5 + 1": 0,
    "z - 2": 1, "z + 3/2": 1, "z**2 + 2": 1, "z**2 - 3*z + 1": 1,
}  # fmt: skip


@pytest.mark.parametrize(("factors", "classify"), [(FLOW_FACTORS, classify_flow), (MAP_FACTORS, classify_map)])
def test_boundary_cases_by_factors(factors, classify):
    seen = set()
    for count in (1, 2, 3):
        for names in itertools.combinations_with_replacement(factors, count):
            if count == 3 and any("**" in name for name in names):
                continue
            product = coefficients(sp.Mul(*(sp.S(name) for name in names)))
            worst = max(factors[name] for name in names)
            expected = {-1: Spectrum.STABLE, 0: Spectrum.CRITICAL, 1: Spectrum.UNSTABLE}[worst]
            assert classify(product, constant_sign) is expected, names
            seen.add(expected)
    assert seen == set(Spectrum)


def test_float_roots_cannot_tell_the_boundary():
    """Negative control: the triple root 1 comes out of NumPy on both sides of the circle."""
    roots = np.roots([1, -3, 3, -1])
    assert max(abs(roots)) > 1 + 1e-7
    assert classify_map([sp.Integer(c) for c in (1, -3, 3, -1)], constant_sign) is Spectrum.CRITICAL


def test_degree_two_formulas():
    t, d = sp.symbols("T D", real=True)
    assert hurwitz_expressions([sp.Integer(1), -t, d]) == [-t, d]
    found = {sp.expand(e) for e in schur_expressions([sp.Integer(1), -t, d])}
    assert found == {1 + t + d, 2 - 2 * d, 1 - t + d}


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=5), st.integers(-4, 4).filter(lambda w: w != 1))
def test_bilinear_transform(rest, w):
    """(1 - w)^n p((1 + w)/(1 - w)) at a point, from the definition."""
    polynomial = [1, *rest]
    n = len(rest)
    transformed = bilinear([sp.Integer(c) for c in polynomial])
    left = sum(c * sp.Integer(w) ** (n - k) for k, c in enumerate(transformed))
    x = sp.Rational(1 + w, 1 - w)
    right = (1 - w) ** n * sum(c * x ** (n - k) for k, c in enumerate(polynomial))
    assert left == right


def test_infinitesimal_sign():
    h, a = sp.symbols("h a", real=True)
    known = {a: 1, -a: -1}

    def sign(expression):
        return known[expression] if expression in known else int(sp.sign(expression))

    eventual = infinitesimal_sign(h, sign)
    assert eventual(a * h - 10**9 * h**2) == 1
    assert eventual(-a * h + 10**9 * h**2) == -1
    assert eventual(h**5) == 1
    assert eventual(sp.Integer(0)) == 0
    assert eventual(sp.Integer(-3) + 10**9 * h) == -1


def test_small_steps_are_decided_for_every_small_step():
    """For F = 1 + h J the classification by the lowest coefficient in h is that of a really small step."""
    h = sp.Symbol("h", real=True)
    matrices = [sp.Matrix(2, 2, entries) for entries in itertools.product((-1, 0, 2), repeat=4)]
    found, tiny = set(), sp.Rational(1, 10**9)
    for matrix in matrices:
        for alternating in (False, True):
            upper = sp.eye(2) + h * sp.Matrix([[matrix[0, 0], matrix[0, 1]], [0, 0]])
            lower = sp.eye(2) + h * sp.Matrix([[0, 0], [matrix[1, 0], matrix[1, 1]]])
            update = (lower * upper).applyfunc(sp.expand) if alternating else sp.eye(2) + h * matrix
            polynomial = coefficients((z * sp.eye(2) - update).det())
            result = classify_map(polynomial, infinitesimal_sign(h, constant_sign))
            found.add(result)
            with mp.workdps(60):
                step = mp.mpf(10) ** -9
                t, d = (mp.mpf(e.p) / e.q for e in (update.trace().subs(h, tiny), update.det().subs(h, tiny)))
                root = mp.sqrt(mp.mpc(t**2 / 4 - d))
                excess = max(abs(t / 2 + root), abs(t / 2 - root)) - 1
            # Moduli differ from 1 by c h or c h^2 with c >= 1/4 here, or not at all.
            if result is Spectrum.STABLE:
                assert excess < -(step**2) / 100, (matrix, alternating)
            elif result is Spectrum.UNSTABLE:
                assert excess > step**2 / 100, (matrix, alternating)
            else:
                assert abs(excess) < step**3, (matrix, alternating)
    assert found == set(Spectrum)
