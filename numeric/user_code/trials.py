"""The cases at which a user's code meets the mathematics: networks, batches, shapes, parameters.

A table and not a random draw, so that every run asks the same questions: every kind of network at every batch size, on
vectors and images, with shapes whose axes all have different lengths, so that a sum over the wrong one shows. All
numbers fit into float32, so that both precisions compute the same thing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from ...symbolic.proposal import Proposal
from ..functions import SmoothFunctions
from ..sampling import sample_cases
from ..strategies.smooth_networks import MLP, Convolutional, Linear, numbers

Tensor = torch.Tensor
Shape = tuple[int, ...]
_LATENT = 2
_PARAMETER_SETS = 7
# Weights and values far apart hide one term behind the rounding of another.
_LARGEST, _SMALLEST, _FAR = 20.0, 0.05, 1000.0


@dataclass(frozen=True)
class Trial:
    """One case.

    Attributes:
        discriminator: From [N, *shape] to [N].
        generator: From latent codes [N, k] to [N, *shape].
        real: Real samples, of shape [N, *shape].
        latent: Of shape [N, k].
        parameters: The proposal's, by name.
        functions: The arbitrary f, a batch of length 1; None where the objective is concrete.
        degenerate: Whether gradients of D vanish, so that norms have their kink there.
        saturated: Whether D is so large that torch's own softplus, linear beyond 20, is off by exp(-20).
    """

    discriminator: nn.Module
    generator: nn.Module
    real: Tensor
    latent: Tensor
    parameters: Mapping[str, float]
    functions: SmoothFunctions | None
    degenerate: bool
    saturated: bool = False

    @property
    def batch(self) -> int:
        """N."""
        return len(self.real)

    @property
    def shape(self) -> Shape:
        """The shape of one sample."""
        return tuple(self.real.shape[1:])

    @property
    def entries(self) -> int:
        """How many numbers one sample has."""
        return self.real[0].numel()

    @property
    def fake(self) -> Tensor:
        """Generated samples, of shape [N, *shape], detached."""
        return self.generator(self.latent).detach()


Architecture = tuple[str, Shape, Callable[[int], nn.Module]]
_ARCHITECTURES: tuple[Architecture, ...] = (
    ("linear", (1,), lambda seed: Linear((1,), weights={(0,): 1.5 - seed % 2}, bias=0.25)),
    ("linear", (3,), lambda seed: Linear((3,), weights={(0,): 1.0, (1,): -0.5, (2,): 2.0 + seed % 3}, bias=-0.5)),
    ("MLP", (2,), lambda seed: MLP((2,), widths=(4,), activation="tanh", seed=seed)),
    ("MLP", (5,), lambda seed: MLP((5,), widths=(6, 4), activation="softplus", seed=seed)),
    ("convolutional", (3, 5, 4), lambda seed: Convolutional((3, 5, 4), channels=(3,), activation="tanh", seed=seed)),
    ("convolutional", (1, 4, 6), lambda seed: Convolutional((1, 4, 6), channels=(2, 3), activation="silu", seed=seed)),
)
_FLAT: tuple[Architecture, ...] = (
    ("constant", (1,), lambda seed: Linear((1,), weights={}, bias=0.53125)),
    ("constant", (3,), lambda seed: Linear((3,), weights={}, bias=-0.28125)),
    ("constant", (2, 3, 4), lambda seed: Linear((2, 3, 4), weights={}, bias=1.15625)),
)
# Large outputs of D, where saturated functions and clipped numbers show; and a large batch.
_STEEP: Architecture = ("linear", (3,), lambda seed: Linear((3,), weights={(0,): 24.0, (1,): -16.0}, bias=-0.5))
_BATCHES = (3, 2, 4, 1)
_LARGE_BATCH = 40


def trials(proposal: Proposal, seed: int, rounds: int = 1) -> list[Trial]:
    """The table of cases.

    Args:
        proposal: Whose parameters are drawn, within their conditions.
        seed: The result is a function of it.
        rounds: How often the table is gone through, with other numbers each time.

    Returns:
        Regular cases first, then those with vanishing gradients.

    Raises:
        EvidenceUnavailable: If no admissible parameters are found.
    """
    values = moderate_parameters(proposal, seed)
    regular = [
        _trial(architecture, batch, seed + 100 * turn + place, next(values), degenerate=False)
        for turn in range(rounds)
        for architecture in _ARCHITECTURES
        for place, batch in enumerate(_BATCHES)
    ]
    regular += [
        replace(_trial(_STEEP, 3, seed, next(values), degenerate=False), saturated=True),
        _trial(_ARCHITECTURES[2], _LARGE_BATCH, seed, next(values), degenerate=False),
    ]
    flat = [
        _trial(architecture, batch, seed, next(values), degenerate=True) for architecture in _FLAT for batch in (2, 3)
    ]
    return regular + flat


# Samples with many entries, from which drawn weights and noise are read off; code may treat images in another way.
WIDE: tuple[Architecture, ...] = (
    ("linear", (24,), lambda seed: Linear((24,), weights={(0,): 1.0, (5,): -0.5}, bias=0.25)),
    ("linear", (2, 3, 4), lambda seed: Linear((2, 3, 4), weights={(0, 0, 0): 1.0, (1, 2, 3): -0.5}, bias=0.25)),
)


def law_trials(proposal: Proposal, wide: Architecture, seed: int, calls: int, batch: int) -> list[list[Trial]]:
    """Cases of one shape and batch size, ``calls`` per choice of parameters."""
    supply = itertools.islice(moderate_parameters(proposal, seed), _PARAMETER_SETS)
    return [[_trial(wide, batch, seed + call, values, degenerate=False) for call in range(calls)] for values in supply]


def moderate_parameters(proposal: Proposal, seed: int) -> Iterator[tuple[dict[str, float], SmoothFunctions | None]]:
    """Admissible values by name with the arbitrary f, if there is one; in turn, without end.

    Raises:
        EvidenceUnavailable: If there are none.
    """
    cases = sample_cases(proposal, 200, seed)
    table = np.stack([*(np.abs(values) for values in cases.parameters.values()), np.ones(len(cases))])
    good = np.flatnonzero(((table <= _LARGEST) & ((table >= _SMALLEST) | (table == 0))).all(axis=0))
    chosen = (good if len(good) else np.arange(len(cases)))[: _PARAMETER_SETS - 1]
    # One with large numbers: what is clipped or saturates does not show at moderate ones.
    bounded = np.flatnonzero((table <= _FAR).all(axis=0))
    chosen = [*chosen, *bounded[np.argsort(table[:, bounded].max(axis=0))[-1:]]]
    # To the nearest float32: both precisions compute with the same numbers.
    rows = [
        (
            {name: float(np.float32(values[case])) for name, values in cases.parameters.items()},
            None if cases.functions is None else cases.functions[np.array([case])],
        )
        for case in chosen
    ]
    while True:
        yield from rows


def _trial(
    architecture: Architecture,
    batch: int,
    seed: int,
    values: tuple[dict[str, float], SmoothFunctions | None],
    *,
    degenerate: bool,
) -> Trial:
    _, shape, build = architecture
    real, latent = numbers(seed + 7 * batch, (batch, *shape), (batch, _LATENT))
    # Distinct rows: equal samples would be pairs without a direction between them.
    real = 2 * real + torch.arange(batch, dtype=torch.float64).reshape(-1, *[1] * len(shape)) / 16
    generator = MLP((_LATENT,), shape, widths=(3,), activation="tanh", seed=seed + 1)
    return Trial(build(seed), generator, _single(real), _single(latent), *values, degenerate)


def _single(values: Tensor) -> Tensor:
    return values.float().double()
