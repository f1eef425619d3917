"""Trajectories of the rules on real losses against ``torch.optim`` on real modules, losses written as training code.

The game: data at 1/2, the standard objective, R1 on D and weight decay on G; D's step is 3/4 of G's. In 24 periods of
at most 5 steps, each of some 100 operations, the roundings of two correct programs add up to 120 * 100 * eps = 3e-12.
The game magnifies them no more than the distances between trajectories, which stay of the order of their start: by far
less than 30, so that 1e-10 is enough. Wrong programs are 1e-4 and more apart, which the last test shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from convergan.numeric.cases import Cases
from convergan.numeric.players import period, start
from convergan.symbolic.derivation import derive
from convergan.symbolic.proposal_reader import read_proposal

Array = NDArray[np.float64]
H, RATIO, DATA, GAMMA, DECAY = 0.125, 0.75, 0.5, 0.8, 0.1
STARTS = ((0.9, -0.6), (-0.4, 1.1), (0.1, 0.3))
PERIODS = 24
TOLERANCE = 1e-10
GAME: dict[str, Any] = {
    "game": {"data": "1/2"},
    "objective": {"f": "standard"},
    "penalty": {"discriminator": "2/5 * E_real(norm(grad(D))**2)", "generator": "norm(theta)**2/20"},
}


def trajectory(training: dict[str, Any], periods: int = PERIODS) -> Array:
    """The rule on the players' losses: theta and psi (and averages) of shape [starts, periods, size]."""
    proposal = read_proposal(GAME | {"training": {"h_ratio": "3/4"} | training})
    rule = derive(proposal).rule
    cases = Cases({}, None, np.zeros(len(STARTS)), {})
    at = start(rule, *np.array(STARTS).T)
    rows = []
    for count in range(periods):
        h = float(rule.converted(float, sp.Expr).step_size(H, count))
        at = period(proposal, rule, at, np.full(len(STARTS), h), cases)
        rows.append(at)
    return np.stack(rows, axis=1)


class Generator(nn.Module):
    def __init__(self, theta: float) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.tensor([theta], dtype=torch.float64))

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return self.theta.expand(len(z), 1)


class Game:
    """Both networks and their losses."""

    def __init__(self, theta: float, psi: float) -> None:
        self.g, self.d = Generator(theta), nn.Linear(1, 1, bias=False, dtype=torch.float64)
        nn.init.constant_(self.d.weight, psi)
        self.z, self.real = torch.zeros(4, 1), torch.full((3, 1), DATA, dtype=torch.float64)

    def d_loss(self, fake: torch.Tensor | None = None, weight: float = 1.0) -> torch.Tensor:
        """D is high on fakes."""
        fake = self.g(self.z).detach() if fake is None else fake
        real = self.real.clone().requires_grad_()
        output = self.d(real)
        loss = -(F.logsigmoid(self.d(fake)).mean() + F.logsigmoid(-output).mean())
        if weight:
            (slope,) = torch.autograd.grad(output.sum(), real, create_graph=True)
            loss = loss + weight * GAMMA / 2 * slope.square().sum(1).mean()
        return loss

    def g_loss(self, weight: float = 1.0) -> torch.Tensor:
        return F.logsigmoid(self.d(self.g(self.z))).mean() + weight * DECAY / 2 * self.g.theta.square().sum()

    @property
    def at(self) -> list[float]:
        return [self.g.theta.item(), self.d.weight.item()]


Optimizers = tuple[torch.optim.Optimizer, torch.optim.Optimizer]


