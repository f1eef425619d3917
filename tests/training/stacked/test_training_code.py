"""The stacked trainer against training as people write it: ``nn.Module``, ``torch.optim``, losses by hand.

Both compute in float64 on the same minibatches. Six periods of two small networks are some 1e4 roundings deep at the
very most (each sum of 16 samples or 8 units counts once), of numbers of the order of 1: 1e4 eps = 2e-12. What RMSprop
and Adam divide by is at least 0.1 |v| here, which magnifies that at most tenfold: 1e-10 is enough, and a wrong loss is
1e-5 and more apart, which the mutants show.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from convergan.symbolic.proposal_reader import read_proposal
from convergan.training.data.circle import Circle
from convergan.training.networks import MLP
from convergan.training.stacked import Architecture, Member, Trainer

Tensor = torch.Tensor
# (D, real [N, d], fake [N, d], the minibatch) -> a scalar to be added to D's loss.
Penalty = Callable[[nn.Module, Tensor, Tensor, Mapping[str, Tensor]], Tensor]


def gradient_norms(d: nn.Module, x: Tensor) -> Tensor:
    """|grad D| at each sample, squared."""
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(d(x).sum(), x, create_graph=True)
    return gradient.square().sum(1)


def r1(weight: float) -> Penalty:
    return lambda d, real, fake, _: weight / 2 * gradient_norms(d, real).mean()


def r2(weight: float) -> Penalty:
    return lambda d, real, fake, _: weight / 2 * gradient_norms(d, fake).mean()


def wgan_gp(weight: float) -> Penalty:
    def penalty(d: nn.Module, real: Tensor, fake: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        between = real + batch["mix"] * (fake - real)
        return weight * (gradient_norms(d, between).sqrt() - 1).square().mean()

    return penalty


def dragan(weight: float, variance: float) -> Penalty:
    def penalty(d: nn.Module, real: Tensor, fake: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
        near = real + variance**0.5 * batch["noise:E_real_noisy"]
        return weight * (gradient_norms(d, near).sqrt() - 1).square().mean()

    return penalty


def mlp(sizes: list[int], activation: Callable[[], nn.Module]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(sizes):
        layers += [nn.Linear(before, after, dtype=torch.float64), activation()]
    return nn.Sequential(*layers[:-1])


def fill(model: nn.Sequential, row: np.ndarray) -> None:
    """Weights from a flat row: [in, out] and bias of each layer."""
    place = 0
    with torch.no_grad():
        for layer in (m for m in model if isinstance(m, nn.Linear)):
            size = layer.in_features * layer.out_features
            layer.weight.copy_(torch.tensor(row[place : place + size]).reshape(layer.in_features, layer.out_features).T)
            place += size
            layer.bias.copy_(torch.tensor(row[place : place + layer.out_features]))
            place += layer.out_features


def flat(model: nn.Sequential) -> np.ndarray:
    parts = []
    for layer in (m for m in model if isinstance(m, nn.Linear)):
        parts += [layer.weight.detach().T.reshape(-1), layer.bias.detach()]
    return torch.cat(parts).numpy()


@dataclass
class Loop:
    """One training run.

    Attributes:
        g: The generator.
        d: The discriminator, high on fakes.
        optimizer: From parameters to an optimizer.
        penalty: Added to D's loss.
        saturating: Whether G descends E log(sigmoid(D)) (zero-sum) or -E log(1 - ...) (non-saturating).
        relativistic: Whether D compares pairs.
        noise: Standard deviation of instance noise.
        decay: Weight decay |theta|^2 decay/2 in G's loss.
    """

    g: nn.Sequential
    d: nn.Sequential
    optimizer: Callable[[Any], torch.optim.Optimizer]
    penalty: Penalty | None = None
    saturating: bool = True
    relativistic: bool = False
    noise: float = 0.0
    decay: float = 0.0

    def __post_init__(self) -> None:
        self.of_g, self.of_d = self.optimizer(self.g.parameters()), self.optimizer(self.d.parameters())

    def outputs(self, fake: Tensor, batch: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        real = batch["real"]
        if self.noise:
            real, fake = real + self.noise * batch["noise:real"], fake + self.noise * batch["noise:fake"]
        return self.d(real)[:, 0], self.d(fake)[:, 0]

    def d_loss(self, batch: Mapping[str, Tensor]) -> Tensor:
        fake = self.g(batch["latent"]).detach()
        on_real, on_fake = self.outputs(fake, batch)
        if self.relativistic:
            loss = F.softplus(-(on_fake - on_real)).mean()
        else:
            loss = F.softplus(-on_fake).mean() + F.softplus(on_real).mean()
        if self.penalty is not None:
            loss = loss + self.penalty(lambda x: self.d(x)[:, 0], batch["real"], fake, batch)  # type: ignore[arg-type]
        return loss

    def g_loss(self, batch: Mapping[str, Tensor]) -> Tensor:
        on_real, on_fake = self.outputs(self.g(batch["latent"]), batch)
        t = on_fake - on_real if self.relativistic else on_fake
        loss = -F.softplus(-t).mean() if self.saturating else F.softplus(t).mean()
        return loss + self.decay / 2 * sum(p.square().sum() for p in self.g.parameters())

    def simultaneous(self, batch: Mapping[str, Tensor]) -> None:
        self._gradients(self.of_g, self.g, self.g_loss(batch))
        kept = [p.grad for p in self.g.parameters()]
        self._gradients(self.of_d, self.d, self.d_loss(batch))
        for p, gradient in zip(self.g.parameters(), kept, strict=True):
            p.grad = gradient
        self.of_g.step()
        self.of_d.step()

    def alternating(self, batches: list[Mapping[str, Tensor]], g_steps: int = 1) -> None:
        for place, batch in enumerate(batches):
            if place < g_steps:
                self._gradients(self.of_g, self.g, self.g_loss(batch))
                self.of_g.step()
            else:
                self._gradients(self.of_d, self.d, self.d_loss(batch))
                self.of_d.step()

    def _gradients(self, optimizer: torch.optim.Optimizer, model: nn.Module, loss: Tensor) -> None:
        optimizer.zero_grad()
        loss.backward(inputs=list(model.parameters()))


# -- the trainer, on the same minibatches ------------------------------------------------------------------------------

GENERATOR, DISCRIMINATOR, BATCH, LATENT = [3, 8, 8, 2], [2, 8, 8, 1], 16, 3
H, PERIODS = 0.05, 6
TOLERANCE = 1e-10
R1 = "2/5 * E_real(norm(grad(D))**2)"


def torch_activation(name: str) -> Callable[[], nn.Module]:
    return {"tanh": nn.Tanh, "leaky-relu": lambda: nn.LeakyReLU(0.2)}[name]


def trainer_and_loop(document: dict[str, Any], activation: str, seed: int, **loop: Any) -> tuple[Trainer, Loop]:
    proposal = read_proposal({"objective": {"f": "standard"}} | document)
    networks = MLP(LATENT, 2, 8, 3, activation), MLP(2, 1, 8, 3, activation)
    member = Member(proposal, {}, Fraction(1, 20), Circle(), seed=seed)
    trainer = Trainer([member, member], Architecture(*networks, BATCH), dtype=torch.float64)
    models = []
    for sizes, row in zip((GENERATOR, DISCRIMINATOR), trainer.parameters(judged=False), strict=True):
        model = mlp(sizes, torch_activation(activation))
        fill(model, row[1].numpy())
        models.append(model)
    loop.setdefault("optimizer", lambda parameters: torch.optim.SGD(parameters, lr=H))
    return trainer, Loop(*models, **loop)


def batches(trainer: Trainer) -> list[dict[str, Tensor]]:
    """The minibatches of the period that was trained last, of the second member."""
    (block,) = trainer._blocks
    found = [block.minibatches(number)[0] for number in range(block.sizes.minibatches)]
    return [{name: values[1].clone() for name, values in each.items()} for each in found]


def difference(trainer: Trainer, loop: Loop) -> float:
    pairs = zip(trainer.parameters(judged=False), (loop.g, loop.d), strict=True)
    return max(float(np.abs(row[1].numpy() - flat(model)).max()) for row, model in pairs)


def run(document: dict[str, Any], activation: str = "tanh", g_steps: int = 1, **loop: Any) -> float:
    """The largest difference between both after some periods."""
    trainer, other = trainer_and_loop(document, activation, seed=5, **loop)
    alternating = document.get("training", {}).get("update") == "alternating"
    for _ in range(PERIODS):
        trainer.run(1)
        if alternating:
            other.alternating(batches(trainer), g_steps)
        else:
            other.simultaneous(*batches(trainer))
    return difference(trainer, other)


def penalised(text: str) -> dict[str, Any]:
    return {"penalty": {"discriminator": text}}


LOSSES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unregularised": ({}, {}),
    "r1": (penalised(R1), {"penalty": r1(0.8)}),
    "r2": (penalised("2/5 * E_fake(norm(grad(D))**2)"), {"penalty": r2(0.8)}),
    "wgan-gp": (penalised("3/10 * E_mix((norm(grad(D)) - 1)**2)"), {"penalty": wgan_gp(0.3)}),
    "dragan": (penalised("3/10 * E_real_noisy((norm(grad(D)) - 1)**2, 1/4)"), {"penalty": dragan(0.3, 0.25)}),
    "non-saturating": ({"objective": {"f": "standard", "generator": "non-saturating"}}, {"saturating": False}),
    "relativistic": (
        {"objective": {"f": "standard", "generator": "non-saturating", "pairing": "relativistic"}},
        {"saturating": False, "relativistic": True},
    ),
    "instance noise": ({"objective": {"f": "standard", "instance_noise": "1/2"}}, {"noise": 0.5}),
    "weight decay": ({"penalty": {"generator": "norm(theta)**2/20"}}, {"decay": 0.1}),
}


@pytest.mark.parametrize("activation", ["tanh", "leaky-relu"])
@pytest.mark.parametrize("update", ["simultaneous", "alternating"])
@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str, update: str, activation: str) -> None:
    document, loop = LOSSES[name]
    assert run(document | {"training": {"update": update}}, activation, **loop) < TOLERANCE


OPTIMISERS: dict[str, tuple[dict[str, Any], Callable[[Any], torch.optim.Optimizer]]] = {
    "momentum": ({"momentum": "-1/2"}, lambda p: ManualMomentum(p, -0.5)),
    "heavy ball": ({"momentum": "9/10"}, lambda p: torch.optim.SGD(p, lr=H, momentum=0.9)),
    "nesterov": (
        {"momentum": "9/10", "nesterov": True},
        lambda p: torch.optim.SGD(p, lr=H, momentum=0.9, nesterov=True),
    ),
    "rmsprop": (
        {"optimizer": "rmsprop", "epsilon": "1/10"},
        lambda p: torch.optim.RMSprop(p, lr=H, alpha=0.99, eps=0.1),
    ),
    "adam": (
        {"optimizer": "adam", "epsilon": "1/10", "beta1": "1/2"},
        lambda p: torch.optim.Adam(p, lr=H, betas=(0.5, 0.99), eps=0.1),
    ),
}


class ManualMomentum(torch.optim.Optimizer):
    """Heavy ball with any beta: torch refuses negative ones."""

    def __init__(self, parameters: Any, beta: float) -> None:
        super().__init__(parameters, {"lr": H})
        self.beta = beta

    def step(self, closure: Any = None) -> None:
        with torch.no_grad():
            for p in self.param_groups[0]["params"]:
                velocity = self.state[p].get("u", torch.zeros_like(p)).mul(self.beta).add(p.grad)
                self.state[p]["u"] = velocity
                p -= H * velocity


@pytest.mark.parametrize("update", ["simultaneous", "alternating"])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers(name: str, update: str) -> None:
    training, optimizer = OPTIMISERS[name]
    document = penalised(R1) | {"training": {"update": update} | training}
    assert run(document, penalty=r1(0.8), optimizer=optimizer) < TOLERANCE


def test_several_steps_see_fresh_samples() -> None:
    document = penalised(R1) | {"training": {"update": "alternating", "g_steps": 2, "d_steps": 3}}
    assert run(document, g_steps=2, penalty=r1(0.8)) < TOLERANCE
    trainer, _ = trainer_and_loop(document, "tanh", seed=5)
    trainer.run(1)
    seen = batches(trainer)
    assert len(seen) == 5
    assert all(not torch.equal(a["real"], b["real"]) for k, a in enumerate(seen) for b in seen[:k])


MUTANTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "doubled weight": (penalised(R1), {"penalty": r1(1.6)}),
    "R2 for R1": (penalised(R1), {"penalty": r2(0.8)}),
    "wrong sign": (penalised(R1), {"penalty": r1(-0.8)}),
    "forgotten penalty": (penalised(R1), {}),
    "saturating for non-saturating": (LOSSES["non-saturating"][0], {}),
    "noise too large": (LOSSES["instance noise"][0], {"noise": 0.51}),
    "no epsilon": (
        {"training": {"optimizer": "rmsprop", "epsilon": "1/10"}},
        {"optimizer": lambda p: torch.optim.RMSprop(p, lr=H, alpha=0.99)},
    ),
    "other decay": (
        {"training": {"optimizer": "adam", "epsilon": "1/10", "beta1": "1/2"}},
        {"optimizer": lambda p: torch.optim.Adam(p, lr=H, betas=(0.5, 0.999), eps=0.1)},
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_wrong_programs_are_told_apart(name: str) -> None:
    document, loop = MUTANTS[name]
    assert run(document, **loop) > 1e-5
