"""Drawn objectives: the formula that they show is the function, and they are in the class that was asked for."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty

from convergan.numeric.functions import ATOMS, MAX_ORDER, SmoothFunctions
from convergan.numeric.strategies import ASSUMPTION_II, SmoothFunction, objectives
from convergan.symbolic import read_proposal

EPS = float(np.finfo(float).eps)
T = sp.Symbol("t")
STANDARD = SmoothFunction.of(SmoothFunctions.single({"logistic": (1.0, 1.0), "tanh": (0.5, 2.0), "t2": (-1.0, 1.0)}))


def formula(f: SmoothFunction) -> sp.Expr:
    """What a proposal reads where the ``repr`` is pasted, as SymPy's own expression."""
    from convergan.symbolic import expression as ex
    from convergan.symbolic.interpretation import ScalarAlgebra

    proposal = read_proposal({"objective": {"f": repr(f)}})
    assert proposal.objective is not None
    assert proposal.objective.f is not None
    return ex.interpret(proposal.objective.f, ScalarAlgebra({"t": T}))


def exact(expression: sp.Expr, order: int, at: float):
    with mpmath.workdps(50):
        return mpmath.mpf(str(sp.diff(expression, T, order).subs(T, sp.Rational(at)).evalf(50)))


def disagreement(f: SmoothFunction, expression: sp.Expr, order: int, at: float) -> float:
    """The difference from an exact value in units of what rounding may do.

    Each coefficient of the formula is right to one rounding, and the closed forms take fewer than 200 operations.
    """
    t = np.array([at])
    limit = 400 * EPS * f.magnitude(order, t)[0] + 1e-300
    return float(abs(f.derivative(order, t)[0] - exact(expression, order, at)) / limit)


@settings(max_examples=30)
@given(f=objectives(assume=ASSUMPTION_II), at=st.integers(-8, 8), order=st.integers(0, MAX_ORDER))
def test_the_repr_is_the_function(f: SmoothFunction, at: int, order: int) -> None:
    assert disagreement(f, formula(f), order, at / 4) <= 1


@settings(max_examples=15)
@given(f=objectives(assume=ASSUMPTION_II), place=st.integers(0, len(ATOMS) - 1), factor=st.sampled_from([2, -1]))
def test_a_changed_coefficient_is_seen(f: SmoothFunction, place: int, factor: int) -> None:
    """The comparison above fails for a function with one coefficient doubled, or of the wrong sign."""
    changed = f.coefficients.copy()
    changed[0, place] = factor * changed[0, place] if changed[0, place] else 1.0
    wrong = SmoothFunction(changed, f.scales)
    assert max(disagreement(wrong, formula(f), order, 0.75) for order in range(MAX_ORDER + 1)) > 1


@settings(max_examples=25)
@given(f=objectives(assume=ASSUMPTION_II))
def test_autograd_of_f_has_the_exact_derivatives(f: SmoothFunction) -> None:
    import torch

    t = np.linspace(-3, 3, 13)
    function = f
    for order in range(5):
        by_torch = torch.func.vmap(function)(torch.from_numpy(t)).numpy()
        # Operations of the formula, at most 4 for each of them per level of differentiation.
        limit = 100 * 4**order * EPS * f.magnitude(order, t)
        assert (np.abs(by_torch - f.derivative(order, t)) <= limit).all()
        function = torch.func.grad(function)


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
def test_tensors_keep_their_type_and_shape(dtype: str) -> None:
    import torch

    for shape in ((), (3,), (2, 3)):
        t = torch.full(shape, 0.5, dtype=getattr(torch, dtype), requires_grad=True)
        assert STANDARD(t).dtype == t.dtype
        assert STANDARD(t).shape == t.shape
        assert torch.autograd.grad(STANDARD(t).sum(), t)[0].dtype == t.dtype


def test_numbers_are_taken_as_well() -> None:
    f = STANDARD
    assert f(np.array([[0.25, 0.5]]))[0, 1] == f(0.5) == f.derivative(0, np.array([0.5]))[0]


def test_zero_has_a_gradient(smallest) -> None:
    import torch

    f = smallest(objectives(assume="real"), lambda f: True)
    t = torch.ones(2, requires_grad=True)
    assert repr(f) == "0"
    assert (torch.autograd.grad(f(t).sum(), t)[0] == 0).all()


