"""The language in torch on discriminators of any size, against formulas written out in plain autograd."""

from __future__ import annotations

import pytest
import torch
from torch.func import jacrev

from convergan.numeric import DiracDiscriminator, DiracGenerator, TorchAlgebra, WeightedSamples
from convergan.numeric.interpret import Vector, as_tensor
from convergan.numeric.quadrature import gauss_hermite, gauss_legendre
from convergan.numeric.rewriting import collect_powers
from convergan.symbolic import expression as ex
from convergan.symbolic.parser import Scope, parse

SCOPE = Scope(frozenset({"gamma", "theta", "psi"}), samples=True)


@pytest.fixture
def network() -> torch.nn.Module:
    torch.manual_seed(0)
    layers = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1), torch.nn.Flatten(0))
    return layers.double()


@pytest.fixture
def samples() -> WeightedSamples:
    generator = torch.Generator().manual_seed(1)
    hermite, legendre = gauss_hermite(3), gauss_legendre(4)
    positions, weights = torch.from_numpy(hermite.positions.copy()), torch.from_numpy(hermite.weights.copy())
    grid = torch.cartesian_prod(positions, positions, positions)
    grid_weights = torch.cartesian_prod(weights, weights, weights).prod(1)
    mixing, mixing_weights = torch.from_numpy(legendre.positions.copy()), torch.from_numpy(legendre.weights.copy())
    real, fake = (torch.randn(n, 3, generator=generator, dtype=torch.float64) for n in (5, 4))
    return WeightedSamples(real, fake, grid, grid_weights, mixing, mixing_weights)


def value(text: str, network: torch.nn.Module, samples: WeightedSamples) -> torch.Tensor:
    names = {"gamma": torch.tensor(3.0, dtype=torch.float64)}
    return as_tensor(ex.interpret(collect_powers(parse(text, SCOPE)), TorchAlgebra(names, network, samples)))


def gradient_at(network: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    x = x.clone().requires_grad_()
    (rows,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
    return rows


def test_r1_is_the_penalty_that_people_write(network: torch.nn.Module, samples: WeightedSamples) -> None:
    ours = value("gamma/2 * E_real(norm(grad(D))**2)", network, samples)
    theirs = 1.5 * gradient_at(network, samples.real).square().sum(1).mean()
    assert torch.allclose(ours, theirs, rtol=1e-13)
    for mine, reference in zip(
        *(torch.autograd.grad(p, list(network.parameters()), allow_unused=True) for p in (ours, theirs)), strict=True
    ):
        if reference is not None:
            assert torch.allclose(mine, reference, rtol=1e-11, atol=1e-14)


def test_vector_arithmetic_inside_a_norm(network: torch.nn.Module, samples: WeightedSamples) -> None:
    ours = value("E_fake(norm(gamma*grad(D) - grad(D)/2) * abs(D))", network, samples)
    theirs = (2.5 * gradient_at(network, samples.fake).norm(dim=1) * network(samples.fake).abs()).mean()
    assert torch.allclose(ours, theirs, rtol=1e-13)


def test_mixed_samples_pair_every_real_with_every_fake(network: torch.nn.Module, samples: WeightedSamples) -> None:
    ours = value("E_mix(D**2)", network, samples)
    theirs = torch.zeros((), dtype=torch.float64)
    for u, weight in zip(samples.mixing, samples.mixing_weights, strict=True):
        for x in samples.real:
            for y in samples.fake:
                theirs = theirs + weight * network(((1 - u) * x + u * y)[None])[0] ** 2 / 20
    assert torch.allclose(ours, theirs, rtol=1e-13)


def test_noisy_samples_have_the_variance_that_is_given(samples: WeightedSamples) -> None:
    def square(x: torch.Tensor) -> torch.Tensor:
        return x.square().sum(1)

    ours = value("E_real_noisy(D, gamma)", square, samples)  # type: ignore[arg-type]
    assert torch.allclose(ours, square(samples.real).mean() + 3 * 3.0, rtol=1e-13)


def test_an_even_power_of_a_norm_is_smooth_at_zero(samples: WeightedSamples) -> None:
    def penalty(weight: torch.Tensor, text: str) -> torch.Tensor:
        return value(text, lambda x: x @ weight, samples)  # type: ignore[arg-type]

    zero = torch.zeros(3, dtype=torch.float64)
    eye = torch.eye(3, dtype=torch.float64)
    for text in ("E_real(norm(grad(D))**2)", "E_real(norm(grad(D))*norm(grad(D)))", "E_real((-3*norm(grad(D)/3))**2)"):
        hessian = jacrev(jacrev(lambda w, text=text: penalty(w, text)))(zero)
        assert torch.allclose(hessian, 2 * eye, rtol=1e-15)
    cubic = jacrev(jacrev(lambda w: penalty(w, "E_real(norm(grad(D))**3)")))(zero)
    assert torch.equal(cubic, 0 * eye)
    assert torch.equal(torch.func.grad(lambda w: penalty(w, "E_real(norm(grad(D)))"))(zero), zero)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("gamma*norm(psi)*gamma*norm(psi)", "gamma**2*norm(psi)**2"),
        ("(-gamma*norm(psi)/2)**4", "gamma**4*norm(psi)**4/2**4"),
        ("(norm(psi)**3)**2", "norm(psi)**6"),
        ("(gamma*norm(psi))**3", "(gamma*norm(psi))**3"),
        ("exp(abs(psi)*abs(psi))", "exp(abs(psi)**2)"),
    ],
)
def test_even_powers_reach_the_norms(text: str, same: str) -> None:
    assert collect_powers(parse(text, SCOPE)) == parse(same, SCOPE)


