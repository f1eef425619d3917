"""Cases lie where they were asked for: inside, on an edge to the last bit, outside by little, at critical values."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import pretty

from convergan.numeric.strategies import Case, cases, critical_cases, parameters, points
from convergan.symbolic import read_proposal

R1 = {
    "proposal": {"name": "R1"},
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
}
PROPOSAL = read_proposal(R1)
STANDARD = read_proposal(R1 | {"objective": {"f": "standard"}})
FEW = settings(max_examples=20)
STEPS = "And(h < gamma/f1**2, f1**2*h**2 + 4 > 2*gamma*h)"  # as ``check`` prints it for R1


def conditions(parameters: dict[str, str], assume: str = "f1 != 0 and f2 < 0"):
    return read_proposal({"parameters": parameters, "objective": {"f": "any", "assume": assume}})


NESTED = conditions({"gamma": "gamma > 2*f1 and gamma > -2*f1", "k": "0 < k <= gamma", "c": "real"}, "f1 != 0")


def exact(case: Case) -> dict[str, Fraction]:
    """The case's numbers as the rational numbers that they are."""
    assert case.f is not None
    slopes = {f"f{k}": case.f.slope(k) for k in (1, 2)}
    return {name: Fraction(value) for name, value in (case.values | slopes).items()}


@given(case=cases(NESTED))
def test_inside_everything_holds(case: Case) -> None:
    v = exact(case)
    assert v["gamma"] > 2 * abs(v["f1"]) > 0
    assert 0 < v["k"] <= v["gamma"]


@given(case=cases(NESTED, where="boundary"))
def test_on_the_boundary_one_comparison_is_an_equality(case: Case) -> None:
    v = exact(case)
    edges = [v["gamma"] == 2 * abs(v["f1"]), v["k"] == 0, v["k"] == v["gamma"], v["f1"] == 0]
    assert any(edges)
    assert v["gamma"] >= 2 * abs(v["f1"])
    assert 0 <= v["k"] <= v["gamma"]


@given(case=cases(NESTED, where="outside", of=("k",)))
def test_outside_one_comparison_fails_by_little(case: Case) -> None:
    v = exact(case)
    below, above = v["k"] < 0, v["k"] > v["gamma"]
    assert below != above
    distance = -v["k"] if below else v["k"] - v["gamma"]
    assert distance <= max(1, v["gamma"]) / 8 + Fraction(1, 10**9)
    assert v["gamma"] > 2 * abs(v["f1"]) > 0


@pytest.mark.parametrize("edge", ["k", "gamma", "f1"])
@FEW
@given(data=st.data())
def test_every_edge_can_be_asked_for(edge: str, data: st.DataObject) -> None:
    v = exact(data.draw(cases(NESTED, where="boundary", of=(edge,))))
    of_edge = {
        "k": v["k"] in (0, v["gamma"]),
        "gamma": v["gamma"] in (2 * abs(v["f1"]), v["k"]),
        "f1": v["f1"] == 0 or v["gamma"] == 2 * abs(v["f1"]),
    }
    assert of_edge[edge]


@given(case=cases(PROPOSAL, on="gamma == 2*abs(f1)"))
def test_eigenvalues_meet_exactly(case: Case) -> None:
    v = exact(case)
    assert v["gamma"] == 2 * abs(v["f1"])
    assert v["f1"] != 0
    assert v["f2"] < 0


@given(case=cases(PROPOSAL, on="h*f1**2 == gamma"))
def test_solutions_are_right_to_one_rounding(case: Case) -> None:
    v = exact(case)
    assert case.values["h"] == float(v["gamma"] / v["f1"] ** 2)


@given(case=cases(PROPOSAL, on="h**2*f1**2 + 4 == 2*gamma*h"))
@FEW
def test_solutions_of_quadratic_equations_are_right_to_one_rounding(case: Case) -> None:
    v = exact(case)
    with mpmath.workdps(60):
        f1, gamma = (mpmath.mpf(v[name].numerator) / v[name].denominator for name in ("f1", "gamma"))
        root = mpmath.sqrt(gamma**2 - 4 * f1**2)
        roots = {float((gamma + root) / f1**2), float((gamma - root) / f1**2)} if gamma >= 2 * abs(f1) else set()
    # Where no h solves it, another name has been moved; the last to be tried is gamma.
    assert case.values["h"] in roots or case.values["gamma"] == float((v["h"] ** 2 * v["f1"] ** 2 + 4) / (2 * v["h"]))


def radius(case: Case, factor: Fraction):
    """The spectral radius of I + factor h J for R1, to 80 digits."""
    v = exact(case)
    with mpmath.workdps(80):
        f1, gamma, h = (mpmath.mpf(v[n].numerator) / v[n].denominator for n in ("f1", "gamma", "h"))
        h = h * factor.numerator / factor.denominator
        half = 1 - h * gamma / 2
        root = mpmath.sqrt(mpmath.mpc(h**2 * (gamma**2 / 4 - f1**2)))
        return max(abs(half + root), abs(half - root))


