"""Networks on stacks of parameters against ``torch.nn``."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from convergan.training.networks import MLP, NETWORKS, Affine, Features, Linear, Network, Point, read_network

ACTIVATIONS = {"tanh": nn.Tanh(), "relu": nn.ReLU(), "leaky-relu": nn.LeakyReLU(0.2), "softplus": nn.Softplus()}
ALL = [MLP(3, 2, 5, 3, "tanh"), MLP(3, 1, 5, 2, "relu"), Point(3, 2), Linear(3, 1), Affine(3, 2), Features(3, 1, 6, 1)]


def rows(network: Network, members: int = 4) -> torch.Tensor:
    return torch.tensor(np.stack([network.start(np.random.default_rng(k)) for k in range(members)]))


@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_mlp_is_that_of_torch(activation: str, layers: int) -> None:
    network = MLP(3, 2, 5, layers, activation)
    parameters, x = rows(network), torch.randn(4, 7, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    found = network.apply(parameters, x)
    for member in range(4):
        place, value = 0, x[member]
        for layer in range(layers):
            before, after = network.sizes[layer : layer + 2]
            module = nn.Linear(before, after, dtype=torch.float64)
            weights = parameters[member, place : place + before * after].reshape(before, after)
            place += before * after
            with torch.no_grad():
                module.weight.copy_(weights.T)
                module.bias.copy_(parameters[member, place : place + after])
            place += after
            value = module(value)
            if layer < layers - 1:
                value = ACTIVATIONS[activation](value)
        assert place == network.count
        torch.testing.assert_close(found[member], value, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("network", ALL, ids=lambda n: f"{n.name}-{n.outputs}")
def test_members_do_not_meet(network: Network) -> None:
    parameters = rows(network).requires_grad_()
    x = torch.randn(4, 7, network.inputs, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found = network.apply(parameters, x)
    assert found.shape == (4, 7, network.outputs)
    assert parameters.shape == (4, network.count)
    (gradient,) = torch.autograd.grad(found[2].sum(), parameters)
    assert gradient[[0, 1, 3]].abs().max() == 0
    assert gradient[2].abs().max() > 0
    for member in range(4):
        alone = network.apply(parameters[member : member + 1], x[member : member + 1])[0]
        assert torch.equal(alone, found[member])


def test_closed_forms() -> None:
    x = torch.randn(2, 5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    psi, theta = (
        torch.tensor([[1.0, -2.0, 0.5], [0.0, 1.0, 3.0]]).double(),
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]).double(),
    )
    torch.testing.assert_close(Linear(3, 1).apply(psi, x)[..., 0], torch.einsum("eni,ei->en", x, psi))
    assert torch.equal(Point(3, 2).apply(theta, x), theta[:, None].expand(2, 5, 2))
    affine = Affine(3, 2)
    parameters = rows(affine, 2)
    weights, bias = parameters[:, :6].reshape(2, 3, 2), parameters[:, 6:]
    torch.testing.assert_close(affine.apply(parameters, x), torch.einsum("eni,eio->eno", x, weights) + bias[:, None])


def test_features_are_linear_in_their_parameters() -> None:
    network = Features(3, 1, 6, feature_seed=3)
    x = torch.randn(1, 9, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    a, b = rows(network, 2).split(1)
    both = network.apply(2 * a - 3 * b, x)
    torch.testing.assert_close(both, 2 * network.apply(a, x) - 3 * network.apply(b, x))
    assert not torch.allclose(network.apply(a, x), Features(3, 1, 6, feature_seed=4).apply(a, x))


def test_starts_follow_the_seed_and_the_law_of_torch() -> None:
    network = MLP(30, 1, 40, 3)
    first = network.start(np.random.default_rng(1))
    assert np.array_equal(first, network.start(np.random.default_rng(1)))
    assert not np.array_equal(first, network.start(np.random.default_rng(2)))
    module = nn.Linear(30, 40)
    weights = first[: 30 * 40]
    # U(-b, b) with b = 30^-1/2, as torch draws them: both extremes are close to b among 1,200 numbers.
    assert np.abs(weights).max() < 30**-0.5
    assert np.abs(weights).max() > 0.99 * module.weight.abs().max().item()
    assert abs(weights.var() - 1 / 90) < 5 * 1 / 90 * (0.8 / len(weights)) ** 0.5


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_can_be_read(name: str) -> None:
    assert read_network(name, 3, 1) == NETWORKS[name](3, 1)
    assert read_network("mlp:width=7,activation=tanh", 3, 2) == MLP(3, 2, width=7, activation="tanh")