CLASSES = {
    "f1 != 0": lambda f1, f2: f1 != 0,
    "f1 > 0": lambda f1, f2: f1 > 0,
    ASSUMPTION_II: lambda f1, f2: f1 != 0 and f2 < 0,
    "f1 != 0 and f2 == 0": lambda f1, f2: f1 != 0 and f2 == 0,
    "f1 == 0 and f2 < 0": lambda f1, f2: f1 == 0 and f2 < 0,
    "0 < f1 < 1/2 and f1 < f2 and f3 == 0": lambda f1, f2: 0 < f1 < min(0.5, f2),
}


@pytest.mark.parametrize("assume", CLASSES)
@settings(max_examples=30)
@given(data=st.data())
def test_the_conditions_hold_at_zero(assume: str, data: st.DataObject) -> None:
    f = data.draw(objectives(assume=assume))
    assert CLASSES[assume](f.slope(1), f.slope(2))


@given(f=objectives(assume=ASSUMPTION_II, where="boundary"))
def test_on_the_boundary_one_condition_is_an_equality(f: SmoothFunction) -> None:
    assert (f.slope(1) == 0 and f.slope(2) < 0) or (f.slope(1) != 0 and f.slope(2) == 0)


@given(f=objectives(assume=ASSUMPTION_II, where="outside"))
def test_outside_one_condition_fails_by_little(f: SmoothFunction) -> None:
    f1, f2 = f.slope(1), f.slope(2)
    assert (f1 == 0 and f2 < 0) or (f1 != 0 and 0 < f2 <= 1 / 8)


@pytest.mark.parametrize(("increasing", "concave"), [(True, False), (False, True), (True, True)])
@settings(max_examples=25)
@given(data=st.data())
def test_shapes_hold_everywhere(increasing: bool, concave: bool, data: st.DataObject) -> None:
    """In exact arithmetic, from the formula; far out too, where doubles are 0."""
    f = data.draw(objectives(increasing=increasing, concave=concave))
    at = data.draw(st.integers(-400, 400)) / 8
    expression = formula(f)
    if increasing:
        assert exact(expression, 1, at) > 0
    if concave:
        assert exact(expression, 2, at) <= 0


@pytest.mark.parametrize(("order", "sign"), [(1, -1), (2, 1)])
def test_without_a_shape_there_are_others(order: int, sign: int, smallest) -> None:
    assert smallest(objectives(), lambda f: sign * f.slope(order) > 0)


SMALLEST = [
    ({}, lambda f: True, "t"),
    ({}, lambda f: f.slope(2) < -0.1, "t - t**2/2"),
    ({}, lambda f: f.slope(2) > 0.1, "t + t**2/2"),
    ({}, lambda f: "softplus" in repr(f), "-softplus(-t) + t/2"),
    ({"assume": ASSUMPTION_II}, lambda f: True, "t - t**2/2"),
    ({"assume": ASSUMPTION_II}, lambda f: f.slope(3) != 0, "tanh(t) - t**2/2"),
    ({"assume": ASSUMPTION_II}, lambda f: f.slope(2) > -1e-3, "t - t**2/2000000"),
    ({"assume": ASSUMPTION_II, "where": "boundary"}, lambda f: True, "-t**2/2"),
    ({"assume": ASSUMPTION_II, "where": "boundary"}, lambda f: f.slope(1) != 0, "t"),
    ({"assume": ASSUMPTION_II, "where": "outside"}, lambda f: f.slope(1) != 0, "t + t**2/16"),
    ({"assume": "f1 != 0 and f2 == 0"}, lambda f: True, "t"),
    ({"increasing": True}, lambda f: True, "t"),
    ({"increasing": True, "concave": True}, lambda f: f.slope(2) < 0, "-softplus(-t)"),
    ({"concave": True}, lambda f: f.slope(1) < 0, "-t"),
]


@pytest.mark.parametrize(("options", "predicate", "expected"), SMALLEST)
def test_shrinking(options: dict, predicate, expected: str, smallest) -> None:
    found = smallest(objectives(**options), predicate)
    assert repr(found) == expected
    assert pretty(found) == expected  # what a falsifying example shows


def test_cases_of_a_batch_are_functions() -> None:
    from convergan.numeric import sample_cases

    proposal = read_proposal({})
    drawn = sample_cases(proposal, 5, seed=0)
    assert drawn.functions is not None
    one = SmoothFunction.of(drawn.functions, 3)
    assert one.slope(2) == drawn.slopes["f2"][3]
