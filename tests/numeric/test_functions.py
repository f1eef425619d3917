"""Closed-form derivatives against mpmath at 50 digits, and torch's f against the closed form."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergan.numeric.elementary import ROWS, derivative, power_derivative
from convergan.numeric.functions import ATOMS, CURVED, MAX_ORDER, SmoothFunctions, random_functions
from convergan.numeric.strategies import objectives
from convergan.symbolic.parser import Scope, parse

EPS = float(np.finfo(float).eps)
FINITE_DIFFERENCE = 1e-30  # what mpmath.diff itself is wrong by at 50 digits
EXACT = {
    "softplus": lambda u: mpmath.log(1 + mpmath.exp(u)),
    "sigmoid": lambda u: 1 / (1 + mpmath.exp(-u)),
    "tanh": mpmath.tanh,
    "atan": mpmath.atan,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "abs": abs,
}
POINTS = [-30.5, -3.25, -0.75, 0.0, 1e-3, 0.5, 2.0, 7.0, 30.5]


def exact_derivative(function, order: int, at: float):
    with mpmath.workdps(50):
        return mpmath.diff(function, mpmath.mpf(at), order)


def exact_atom(name: str):
    if name == "logistic":
        return lambda t: -mpmath.log(1 + mpmath.exp(-t))
    if name in CURVED:
        return EXACT[name]
    power = int(name[1:])
    return lambda t: t**power / mpmath.factorial(power)


@pytest.mark.parametrize("order", range(MAX_ORDER + 1))
@pytest.mark.parametrize("name", sorted(EXACT))
def test_elementary_derivatives_are_exact(name: str, order: int) -> None:
    points = [p for p in POINTS if (name != "log" or p > 0) and (name != "abs" or p != 0)]
    values, amplitudes = derivative(name, order, np.array(points))
    for point, value, amplitude in zip(points, values, amplitudes, strict=True):
        exact = exact_derivative(EXACT[name], order, point)
        assert abs(value - exact) <= 64 * EPS * amplitude + FINITE_DIFFERENCE
        assert abs(exact) <= amplitude * (1 + 64 * EPS)


@pytest.mark.parametrize("order", range(MAX_ORDER + 1))
def test_the_tails_of_softplus_keep_relative_precision(order: int) -> None:
    points = [-80.0, -20.0, 20.0, 80.0]
    values, _ = derivative("softplus", order, np.array(points))
    for point, value in zip(points, values, strict=True):
        with mpmath.workdps(120):  # softplus(80) = 80 + 2e-35: differences need the digits behind it
            exact = mpmath.diff(EXACT["softplus"], mpmath.mpf(point), order)
        assert abs(value - exact) <= 200 * EPS * abs(exact)


@pytest.mark.parametrize("exponent", [2.0, 3.0, 0.5, -1.0, 2.5, 0.0])
@pytest.mark.parametrize("order", range(5))
def test_derivatives_of_powers_are_exact(exponent: float, order: int) -> None:
    points = np.array([0.25, 1.0, 7.5])
    values, _ = power_derivative(order, points, np.asarray(exponent))
    for point, value in zip(points, values, strict=True):
        exact = exact_derivative(lambda u: u ** mpmath.mpf(exponent), order, float(point))
        assert abs(value - exact) <= 64 * EPS * abs(exact) + FINITE_DIFFERENCE


def test_every_function_of_one_variable_has_a_row() -> None:
    from convergan.symbolic.expression import FUNCTIONS

    assert set(ROWS) == FUNCTIONS - {"sqrt", "max", "min"}


@given(f=objectives(), t=st.floats(-4, 4), order=st.integers(0, MAX_ORDER))
def test_derivatives_of_drawn_objectives_are_exact(f: SmoothFunctions, t: float, order: int) -> None:
    exact = mpmath.mpf(0)
    for place, name in enumerate(ATOMS):
        a, s = f.coefficients[0, place], f.scales[0, place]
        if a != 0:
            atom = exact_atom(name)
            exact += exact_derivative(lambda x, a=a, s=s, g=atom: a * g(s * x), order, t)
    at = np.array([t])
    assert abs(f.derivative(order, at)[0] - exact) <= 200 * EPS * f.magnitude(order, at)[0] + FINITE_DIFFERENCE


@given(f=objectives())
def test_objectives_have_a_slope_at_zero(f: SmoothFunctions) -> None:
    assert f.derivative(1, np.zeros(1))[0] != 0


@given(f=objectives(), t=st.floats(-4, 4))
def test_the_text_of_an_objective_is_the_objective(f: SmoothFunctions, t: float) -> None:
    from convergan.numeric.rounding import objective_derivatives

    tree = parse(f.text(), Scope(frozenset({"t"})))
    at = np.array([t])
    series = objective_derivatives(tree, at, {}, 3)
    for order in range(4):
        expected = f.derivative(order, at)
        limit = 400 * EPS * (series.magnitude[order] + f.magnitude(order, at))
        assert abs(series.value[order] - expected)[0] <= limit[0]


@given(targets=st.lists(st.floats(-1e3, 1e3), min_size=6, max_size=6), seed=st.integers(0, 99))
def test_derivatives_at_zero_can_be_prescribed(targets: list[float], seed: int) -> None:
    functions = random_functions(3, np.random.default_rng(seed))
    wanted = {k + 1: np.full(3, value) for k, value in enumerate(targets)}
    pinned = functions.pinned(wanted)
    for order, values in wanted.items():
        error = np.abs(pinned.derivative(order, np.zeros(3)) - values)
        assert (error <= 16 * EPS * pinned.magnitude(order, np.zeros(3))).all()


def test_torch_differentiates_f_to_its_exact_derivatives() -> None:
    import torch

    from convergan.numeric.functions import smooth

    functions = random_functions(500, np.random.default_rng(3))
    t = np.random.default_rng(4).uniform(-12, 12, 500)
    a, s = torch.from_numpy(functions.coefficients), torch.from_numpy(functions.scales)
    function = smooth
    for order in range(4):
        by_torch = torch.func.vmap(function)(torch.from_numpy(t), a, s).numpy()
        limit = 100 * 4**order * EPS * functions.magnitude(order, t)
        assert (np.abs(by_torch - functions.derivative(order, t)) <= limit).all()
        function = torch.func.grad(function)


def test_shapes_and_orders_are_checked() -> None:
    with pytest.raises(ValueError, match="columns as in ATOMS"):
        SmoothFunctions(np.zeros((2, 3)), np.zeros((2, 3)))
    with pytest.raises(KeyError, match="unknown atom 'sinh'"):
        SmoothFunctions.single({"sinh": (1.0, 1.0)})
    with pytest.raises(ValueError, match="order -1"):
        SmoothFunctions.single({"t1": (1.0, 1.0)}).derivative(-1, np.zeros(1))


@pytest.mark.parametrize("order", range(MAX_ORDER + 2))
def test_at_zero_all_cases_share_the_atoms(order: int) -> None:
    """The short cut gives what the whole evaluation gives; one argument away from 0 turns it off."""
    functions = random_functions(40, np.random.default_rng(order))
    short = functions.with_magnitude(order, np.zeros(40))
    whole = functions.with_magnitude(order, np.append(np.zeros(39), 0.5))
    for one, other in zip(short, whole, strict=True):
        assert np.array_equal(one[:39], other[:39])
        assert one[39] != other[39] or order > MAX_ORDER
    one_by_one = functions.derivative(order, np.zeros(40)), functions.magnitude(order, np.zeros(40))
    assert np.array_equal(short, one_by_one)
    assert (np.abs(short[0]) <= short[1] * (1 + 1e-14)).all()
