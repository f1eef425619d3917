"""Formulas in NumPy against SymPy's own numbers and against quadrature written out."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from convergan.numeric.evaluate import UnsupportedFormula, evaluate, operations
from convergan.numeric.functions import SmoothFunctions
from convergan.numeric.quadrature import Sample
from convergan.symbolic.calculus import UNIFORM, Mean, ObjectiveDerivative, SignChange
from convergan.symbolic.prototypes.latents import noise

EPS = float(np.finfo(float).eps)
EPSILON_REAL, EPSILON_FAKE = (noise(side, 1)[0] for side in ("real", "fake"))
X, Y = sp.symbols("x y", real=True)
NODES = Sample.of_count(5)


@st.composite
def formulas(draw: st.DrawFn) -> sp.Expr:
    unary = [
        sp.exp,
        sp.tanh,
        sp.atan,
        sp.cos,
        sp.sin,
        sp.Abs,
        lambda e: sp.log(1 + sp.exp(e)),
        lambda e: 1 / (2 + e**2),
    ]
    expression = st.recursive(
        st.sampled_from([X, Y, sp.Integer(2), sp.Rational(-1, 3), sp.pi]),
        lambda inner: st.one_of(
            st.builds(lambda a, b: a + b, inner, inner),
            st.builds(lambda a, b: a * b, inner, inner),
            st.builds(lambda f, a: f(a), st.sampled_from(unary), inner),
            st.builds(lambda a, n: a**n, inner, st.sampled_from([2, 3])),
        ),
        max_leaves=8,
    )
    return draw(expression)


@given(formula=formulas(), x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_values_are_those_of_sympy(formula: sp.Expr, x: float, y: float) -> None:
    values, magnitudes = evaluate([formula], {X: np.array([x]), Y: np.array([y])})
    exact = formula.xreplace({X: sp.Rational(x), Y: sp.Rational(y)}).evalf(40)
    if not np.isfinite(values).all() or abs(exact) > 1e300:
        return
    limit = EPS * operations([formula]) * magnitudes[0, 0] + 1e-300
    assert abs(sp.Float(values[0, 0], 40) - exact) <= limit


def test_f_and_its_derivatives_are_those_of_the_case() -> None:
    functions = SmoothFunctions(
        np.concatenate([SmoothFunctions.single({"exp": (2.0, 1.0)}).coefficients, np.eye(1, 10, 4)]),
        np.ones((2, 10)),
    )
    x = np.array([0.5, 0.5])
    formula = ObjectiveDerivative(1, X * Y) * Y
    values, _ = evaluate([formula], {X: x, Y: np.array([3.0, 3.0])}, functions)
    assert values[:, 0] == pytest.approx([6 * np.exp(1.5), 3.0], rel=1e-15)


def test_means_average_over_all_nodes_of_all_random_symbols() -> None:
    body = sp.exp(X * EPSILON_REAL - EPSILON_FAKE**2) * sp.cos(UNIFORM * X)
    x = np.array([0.3, -1.25])
    values, _ = evaluate([1 + X * Mean(body)], {X: x}, None, NODES)
    hermite, legendre = NODES.gauss, NODES.uniform
    expected = []
    for at in x:
        total = 0.0
        for e, we in zip(hermite.positions, hermite.weights, strict=True):
            for g, wg in zip(hermite.positions, hermite.weights, strict=True):
                for u, wu in zip(legendre.positions, legendre.weights, strict=True):
                    total += we * wg * wu * np.exp(at * e - g * g) * np.cos(u * at)
        expected.append(1 + at * total)
    assert values[:, 0] == pytest.approx(expected, rel=1e-14)


def test_a_density_on_a_kink_is_invisible_to_explicit_samples() -> None:
    body = SignChange(X - EPSILON_REAL) + EPSILON_REAL**2
    values, _ = evaluate([Mean(body)], {X: np.array([0.3])}, None, NODES)
    assert values[0, 0] == pytest.approx(1.0)


def test_parameters_may_bear_the_names_of_random_symbols() -> None:
    mine = sp.Symbol("u", real=True)
    values, _ = evaluate([mine * Mean(UNIFORM)], {mine: np.array([4.0])}, None, NODES)
    assert values[0, 0] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        (Y, "symbol y without a value"),
        (sp.gamma(X), "gamma"),
        (ObjectiveDerivative(1, X), "no f was given"),
        (Mean(EPSILON_REAL * X), "no nodes were given"),
    ],
)
def test_what_cannot_be_evaluated_is_named(formula: sp.Expr, message: str) -> None:
    with pytest.raises(UnsupportedFormula, match=message):
        evaluate([formula], {X: np.array([1.0])})
