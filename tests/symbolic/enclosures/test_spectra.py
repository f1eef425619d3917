"""Certified spectra and sign conditions against constructed spectra and mpmath; multiple and close eigenvalues."""

from __future__ import annotations

from fractions import Fraction

import flint
import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from convergan.symbolic.enclosures import (
    Box,
    Interval,
    NoEnclosure,
    Spectrum,
    abscissa,
    is_hurwitz,
    is_schur,
    radius,
    spectrum,
)

Q, E = sp.Rational, sp.exp(-1)
TINY = Q(1, 10**30)
WIDTH = Fraction(1, 10**4)


def jordan(value: sp.Expr, size: int) -> sp.Matrix:
    return sp.jordan_cell(value, size) if size > 1 else sp.Matrix([[value]])


def turned(matrix: sp.Matrix, seed: int) -> sp.Matrix:
    """A similar matrix: by unimodular integer matrices, so that nothing of the block form is left to be seen."""
    generator, n = np.random.default_rng(seed), matrix.rows
    lower = sp.Matrix(n, n, lambda i, j: 1 if i == j else int(generator.integers(-2, 3)) if i > j else 0)
    upper = sp.Matrix(n, n, lambda i, j: 1 if i == j else int(generator.integers(-2, 3)) if i < j else 0)
    change = lower * upper
    return (change * matrix * change.inv()).applyfunc(sp.expand)


def pair(real: sp.Expr, imag: sp.Expr) -> sp.Matrix:
    return sp.Matrix([[real, -imag], [imag, real]])


# Blocks with the eigenvalues that they have: (real, imaginary, multiplicity).
SPECTRA = {
    "simple": ([jordan(Q(-1, 3), 1), jordan(Q(2, 7), 1)], [("-1/3", "0", 1), ("2/7", "0", 1)]),
    "critical weight": ([sp.Matrix([[0, -1], [1, -2]])], [("-1", "0", 2)]),
    "Jordan 3": ([jordan(Q(-1, 3), 3)], [("-1/3", "0", 3)]),
    "Jordan 4": ([jordan(Q(-1), 4)], [("-1", "0", 4)]),
    "quadruple, semisimple": ([jordan(Q(-1), 1)] * 4, [("-1", "0", 4)]),
    "Jordan 2 and 2": ([jordan(Q(-1), 2)] * 2, [("-1", "0", 4)]),
    "double pair": ([pair(Q(-1, 2), 3)] * 2, [("-1/2", "3", 2), ("-1/2", "-3", 2)]),
    "gap of 1e-30": ([jordan(Q(-1), 1), jordan(-1 - TINY, 1)], [("-1", "0", 1), (-1 - TINY, "0", 1)]),
    "pair, 1e-30 apart": ([pair(Q(-1), TINY)], [("-1", TINY, 1), ("-1", -TINY, 1)]),
    "huge and small": ([jordan(Q(10**20), 1), jordan(-TINY, 2)], [(Q(10**20), "0", 1), (-TINY, "0", 2)]),
    "centre": ([pair(Q(0), 2)], [("0", "2", 1), ("0", "-2", 1)]),
    "nilpotent": ([jordan(Q(0), 4)], [("0", "0", 4)]),
    "irrational pair": ([sp.Matrix([[0, -2], [1, -1]])] * 2, [("-1/2", s * sp.sqrt(7) / 2, 2) for s in (1, -1)]),
    "sqrt(2)": ([jordan(-sp.sqrt(2), 1)] * 2, [(-sp.sqrt(2), "0", 2)]),
    "1/e": ([jordan(-E, 2)], [(-E, "0", 2)]),
}  # fmt: skip


def blurred(value: Fraction, by: Fraction) -> Interval:
    return Interval(value - by, value + by)


def precise(value: sp.Expr) -> sp.Float:
    return sp.N(value, 80)


def inside(part, value) -> bool:
    """Whether an interval contains an exact number, by mpmath at high precision."""
    with mp.workdps(80):
        exact = mp.mpf(sp.N(sp.sympify(value), 80)._mpf_) if value != 0 else mp.mpf(0)
        slack = abs(exact) * mp.mpf(10) ** -75
        low, high = (mp.mpf(end.numerator) / end.denominator for end in (part.lower, part.upper))
        return bool(low - slack <= exact <= high + slack)


