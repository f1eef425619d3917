"""Drawn networks are what they say: smooth, sample by sample, the same numbers in every dtype; small when shrunk."""

from __future__ import annotations

import ast

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.func import functional_call, jacrev, vmap

from convergan.numeric.strategies import batches, discriminators, generators, smooth_networks
from convergan.numeric.strategies.networks import ACTIVATIONS, FAMILIES

SHAPES = {"vector": (3,), "number": (1,), "image": (2, 4, 3)}
DTYPES = [torch.float64, torch.float32, torch.bfloat16]
FEW = settings(max_examples=15)


def rebuilt(network: torch.nn.Module, **others) -> torch.nn.Module:
    """The network that its ``repr`` describes; nothing is executed."""
    call = ast.parse(repr(network), mode="eval").body
    assert isinstance(call, ast.Call)
    arguments = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    return getattr(smooth_networks, ast.unparse(call.func))(**arguments | others)


def samples(*shape: int) -> torch.Tensor:
    (values,) = smooth_networks.numbers(7, shape)
    return 2 * values


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@FEW
@given(data=st.data())
def test_discriminators_give_one_value_for_each_sample(shape, dtype, data: st.DataObject) -> None:
    discriminator = data.draw(discriminators(shape=shape, dtype=dtype))
    for count in (1, 5):
        values = discriminator(samples(count, *shape).to(dtype))
        assert values.shape == (count,)
        assert values.dtype == dtype
        assert values.isfinite().all()


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
@pytest.mark.parametrize("latent", [(1,), (2,)])
@FEW
@given(data=st.data())
def test_generators_give_one_sample_for_each_code(shape, latent, data: st.DataObject) -> None:
    generator = data.draw(generators(latent=latent, shape=shape))
    assert generator(samples(5, *latent)).shape == (5, *shape)


@pytest.mark.parametrize("family", FAMILIES)
@FEW
@given(data=st.data())
def test_no_sample_sees_another(family: str, data: st.DataObject) -> None:
    """What one gradient of a sum for all samples rests on."""
    discriminator = data.draw(discriminators(shape=(2, 4, 3), families=[family]))
    x = samples(3, 2, 4, 3).requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(x)[0], x)
    assert (gradient[1:] == 0).all()


@pytest.mark.parametrize("family", FAMILIES)
@FEW
@given(data=st.data())
def test_the_repr_builds_the_same_numbers_in_every_dtype(family: str, data: st.DataObject) -> None:
    network = data.draw(discriminators(shape=(2, 4, 3), families=[family]))
    for dtype in ("float64", "float32", "bfloat16", "float16"):
        other = rebuilt(network, dtype=dtype)
        for (name, value), (same, there) in zip(network.state_dict().items(), other.state_dict().items(), strict=True):
            assert name == same
            assert (value == there.double()).all()


@FEW
@given(data=st.data())
def test_another_seed_gives_other_numbers(data: st.DataObject) -> None:
    network = data.draw(discriminators(shape=(3,), families=["mlp"]))
    other = rebuilt(network, seed=network._built_from["seed"] + 1)
    pairs = zip(network.parameters(), other.parameters(), strict=True)
    assert any((one != two).any() for one, two in pairs)


@given(data=st.data())
@FEW
def test_torch_keeps_its_random_state(data: st.DataObject) -> None:
    before = torch.get_rng_state()
    data.draw(discriminators(shape=(2, 4, 3)))
    assert (torch.get_rng_state() == before).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("family", ["mlp", "convolutional"])
def test_networks_are_smooth(family: str, activation: str) -> None:
    """First and second derivatives in the samples and in the parameters, against finite differences."""
    if family == "mlp":
        network = smooth_networks.MLP((1, 2, 2), widths=(2, 2), activation=activation, seed=5)
    else:
        network = smooth_networks.Convolutional((1, 2, 2), channels=(2, 1), activation=activation, seed=5)
    values = dict(network.named_parameters())

    def applied(x: torch.Tensor, *parameters: torch.Tensor) -> torch.Tensor:
        return functional_call(network, dict(zip(values, parameters, strict=True)), (x,))

    arguments = [samples(2, 1, 2, 2).requires_grad_(), *(p.detach().clone().requires_grad_() for p in values.values())]
    assert torch.autograd.gradcheck(applied, arguments)
    assert torch.autograd.gradgradcheck(applied, arguments)


def test_a_kink_is_no_smooth_network() -> None:
    """The check above fails for a network with a kink at a sample."""
    x = torch.zeros(1, 1, dtype=torch.float64, requires_grad=True)
    assert not torch.autograd.gradcheck(torch.relu, [x], raise_exception=False)


