"""Agreement holds for what is derived, at every seed, and fails for every wrong derivation that we could think of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import assume, given, settings

from convergan.numeric import EvidenceUnavailable, agree
from convergan.numeric.strategies import proposals
from convergan.symbolic.calculus import derivative
from convergan.symbolic.derivation import Derivation, derive
from convergan.symbolic.output import NoEquilibriumOutput
from convergan.symbolic.proposal import Proposal
from convergan.symbolic.proposal_reader import read_proposal

Document = dict[str, dict[str, Any]]


def jacobian_of_formulas(derivation: Derivation) -> sp.Matrix:
    """The Jacobian from the field's formulas, put in at x*: right wherever nothing is singular there."""
    at = dict(zip((derivation.theta, derivation.psi), derivation.equilibrium, strict=True))
    entries = [derivative(row, x).xreplace(at) for row in derivation.field for x in (derivation.theta, derivation.psi)]
    return sp.Matrix(2, 2, entries)


@pytest.mark.parametrize("seed", [0, 1])
def test_every_proposal_of_the_table_agrees(document: Document, seed: int) -> None:
    proposal = read_proposal(document)
    derivation = derive(proposal)
    agreement = agree(proposal, derivation, jacobian_of_formulas(derivation), cases=400, seed=seed)
    assert agreement.holds, agreement.reason
    assert agreement.cases >= 350
    assert agreement.max_error < 1e-12


@pytest.mark.nightly
def test_every_proposal_of_the_table_agrees_at_many_points(document: Document) -> None:
    proposal = read_proposal(document)
    derivation = derive(proposal)
    for seed in range(10):
        agreement = agree(proposal, derivation, jacobian_of_formulas(derivation), cases=20_000, seed=seed)
        assert agreement.holds, agreement.reason


@given(proposal=proposals())
def test_drawn_proposals_agree(proposal: Proposal) -> None:
    try:
        derivation = derive(proposal)
    except NoEquilibriumOutput:
        assume(False)
        raise
    try:
        agreement = agree(proposal, derivation, jacobian_of_formulas(derivation), cases=40)
    except EvidenceUnavailable:
        assume(False)
        raise
    assert agreement.holds, agreement.reason


# -- negative controls: derivations of other proposals ---------------------------------------------------------------

R1 = "gamma/2 * E_real(norm(grad(D))**2)"
PARAMETERS = {"gamma": "gamma > 0", "sigma": "sigma > 0", "c": "real"}
WRONG: dict[str, tuple[Document, Document]] = {
    "missing 1/2": (
        {"penalty": {"discriminator": R1}},
        {"penalty": {"discriminator": "gamma * E_real(norm(grad(D))**2)"}},
    ),
    "penalty added instead of subtracted": (
        {"penalty": {"discriminator": R1}},
        {"penalty": {"discriminator": "-gamma/2 * E_real(norm(grad(D))**2)"}},
    ),
    "penalty on the wrong player": (
        {"penalty": {"discriminator": "gamma/2 * norm(grad_psi(L))**2"}},
        {"penalty": {"generator": "gamma/2 * norm(grad_psi(L))**2"}},
    ),
    "gradient through samples that count as constants": (
        {"penalty": {"discriminator": "gamma/2 * E_fake(D**2)"}},
        {"penalty": {"discriminator": "gamma/2 * E_fake(D**2)", "generator": "gamma/2 * E_fake(D**2)"}},
    ),
    "G's penalty without the gradient through samples": (
        {"penalty": {"generator": "gamma * E_fake(D**2)"}},
        {},
    ),
    "norm not squared": (
        {"penalty": {"discriminator": R1}},
        {"penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D)))"}},
    ),
    "variance for deviation": (
        {"objective": {"instance_noise": "sigma"}},
        {"objective": {"instance_noise": "sigma**2"}},
    ),
    "deviation for variance": (
        {"penalty": {"discriminator": "gamma * E_real_noisy(D**2, sigma)"}},
        {"penalty": {"discriminator": "gamma * E_real_noisy(D**2, sigma**2)"}},
    ),
    "noise on penalty samples": (
        {"objective": {"instance_noise": "sigma"}, "penalty": {"discriminator": "E_fake(D**2)"}},
        {"objective": {"instance_noise": "sigma"}, "penalty": {"discriminator": "E_fake_noisy(D**2, sigma**2)"}},
    ),
    "noise forgotten inside L": (
        {"objective": {"instance_noise": "sigma"}, "penalty": {"generator": "norm(grad_psi(L))**2"}},
        {"penalty": {"generator": "norm(grad_psi(L))**2"}},
    ),
    "mixed with one sample": (
        {"game": {"data": "c"}, "penalty": {"discriminator": "E_mix(D**2)"}},
        {"game": {"data": "c"}, "penalty": {"discriminator": "E_fake(D**2)"}},
    ),
    "sign of the non-saturating argument": (
        {"objective": {"generator": "non-saturating"}},
        {"objective": {"generator": "zero-sum"}},
    ),
    "pairing forgotten": ({"game": {"data": "c"}, "objective": {"pairing": "relativistic"}}, {"game": {"data": "c"}}),
    "D's loss for G's": (
        {"objective": {"generator": "non-saturating"}, "penalty": {"discriminator": "norm(grad_theta(L_G))**2"}},
        {"objective": {"generator": "non-saturating"}, "penalty": {"discriminator": "norm(grad_theta(L))**2"}},
    ),
    "another objective": ({"objective": {"f": "standard"}}, {"objective": {"f": "total-variation"}}),
    "ratio on the wrong step": ({"training": {"h_ratio": "gamma"}}, {}),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_derivation_is_caught(name: str) -> None:
    right, wrong = (read_proposal({"parameters": PARAMETERS, **document}) for document in WRONG[name])
    assert agree(right, derive(right), None, cases=100).holds
    assert not agree(right, derive(wrong), None, cases=100).holds