@pytest.mark.parametrize("digits", [10, 25])
@pytest.mark.parametrize("name", SPECTRA)
def test_eigenvalues_with_their_multiplicities(name, digits):
    blocks, expected = SPECTRA[name]
    expected = [(Q(a) if isinstance(a, str) else a, Q(b) if isinstance(b, str) else b, m) for a, b, m in expected]
    found = spectrum(turned(sp.diag(*blocks), 3), digits)
    assert isinstance(found, Spectrum), found
    assert found.eigenvalues is not None
    assert sorted(m for _, m in found.eigenvalues) == sorted(m for _, _, m in expected)
    for real, imag, multiplicity in expected:
        holding = [m for box, m in found.eigenvalues if inside(box.real, real) and inside(box.imag, imag)]
        assert holding == [multiplicity]
    # The boxes are told apart, and as narrow as was asked for.
    boxes = [box for box, _ in found.eigenvalues]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(box.certain(digits) for box in boxes)
    assert inside(found.abscissa, max((real for real, _, _ in expected), key=precise))
    assert inside(found.radius, max((sp.sqrt(a**2 + b**2) for a, b, _ in expected), key=precise))
    # Mutated claims: the extremes shifted by a few units of the last digit are not in the enclosures.
    for part in (found.abscissa, found.radius):
        if part.size:
            assert part.midpoint * (1 + Fraction(5, 10 ** (digits - 1))) not in part


@pytest.mark.parametrize("seed", range(6))
def test_random_rational_matrices_against_mpmath(seed):
    generator = np.random.default_rng(seed)
    n = int(generator.integers(2, 8))
    matrix = sp.Matrix(n, n, lambda _i, _j: Q(int(generator.integers(-9, 10)), int(generator.integers(1, 8))))
    found = spectrum(matrix, 15)
    assert isinstance(found, Spectrum)
    with mp.workdps(60):
        values = mp.eig(mp.matrix(matrix.tolist()), left=False, right=False)
        for value in values:
            # Simple eigenvalues: mpmath has 40 digits of them at the least.
            real, imag = (blurred(Fraction(str(part)), Fraction(1, 10**40)) for part in (value.real, value.imag))
            assert [box.overlaps(Box(real, imag)) for box, _ in found.eigenvalues].count(True) == 1
    assert sum(m for _, m in found.eigenvalues) == n


def test_eigenvalues_along_equilibria_are_left_out():
    matrix = turned(sp.diag(0, 0, *[pair(Q(-1, 4), 1)]), 1)
    assert str(spectrum(matrix).abscissa) == "0"
    rest = spectrum(matrix, without={sp.Integer(0): 2})
    assert str(rest.abscissa) == "-0.25"
    assert sum(m for _, m in rest.eigenvalues) == 2
    for wrong in ({sp.Integer(0): 3}, {sp.Integer(1): 1}):
        assert isinstance(spectrum(matrix, without=wrong), NoEnclosure)
    assert isinstance(spectrum(sp.zeros(1), without={sp.Integer(0): 1}), NoEnclosure)


def test_symbols_and_other_objects_are_refused():
    assert "gamma has no value" in str(spectrum(sp.Matrix([[sp.Symbol("gamma")]])))
    hopeless = sp.Matrix([[sp.gamma(Q(1, 3)), 1], [1, 0]])
    assert isinstance(spectrum(hopeless), NoEnclosure)


def test_where_equality_is_not_known_signs_decide():
    # sin(1)^2 + cos(1)^2 = 1: a double eigenvalue that no ball and no minimal polynomial shows.
    one = sp.sin(1) ** 2 + sp.cos(1) ** 2
    found = spectrum(sp.Matrix([[0, -one], [one, -2]]))
    assert isinstance(found, Spectrum)
    assert found.eigenvalues is None
    assert "sign conditions" in found.note
    assert -1 in found.abscissa
    assert 1 in found.radius
    assert found.abscissa.width <= Fraction(1, 10**9)
    assert found.radius.width <= Fraction(1, 10**9)


