"""The trainer's networks with linear features: blocks from moments against autograd on the losses, and who is equal."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from convergan.numeric.cases import Cases
from convergan.symbolic import read_proposal
from convergan.training.data.affine_subspace import AffineSubspace
from convergan.training.data.gaussian import Gaussian
from convergan.training.networks.affine import Affine
from convergan.training.networks.features import Features
from convergan.training.networks.linear import Linear
from convergan.training.predictions import Behaviour, GaussianGame, PredictionError, predict
from convergan.training.predictions.gaussian_games import NODES, NetworkField, NetworkModel, predict_gaussian
from convergan.training.predictions.pinning import pinned_proposal

from .conftest import GAMMA, STANDARD, leading, off_by, penalised

H = Fraction(1, 10)
GAMES = {
    "a line in the plane": GaussianGame(
        AffineSubspace(dimension=2, intrinsic=1, seed=1), Affine(1, 2), Features(2, 1, 5)
    ),
    "a density": GaussianGame(Gaussian(dimension=2), Affine(2, 2), Features(2, 1, 6)),
    "a plane in space": GaussianGame(AffineSubspace(dimension=3, intrinsic=2, seed=2), Affine(2, 3), Features(3, 1, 4)),
}
PROPOSALS = {
    "R1": (penalised(), {"gamma": Fraction(2)}),
    "unregularised": (STANDARD, {}),
    "non-saturating": ({"objective": {"f": "standard", "generator": "non-saturating"}}, {}),
    "ratio": (penalised() | {"training": {"update": "alternating", "h_ratio": "3"}}, {"gamma": Fraction(1)}),
    "relativistic": (
        {
            "objective": {"f": "standard", "pairing": "relativistic"},
            "parameters": GAMMA,
            "penalty": penalised()["penalty"],
        },
        {"gamma": Fraction(1)},
    ),
}


def blocks_and_losses(game, sections, values, nodes=12):
    """J by moments, the field of the losses, and the cases they are for."""
    from convergan.training.predictions.features import blocks_at, concrete_rule

    proposal = read_proposal(sections)
    model = NetworkModel(game, nodes)
    blocks = blocks_at(proposal, values, 1, concrete_rule(proposal, values))
    pinned = pinned_proposal(proposal, values)
    cases = Cases({name: np.array([float(v)]) for name, v in values.items()}, None, np.zeros(1), {})
    return model, model.jacobian(blocks.whole), NetworkField(pinned, model), cases


@pytest.mark.parametrize("penalty", PROPOSALS)
@pytest.mark.parametrize("where", GAMES)
def test_blocks_are_the_jacobian_of_the_losses(where, penalty):
    model, j, field, cases = blocks_and_losses(GAMES[where], *PROPOSALS[penalty])
    theta, psi = model.theta[None], model.psi[None]
    # Sums over at most 12^2 nodes (squared where samples meet in pairs) of products of numbers of size 1 to 10.
    assert np.abs(field.field(theta, psi, cases)).max() < 1e-12
    found = field.jacobian(theta, psi, cases)[0]
    assert np.abs(found - j).max() < 1e-11 * max(1, np.abs(j).max())
    # Controls: the transposed matrix, and one whose lower right block is doubled.
    size = len(model.theta)
    wrong = j.copy()
    wrong[size:, size:] *= 2
    assert min(np.abs(found - j.T).max(), np.abs(found - wrong).max()) > 1e-3


def test_all_points_of_m_g_have_one_spectrum():
    """W = U F^T: autograd at a turned point; and the tangent directions are in the kernel."""
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    apart = []
    for nodes in (12, 64):
        model, j, field, cases = blocks_and_losses(GAMES["a plane in space"], *PROPOSALS["R1"], nodes=nodes)
        turned = np.concatenate([(turn @ model.frame.T).reshape(-1), model.theta[6:]])
        there = field.jacobian(turned[None], model.psi[None], cases)[0]
        assert np.abs(there - j).max() > 1e-2  # another matrix
        apart.append(np.abs(np.poly(j) - np.poly(there)).max())
    # A grid of codes is turned into another one: equal in the limit of many nodes.
    assert apart[1] < min(1e-4, apart[0] / 10)
    normal, of_generator = model.normal()
    assert normal.shape[1] == len(j) - 1
    assert of_generator == len(model.theta) - 1
    assert np.abs(normal.T @ normal - np.eye(normal.shape[1])).max() < 1e-13
    tangent = np.concatenate([(np.array([[0, -1], [1, 0]]) @ model.frame.T).reshape(-1), np.zeros(3), np.zeros(4)])
    assert np.abs(j @ tangent).max() < 1e-7  # as good as the sums over the grid
    assert np.abs(normal.T @ tangent).max() < 1e-13


@pytest.mark.parametrize("where", ["a line in the plane", "a density"])
def test_more_nodes_change_no_more_than_is_said(where):
    game = GAMES[where]
    sections, values = PROPOSALS["R1"]
    proposal = read_proposal(sections)
    own, few, many = (predict_gaussian(proposal, values, H, game, count) for count in (None, 24, 160))
    assert own.behaviour is Behaviour.CONVERGING
    assert abs(own.factor.value - many.factor.value) <= own.factor.error + many.factor.error
    assert abs(few.factor.value - many.factor.value) <= few.factor.error
    assert own.factor.error < few.factor.error
    assert own.factor.error < (1 - own.factor.value) / 10


def test_a_run_follows_its_leading_multiplier():
    """Periods on the losses from a start along the leading eigenvector."""
    game, (sections, values) = GAMES["a line in the plane"], PROPOSALS["R1"]
    found = predict(read_proposal(sections), values, H, game)
    model, _, field, cases = blocks_and_losses(game, sections, values, NODES[1])
    normal, _ = model.normal()
    size, between, split = 1e-7, 40, len(model.theta)
    point = model.point + size * normal @ leading(found.nonlinearity.matrix)
    looks = [normal.T @ (point - model.point) / size]
    for _ in range(2):
        for _ in range(between):
            point = point + float(H) * field.field(point[None, :split], point[None, split:], cases)[0]
        looks.append(normal.T @ (point - model.point) / size)
    rho, turn = found.factor.value, None if found.turn is None else found.turn.value
    allowed = between * (size * (1 + found.nonlinearity.curvature) + 200 * np.finfo(float).eps / size)
    assert off_by(looks, rho, turn, between) <= allowed
    assert min(off_by(looks, 1 + c * (rho - 1), turn, between) for c in (0.5, 1.5)) > allowed


def test_a_linear_discriminator_does_not_see_the_spread():
    """D = psi . x sees means only: W stays, so that multipliers are 1 off M_G and nothing is said."""
    game = GaussianGame(Gaussian(dimension=2), Affine(2, 2), Linear(2, 1))
    found = predict(*read(penalised()), H, game)
    assert found.behaviour is Behaviour.UNDECIDED
    assert abs(found.factor.value - 1) <= found.factor.error


def read(sections, values=None):
    return read_proposal(sections), {"gamma": 1} if values is None else values


NOISY = {"objective": {"f": "standard", "instance_noise": "1/2"}}
SILENT = {
    "2 codes for data of dimension 1": (
        STANDARD,
        GaussianGame(AffineSubspace(dimension=2, intrinsic=1, seed=1), Affine(2, 2), Features(2, 1, 5)),
    ),
    "grids are taken for at most 2": (
        STANDARD,
        GaussianGame(Gaussian(dimension=3), Affine(3, 3), Features(3, 1, 5)),
    ),
    "more than D's values and slopes on the data": (NOISY, GAMES["a line in the plane"]),
}


@pytest.mark.parametrize("words", SILENT)
def test_no_statement_says_why(words):
    sections, game = SILENT[words]
    found = predict(*read(sections, {}), H, game)
    assert found.behaviour is Behaviour.UNDECIDED
    assert words in found.because


def test_sizes_have_to_fit():
    with pytest.raises(PredictionError, match="give one n"):
        GaussianGame(Gaussian(dimension=2), Affine(2, 3), Features(2, 1, 5))
    with pytest.raises(PredictionError, match="concrete objective"):
        predict(read_proposal({}), {}, H, GAMES["a density"])
