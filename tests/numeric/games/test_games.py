"""Every prototype in torch against its formulas: v at random points, J at x*; wrong derivations are caught."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch

from convergan.numeric import TorchField, agree, random_points, sample_cases
from convergan.numeric.agreement import Agreement
from convergan.numeric.games import GAMES
from convergan.symbolic import averages
from convergan.symbolic import expression as ex
from convergan.symbolic.calculus import joint_moment
from convergan.symbolic.decision.cells import Cell
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.derivation import Derivation, derive
from convergan.symbolic.germs import jet, local_field
from convergan.symbolic.hypotheses import hypotheses
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.prototypes import PROTOTYPES
from convergan.symbolic.prototypes.weights import WeightsGame

Pair = tuple[str, str]


def holds(agreement: Agreement, cases: int) -> None:
    assert agreement.holds, agreement.reason
    assert agreement.cases >= 0.9 * cases
    assert agreement.max_error < 1e-11


def local_jacobian(derivation: Derivation) -> sp.ImmutableMatrix:
    """v'(x*) as the analysis has it, with exact moments."""
    (piece,) = local_field(derivation, Cell(hypotheses(derivation), Prover())).pieces
    assert piece.jacobian is not None, piece.failure
    return piece.jacobian


def test_every_prototype_is_there(bench: Any) -> None:
    assert list(GAMES) == list(PROTOTYPES)
    assert {row["prototype"] for row in bench.games.values()} == set(PROTOTYPES)


def test_formulas_agree(some_pair: Pair, bench: Any) -> None:
    proposal, derivation = bench.derived(*some_pair)
    holds(agree(proposal, derivation, bench.jacobian_at(derivation), cases=20), 20)


@pytest.mark.nightly
def test_formulas_agree_at_many_points(every_pair: Pair, bench: Any) -> None:
    proposal, derivation = bench.derived(*every_pair)
    for seed in (1, 2):
        holds(agree(proposal, derivation, bench.jacobian_at(derivation), cases=200, seed=seed), 20)


LOCAL = [
    ("uniform", "R1"), ("uniform", "instance noise"), ("uniform", "Nagarajan-Kolter"), ("bias", "consensus"),
    ("bias", "noisy"), ("quadratic", "noisy"), ("quadratic", "consensus"), ("gaussian", "R1"),
    ("gaussian", "least squares, two targets"), ("two-points", "weight decay"),
    ("two-points", "wasserstein, zero-centred, mixed"), ("weights", "relativistic"), ("weights", "output"),
    ("line", "noisy"), ("line", "relativistic, non-saturating, noise"), ("plane 3/2", "R1"), ("plane 3/2", "noisy"),
    ("segment", "wasserstein, zero-centred, mixed"), ("circle", "wasserstein, zero-centred, mixed"),
    ("shifted", "weight decay"), ("shifted", "instance noise"), ("gaussian", "standard, R1 and R2"),
    ("two-points", "output"), ("segment", "R1"), ("segment", "relativistic"), ("circle", "R1"),
]  # fmt: skip


@pytest.mark.parametrize(("game", "name"), LOCAL)
def test_exact_moments_agree(game: str, name: str, bench: Any) -> None:
    """The nodes give the moments of v'(x*) without error, so that it equals autograd's for any f."""
    proposal, derivation = bench.derived(game, name)
    agreement = agree(proposal, derivation, local_jacobian(derivation), cases=20, seed=5)
    holds(agreement, 20)
    assert "J at" in agreement.reason


@pytest.mark.nightly
@pytest.mark.parametrize("game", ["segment", "circle", "segment 3", "two-points", "gaussian"])
@pytest.mark.parametrize("name", ["R1", "relativistic", "output", "Nagarajan-Kolter", "instance noise"])
def test_exact_moments_of_large_games_agree(game: str, name: str, bench: Any) -> None:
    proposal, derivation = bench.derived(game, name)
    holds(agree(proposal, derivation, local_jacobian(derivation), cases=40, seed=6), 20)


# -- negative controls -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("game", ["uniform", "gaussian", "two-points", "weights", "line", "plane 3/2", "segment"])
def test_one_wrong_row_is_caught(game: str, bench: Any) -> None:
    name = "output" if game == "weights" else "R1"
    proposal, derivation = bench.derived(game, name)
    rows = derivation.field
    for place in (0, len(rows) - 1):
        for factor in (-1, 2, 1 + sp.Rational(1, 10**8)):
            wrong = (*rows[:place], factor * rows[place], *rows[place + 1 :])
            agreement = agree(proposal, replace(derivation, field=wrong), None, cases=20)
            assert not agreement.holds, (place, factor)
            assert f"v{place + 1} = " in agreement.worst
            assert derivation.coordinates[-1].name + " = " in agreement.worst