@given(case=cases(PROPOSAL, on=STEPS))
@FEW
def test_the_edge_of_stable_steps_parts_stable_from_unstable(case: Case) -> None:
    inside, outside = (radius(case, 1 + Fraction(sign, 10**12)) for sign in (-1, 1))
    assert (inside - 1) * (outside - 1) < 0


@given(case=cases(PROPOSAL, on="h*f1**2 == 2*gamma"))
@FEW
def test_other_steps_part_nothing(case: Case) -> None:
    """The test above fails where the equation is not that of the edge."""
    inside, outside = (radius(case, 1 + Fraction(sign, 10**12)) for sign in (-1, 1))
    assert (inside - 1) * (outside - 1) > 0


def test_critical_values_are_those_of_the_analysis(smallest) -> None:
    """Gamma = 2 |f1|, and the edges of the stable steps."""
    kinds = {"meet": 0, "edge": 0}

    @given(case=critical_cases(PROPOSAL))
    @settings(max_examples=30)
    def property_(case: Case) -> None:
        if "h" in case.values:
            inside, outside = (radius(case, 1 + Fraction(sign, 10**12)) for sign in (-1, 1))
            assert (inside - 1) * (outside - 1) < 0
            kinds["edge"] += 1
        else:
            assert exact(case)["gamma"] == 2 * abs(exact(case)["f1"])
            kinds["meet"] += 1

    property_()
    assert min(kinds.values()) > 5


def test_critical_values_of_a_concrete_objective(smallest) -> None:
    """f1 = 1/2 for the standard GAN: eigenvalues meet at gamma = 1."""
    assert smallest(critical_cases(STANDARD), lambda case: "h" not in case.values).values == {"gamma": 1.0}


SMALLEST = [
    (cases(PROPOSAL), lambda case: True, "Case(gamma=1.0, f=t - t**2/2)"),
    (cases(PROPOSAL), lambda case: case.values["gamma"] < 1e-3, "Case(gamma=1e-06, f=t - t**2/2)"),
    (cases(PROPOSAL), lambda case: case.f.slope(1) < 0, "Case(gamma=1.0, f=-t - t**2/2)"),
    (cases(PROPOSAL, where="boundary"), lambda case: True, "Case(gamma=0.0, f=t - t**2/2)"),
    (cases(PROPOSAL, where="boundary"), lambda case: case.values["gamma"] > 0, "Case(gamma=1.0, f=-t**2/2)"),
    (cases(PROPOSAL, where="outside"), lambda case: True, "Case(gamma=-0.125, f=t - t**2/2)"),
    (cases(PROPOSAL, on="gamma == 2*abs(f1)"), lambda case: True, "Case(gamma=2.0, f=t - t**2/2)"),
    (cases(PROPOSAL, on=STEPS), lambda case: True, "Case(gamma=1.0, h=1.0, f=t - t**2/2)"),
    (cases(STANDARD), lambda case: case.values["gamma"] > 2, "Case(gamma=3.0)"),
    (cases(NESTED), lambda case: True, "Case(gamma=3.0, k=1.5, c=0.0, f=t)"),
    (parameters(NESTED, where="boundary", of=("k",)), lambda values: True, "{'gamma': 3.0, 'k': 0.0, 'c': 0.0}"),
    (
        points(PROPOSAL),
        lambda point: point.theta[0] * point.psi[0] > 0,
        "Point(theta=array([1.]), psi=array([1.]), case=Case(gamma=1.0, f=t - t**2/2))",
    ),
]


@pytest.mark.parametrize(("strategy", "predicate", "expected"), SMALLEST)
def test_shrinking(strategy, predicate, expected: str, smallest) -> None:
    found = smallest(strategy, predicate)
    assert repr(found) == expected
    assert pretty(found) == expected  # what a falsifying example shows


@FEW
@given(case=cases(PROPOSAL), edge=cases(PROPOSAL, where="boundary"))
def test_cases_are_batches_of_one(case: Case, edge: Case) -> None:
    """What takes batches takes a case: here the field of the proposal, at the equilibrium."""
    from convergan.numeric.field import TorchField

    for one in (case, edge):
        v = exact(one)
        jacobian = TorchField(PROPOSAL).jacobian(np.zeros(1), np.zeros(1), one)[0]
        expected = np.array([[0, -v["f1"]], [v["f1"], -v["gamma"]]], dtype=float)
        # One product and one sum of four terms for every entry, none larger than the largest entry's atoms.
        assert (
            np.abs(jacobian - expected).max() <= 64 * np.finfo(float).eps * np.abs(one.functions.coefficients).sum() * 4
        )