def rows_and_entries(derivation: Derivation) -> tuple[sp.Expr, sp.Expr, sp.Matrix]:
    return *derivation.field, jacobian_of_formulas(derivation)


@pytest.mark.parametrize("name", ["R1", "instance noise", "consensus", "Roth weights", "objective pearson-chi2"])
def test_wrong_rows_are_caught(name: str, documents: dict[str, Document]) -> None:
    proposal = read_proposal(documents[name])
    derivation = derive(proposal)
    first, second = derivation.field
    wrong = {
        "sign of row 1": (-first, second),
        "sign of row 2": (first, -second),
        "rows swapped": (second, first),
        "factor 2": (2 * first, second),
        "last digits": (first, second * (1 + sp.Rational(1, 10**9))),
        "added": (first + sp.Rational(1, 10**6), second),
    }
    for what, rows in wrong.items():
        agreement = agree(proposal, replace(derivation, field=rows), None, cases=100)
        assert not agreement.holds, what
        assert "disagrees" in agreement.reason


@pytest.mark.parametrize("name", ["R1", "instance noise", "consensus", "Roth weights", "objective pearson-chi2"])
def test_wrong_jacobians_are_caught(name: str, documents: dict[str, Document]) -> None:
    proposal = read_proposal(documents[name])
    derivation = derive(proposal)
    right = jacobian_of_formulas(derivation)
    wrong = {"transposed": right.T}
    for k in range(4):
        for what, factor in {"sign": -1, "factor 2": 2, "last digits": 1 + sp.Rational(1, 10**9)}.items():
            if right[k] != 0:
                changed = sp.Matrix(right)
                changed[k] = factor * right[k]
                wrong[f"{what} of entry {k}"] = changed
    for what, matrix in wrong.items():
        assert not agree(proposal, derivation, matrix, cases=100).holds, what


def test_a_wrong_equilibrium_output_is_caught(documents: dict[str, Document]) -> None:
    proposal = read_proposal(documents["least squares, two targets"])
    derivation = derive(proposal)
    a, b = derivation.symbols["a"], derivation.symbols["b"]
    wrong = replace(derivation, output=a)
    theta, psi = derivation.theta, derivation.psi
    # The field that belongs to the wrong d*: random points alone cannot tell.
    wrong = replace(wrong, field=(-psi * (a + psi * theta - b), -psi * theta * theta))
    agreement = agree(proposal, wrong, None, cases=100)
    assert not agreement.holds
    assert "d*" in agreement.worst


def test_the_worst_case_can_be_reproduced_by_hand() -> None:
    proposal = read_proposal({"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": R1}})
    derivation = derive(proposal)
    wrong = replace(derivation, field=(derivation.field[0], 2 * derivation.field[1]))
    worst = agree(proposal, wrong, None, cases=20).worst
    assert all(
        part in worst for part in ("v2 = ", "theta = ", "psi = ", "gamma = ", "f(t) = ", "autograd", "tolerance")
    )