@pytest.mark.parametrize(("game", "name"), [("uniform", "R1"), ("line", "R1"), ("gaussian", "output")])
def test_one_wrong_entry_is_caught(game: str, name: str, bench: Any) -> None:
    proposal, derivation = bench.derived(game, name)
    right = bench.jacobian_at(derivation)
    assert not agree(proposal, derivation, right.T, cases=20).holds
    last = right.rows - 1
    for change in (sp.Rational(1, 10**6), -2 * right[last, last]):
        wrong = sp.Matrix(right)
        wrong[last, last] += change
        agreement = agree(proposal, derivation, wrong, cases=20)
        assert not agreement.holds
        assert f"dv{right.rows}/d{derivation.coordinates[-1]}" in agreement.worst


@pytest.mark.parametrize("game", ["uniform", "gaussian", "two-points", "line", "segment", "circle"])
def test_a_doubled_weight_is_caught(game: str, bench: Any) -> None:
    proposal, _ = bench.derived(game, "R1")
    text = bench.document(game, "R1")
    text["penalty"] = {"discriminator": "gamma * E_real(norm(grad(D))**2)"}
    assert not agree(proposal, derive(read_proposal(text)), None, cases=20).holds


def test_a_dropped_density_ratio_is_caught(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("unregularised", "output", "relativistic", "non-saturating"):
        proposal, _ = bench.derived("weights", name)
        with monkeypatch.context() as patch:
            patch.setattr(WeightsGame, "density_ratio", lambda self: sp.Integer(1))
            wrong = derive(proposal)
        assert agree(proposal, derive(proposal), None, cases=20).holds
        assert not agree(proposal, wrong, None, cases=20).holds, name


@pytest.mark.parametrize("game", ["uniform", "gaussian", "segment"])
def test_a_wrong_moment_is_caught(game: str, bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Second and higher moments one percent too large."""
    proposal, derivation = bench.derived(game, "wasserstein, zero-centred, mixed")
    assert agree(proposal, derivation, local_jacobian(derivation), cases=20).holds

    def wrong(powers: Any) -> sp.Rational:
        return joint_moment(powers) * (1 + sp.Rational(sum(powers.values()) // 2, 100))

    for module in (averages, jet):
        monkeypatch.setattr(module, "joint_moment", wrong)
    assert not agree(proposal, derivation, local_jacobian(derivation), cases=20).holds


def test_a_kink_at_the_equilibrium_is_no_evidence_about_j(bench: Any) -> None:
    for game in ("line", "plane", "uniform", "segment"):
        proposal, derivation = bench.derived(game, "wasserstein, one-centred, mixed")
        unpenalised = replace(proposal, penalty_discriminator=ex.ZERO)
        claimed = sp.Matrix(bench.jacobian_at(derive(unpenalised)))
        slope = len(derivation.players[0])
        claimed[slope, slope] = 17
        agreement = agree(proposal, derivation, claimed, cases=20)
        assert agreement.holds, agreement.reason
        assert "J was not compared" in agreement.reason


# -- shapes ----------------------------------------------------------------------------------------------------------


def test_modules_are_at_their_equilibrium_and_samples_are_those_of_the_data(bench: Any) -> None:
    """At x* D is d* everywhere, and generated samples are the real ones with the same frequency."""
    for label in bench.games:
        proposal, derivation = bench.derived(label, "unregularised")
        field = TorchField(proposal)
        theta, psi = field.start(np.zeros(1))
        star = [float(x) for x in derivation.equilibrium]
        assert [*theta[0], *psi[0]] == star
        assert field.sizes == (len(derivation.players[0]), len(derivation.players[1]))
        codes = field.codes
        real, fake = field.game.real(codes, torch.zeros((), dtype=torch.float64)), field.game.generator(codes)
        assert real.shape == (len(codes), field.game.dimension)
        assert torch.equal(real, fake)
        assert torch.equal(field.game.discriminator(real), torch.zeros(len(codes), dtype=torch.float64))


def test_a_batch_is_its_cases_one_by_one(bench: Any) -> None:
    proposal, _ = bench.derived("segment", "instance noise")
    cases = sample_cases(proposal, 4, seed=2)
    theta, psi = random_points(proposal, cases, seed=2)
    assert theta.shape == (4, 4)
    assert psi.shape == (4, 5)
    field = TorchField(proposal)
    together, values = field.jacobian(theta, psi, cases), field.field(theta, psi, cases)
    assert together.shape == (4, 9, 9)
    assert values.shape == (4, 9)
    for k in range(4):
        one = np.array([k])
        alone = field.jacobian(theta[one], psi[one], cases[one])[0]
        assert np.allclose(alone, together[k], rtol=1e-12, atol=1e-12 * np.abs(together[k]).max())
