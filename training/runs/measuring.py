"""What is measured of all members of a trainer at one moment, as plain numbers by name.

| name | what |
|---|---|
| ``w1`` | W1 of generated samples to fresh ones of the law, by exact assignment |
| ``w1_floor`` | the same between two samples of the law: what no generator can be below |
| ``w1_ratio`` | ``w1`` in units of the floor |
| ``at_floor`` | 1 where ``w1`` is at the floor (``measures.floor``) |
| ``value_real``, ``value_fake``, ``value_off`` | root mean square of D - d* on data, on fakes, beside the data |
| ``gradient_real``, ``gradient_fake``, ``gradient_off`` | mean of the norm of D's gradient there |
| ``modes``, ``on_modes`` | modes hit, and the share of samples on some mode, where the law has modes |
| ``on_support`` | the share of samples at the support, where it is thinner than the space |
| ``distance`` | the distance of the iterates to (theta*, psi*) = (a, 0) on the Dirac-GAN |
| ``theta``, ``psi`` | there: the first coordinates of theta - a and of psi, whose phase shows rotations |

D is at an *energy solution* rather than at an equilibrium of the papers' kind where its values or gradients on the data
are not near 0. d* counts as 0 for networks: they have biases of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from ..measures.coverage import mode_coverage, share_on_support
from ..measures.floor import noise_floor, relative
from ..measures.gradients import landscape
from ..measures.wasserstein import SAMPLES, TransportError, w1
from ..networks.linear import Linear
from ..networks.point import Point
from ..stacked.trainer import Trainer

if TYPE_CHECKING:
    from ..data.law import Law
    from ..measures.workers import Workers

Array = NDArray[np.float64]
Tensor = torch.Tensor
# How far beside the data D is looked at, and how far a sample may be off the support, in units of the law's extent.
_BESIDE, _TOLERANCE = 0.25, 0.05
Row = dict[str, float]


def measured(trainer: Trainer, *, samples: int = SAMPLES, seed: int = 0, workers: Workers | None = None) -> list[Row]:
    """All measures of all members, in their order.

    Args:
        trainer: Trained so far.
        samples: n, of generated and of real samples.
        seed: Of both, and no member's.
        workers: Processes for the assignment problems; without them they are solved here.

    Returns:
        One mapping per member; numbers of members that diverged are of where they last were finite.
    """
    fakes, reals = trainer.samples(samples, seed)
    rows: list[Row] = [{} for _ in trainer.members]
    laws: dict[Law, list[int]] = {}
    for place, member in enumerate(trainer.members):
        laws.setdefault(member.law, []).append(place)
    for law, places in laws.items():
        group = _Group(trainer, law, places, fakes[places], reals[places])
        columns = group.transport(workers) | group.landscape() | group.coverage() | group.equilibrium()
        for name, values in columns.items():
            for place, value in zip(places, values, strict=True):
                rows[place][name] = float(value)
    return rows


@dataclass(frozen=True)
class _Group:
    """Members on one law, with their samples of shape [e, n, d]."""

    trainer: Trainer
    law: Law
    places: Sequence[int]
    fakes: Tensor
    reals: Tensor

    def transport(self, workers: Workers | None) -> dict[str, Sequence[float]]:
        fakes, reals = (x.double().cpu().numpy() for x in (self.fakes, self.reals))
        if not self.law.intrinsic:
            # Every plan to a point mass is the same one.
            return {"w1": self.law.distance(self.fakes.double()).mean(1).tolist()}
        if workers is None:
            distances = np.concatenate([_distance(fakes[k : k + 1], reals[k : k + 1]) for k in range(len(fakes))])
        else:
            pending = [workers.submit("W1", _distance, fakes[k : k + 1], reals[k : k + 1]) for k in range(len(fakes))]
            distances = np.concatenate([future.result() for future in pending])
        floor = noise_floor(self.law, fakes.shape[1], workers=workers)
        beside = relative(distances, floor)
        return {
            "w1": distances.tolist(),
            "w1_floor": [floor.mean] * len(distances),
            "w1_ratio": (1 + beside.excess).tolist(),
            "at_floor": [float(flag) for flag in beside.at_floor],
        }

    def landscape(self) -> dict[str, Sequence[float]]:
        found = landscape(
            lambda x: self.trainer.discriminate(x, self.places),
            self.law,
            self.reals,
            self.fakes,
            moves=(_BESIDE * self.law.extent,),
        )
        regions = {"real": found.real, "fake": found.fake, "off": found.moved[0]}
        values: dict[str, Sequence[float]] = {}
        values |= {f"value_{name}": region.deviation.tolist() for name, region in regions.items()}
        return values | {f"gradient_{name}": region.slope.tolist() for name, region in regions.items()}

    def coverage(self) -> dict[str, Sequence[float]]:
        modes = mode_coverage(self.law, self.fakes)
        if modes is not None:
            return {"modes": modes.hit.tolist(), "on_modes": modes.inside.tolist()}
        if 0 < self.law.intrinsic < self.law.dimension:
            return {"on_support": share_on_support(self.law, self.fakes, _TOLERANCE * self.law.extent).tolist()}
        return {}

    def equilibrium(self) -> dict[str, Sequence[float]]:
        networks = self.trainer.architecture
        if not isinstance(networks.generator, Point) or not isinstance(networks.discriminator, Linear):
            return {}
        if self.law.intrinsic:
            return {}
        # The iterates: rates and cycles are predicted of them, and not of averages beside them.
        theta, psi = (part[self.places].double() for part in self.trainer.parameters(judged=False))
        return {
            "distance": (self.law.distance(theta).square() + psi.square().sum(1)).sqrt().tolist(),
            "theta": (theta - self.reals[:, 0].double())[:, 0].tolist(),
            "psi": psi[:, 0].tolist(),
        }


def _distance(fake: Array, real: Array) -> Array:
    """W1 of one member, of shape [1]; NaN where no optimal assignment was found, which must not stop the others."""
    try:
        return w1(fake, real)
    except TransportError:
        return np.full(1, np.nan)
