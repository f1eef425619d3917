"""D's value and slope on the data, on generated samples and off the data: which solution did D find?

A gradient penalty on the data has *energy solutions* (Mescheder et al. 2018, section 4.1): D and grad D vanish on the
data, while away from them D grows. For each region R, with d* the equilibrium output,

    value = E_R[D] - d*,    deviation^2 = E_R[(D - d*)^2],    slope = E_R|grad D|,    steepness^2 = E_R|grad D|^2

so that R1 at the end of training is gamma/2 steepness^2 on the data. Off the data are the data moved by r in directions
that are uniform on the sphere; how far that is from the support is measured too, since a direction may run along it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from ..data.law import Law

Tensor = torch.Tensor
# x [E, n, d] -> D(x) [E, n], differentiable; a member's output at a sample depends on nothing but the two.
Discriminator = Callable[[Tensor], Tensor]
# Of one pass, whatever the members are, so that a result does not depend on their number; it bounds the memory.
_POINTS = 512


@dataclass(frozen=True, slots=True)
class Region:
    """D on one set of samples; all of shape [E], in float64.

    Attributes:
        value: The mean of D - d*.
        deviation: The root mean square of D - d*.
        slope: The mean of |grad D|.
        steepness: The root mean square of |grad D|.
        steepest: The largest |grad D|.
        distance: The mean distance to the support.
    """

    value: Tensor
    deviation: Tensor
    slope: Tensor
    steepness: Tensor
    steepest: Tensor
    distance: Tensor


@dataclass(frozen=True, slots=True)
class Landscape:
    """D on and off the data.

    Attributes:
        real: On the data.
        fake: On generated samples.
        moved: On data moved by each of the given distances.
    """

    real: Region
    fake: Region
    moved: tuple[Region, ...]


def landscape(
    discriminator: Discriminator,
    law: Law,
    real: Tensor,
    fake: Tensor,
    *,
    moves: Sequence[float] = (0.1, 0.5),
    output: float = 0.0,
    seed: int = 0,
) -> Landscape:
    """D and grad D in all regions, in passes of some hundred points of all members.

    Args:
        discriminator: Of all members.
        law: Whose ``distance`` to the support is measured.
        real: Data of shape [E, n, d].
        fake: Generated samples of shape [E, k, d].
        moves: How far data are moved.
        output: d*.
        seed: Of the directions, which are the same for all members.

    Raises:
        ValueError: If D's output does not have the shape [E, samples].
    """
    normal = torch.from_numpy(np.random.default_rng(seed).standard_normal((len(moves), *real.shape[1:])))
    direction = (normal / torch.linalg.vector_norm(normal, dim=2, keepdim=True)).to(real)
    sets = [real.detach(), fake.detach(), *(real.detach() + r * u for r, u in zip(moves, direction, strict=True))]
    x = torch.cat(sets, dim=1)
    parts = [_values(discriminator, part) for part in x.split(_POINTS, dim=1)]
    excess, slope = (torch.cat(part, dim=1) for part in zip(*parts, strict=True))
    excess = excess - output
    away = law.distance(x.double())
    ends = [0, *np.cumsum([part.shape[1] for part in sets]).tolist()]
    regions = [_region(*(part[:, start:end] for part in (excess, slope, away))) for start, end in pairwise(ends)]
    return Landscape(regions[0], regions[1], tuple(regions[2:]))


def _values(discriminator: Discriminator, x: Tensor) -> tuple[Tensor, Tensor]:
    """D and |grad D| at points of shape [E, n, d]."""
    x = x.detach().requires_grad_()
    with torch.enable_grad():
        value = discriminator(x)
        if value.shape != x.shape[:2]:
            raise ValueError(f"D must map {tuple(x.shape)} to {tuple(x.shape[:2])}; it gives {tuple(value.shape)}")
        # Members and samples do not share anything, so the gradient of the sum has each one's own.
        (gradient,) = torch.autograd.grad(value.sum(), x)
    return value.detach().double(), torch.linalg.vector_norm(gradient.double(), dim=2)


def _region(value: Tensor, slope: Tensor, away: Tensor) -> Region:
    return Region(
        value=value.mean(dim=1),
        deviation=(value**2).mean(dim=1).sqrt(),
        slope=slope.mean(dim=1),
        steepness=(slope**2).mean(dim=1).sqrt(),
        steepest=slope.amax(dim=1),
        distance=away.mean(dim=1),
    )
