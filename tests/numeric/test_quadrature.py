"""Explicit samples against exact moments."""

from __future__ import annotations

import numpy as np
import pytest

from convergan.numeric.quadrature import MINIMUM_NODES, gauss_hermite, gauss_legendre, node_count
from convergan.symbolic.calculus import UNIFORM, moment
from convergan.symbolic.proposal_reader import read_proposal
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