def test_a_jacobian_may_hold_in_a_region_only() -> None:
    from convergan.symbolic.formula import Atom

    proposal = read_proposal(
        {"parameters": {"a": "real"}, "penalty": {"discriminator": "max(a, 0) * E_real(norm(grad(D))**2)"}}
    )
    derivation = derive(proposal)
    a, f1 = derivation.symbols["a"], sp.Symbol("f1", real=True)
    positive = sp.Matrix([[0, -f1], [f1, -2 * a]])
    assert not agree(proposal, derivation, positive, cases=200).holds
    assert agree(proposal, derivation, positive, cases=200, region=Atom(a, ">")).holds
    assert not agree(proposal, derivation, positive, cases=200, region=Atom(-a, ">")).holds


def test_powers_of_rounding_errors_are_no_disagreement() -> None:
    """grad_psi(L) is 0 at the equilibrium, but its eighth power is 1e-95 in floating point."""
    proposal = read_proposal(
        {
            "parameters": {"a": "a > 0"},
            "game": {"data": "sqrt(2)"},
            "objective": {"f": "standard", "instance_noise": "a"},
            "penalty": {"generator": "norm(grad_psi(L))**8"},
        }
    )
    derivation = derive(proposal)
    half = sp.Rational(1, 2)
    noise = -(2 + derivation.symbols["a"] ** 2) / 2
    assert agree(proposal, derivation, sp.Matrix([[0, -half], [half, noise]]), cases=300).holds


def test_overflow_is_left_out_without_a_warning() -> None:
    proposal = read_proposal(
        {"parameters": {"p": "p >= 300"}, "penalty": {"discriminator": "E_fake(D**2 + abs(D)**p + exp(100*D**2))"}}
    )
    agreement = agree(proposal, derive(proposal), None, cases=300)
    assert agreement.holds
    assert 50 < agreement.cases < 300


def test_the_result_depends_on_the_seed_only() -> None:
    proposal = read_proposal({})
    derivation = derive(proposal)
    first, second, other = (agree(proposal, derivation, None, cases=50, seed=seed) for seed in (1, 1, 2))
    assert first == second
    assert first.worst != other.worst


def test_what_cannot_be_compared_is_said() -> None:
    contradictory = read_proposal({"parameters": {"a": "a > 1 and a < 0"}})
    with pytest.raises(EvidenceUnavailable, match="no admissible case"):
        agree(contradictory, derive(contradictory), None)
    undefined = read_proposal({"penalty": {"discriminator": "sqrt(-1 - norm(psi)**2)"}})
    with pytest.raises(EvidenceUnavailable, match="not finite"):
        agree(undefined, derive(undefined), None, cases=10)
    with pytest.raises(ValueError, match="cases = 0"):
        agree(undefined, derive(undefined), None, cases=0)


def test_a_kink_at_the_equilibrium_is_no_evidence_about_j() -> None:
    proposal = read_proposal({"penalty": {"discriminator": "E_real(norm(grad(D)))"}})
    derivation = derive(proposal)
    f1 = sp.Symbol("f1", real=True)
    agreement = agree(proposal, derivation, sp.Matrix([[0, -f1], [f1, 17]]), cases=50)
    assert agreement.holds
    assert "J was not compared" in agreement.reason


def test_two_thousand_cases_take_well_below_a_second() -> None:
    """A generous bound, so that a busy machine passes: batches instead of loops are about 1000 times faster."""
    import time

    proposal = read_proposal({"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": R1}})
    derivation = derive(proposal)
    matrix = jacobian_of_formulas(derivation)
    agree(proposal, derivation, matrix, cases=10)
    start = time.perf_counter()
    agree(proposal, derivation, matrix, cases=2000)
    assert time.perf_counter() - start < 3


@settings(max_examples=20)
@given(proposal=proposals())
def test_tolerances_are_tight(proposal: Proposal) -> None:
    """A relative change of one millionth of v is caught wherever v does not vanish identically."""
    try:
        derivation = derive(proposal)
        before = agree(proposal, derivation, None, cases=40)
    except (NoEquilibriumOutput, EvidenceUnavailable):
        assume(False)
        raise
    factor = 1 + sp.Rational(1, 10**6)
    changed = replace(derivation, field=(derivation.field[0] * factor, derivation.field[1] * factor))
    assert before.holds
    assert not agree(proposal, changed, None, cases=40).holds
    assert np.isfinite(before.max_error)
