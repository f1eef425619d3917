"""What the tests of series share: steps and kinds of noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

Array = NDArray[np.float64]
Noise = Callable[[np.random.Generator, int, int], Array]


def with_memory(random: np.random.Generator, count: int, members: int) -> Array:
    """Autoregressive with a memory of ten points."""
    return lfilter([1], [1, -0.9], random.normal(size=(count + 200, members)), axis=0)[200:]


NOISES: dict[str, Noise] = {
    "independent": lambda random, count, members: random.normal(size=(count, members)),
    "heavy tails": lambda random, count, members: random.standard_t(2.5, size=(count, members)),
    "memory": with_memory,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the argument `noise` runs on the whole table."""
    if "noise" in metafunc.fixturenames:
        metafunc.parametrize("noise", list(NOISES.values()), ids=list(NOISES))
