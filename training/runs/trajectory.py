"""Where small players went: (theta, psi) of every member, in steps fine enough for orbits to be seen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from ..stacked.trainer import Trainer

Array = NDArray[np.float64]
# Beyond this nobody looks at single parameters.
_MOST_PARAMETERS = 64
_MOST_POINTS = 2000
_KEY = "trajectory"


class Trajectory:
    """Points on the way of a trainer whose players have few parameters; empty for others.

    Args:
        trainer: Whose.
        iterations: The periods that it will do.
    """

    def __init__(self, trainer: Trainer, iterations: int) -> None:
        networks = trainer.architecture.generator, trainer.architecture.discriminator
        self._wanted = sum(network.count for network in networks) <= _MOST_PARAMETERS
        self._stride = -(-iterations // _MOST_POINTS)
        self._trainer = trainer
        self._points: list[torch.Tensor] = []

    def next(self, step: int) -> int | None:
        """The next period after which ``record`` wants to be called."""
        return (step // self._stride + 1) * self._stride if self._wanted else None

    def record(self) -> None:
        """Takes the iterates, not their averages, if it is time; they stay on the device."""
        if self._wanted and self._trainer.steps % self._stride == 0:
            self._points.append(torch.cat(self._trainer.parameters(judged=False), dim=1))

    @property
    def steps(self) -> Array:
        """The periods of the points, of shape [T]."""
        return np.arange(len(self._points), dtype=np.float64) * self._stride

    def players(self) -> tuple[Array, Array]:
        """Theta of shape [T, E, m] and psi of shape [T, E, n]."""
        points = torch.stack(self._points).double().cpu().numpy()
        first = self._trainer.architecture.generator.count
        return points[..., :first], points[..., first:]

    def state(self) -> dict[str, torch.Tensor]:
        """What a checkpoint keeps."""
        return {_KEY: torch.stack(self._points).cpu()} if self._points else {}

    def load(self, state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Takes its part of a checkpoint and returns the rest."""
        if _KEY in state:
            self._points = list(state[_KEY].to(self._trainer.device))
        return {name: value for name, value in state.items() if name != _KEY}

    def __bool__(self) -> bool:
        return bool(self._points)
