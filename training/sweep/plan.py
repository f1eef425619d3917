"""From runs to batches: what one stacked trainer can hold, in parts of equal size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import TYPE_CHECKING

from .study import Run, digest

if TYPE_CHECKING:
    from ..stacked.trainer import Trainer

# Members of a batch by kind of device: on one CPU thread more members are no faster by then (benchmarks), and a GPU
# still is not full.
MEMBERS: Mapping[str, int] = {"cpu": 64, "cuda": 512}


@dataclass(frozen=True)
class Batch:
    """Runs that train together.

    Attributes:
        number: Its place in the plan.
        places: The runs' places in the study.
        runs: The runs; networks, method, optimiser, iterations, numbers and schedule are the same for all.
    """

    number: int
    places: tuple[int, ...]
    runs: tuple[Run, ...]

    @property
    def iterations(self) -> int:
        """Steps to be done."""
        return self.runs[0].iterations

    @property
    def measurements(self) -> Mapping[int, int]:
        """Samples of every measurement by its step."""
        return self.runs[0].schedule.measurements(self.iterations)

    def trainer(self, device: str) -> Trainer:
        """The trainer of these runs, at their start."""
        import torch

        from ..stacked.trainer import Trainer

        specifications = [run.specification for run in self.runs]
        members = [specification.member() for specification in specifications]
        dtype = getattr(torch, self.runs[0].dtype)
        return Trainer(members, specifications[0].architecture(), dtype=dtype, device=device)


def plan(runs: Sequence[Run], members: int) -> tuple[Batch, ...]:
    """Batches of one architecture, method and optimiser each, in the runs' order and as equal in size as they can be.

    A trainer computes methods one after the other, so that a batch of several would be no faster than several batches,
    which can be trained side by side.

    Args:
        runs: The runs of a study.
        members: At most so many runs in a batch.
    """
    shared: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        shared.setdefault(_shared(run), []).append(place)
    batches: list[Batch] = []
    for places in shared.values():
        size = ceil(len(places) / ceil(len(places) / members))
        for first in range(0, len(places), size):
            part = tuple(places[first : first + size])
            batches.append(Batch(len(batches), part, tuple(runs[place] for place in part)))
    return tuple(batches)


def _shared(run: Run) -> str:
    """What the runs of a batch have in common, as a key."""
    given = run.specification
    sizes = str(given.architecture())
    return digest([sizes, run.method, run.optimizer, run.iterations, run.dtype, asdict(run.schedule)])
