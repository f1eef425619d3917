"""The noise floor of W1: how far two independent samples of one law are from one another.

Between samples of n points W1 is not 0 where the laws are equal, but about n^(-1/k) on a support of dimension k > 2.
A distance says something only beside the distances of the law from itself:

    floor_r = W1(x_r, y_r),    x_r, y_r independent samples of the law,    r = 1, ..., R

*At the floor* means: not above what one more pair of samples of the law itself would show. If distances were normal,
(w - mean)/(s sqrt(1 + 1/R)) would have Student's distribution with R - 1 degrees of freedom; w is at the floor where it
is at most its quantile of 0.99865, that of 3 standard deviations (so that R need not be large). Distances are skewed to
the right, so that perfect samples fail in 0.6 to 1.4 % of the cases instead of 0.14 % (six laws of ``data``, n = 128,
3,000 distances each). A sample that passes is not proved to have the law: W1 sees nothing below the floor's spread.

A point mass has the floor 0, and only samples on the very point are at it: its distance to equilibrium says more.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...numeric.batches import random_source
from .wasserstein import SAMPLES, w1

if TYPE_CHECKING:
    from ..data.law import Law
    from .workers import Workers

Array = NDArray[np.float64]
REPEATS = 16
# That a normal variable exceeds its mean by no more than 3 standard deviations.
LEVEL = 0.9986501019683699
_known: dict[tuple[str, int, int, int], NoiseFloor] = {}


@dataclass(frozen=True, slots=True)
class NoiseFloor:
    """W1 of independent samples of one law; a value, to be stored with the results that it belongs to.

    Attributes:
        law: Its text.
        samples: n.
        repeats: R.
        seed: The random numbers' seed.
        mean: Of the R distances.
        deviation: Their standard deviation (with R - 1).
    """

    law: str
    samples: int
    repeats: int
    seed: int
    mean: float
    deviation: float

    @property
    def limit(self) -> float:
        """The largest distance that is at the floor."""
        from scipy.special import stdtrit

        quantile = float(stdtrit(self.repeats - 1, LEVEL))
        return self.mean + quantile * self.deviation * math.sqrt(1 + 1 / self.repeats)

    def record(self) -> dict[str, Any]:
        """The fields by name: ``NoiseFloor(**record)`` gives it back."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Relative:
    """Distances beside a noise floor; all of shape [E].

    Attributes:
        excess: (w - mean)/mean: 0 at the floor, 1 at twice the floor; infinite above a floor of 0.
        deviations: (w - mean)/(s sqrt(1 + 1/R)), of Student's distribution at the floor; infinite where s = 0.
        at_floor: Whether w is at most ``NoiseFloor.limit``.
    """

    excess: Array
    deviations: Array
    at_floor: NDArray[np.bool_]


def noise_floor(
    law: Law, samples: int = SAMPLES, repeats: int = REPEATS, seed: int = 0, *, workers: Workers | None = None
) -> NoiseFloor:
    """The floor of a law, measured once in a program for the same arguments.

    Args:
        law: Whose samples are compared.
        samples: n.
        repeats: R, at least 2.
        seed: Not negative; pair r takes random numbers of its own, so that more repeats go on where fewer ended.
        workers: Processes that solve the assignments side by side; in this one if not given.

    Raises:
        ValueError: For fewer than two repeats or no samples.
    """
    if repeats < 2 or samples < 1:
        raise ValueError(f"a noise floor takes 2 repeats or more of 1 sample or more; given: {repeats} of {samples}")
    key = law.text, samples, repeats, seed
    if key not in _known:
        pairs = [(_sample(law, samples, seed, r, 0), _sample(law, samples, seed, r, 1)) for r in range(repeats)]
        if workers is None:
            values = np.concatenate([w1(*pair) for pair in pairs])
        else:
            tasks = [workers.submit(f"noise floor of {law.text}", w1, *pair) for pair in pairs]
            values = np.concatenate([task.result() for task in tasks])
        _known[key] = NoiseFloor(*key, mean=float(values.mean()), deviation=float(values.std(ddof=1)))
    return _known[key]


def relative(distance: Array, floor: NoiseFloor) -> Relative:
    """Distances relative to the floor of their law.

    Args:
        distance: W1 between samples of ``floor.samples`` points, of shape [E].
        floor: Measured with as many points.
    """
    distance = np.asarray(distance, dtype=np.float64)
    above = distance - floor.mean
    spread = floor.deviation * math.sqrt(1 + 1 / floor.repeats)
    return Relative(_ratio(above, floor.mean), _ratio(above, spread), distance <= floor.limit)


def _ratio(above: Array, unit: float) -> Array:
    """``above / unit``; 0/0 is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(above == 0, 0.0, above / unit)


def _sample(law: Law, count: int, seed: int, repeat: int, side: int) -> Array:
    import torch

    random = random_source(seed, repeat, side)
    normal = torch.from_numpy(random.standard_normal((1, count, law.normals)))
    return law.points(normal, torch.from_numpy(random.random((1, count, law.uniforms)))).numpy()
