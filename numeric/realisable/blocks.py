"""The block Jacobian from moments of feature gradients, not from any loss (Mescheder et al. 2018, Theorem 4.1).

    J = [[0, -pull K^T], [push K, -Q]],    K = E_theta[d_psi grad_x D . d_theta x],
    Q = sum over laws of  value E[u u^T] + mean E[u] E[u]^T + slope E[A^T A],    u = d_psi D,  A = d_psi grad_x D

The theorem itself has pull = push = f'(0), value = -2 f''(0) and slope = gamma on the data. Penalties on the players'
gradients add products of K and Q (``BlockNumbers.players``). Only D and the samples are differentiated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import jacrev, vmap

from ..cases import Cases
from ..field import tensor
from ..functions import ATOMS, random_functions
from ..interpret import noisy, weights_of
from ..jets import EPS
from ..running import RunningErrors
from .games import Games
from .manifold import Numbers
from .model import Model

Array = NDArray[np.float64]
Tensor = torch.Tensor
# Where samples are from: ("data",), ("mixture",) or ("noisy", variance), as in ``symbolic.general.linearised``.
Law = tuple[str, ...]
DATA: Law = ("data",)


@dataclass(frozen=True)
class BlockNumbers:
    """What an objective and penalties contribute, one entry per case.

    Attributes:
        pull: J12 = -pull K^T.
        push: J21 = push K.
        forms: (value, mean, slope) by law, each of shape [cases].
        law: The law on which the objective sees D.
        variances: Of the noisy laws, each of shape [cases].
        ratio: D's step over G's.
        own_slope: The objective's own part of ``push``.
        own: The objective's own part of its law's (value, mean).
        players: rho in (rho/2) |grad_player L|^2 by (who is penalised, player), as far as they enter J.
        blur: A bound of the rounding error of each of these, of shape [cases]; exact if not given.
    """

    pull: Array
    push: Array
    forms: Mapping[Law, tuple[Array, Array, Array]]
    law: Law = DATA
    variances: Mapping[Law, Array] = field(default_factory=dict)
    ratio: Array | None = None
    own_slope: Array | None = None
    own: tuple[Array, Array] | None = None
    players: Mapping[tuple[str, str], Array] = field(default_factory=dict)
    blur: Array | None = None

    def __len__(self) -> int:
        return len(self.pull)


def theorem_cases(count: int, seed: int) -> Cases:
    """Random f with f'(0) != 0 and f''(0) < 0, Assumption II, and weights gamma > 0, all of moderate size.

    Args:
        count: How many.
        seed: The result is a function of it.
    """
    random = np.random.default_rng(seed)
    slope = random.uniform(0.3, 2.0, count) * random.choice([-1.0, 1.0], count)
    functions = random_functions(count, random).pinned({1: slope, 2: -random.uniform(0.1, 2.0, count)})
    return Cases({"gamma": 10 ** random.uniform(-1.0, 1.0, count)}, functions, np.zeros(count), {})


def theorem_numbers(cases: Cases) -> BlockNumbers:
    """Those of Theorem 4.1, for R1, R2 and their convex combinations with the parameter ``gamma``.

    Args:
        cases: With f; f'(0) and f''(0) are exact up to one rounding per atom.
    """
    assert cases.functions is not None
    at = np.zeros(len(cases))
    first, second = (cases.functions.derivative(order, at) for order in (1, 2))
    sizes = [cases.functions.magnitude(order, at) for order in (1, 2)]
    # Elementary functions are good to 4 units in the last place, and each atom takes 4 more operations.
    form = -2 * second, np.zeros(len(cases)), cases.parameters["gamma"]
    return BlockNumbers(first, first, {DATA: form}, blur=EPS * 8 * len(ATOMS) * np.maximum(*sizes))


class Moments:
    """Jets of D and of the samples in the parameters; written for one game, batched by ``vmap``.

    Args:
        model: The game.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def law(self, theta: Tensor, numbers: Numbers) -> Tensor:
        """d_theta of what determines p_theta, of shape [., m]."""
        return jacrev(lambda value: self.model.generator.law(value, numbers["codes"]))(theta)

    def values(self, psi: Tensor, numbers: Numbers, x: Tensor) -> Tensor:
        """The values u = d_psi D at samples, of shape [N, q]."""
        return jacrev(lambda value: self.model.discriminate(value, numbers)(x))(psi)

    def slopes(self, psi: Tensor, numbers: Numbers, x: Tensor) -> Tensor:
        """A = d_psi grad_x D at samples, of shape [N, n, q]."""

        def gradient(value: Tensor) -> Tensor:
            discriminator = self.model.discriminate(value, numbers)
            return torch.func.grad(lambda inputs: discriminator(inputs).sum())(x)

        return jacrev(gradient)(psi)

    def coupling(self, theta: Tensor, psi: Tensor, numbers: Numbers, variance: Tensor | None = None) -> Tensor:
        """K, of shape [q, m]; with noise of a variance on the samples, if given."""
        moved = jacrev(lambda value: self.model.places(value, numbers))(theta)
        samples = self.model.samples(theta, numbers)
        x, often = samples.fake, weights_of(samples.fake, samples.fake_weights)
        if variance is not None:
            x, often = noisy(x, variance.sqrt(), *self.model.noise, often)
            moved = moved.repeat_interleave(len(self.model.noise[1]), dim=0)
        weighted = often[:, None, None] * self.slopes(psi, numbers, x)
        return weighted.reshape(-1, len(psi)).T @ moved.reshape(-1, len(theta))

    def drawn(self, law: Law, theta: Tensor, numbers: Numbers, variance: Tensor | None) -> tuple[Tensor, Tensor]:
        """Samples of a law and their weights."""
        kind = {"data": "E_real", "mixture": "E_mix", "noisy": "E_real_noisy"}[law[0]]
        x, often = self.model.samples(theta, numbers).draw(kind, variance)
        return x, weights_of(x, often)

    def forms(
        self, law: Law, theta: Tensor, psi: Tensor, numbers: Numbers, variance: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(E[u u^T], E[u] E[u]^T, E[A^T A]) over a law, each of shape [q, q]."""
        x, often = self.drawn(law, theta, numbers, variance)
        u, slopes = self.values(psi, numbers, x), self.slopes(psi, numbers, x)
        mean = often @ u
        flat = slopes.reshape(-1, len(psi))
        times = often.repeat_interleave(slopes.shape[1])
        return u.T @ (often[:, None] * u), mean[:, None] * mean[None, :], flat.T @ (times[:, None] * flat)


def block_jacobian(
    games: Games, blocks: BlockNumbers, theta: Array | None = None, psi: Array | None = None, blur: Array | None = None
) -> tuple[Array, Array]:
    """J from its blocks, and a running bound of the rounding error.

    Args:
        games: One for each case.
        blocks: What objective and penalties contribute.
        theta: A point of M_G of shape [cases, m]; theta* if not given.
        psi: A point of M_D of shape [cases, q]; psi* if not given.
        blur: How far the point may be off M_G x M_D, of shape [cases, m + q].

    Returns:
        Both of shape [cases, m + q, m + q].
    """
    moments = Moments(Model(games.shape))
    split = games.theta.shape[1]
    point = tensor(np.concatenate([games.theta if theta is None else theta, games.psi if psi is None else psi], axis=1))
    scalars = _scalars(blocks)
    state = {name: tensor(values) for name, values in scalars.items()}
    tables = {name: tensor(values) for name, values in games.tables.items()}

    def one(at: Tensor, given: dict[str, Tensor], numbers: dict[str, Tensor]) -> Tensor:
        return _assembled(blocks, moments, at[:split], at[split:], given, numbers)

    running = RunningErrors()
    running.mark(point, torch.zeros_like(point) if blur is None else tensor(blur))
    if blocks.blur is not None:
        for values in state.values():
            running.mark(values, tensor(blocks.blur))
    with running:
        value = vmap(one, chunk_size=16)(point, state, tables).detach()
    return value.numpy(), running.of(value).numpy()


def _scalars(blocks: BlockNumbers) -> dict[str, Array]:
    """Every number by a name; vmap wants a tree of tensors."""
    found = {"pull": blocks.pull, "push": blocks.push}
    found["ratio"] = np.ones(len(blocks)) if blocks.ratio is None else blocks.ratio
    found["own_slope"] = blocks.push if blocks.own_slope is None else blocks.own_slope
    value, mean, _ = blocks.forms[blocks.law]
    found["own_value"], found["own_mean"] = (value, mean) if blocks.own is None else blocks.own
    for law, form in blocks.forms.items():
        found |= {f"{law} {name}": part for name, part in zip(("value", "mean", "slope"), form, strict=True)}
    found |= {f"{law} variance": variance for law, variance in blocks.variances.items()}
    return found | {f"{who} {player}": rho for (who, player), rho in blocks.players.items()}


def _assembled(
    blocks: BlockNumbers, moments: Moments, theta: Tensor, psi: Tensor, given: dict[str, Tensor], numbers: Numbers
) -> Tensor:
    k = moments.coupling(theta, psi, numbers, given.get(f"{blocks.law} variance"))
    q = own = torch.zeros(len(psi), len(psi), dtype=psi.dtype)
    for law in blocks.forms:
        value, mean, slope = moments.forms(law, theta, psi, numbers, given.get(f"{law} variance"))
        q = q + given[f"{law} value"] * value + given[f"{law} mean"] * mean + given[f"{law} slope"] * slope
        if law == blocks.law:
            own = given["own_value"] * value + given["own_mean"] * mean
    first, top = torch.zeros(len(theta), len(theta), dtype=psi.dtype), -given["pull"] * k.T
    bottom, last = given["push"] * k, -q
    slope = given["own_slope"]
    for key, rho in ((key, given[f"{key[0]} {key[1]}"]) for key in blocks.players):
        if key == ("G", "psi"):
            first, top = first - rho * slope**2 * (k.T @ k), top + rho * slope * (k.T @ own)
        elif key == ("D", "psi"):
            bottom, last = bottom + rho * slope * (own @ k), last - rho * (own @ own)
        elif key == ("D", "theta"):
            last = last - rho * slope**2 * (k @ k.T)
    ratio = given["ratio"]
    return torch.cat([torch.cat([first, top], dim=1), torch.cat([ratio * bottom, ratio * last], dim=1)], dim=0)