def test_images_are_vectors(samples: WeightedSamples) -> None:
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(8, 1)).double()
    images = torch.randn(6, 1, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2))

    class Batch:
        def draw(self, kind: str, variance: torch.Tensor | None) -> tuple[torch.Tensor, None]:
            return images, None

    algebra = TorchAlgebra({}, lambda x: network(x)[:, 0], Batch())
    ours = as_tensor(ex.interpret(parse("E_real(norm(grad(D)))", SCOPE), algebra))
    theirs = gradient_at(lambda x: network(x)[:, 0], images).flatten(1).norm(dim=1).mean()  # type: ignore[arg-type]
    assert torch.allclose(ours, theirs, rtol=1e-13)


def test_a_discriminator_of_the_wrong_shape_is_named(samples: WeightedSamples) -> None:
    with pytest.raises(ValueError, match=r"returned the shape \[5, 1\] for 5 samples; it must be \[5\]"):
        value("E_real(D)", torch.nn.Linear(3, 1).double(), samples)


def test_rational_numbers_stay_exact_until_they_meet_a_tensor() -> None:
    algebra = TorchAlgebra({"gamma": torch.tensor(1.0, dtype=torch.float64)})
    tree = parse("(1/3 + 1/6)*2 - 1 + gamma", SCOPE)
    assert as_tensor(ex.interpret(tree, algebra)).item() == 1.0


def test_players_with_many_parameters_have_a_norm() -> None:
    algebra = TorchAlgebra({"theta": Vector(torch.tensor([3.0, 4.0], dtype=torch.float64))})
    assert as_tensor(ex.interpret(parse("norm(theta)", SCOPE), algebra)).item() == 5.0


def test_the_dirac_modules_are_modules() -> None:
    discriminator, generator = DiracDiscriminator(psi=2.0, output=0.5), DiracGenerator(theta=-1.5)
    assert [name for name, _ in discriminator.named_parameters()] == ["psi"]
    samples = generator(torch.zeros(3, 7))
    assert samples.shape == (3, 1)
    assert discriminator(samples).tolist() == [-2.5, -2.5, -2.5]
    assert discriminator(samples).requires_grad