# -- sign conditions -------------------------------------------------------------------------------------------------


def coefficients(matrix: sp.Matrix, blur: Fraction = Fraction(0), shift: Fraction = Fraction(0)) -> list[flint.arb]:
    """Of the characteristic polynomial of a matrix that is known up to a blur, shifted."""
    n = matrix.rows
    entries = [flint.arb(int(e.p)) / int(e.q) + flint.arb(0, rational(blur)) for e in matrix]
    shifted = flint.arb_mat(n, n, entries).charpoly()(flint.arb_poly([flint.arb(rational(shift)), 1]))
    return [shifted[k] for k in range(n, -1, -1)]


def rational(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


@pytest.mark.parametrize("size", [2, 3, 4])
def test_multiple_eigenvalues_by_signs(size):
    # No isolation: the next matrix in the ball has other eigenvalues. The root of the blur is far below 1e-3.
    matrix, blur = turned(jordan(Q(-1), size), 2), Fraction(1, 10**40)
    with pytest.raises(ValueError, match="isolate"):
        flint.acb_mat(flint.arb_mat(size, size, [flint.arb(int(e)) for e in matrix])).eig()
    with flint.ctx.workprec(256):
        assert is_hurwitz(coefficients(matrix, blur, Fraction(-999, 1000))) is True  # Re z < -0.999
        assert is_hurwitz(coefficients(matrix, blur, Fraction(-1001, 1000))) is False  # not Re z < -1.001
        found, size_of = abscissa(coefficients(matrix, blur), WIDTH), radius(coefficients(matrix, blur), WIDTH)
    assert -1 in found
    assert 1 in size_of
    assert max(found.width, size_of.width) < Fraction(1, 500)


@pytest.mark.parametrize(
    "matrix",
    [pair(Q(0), 1), jordan(Q(0), 1), jordan(Q(0), 3), sp.diag(pair(Q(0), 2), jordan(Q(-1), 2)), pair(Q(1, 10**12), 1)],
)
def test_what_is_not_stable_is_never_certified(matrix):
    for precision in (32, 64, 256):
        with flint.ctx.workprec(precision):
            for blur in (Fraction(0), Fraction(1, 10**6), Fraction(1, 10**25)):
                assert is_hurwitz(coefficients(turned(matrix, 5), blur)) is not True
                # I + J has a multiplier on the circle or outside.
                assert is_schur(coefficients(turned(matrix, 5) + sp.eye(matrix.rows), blur)) is not True


polynomials = st.lists(
    st.tuples(st.fractions(-3, 3, max_denominator=8), st.fractions(0, 3, max_denominator=8), st.booleans()),
    min_size=1,
    max_size=4,
)


@given(polynomials)
def test_sign_conditions_against_known_roots(parts):
    """Products of z - a and (z - a)^2 + b^2; the roots are known exactly."""
    product, roots = flint.fmpq_poly([1]), []
    for a, b, is_pair in parts:
        real, imag = rational(a), rational(b)
        product *= flint.fmpq_poly([real**2 + imag**2, -2 * real, 1] if is_pair else [-real, 1])
        roots += [(a, b)] if is_pair else [(a, Fraction(0))]
    balls = [flint.arb(c) for c in product.coeffs()[::-1]]
    right, largest = max(a for a, _ in roots), max(a**2 + b**2 for a, b in roots)
    assert is_hurwitz(balls) in ({True, None} if right < 0 else {False, None})
    assert is_schur(balls) in ({True, None} if largest < 1 else {False, None})
    # Rational coefficients and thus narrow balls: the enclosures are narrow as well.
    with flint.ctx.workprec(512):
        balls = [flint.arb(c) for c in product.coeffs()[::-1]]
        found = abscissa(balls, Fraction(1, 10**9))
        assert right in found
        assert found.width <= Fraction(1, 10**8)
        size = radius(balls, Fraction(1, 10**9))
        assert size.lower**2 <= largest <= size.upper**2
        assert size.width <= Fraction(1, 10**8)
