"""Shapes, games and their assumptions: counted by construction, measured by singular values."""

from __future__ import annotations

import numpy as np
import pytest

from convergan.numeric.cases import EvidenceUnavailable
from convergan.numeric.realisable import (
    RealisableField,
    Shape,
    fitted,
    general_numbers,
    nearby,
    plain_games,
    random_games,
    tangents,
    theorem_cases,
)
from convergan.numeric.realisable.games import drawn_games
from convergan.symbolic import read_proposal


def test_tangent_spaces_have_the_dimension_by_construction(shape):
    games = random_games(shape, 6, 1)
    found = tangents(games)
    assert found.resolved.all()
    assert found.tangent.shape[2] == games.dimension == games.size - found.normal.shape[2]


def test_manifolds_of_equilibria_are_curved():
    """The midpoint of two points of a hyperbola, or of a quadric, is off it: the chord is no tangent."""
    games = random_games(fitted(2, 1, generator="scaled", discriminator="quadric", extra=2), 6, 1)
    here = nearby(games, 0.3, 2)
    straight = tangents(games).tangent
    away = np.concatenate([here.theta - games.theta, here.psi - games.psi], axis=1)
    off = away - (straight @ (straight.swapaxes(1, 2) @ away[:, :, None]))[:, :, 0]
    split = games.theta.shape[1]
    assert (np.linalg.norm(off[:, :split], axis=1) > 1e-3).all()
    assert (np.linalg.norm(off[:, split:], axis=1) > 1e-3).all()
    assert here.blur.max() < 1e-9


def test_games_are_a_function_of_the_seed():
    one, same, other = (random_games(fitted(2, 1), 3, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.tables["codes"], same.tables["codes"])
    assert not np.array_equal(one.tables["codes"], other.tables["codes"])


def test_the_repr_says_how_to_have_a_game_again():
    games = random_games(fitted(2, 1, extra=2), 2, 5)
    made = eval(games.origin, {"random_games": random_games, "Shape": Shape})  # noqa: S307  # our own text
    assert np.array_equal(made.tables["codes"], games.tables["codes"])
    assert repr(plain_games(Shape())).endswith("theta* = [0.0], psi* = [0.0], the Dirac-GAN)")


BAD = {
    "intrinsic = 3": lambda: Shape(ambient=2, intrinsic=3),
    "known: affine": lambda: Shape(generator="linear"),
    "single point": lambda: Shape(nodes=2),
    "rotated": lambda: Shape(3, 1, 5, "rotated"),
    "hidden = 1": lambda: random_games(Shape(2, 1, 4, "factored", 1, features=6), 1, 0),
    "add hidden units": lambda: random_games(Shape(2, 1, 4, "network", 2, features=10), 1, 0),
    "takes 3 samples or more": lambda: random_games(Shape(3, 2, 2, features=11), 1, 0),
    "polynomials in this shape are": lambda: random_games(
        Shape(3, 2, 5, "rotated", maps="polynomials", features=3), 1, 0
    ),
    r"III\(i\) fails": lambda: random_games(Shape(2, 1, 2, features=7), 1, 0),
    r"III\(ii\) fails": lambda: random_games(Shape(2, 1, 4, features=3), 1, 0),
    "do not determine its units": lambda: fitted(2, 0, discriminator="network"),
    "no Dirac-GAN": lambda: plain_games(fitted(2, 1)),
}


@pytest.mark.parametrize("words", BAD)
def test_what_does_not_fit_is_said(words):
    with pytest.raises(ValueError, match=words):
        BAD[words]()


def test_what_cannot_be_played_is_said(penalised):
    field = read_proposal({"field": {"theta": "-psi", "psi": "theta"}})
    with pytest.raises(EvidenceUnavailable, match="no losses to play"):
        RealisableField(field, plain_games(Shape()))
    with pytest.raises(EvidenceUnavailable, match="says nothing of other games"):
        general_numbers(field, 1, 0)
    with pytest.raises(EvidenceUnavailable, match="psi itself"):
        general_numbers(penalised("gamma*norm(psi)**2"), 1, 0)
    cases, games = theorem_cases(2, 0), random_games(Shape(), 1, 0)
    with pytest.raises(ValueError, match="one game for each case"):
        RealisableField(penalised("0"), games).field(np.zeros((2, 1)), np.zeros((2, 1)), cases)


def test_games_without_a_gap_are_not_taken():
    """Two features that are nearly the same: III(i) holds, and cannot be told from its failure."""
    games = drawn_games(fitted(2, 1), 6, np.random.default_rng(1))
    slopes, vectors, phases, sizes = (games.tables[n].copy() for n in ("slopes", "vectors", "phases", "amplitudes"))
    for values in (slopes, vectors, phases, sizes):
        values[:, 1] = values[:, 0]
    slopes[:, 1, 0] += 1e-8
    close = games.changed(slopes=slopes, vectors=vectors, phases=phases, amplitudes=sizes)
    assert not tangents(close).resolved.any()
    assert not tangents(close).variation.resolved.any()