@dataclass
class Loop:
    """A training loop.

    Attributes:
        optimizer: From (parameters, learning rate, player) to an optimizer.
        alternating: Whether D sees the new G.
        g_steps: n_g.
        d_steps: n_d.
        lazy: k: penalties at every k-th iteration only.
        clip: Bound of D's weight, as in the first WGANs.
        ema: Decay of averages of both networks.
        decay: p of the step sizes h/k^p.
    """

    optimizer: Callable[[Any, float, str], torch.optim.Optimizer] = field(
        default=lambda parameters, lr, player: torch.optim.SGD(parameters, lr=lr)
    )
    alternating: bool = False
    g_steps: int = 1
    d_steps: int = 1
    lazy: int = 1
    clip: float | None = None
    ema: float | None = None
    decay: float = 0.0

    def states(self, game: Game) -> Iterator[list[float]]:
        """Theta and psi, and their averages, after every period."""
        g_opt = self.optimizer(game.g.parameters(), H, "g")
        d_opt = self.optimizer(game.d.parameters(), H * RATIO, "d")
        schedules = [torch.optim.lr_scheduler.LambdaLR(o, lambda k: 1 / (k + 1) ** self.decay) for o in (g_opt, d_opt)]
        averages = []
        if self.ema is not None:
            averages = [AveragedModel(m, multi_avg_fn=get_ema_multi_avg_fn(self.ema)) for m in (game.g, game.d)]
            for average, model in zip(averages, (game.g, game.d), strict=True):
                average.update_parameters(model)  # the first update copies
        iteration = 0
        while True:
            iteration += 1
            # StyleGAN2: the penalties every k-th time, k times as strong.
            weight = self.lazy if iteration % self.lazy == 0 else 0
            if self.alternating:
                for _ in range(self.g_steps):
                    g_opt.zero_grad()
                    game.g_loss(weight).backward(inputs=[game.g.theta])
                    g_opt.step()
                for _ in range(self.d_steps):
                    d_opt.zero_grad()
                    game.d_loss(weight=weight).backward()
                    d_opt.step()
                    self.clamp(game)
            else:
                g_opt.zero_grad()
                d_opt.zero_grad()
                game.g_loss(weight).backward(inputs=[game.g.theta])
                game.d_loss(weight=weight).backward()
                g_opt.step()
                d_opt.step()
                self.clamp(game)
            for average, model in zip(averages, (game.g, game.d), strict=False):
                average.update_parameters(model)
            for schedule in schedules:
                schedule.step()
            if iteration % self.lazy == 0:
                yield game.at + [next(average.parameters()).item() for average in averages]

    def clamp(self, game: Game) -> None:
        if self.clip is not None:
            with torch.no_grad():
                game.d.weight.clamp_(-self.clip, self.clip)


def reference(loop: Any, periods: int = PERIODS) -> Array:
    """Of shape [starts, periods, size]."""
    runs = [loop.states(Game(*at)) for at in STARTS]
    return np.array([[next(run) for _ in range(periods)] for run in runs])


def sgd(g: dict[str, Any], d: dict[str, Any]) -> Callable[[Any, float, str], torch.optim.Optimizer]:
    return lambda parameters, lr, player: torch.optim.SGD(parameters, lr=lr, **(g if player == "g" else d))


RMS = {"g": 0.5, "d": 0.25}


class FrozenRMSprop(torch.optim.RMSprop):
    """RMSprop whose second moment is put back before every step, and which does not change it (alpha = 1)."""

    def __init__(self, parameters: Any, lr: float, player: str) -> None:
        super().__init__(parameters, lr=lr, alpha=1.0, eps=0.1)
        self.second = RMS[player] ** 2

    def step(self, closure: Any = None) -> Any:
        for p in (p for group in self.param_groups for p in group["params"]):
            self.state[p].update(step=torch.zeros(()), square_avg=torch.full_like(p, self.second))
        return super().step(closure)


class FrozenAdam(torch.optim.Adam):
    """Adam whose second moment is put back before every step, late enough for bias corrections of 1.

    With beta2 the double before 1, a step changes the second moment by its rounding.
    """

    def __init__(self, parameters: Any, lr: float, player: str) -> None:
        super().__init__(parameters, lr=lr, betas=(0.75, float(np.nextafter(1, 0))), eps=0.1)
        self.second = RMS[player] ** 2

    def step(self, closure: Any = None) -> Any:
        for p in (p for group in self.param_groups for p in group["params"]):
            self.state[p].setdefault("exp_avg", torch.zeros_like(p))
            late = torch.tensor(2.0**60, dtype=torch.float64)
            self.state[p].update(step=late, exp_avg_sq=torch.full_like(p, self.second))
        return super().step(closure)


