"""Explicit samples against exact moments."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pytest

from convergan.numeric.cases import EvidenceUnavailable
from convergan.numeric.quadrature import (
    MINIMUM_NODES,
    NODE_ERROR,
    Sample,
    circle,
    gauss_hermite,
    gauss_legendre,
    gaussian_noise,
    node_count,
)
from convergan.symbolic.calculus import UNIFORM, joint_moment, moment
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.prototypes import latents
from convergan.symbolic.prototypes.latents import noise

EPS = float(np.finfo(float).eps)
EPSILON_REAL = noise("real", 1)[0]


@pytest.mark.parametrize("count", [1, 2, 4, 7, 11, 32])
@pytest.mark.parametrize(("rule", "symbol"), [(gauss_hermite, EPSILON_REAL), (gauss_legendre, UNIFORM)])
def test_moments_up_to_degree_2n_minus_1_are_exact(count: int, rule, symbol) -> None:
    nodes = rule(count)
    for power in range(2 * count):
        exact = float(moment(symbol, power))
        terms = nodes.weights * nodes.positions**power
        assert abs(terms.sum() - exact) <= 40 * max(power, 1) * EPS * np.abs(terms).sum()


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ({}, MINIMUM_NODES),
        ({"penalty": {"discriminator": "E_mix(norm(grad(D))**40)"}}, MINIMUM_NODES),
        ({"penalty": {"discriminator": "E_real_noisy(3*D**20 + D*(D + 1)**2, 1)"}}, 11),
        ({"penalty": {"discriminator": "E_real_noisy(exp(D)*D**20, 1)"}}, MINIMUM_NODES),
        ({"objective": {"f": "t - t**30/30", "instance_noise": "1"}}, 16),
    ],
)
def test_polynomial_expectations_get_enough_nodes(source, count: int) -> None:
    assert node_count(read_proposal(source)) == count


@pytest.mark.parametrize("count", range(1, 13))
def test_nodes_and_weights_are_rounded_as_little_as_is_assumed(count: int) -> None:
    """Roots with 30 digits, from the nodes by Newton's method; weights by their formulas."""
    with mp.workdps(30):
        for x, w in zip(gauss_legendre(count).positions, gauss_legendre(count).weights, strict=True):
            legendre = lambda t: mp.legendre(count, t)  # noqa: E731
            root = mp.findroot(legendre, 2 * mp.mpf(x) - 1)
            weight = 1 / ((1 - root**2) * mp.diff(legendre, root) ** 2)
            assert abs((root + 1) / 2 - x) <= NODE_ERROR
            assert abs(weight - w) <= NODE_ERROR * w
        for x, w in zip(gauss_hermite(count).positions, gauss_hermite(count).weights, strict=True):
            hermite = lambda t, n=count: mp.hermite(n, t / mp.sqrt(2)) / mp.sqrt(2) ** n  # noqa: E731
            root = mp.findroot(hermite, mp.mpf(x))
            weight = mp.factorial(count) / (count * hermite(root, count - 1)) ** 2
            assert abs(root - x) <= NODE_ERROR * max(1, abs(x))
            assert abs(weight - w) <= NODE_ERROR * w


@pytest.mark.parametrize("count", [3, 5, 7, 9])
def test_the_circle_is_exact_below_its_count(count: int) -> None:
    nodes, symbols = circle(count), list(latents.circle("real"))
    for i, j in itertools.product(range(count), repeat=2):
        if i + j < count:
            terms = nodes.weights * nodes.positions[:, 0] ** i * nodes.positions[:, 1] ** j
            exact = float(joint_moment(dict(zip(symbols, (i, j), strict=True))))
            assert abs(terms.sum() - exact) <= 10 * count * EPS
    # No coordinate vanishes.
    assert np.abs(nodes.positions).min() > 0.01


@pytest.mark.parametrize(("degree", "dimension"), [(1, 1), (1, 2), (2, 2), (3, 2), (1, 3), (1, 7)])
def test_noise_is_exact_for_products_of_two_features(degree: int, dimension: int) -> None:
    nodes = gaussian_noise(gauss_hermite(degree + 1), degree, dimension)
    assert nodes.positions.shape == (len(nodes.weights), dimension)
    symbols = list(noise("real", dimension))
    for powers in itertools.product(range(2 * degree + 1), repeat=dimension):
        if sum(powers) <= 2 * degree:
            terms = nodes.weights * np.prod(nodes.positions ** np.array(powers), axis=1)
            exact = float(joint_moment(dict(zip(symbols, powers, strict=True))))
            assert abs(terms.sum() - exact) <= 100 * EPS * max(1.0, np.abs(terms).sum())


def test_curved_features_in_many_dimensions_have_no_nodes() -> None:
    with pytest.raises(EvidenceUnavailable, match="3 dimensions"):
        Sample.of_count(3, degree=2, dimension=3)