@pytest.mark.parametrize("family", FAMILIES)
@FEW
@given(data=st.data())
def test_networks_go_through_functional_transforms(family: str, data: st.DataObject) -> None:
    """The gradient of a penalty in the parameters, vmapped over batches, as the loop over batches computes it."""
    network = data.draw(discriminators(shape=(1, 3, 3), families=[family]))
    parameters = {name: value.detach() for name, value in network.named_parameters()}
    many = samples(4, 2, 1, 3, 3)

    def penalty(values, x):
        rows = torch.func.grad(lambda inputs: functional_call(network, values, (inputs,)).sum())(x)
        return rows.square().sum((1, 2, 3)).mean()

    batched = vmap(jacrev(penalty), in_dims=(None, 0))(parameters, many)
    for place, x in enumerate(many):
        x = x.clone().requires_grad_()
        (rows,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
        loss = rows.square().sum((1, 2, 3)).mean()
        own = torch.autograd.grad(loss, list(network.parameters()), allow_unused=True, materialize_grads=True)
        for one, two in zip(batched.values(), own, strict=True):
            torch.testing.assert_close(one[place], two, rtol=1e-12, atol=1e-12)


def gradients(discriminator: torch.nn.Module) -> torch.Tensor:
    x = samples(4, 3, 2, 2).requires_grad_()
    (rows,) = torch.autograd.grad(discriminator(x).sum(), x)
    return rows


def curved(network: torch.nn.Module) -> bool:
    x = samples(4, *network.inputs)
    return bool((network(2 * x) - 2 * network(x) + network(0 * x)).abs().max() > 1e-3)


IMAGE = (3, 2, 2)
SMALLEST = {
    "anything": (discriminators(), lambda d: True, "Linear(inputs=(1,), weights={(0,): 1.0})"),
    "a flat one": (
        discriminators(shape=(2,)),
        lambda d: bool((d(samples(3, 2)) == 0).all()),
        "Linear(inputs=(2,), weights={})",
    ),
    "not constant": (discriminators(constant=False), lambda d: True, "Linear(inputs=(1,), weights={(0,): 1.0})"),
    "not 0 at 0": (
        discriminators(shape=(2,), families=["linear"]),
        lambda d: bool(d(torch.zeros(1, 2, dtype=torch.float64)) != 0),
        "Linear(inputs=(2,), weights={(0,): 1.0}, bias=1.0)",
    ),
    "a missing factor 1/2": (
        discriminators(shape=IMAGE),
        lambda d: bool(gradients(d).square().sum() > 0),
        "Linear(inputs=(3, 2, 2), weights={(0, 0, 0): 1.0})",
    ),
    "the norm over one axis": (
        discriminators(shape=IMAGE),
        lambda d: bool((gradients(d).norm(dim=1).sum((1, 2)) - gradients(d).flatten(1).norm(dim=1)).abs().max() > 0.1),
        "Linear(inputs=(3, 2, 2), weights={(0, 0, 0): 1.0, (0, 0, 1): 1.0})",
    ),
    "second derivatives": (discriminators(shape=(2,)), curved, "RandomFeatures(inputs=(2,), count=1, seed=0)"),
    "an MLP": (
        discriminators(shape=(2,), families=["mlp"]),
        curved,
        "MLP(inputs=(2,), widths=(1,), activation='tanh', seed=0)",
    ),
    "an MLP may be linear": (
        discriminators(shape=(2,), families=["linear", "mlp"], constant=False),
        lambda d: True,
        "Linear(inputs=(2,), weights={(0,): 1.0})",
    ),
    "convolutions": (
        discriminators(shape=IMAGE, families=["convolutional"], dtype="float32"),
        lambda d: True,
        "Convolutional(inputs=(3, 2, 2), channels=(1,), activation='tanh', seed=0, dtype='float32')",
    ),
    "a point mass": (
        generators(shape=(2,)),
        lambda g: bool((g(samples(3, 1)) == 0).all()),
        "Linear(inputs=(1,), outputs=(2,), weights={})",
    ),
    "a generator": (
        generators(latent=(2,), shape=IMAGE),
        lambda g: bool(g(samples(3, 2)).std() > 0),
        "Linear(inputs=(2,), outputs=(3, 2, 2), weights={(0, 0, 0, 0): 1.0})",
    ),
    "a batch": (batches(shape=(2,)), lambda x: True, "tensor([[0., 0.]], dtype=torch.float64)"),
    "two samples": (
        batches(shape=(1,), dtype="float32"),
        lambda x: len(x) > 1 and bool(x.std() > 0),
        "tensor([[1.],\n        [0.]])",
    ),
}


@pytest.mark.parametrize(("strategy", "predicate", "expected"), SMALLEST.values(), ids=list(SMALLEST))
def test_shrinking(strategy, predicate, expected: str, smallest) -> None:
    assert repr(smallest(strategy, predicate)) == expected
