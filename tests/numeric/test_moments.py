"""Exact moments and averages against integrals by quadrature with twice the digits, and by pieces."""

from __future__ import annotations

import itertools
from typing import Any

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from convergan.symbolic.averages import averaged
from convergan.symbolic.calculus import CircleSymbol, GaussSymbol, Mean, SignSymbol, UniformSymbol, joint_moment
from convergan.symbolic.prototypes import latents

X, Y = sp.symbols("_x _y", real=True)
U, V = (UniformSymbol(name, real=True) for name in ("u_real", "u_fake"))
Z, E = GaussSymbol("z_real", real=True), GaussSymbol("epsilon_real", real=True)
S = SignSymbol("s_fake", real=True)
C, D = latents.circle("fake")


def integral(power: int, kind: str) -> Any:
    if kind == "uniform":
        return mp.quad(lambda u: u**power, [0, 1])
    if kind == "gauss":
        return mp.quad(lambda z: z**power * mp.npdf(z), [-mp.inf, -3, 0, 3, mp.inf])
    return (mp.mpf(1) + (-1) ** power) / 2


@pytest.mark.parametrize(("symbol", "kind"), [(U, "uniform"), (Z, "gauss"), (E, "gauss"), (S, "sign")])
def test_single_moments(symbol: Any, kind: str) -> None:
    with mp.workdps(30):
        for power in range(9):
            found = joint_moment({symbol: power})
            assert abs(mp.mpf(int(found.p)) / int(found.q) - integral(power, kind)) < 1e-20


def test_moments_on_the_circle() -> None:
    """cos^i sin^j over the angle; the trapezoidal rule is exact beyond the degree."""
    with mp.workdps(30):
        angles = [2 * mp.pi * k / 16 for k in range(16)]
        for i, j in itertools.product(range(7), repeat=2):
            expected = mp.fsum(mp.cos(a) ** i * mp.sin(a) ** j for a in angles) / 16
            assert abs(mp.mpf(str(sp.N(joint_moment({C: i, D: j}), 30))) - expected) < 1e-20


def test_different_symbols_are_independent_and_the_coordinates_of_a_circle_are_not() -> None:
    other = CircleSymbol("cos_real", real=True)
    assert joint_moment({C: 2, other: 2}) == sp.Rational(1, 4)
    assert joint_moment({C: 2, D: 2}) == sp.Rational(1, 8)
    assert joint_moment({C: 2}) * joint_moment({D: 2}) == sp.Rational(1, 4)
    assert joint_moment({U: 2, V: 3, Z: 4, S: 2, C: 4}) == sp.Rational(1, 3) / 4 * 3 * sp.Rational(3, 8)
    assert joint_moment({U: 2, S: 1}) == 0


@st.composite
def polynomials(draw: st.DrawFn) -> sp.Expr:
    """Sums of products of random symbols and coordinates."""
    total: sp.Expr = sp.Integer(0)
    for _ in range(draw(st.integers(1, 4))):
        term: sp.Expr = sp.Integer(draw(st.integers(-3, 3)))
        for symbol in (U, V, Z, E, S, C, D, X):
            term *= symbol ** draw(st.integers(0, 2))
        total += term
    return total + draw(st.sampled_from([sp.Integer(0), X * Y])) * Y


@settings(max_examples=25)
@given(body=polynomials())
def test_polynomials_are_averaged_term_by_term(body: sp.Expr) -> None:
    """In another order: one variable after the other, by SymPy's own integrals."""
    t = sp.Symbol("t", real=True)
    expected = sp.expand(body.xreplace({C: sp.cos(t), D: sp.sin(t)}))
    expected = sp.Add(*(sp.integrate(term, (t, 0, 2 * sp.pi)) for term in sp.Add.make_args(expected))) / (2 * sp.pi)
    for u in (U, V):
        expected = sp.integrate(sp.expand(expected), (u, 0, 1))
    expected = (expected.xreplace({S: sp.Integer(1)}) + expected.xreplace({S: sp.Integer(-1)})) / 2
    for z in (Z, E):
        terms = sp.Poly(sp.expand(expected), z).all_terms()
        expected = sp.Add(*(c * (0 if k % 2 else sp.factorial2(k - 1)) for (k,), c in terms))
    found = averaged(Mean(body))
    assert not found.has(Mean)
    assert sp.expand(found - expected) == 0


@st.composite
def piecewise(draw: st.DrawFn) -> tuple[sp.Expr, list[sp.Rational]]:
    """A product of moduli, signs and powers in one uniform variable, and where it switches."""
    roots = [sp.Rational(draw(st.integers(-2, 8)), 6) for _ in range(draw(st.integers(1, 3)))]
    body: sp.Expr = U ** draw(st.integers(0, 2))
    for root in roots:
        kind = draw(st.sampled_from([sp.Abs, sp.sign, lambda e: sp.Abs(e) ** 3, lambda e: sp.Abs(e) * e]))
        body *= kind(draw(st.sampled_from([1, -2])) * (U - root))
    return body + draw(st.integers(-1, 1)) * sp.Abs(2 * U - 1), [*roots, sp.Rational(1, 2)]


@settings(max_examples=25)
@given(drawn=piecewise())
def test_moduli_and_signs_of_a_uniform_variable_are_integrated_by_pieces(drawn: Any) -> None:
    body, switches = drawn
    found = averaged(Mean(X * body + Y))
    assert not found.has(Mean)
    ends = sorted({sp.Integer(0), sp.Integer(1), *(r for r in switches if 0 < r < 1)})
    with mp.workdps(25):
        function = sp.lambdify(U, body, "mpmath")
        points = [mp.mpf(int(e.p)) / int(e.q) for e in ends]
        expected = mp.quad(lambda u: mp.mpf(function(u)), points)
        slope = sp.Poly(found, X, Y).coeff_monomial(X)
        assert abs(mp.mpf(str(sp.N(slope, 25))) - expected) < 1e-18
        assert sp.expand(found - slope * X - Y) == 0


def settled(expression: sp.Expr) -> sp.Expr:
    """Constant expectations over a fair sign, by its two values."""
    values = {
        mean: sum(mean.args[0].xreplace({S: sp.Integer(s)}) for s in (1, -1)) / 2 for mean in expression.atoms(Mean)
    }
    return expression.xreplace(values)


def test_random_factors_leave_moduli_and_signs() -> None:
    assert averaged(Mean(sp.Abs(X * (2 * U - 1)))) == sp.Abs(X) / 2
    assert averaged(Mean(sp.sign(X * U) * U**2)) == sp.sign(X) / 3
    assert averaged(Mean(sp.sign(X * Z) * Z)) == sp.sign(X) * sp.sqrt(2) / sp.sqrt(sp.pi)
    assert averaged(Mean(sp.Abs(X + Z))) == Mean(sp.Abs(X + Z))
    assert settled(averaged(Mean(sp.Abs(X * S)))) == sp.Abs(X)
    assert settled(averaged(Mean(sp.sign(X * S) * S))) == sp.sign(X)
    assert settled(averaged(Mean(sp.Abs(X * S) * S))) == 0
