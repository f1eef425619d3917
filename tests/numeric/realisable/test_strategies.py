"""Strategies for games and manifolds: what they shrink to, and what always holds of what they draw."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from convergan.numeric.functions import ATOMS
from convergan.numeric.realisable import Manifold, RealisableField, measured, tangents, theorem_cases, theorem_numbers
from convergan.numeric.strategies.games import games
from convergan.numeric.strategies.manifolds import manifolds
from convergan.symbolic import read_proposal

FEW = settings(max_examples=60, database=None)
R1 = read_proposal(
    {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"}}
)


def test_importing_them_does_not_import_torch():
    code = (
        "import sys, convergan.numeric.strategies.games, convergan.numeric.strategies.manifolds, "
        "convergan.numeric.realisable; sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


def test_the_smallest_game_is_the_dirac_gan():
    smallest = find(games(max_parameters=8), lambda _: True, settings=FEW)
    assert (smallest.size, smallest.dimension) == (2, 0)
    assert smallest.origin == "the Dirac-GAN"
    case = theorem_cases(1, 0)
    jacobian = RealisableField(R1, smallest).jacobian(smallest.theta, smallest.psi, case)[0]
    slope, gamma = float(case.functions.derivative(1, np.zeros(1))[0]), float(case.parameters["gamma"][0])
    # f'(0) is rounded once for each of its atoms, and each of them takes some operations.
    limit = 8 * len(ATOMS) * np.finfo(float).eps * float(case.functions.magnitude(1, np.zeros(1))[0])
    assert np.abs(jacobian - [[0, -slope], [slope, -gamma]]).max() <= limit


@pytest.mark.parametrize(
    ("wanted", "origin"),
    [
        (lambda game: game.dimension > 0, "random_games(Shape(extra=2), 1, seed=0)"),
        (
            lambda game: game.shape.generator == "factored",
            "random_games(Shape(generator='factored', hidden=2), 1, seed=0)",
        ),
        (lambda game: game.shape.ambient > 1, "the Dirac-GAN"),
    ],
)
def test_games_shrink_key_by_key(wanted, origin):
    assert find(games(max_parameters=12), wanted, settings=FEW).origin == origin


def test_manifolds_shrink_to_a_point_and_a_parabola():
    assert repr(find(manifolds(), lambda _: True)) == "Manifold.of_seed(1, 0, curved=False, seed=0)"
    parabola = find(manifolds(min_intrinsic=1), lambda manifold: manifold.shape.curved)
    assert repr(parabola) == "Manifold.of_seed(2, 1, curved=True, seed=0)"
    assert np.array_equal(parabola.points(np.array([[2.0]])), [[2.0, 2.0]])


@given(manifolds(min_intrinsic=1), st.integers(0, 1000))
def test_charts_are_inverse_to_each_other(manifold, seed):
    t = np.random.default_rng(seed).normal(size=(5, manifold.shape.intrinsic))
    x = manifold.points(t)
    assert x.shape == (5, manifold.shape.ambient)
    away = manifold.coordinates(x) - np.pad(t, ((0, 0), (0, manifold.shape.normals)))
    # Two rotations of vectors and one height on either side.
    assert np.abs(away).max() <= 64 * manifold.shape.ambient * np.finfo(float).eps * (
        1 + np.abs(x).max() + np.abs(t).max() ** 2
    )


def test_a_flat_manifold_is_affine_and_a_curved_one_is_not():
    t = np.array([[0.0], [1.0], [2.0]])
    for curved, rank in ((False, 1), (True, 2)):
        x = Manifold.of_seed(3, 1, curved=curved, seed=5).points(t)
        assert np.linalg.matrix_rank(x[1:] - x[0], tol=1e-9) == rank


@settings(max_examples=4)
@given(games(max_parameters=12, count=4), st.integers(0, 1000))
def test_the_theorem_on_drawn_games(drawn, seed):
    cases = theorem_cases(len(drawn), seed)
    found = measured(RealisableField(R1, drawn), cases, theorem_numbers(cases))
    assert (tangents(drawn).tangent.shape[2], drawn.size <= 12) == (drawn.dimension, True)
    assert ((found.stationary <= 1) & (found.kernel <= 1) & (found.block <= 1)).all()
    assert not found.diverges.any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: games(max_parameters=1), "max_parameters=1"),
        (lambda: games(max_parameters=3, generators=["network"]), "at least"),
        (lambda: games(generators=["afine"]), "affine"),
        (lambda: games(discriminators="linear"), "a list of words"),
        (lambda: games(count=0), "count=0"),
        (
            lambda: games(generators=["network"], discriminators=["network"], max_parameters=60),
            "too few|no discriminator",
        ),
        (lambda: manifolds(max_ambient=0), "max_ambient=0"),
        (lambda: manifolds(max_ambient=2, min_intrinsic=2), "max_ambient >= 3"),
        (lambda: manifolds(curved=1), "curved=1"),
    ],
)
def test_arguments_are_checked(call, words):
    with pytest.raises(InvalidArgument, match=words):
        call()
