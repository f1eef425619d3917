"""Whether what code draws has the law that the mathematics says: mixing weights U[0, 1], noise N(0, c I).

For n independent draws the empirical distribution function F_n satisfies P(sup |F_n - F| > e) <= 2 exp(-2 n e^2)
(Dvoretzky, Kiefer & Wolfowitz 1956 with Massart's constant 1990), so a correct program is accused with a probability of
at most ``FALSE_ALARM`` per test. A law that is further off than e is found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

Array = NDArray[np.float64]
FALSE_ALARM = 1e-9


@dataclass(frozen=True, slots=True)
class LawTest:
    """The outcome for one law.

    Attributes:
        draws: How many numbers were compared.
        distance: sup |F_n - F|.
        limit: The largest distance that chance explains.
    """

    draws: int
    distance: float
    limit: float

    @property
    def holds(self) -> bool:
        """Whether chance explains the distance."""
        return self.distance <= self.limit


def uniform(weights: Array) -> LawTest:
    """Mixing weights of shape [n] against U[0, 1]."""
    return _compared(np.clip(np.sort(weights), 0.0, 1.0), len(weights))


def gaussian(noise: Array) -> LawTest:
    """Noise of shape [n], divided by its standard deviation, against N(0, 1)."""
    return _compared(torch.special.ndtr(torch.from_numpy(np.sort(noise))).numpy(), len(noise))


def _compared(probabilities: Array, count: int) -> LawTest:
    if not count:
        return LawTest(0, 0.0, 1.0)
    steps = np.arange(count + 1) / count
    distance = float(max((steps[1:] - probabilities).max(), (probabilities - steps[:-1]).max()))
    return LawTest(count, distance, math.sqrt(math.log(2.0 / FALSE_ALARM) / (2.0 * count)))
