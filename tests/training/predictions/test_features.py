"""Games with linear features: the period by hand from J, and real runs of the losses that start near (theta*, psi*)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
import torch

from convergan.numeric.cases import Cases
from convergan.numeric.realisable import RealisableField, Shape, fitted, plain_games, random_games, tangents
from convergan.symbolic import derive, read_proposal
from convergan.training.predictions import (
    Behaviour,
    Dirac,
    FeatureGames,
    PredictionError,
    predict,
    predict_features,
)
from convergan.training.predictions.features import linear_period

from .conftest import STANDARD, leading, off_by, penalised

H = 0.05


def rule(**training):
    concrete = derive(read_proposal(STANDARD | {"training": training})).rule
    return concrete.converted(lambda number: float(number), sp.Expr)


def by_hand(j, split, kind):
    """F' as a product of elementary matrices."""
    size = len(j)
    one = np.eye(size)
    g, d = np.diag([1.0] * split + [0.0] * (size - split)), np.diag([0.0] * split + [1.0] * (size - split))
    if kind == "simultaneous":
        return one + H * j
    if kind == "alternating":
        return (one + H * d @ j) @ (one + H * g @ j)
    if kind == "extragradient":
        return one + H * j @ (one + H * j)
    if kind == "optimistic":
        return np.block([[one + 2 * H * j, -H * j], [one, 0 * one]])
    if kind == "momentum":
        return np.block([[one + H * j, H / 2 * one], [j, one / 2]])
    raise KeyError(kind)


KINDS = {
    "simultaneous": {"update": "simultaneous"},
    "alternating": {"update": "alternating"},
    "extragradient": {"update": "extragradient"},
    "optimistic": {"update": "optimistic"},
    "momentum": {"update": "simultaneous", "momentum": "1/2"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_periods_of_linear_games(kind):
    random = np.random.default_rng(1)
    j = random.normal(size=(3, 5, 5))
    found = linear_period(rule(**KINDS[kind]), j, H, 2)
    for own, matrix in zip(found, j, strict=True):
        assert np.abs(own - by_hand(matrix, 2, kind)).max() < 1e-14
        assert np.abs(own - by_hand(matrix.T, 2, kind)).max() > 1e-3


def test_lazy_periods_read_the_free_field():
    random = np.random.default_rng(2)
    free, whole = random.normal(size=(2, 2, 4, 4))
    lazy = derive(read_proposal(penalised("simultaneous", lazy=3))).rule
    found = linear_period(lazy, whole, H, 2, free)
    one = np.eye(4)
    last = one + H * (free + 3 * (whole - free))
    assert np.abs(found - last @ (one + H * free) @ (one + H * free)).max() < 1e-14


def test_the_plain_game_is_the_dirac_gan():
    proposal, values = read_proposal(penalised()), {"gamma": Fraction(3, 10)}
    features = predict(proposal, values, Fraction(1, 10), FeatureGames(plain_games(Shape(ambient=3, features=3))))
    dirac = predict(proposal, values, Fraction(1, 10), Dirac((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)))
    assert abs(features.factor.value - dirac.factor.value) <= features.factor.error + dirac.factor.error
    assert abs(features.turn.value - dirac.turn.value) <= features.turn.error + dirac.turn.error
    assert features.factor.error < 1e-11


# Periods between two looks at a run.
BETWEEN = 12
GAMES = {"a line": fitted(2, 1, curved=False), "a curve": fitted(2, 1, extra=2)}


@pytest.mark.parametrize("update", ["simultaneous", "alternating"])
@pytest.mark.parametrize("where", GAMES)
def test_real_runs_follow_the_leading_multiplier(where, update):
    """Periods on the losses by autograd, from a start along an eigenvector near (theta*, psi*).

    What is looked at is how far the run is from there, off the manifold of equilibria.
    """
    games = random_games(GAMES[where], 6, 3)
    proposal, values = read_proposal(penalised(update)), {"gamma": Fraction(2)}
    found = predict_features(proposal, values, Fraction(1, 20), FeatureGames(games))
    field, normal = RealisableField(proposal, games), tangents(games).normal
    cases = Cases({"gamma": np.full(len(games), 2.0)}, None, np.zeros(len(games)), {})
    size, split = 1e-7, games.theta.shape[1]
    away = size * np.stack([n @ leading(p.nonlinearity.matrix) for n, p in zip(normal, found, strict=True)])
    theta, psi, rows = games.theta + away[:, :split], games.psi + away[:, split:], [away]
    for count in range(2 * BETWEEN):
        v = field.field(theta, psi, cases)
        theta = theta + H * v[:, :split]
        if update == "alternating":
            v = field.field(theta, psi, cases)
        psi = psi + H * v[:, split:]
        if (count + 1) % BETWEEN == 0:
            rows.append(np.concatenate([theta - games.theta, psi - games.psi], axis=1))
    looks = np.stack([np.einsum("gik,gi->gk", normal, row) / size for row in rows], axis=1)

    def off(i, rho):
        turn = found[i].turn
        return off_by(looks[i], rho, None if turn is None else turn.value, BETWEEN)

    controls = 0
    for i, prediction in enumerate(found):
        rho = prediction.factor.value
        # |y| itself, a few times the curvature, and what rounding of theta* makes of a difference of that size.
        growth = max(rho, 1) ** (4 * BETWEEN)
        rounding = 100 * BETWEEN * np.finfo(float).eps / size
        allowed = growth * (BETWEEN * size * (1 + prediction.nonlinearity.curvature) + rounding)
        assert off(i, rho) <= allowed
        # Controls: a rate that is further from 1, and less far; of slow games they are too near to tell apart.
        controls += min(off(i, 1 + 1.5 * (rho - 1)), off(i, 1 + (rho - 1) / 2)) > allowed
    assert controls >= len(found) // 2


def test_without_a_penalty_a_line_of_features_may_leave():
    games = random_games(fitted(2, 1, curved=False), 6, 1)
    found = predict_features(read_proposal(STANDARD), {}, Fraction(1, 10), FeatureGames(games))
    assert {p.behaviour for p in found} <= {Behaviour.CONVERGING, Behaviour.LEAVING, Behaviour.UNDECIDED}
    steep = predict_features(read_proposal(penalised()), {"gamma": 20}, Fraction(1, 2), FeatureGames(games))
    assert all(p.behaviour is Behaviour.LEAVING for p in steep)


SILENT = {
    "kink": {
        "objective": {"f": "wasserstein"},
        "penalty": {"discriminator": "E_mix((norm(grad(D)) - 1)**2)"},
    },
    "no period that stays": STANDARD | {"training": {"update": "averaged"}},
    "reads more than v": STANDARD | {"training": {"update": "competitive"}},
}


@pytest.mark.parametrize("words", SILENT)
def test_no_statement_says_why(words):
    games = FeatureGames(random_games(fitted(2, 1, curved=False), 1, 1))
    found = predict(read_proposal(SILENT[words]), {}, Fraction(1, 10), games)
    assert found.behaviour is Behaviour.UNDECIDED
    assert words in found.because
    assert found.factor is None


def test_one_run_has_one_game():
    games = FeatureGames(random_games(fitted(2, 1, curved=False), 2, 1))
    with pytest.raises(PredictionError, match="2 games for one run"):
        predict(read_proposal(STANDARD), {}, Fraction(1, 10), games)
    assert torch.get_default_dtype() is torch.float32  # nothing is set for others
