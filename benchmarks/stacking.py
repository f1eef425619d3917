"""Member-steps per second: the stacked trainer against plain PyTorch that trains the same models one at a time."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from convergan.symbolic import read_proposal
from convergan.training.data.circle import Circle
from convergan.training.networks import MLP
from convergan.training.stacked import Architecture, Member, Trainer, trainable

from .timing import Pair

BATCH, LATENT, LAYERS = 128, 16, 4
GAMMA, STEP = 10.0, 1e-3
MEMBERS, ON_GPU = 32, 416
Tensor = torch.Tensor


def trainer(members: int, width: int, optimizer: str, device: str) -> Trainer:
    """R1 on the circle, alternating steps, leaky ReLU."""
    document = {
        "parameters": {"gamma": "gamma > 0"},
        "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
        "training": {"update": "alternating", "optimizer": optimizer},
    }
    networks = MLP(LATENT, 2, width, LAYERS), MLP(2, 1, width, LAYERS)
    proposal = trainable(read_proposal(document))
    # A seed of its own for each, as the plain loop has it: a study with one seed draws its minibatches once.
    stack = [Member(proposal, {"gamma": Fraction(GAMMA)}, Fraction(STEP), Circle(), seed=k) for k in range(members)]
    return Trainer(stack, Architecture(*networks, BATCH), device=device)


class PlainLoop:
    """One model as training code has it: modules, ``torch.optim``, ``autograd.grad`` for the penalty."""

    def __init__(self, width: int, optimizer: str, device: str) -> None:
        self.g, self.d = (_mlp(*sizes, width).to(device) for sizes in ((LATENT, 2), (2, 1)))
        kind = {"sgd": torch.optim.SGD, "rmsprop": torch.optim.RMSprop}[optimizer]
        self.of_g, self.of_d = kind(self.g.parameters(), lr=STEP), kind(self.d.parameters(), lr=STEP)
        self.device = device

    def step(self) -> None:
        """G, then D with R1 (high on fakes)."""
        self.of_g.zero_grad()
        (-F.softplus(-self.d(self.g(self._codes()))).mean()).backward(inputs=list(self.g.parameters()))
        self.of_g.step()
        self.of_d.zero_grad()
        angle = 2 * torch.pi * torch.rand(BATCH, device=self.device)
        real = torch.stack([angle.cos(), angle.sin()], 1).requires_grad_()
        on_real, on_fake = self.d(real), self.d(self.g(self._codes()).detach())
        (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
        penalty = GAMMA / 2 * slope.square().sum(1).mean()
        (F.softplus(-on_fake).mean() + F.softplus(on_real).mean() + penalty).backward()
        self.of_d.step()

    def _codes(self) -> Tensor:
        return torch.randn(BATCH, LATENT, device=self.device)


def _mlp(inputs: int, outputs: int, width: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Linear(inputs, width)]
    for _ in range(LAYERS - 2):
        layers += [nn.LeakyReLU(0.2), nn.Linear(width, width)]
    return nn.Sequential(*layers, nn.LeakyReLU(0.2), nn.Linear(width, outputs))


def pairs(scale: float) -> list[Pair]:
    """Both optimisers and three widths on the CPU, and on a GPU where there is one."""
    rows = [(MEMBERS, width, optimizer, "cpu") for width in (8, 16, 32) for optimizer in ("sgd", "rmsprop")]
    if torch.cuda.is_available():
        rows += [(ON_GPU, width, "sgd", "cuda") for width in (8, 16, 32)]
    return [_pair(*row, scale) for row in rows]


def _pair(members: int, width: int, optimizer: str, device: str, scale: float) -> Pair:
    steps = max(1, int((200 if device == "cpu" else 2000) * scale))
    stack, plain = trainer(members, width, optimizer, device), PlainLoop(width, optimizer, device)

    def synchronise() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    def batch() -> int:
        return _on_one_thread(lambda: (stack.run(steps), synchronise()), steps * members)

    def loop() -> int:
        return _on_one_thread(lambda: ([plain.step() for _ in range(steps)], synchronise()), steps)

    name = f"training, width {width}, {optimizer}, {device}"
    return Pair(name, (f"Trainer, {members} members", batch), ("plain PyTorch, one model at a time", loop))


def _on_one_thread(work: Any, count: int) -> int:
    """A study trains in one process per core, and one small model is no faster on several."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        work()
    finally:
        torch.set_num_threads(threads)
    return count
