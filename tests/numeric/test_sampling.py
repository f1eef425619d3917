"""Sampled cases are admissible, however narrow the conditions, and impossible ones are reported."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergan.numeric.cases import EvidenceUnavailable
from convergan.numeric.sampling import sample_cases
from convergan.numeric.strategies import cases, parameters, points
from convergan.symbolic.proposal_reader import read_proposal


def proposal(parameters: dict[str, str], **objective: str):
    return read_proposal({"parameters": parameters, "objective": objective})


def test_every_case_satisfies_the_conditions() -> None:
    drawn = sample_cases(
        proposal(
            {
                "gamma": "1000 < gamma < 1000.001",
                "b": "gamma < b < gamma + 1/100 and b != 1000",
                "c": "c <= 0",
                "d": "d == 2*c + b/3",
                "e": "e**2 <= 1 and e**3 >= -1/8",
            },
            assume="f1 > 0 and f2 < -f1 and f3 == 0",
        ),
        500,
        seed=5,
    )
    p, s = drawn.parameters, drawn.slopes
    assert len(drawn) == 500
    assert ((p["gamma"] > 1000) & (p["gamma"] < 1000.001)).all()
    assert ((p["b"] > p["gamma"]) & (p["b"] < p["gamma"] + 0.01)).all()
    assert (p["c"] <= 0).all()
    assert np.allclose(p["d"], 2 * p["c"] + p["b"] / 3, rtol=1e-14)
    assert ((p["e"] ** 2 <= 1) & (p["e"] ** 3 >= -1 / 8)).all()
    assert ((s["f1"] > 0) & (s["f2"] < -s["f1"])).all()
    assert np.abs(s["f3"]).max() < 1e-12
    assert (np.abs(drawn.functions.derivative(2, np.zeros(500)) - s["f2"]) == 0).all()


def test_derivatives_of_a_concrete_objective_enter_conditions() -> None:
    drawn = sample_cases(proposal({"gamma": "gamma == 2*f1"}, f="standard"), 10, seed=0)
    assert drawn.parameters["gamma"] == pytest.approx(np.ones(10))
    drawn = sample_cases(proposal({"a": "a > 0", "gamma": "0 < gamma < f1"}, f="a*t - t**2"), 200, seed=0)
    assert (drawn.parameters["gamma"] < drawn.parameters["a"]).all()


def test_critical_values_given_by_squares_are_solved() -> None:
    drawn = sample_cases(proposal({"gamma": "gamma**2 == 4*f1**2 and gamma > 0"}), 50, seed=0)
    assert drawn.parameters["gamma"] == pytest.approx(2 * np.abs(drawn.slopes["f1"]))


def test_magnitudes_are_broad() -> None:
    drawn = sample_cases(proposal({"a": "a > 0", "b": "real"}), 2000, seed=1).parameters
    assert drawn["a"].min() < 0.01
    assert drawn["a"].max() > 100
    assert (drawn["b"] < -100).any()
    assert (drawn["b"] == 0).any()


def test_the_seed_decides() -> None:
    first, second, other = (sample_cases(proposal({"a": "real"}), 20, seed).parameters["a"] for seed in (7, 7, 8))
    assert (first == second).all()
    assert (first != other).any()


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"a": "a > 1", "b": "a + b < 0 and b > 0"}, "no admissible case"),
        ({"a": "a**3 == 2"}, "degree 3"),
    ],
)
def test_impossible_conditions_are_reported(conditions: dict[str, str], message: str) -> None:
    with pytest.raises(EvidenceUnavailable, match=message):
        sample_cases(proposal(conditions), 10, seed=0)


CONDITIONS = proposal({"gamma": "gamma > 2*f1 and gamma > -2*f1", "k": "0 < k < gamma", "c": "real"}, assume="f1 != 0")


@given(case=cases(CONDITIONS))
def test_drawn_cases_are_admissible(case) -> None:
    gamma, k, f1 = case.parameters["gamma"], case.parameters["k"], case.slopes["f1"]
    assert (gamma > 2 * abs(f1)).all()
    assert ((k > 0) & (k < gamma)).all()
    assert (f1 != 0).all()


@given(data=st.data())
def test_drawn_values_are_named(data: st.DataObject) -> None:
    assert set(data.draw(parameters(CONDITIONS))) == {"gamma", "k", "c"}
    point = data.draw(points(CONDITIONS))
    assert (point.theta != 0).any() or (point.psi != 0).any()