BALL = {"momentum": 0.875}
NESTEROV = {"momentum": 0.875, "nesterov": True}
SCALED = {"epsilon": "1/10", "rms_g": "1/2", "rms_d": "1/4"}
# name: (keys under [training], the loop)
LOOPS: dict[str, tuple[dict[str, Any], Loop]] = {
    "plain": ({}, Loop()),
    "averaged": ({"update": "averaged"}, Loop()),
    "momentum": ({"momentum": "7/8"}, Loop(sgd(BALL, BALL))),
    "momentum of D": ({"momentum_d": "7/8"}, Loop(sgd({}, BALL))),
    "two momenta": ({"momentum_g": "1/4", "momentum_d": "7/8"}, Loop(sgd({"momentum": 0.25}, BALL))),
    "nesterov": ({"momentum": "7/8", "nesterov": True}, Loop(sgd(NESTEROV, NESTEROV))),
    "nesterov of G": ({"momentum_g": "7/8", "nesterov": True}, Loop(sgd(NESTEROV, {}))),
    "rmsprop": ({"optimizer": "rmsprop", **SCALED}, Loop(FrozenRMSprop)),
    "adam": ({"optimizer": "adam", "beta1": "3/4", **SCALED}, Loop(FrozenAdam)),
    "averages": ({"ema": "9/10"}, Loop(ema=0.9)),
    "averages, momentum": ({"ema": "9/10", "momentum": "7/8"}, Loop(sgd(BALL, BALL), ema=0.9)),
    "clipped": ({"clip": "1/5"}, Loop(clip=0.2)),
    "decaying": ({"h_decay": "2/3"}, Loop(decay=2 / 3)),
    "lazy 2": ({"lazy": 2}, Loop(lazy=2)),
    "lazy 5, momentum": ({"lazy": 5, "momentum": "1/4"}, Loop(sgd({"momentum": 0.25}, {"momentum": 0.25}), lazy=5)),
    "lazy 3, adam, averages": (
        {"lazy": 3, "optimizer": "adam", "beta1": "3/4", "ema": "9/10", **SCALED},
        Loop(FrozenAdam, lazy=3, ema=0.9),
    ),
}
STEPS = {
    "1 and 5 steps": ({"d_steps": 5}, Loop(alternating=True, d_steps=5)),
    "3 and 2 steps, nesterov, averages, clipped": (
        {"g_steps": 3, "d_steps": 2, "momentum": "7/8", "nesterov": True, "ema": "9/10", "clip": "1/2"},
        Loop(sgd(NESTEROV, NESTEROV), alternating=True, g_steps=3, d_steps=2, ema=0.9, clip=0.5),
    ),
}


def visible(found: Array, loop: Loop) -> Array:
    """Theta and psi, and the averages at the end of the state."""
    return found if loop.ema is None else np.concatenate([found[..., :2], found[..., -2:]], axis=-1)


def rows() -> list[tuple[str, str]]:
    simultaneous = [(name, "simultaneous") for name in LOOPS]
    return [*simultaneous, *((name, "alternating") for name in LOOPS | STEPS if name != "averaged")]


@pytest.mark.parametrize(("name", "order"), rows())
def test_optimizers(name: str, order: str) -> None:
    training, loop = (LOOPS | STEPS)[name]
    expected = reference(replace(loop, alternating=order == "alternating"))
    found = visible(trajectory({"update": order} | training), loop)[..., : expected.shape[-1]]
    assert np.abs(found - expected).max() <= TOLERANCE
    assert 0.1 < np.abs(expected - expected[:, :1]).max() < 10


def test_other_optimizers_are_told_apart() -> None:
    """Negative controls: every loop against the trajectory of the next."""
    names = [name for name in LOOPS if name != "averaged"]
    expected = {name: reference(LOOPS[name][1], 12)[..., :2] for name in names}
    for name, other in zip(names, names[1:] + names[:1], strict=True):
        if {name, other} <= {"momentum", "averages, momentum"} or {name, other} == {"averages", "plain"}:
            continue
        found = trajectory(LOOPS[other][0], 12)[..., :2]
        assert np.abs(found - expected[name]).max() > 1e-4, (name, other)
