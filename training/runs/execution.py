"""Trains a run in its folder: measures on schedule, writes down what was found, and goes on after any interruption.

After every mark of the schedule come, in this order, the measures, the journal, the figures and the checkpoint. What
was written after the last checkpoint is cut off on resume and made again, with the same numbers to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from ..predictions.comparison import Comparison
from ..stacked.trainer import Trainer
from .checkpoints import latest, save
from .comparing import comparisons
from .events import Events
from .extras import require
from .folder import RunError, claimed
from .journal import NAME, Journal, Row, read_journal, rows_of
from .settings import Settings, labels
from .trajectory import Trajectory

# Periods between two looks at the clock: short for the eye, long for the machine.
_SLICE = 10


class Measure(Protocol):
    """How members are measured: ``measuring.measured``."""

    def __call__(self, trainer: Trainer, *, samples: int, seed: int) -> Sequence[Mapping[str, float]]:
        """A mapping per member."""
        ...


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes:
        step: Periods done.
        total: Periods asked for.
        members: Members of the stack.
        ratio: The smallest W1 relative to its noise floor among the members when last measured; None if unknown.
        diverged: Members that had diverged when last measured.
    """

    step: int
    total: int
    members: int
    ratio: float | None = None
    diverged: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Attributes:
        folder: Where everything lies.
        settings: What was asked for.
        labels: The members in words.
        last: The lines of the journal of the last measurement, one per member.
        diverged: The period in which each member diverged, or None.
        causes: Why each member diverged, or "".
        comparisons: What theory says beside what was measured, disagreements first.
    """

    folder: Path
    settings: Settings
    labels: tuple[str, ...]
    last: tuple[Row, ...]
    diverged: tuple[int | None, ...]
    causes: tuple[str, ...]
    comparisons: tuple[Comparison, ...] = ()


def train(
    settings: Settings,
    folder: Path,
    *,
    resume: bool = False,
    figures: bool = True,
    report: Callable[[Progress], None] = lambda _: None,
    measure: Measure | None = None,
) -> Outcome:
    """Trains a run to its end.

    Args:
        settings: What is to be run.
        folder: Where; the run's own.
        resume: Whether the run in the folder goes on. A run that has ended is only read.
        figures: Whether figures are drawn.
        report: Called now and then.
        measure: How members are measured.

    Returns:
        What came out.

    Raises:
        MissingExtraError: If a library of the extra ``train`` is missing.
        RunError: If the folder cannot be used.
        MemberError, ProposalError, NetworkError, DataError: For settings that make no members.
    """
    for library, purpose in {"safetensors": "checkpoints", "tensorboard": "logs", "filelock": "run folders"}.items():
        require(library, purpose)
    if figures:
        require("matplotlib", "figures")
    trainer = trainer_of(settings)
    with claimed(folder, settings, resume=resume) as record, _threads(record["threads"]):
        run = _Run(settings, folder, trainer, measure or _measured(), figures, report)
        with closing(run):
            run.start(resume)
            run.finish()
        return run.outcome()


def trainer_of(settings: Settings) -> Trainer:
    """The stack of members that settings mean, at its start."""
    wanted = settings.specifications()
    members = [specification.member() for specification in wanted]
    dtype = torch.float64 if settings.dtype == "float64" else torch.float32
    return Trainer(members, wanted[0].architecture(), dtype=dtype, device=settings.device)


class _Run:
    """A run under way."""

    def __init__(
        self,
        settings: Settings,
        folder: Path,
        trainer: Trainer,
        measure: Measure,
        figures: bool,
        report: Callable[[Progress], None],
    ) -> None:
        self._settings, self._folder, self._trainer = settings, folder, trainer
        self._measure, self._figures, self._report = measure, figures, report
        self._labels = labels(settings)
        self._trajectory = Trajectory(trainer, settings.iterations)
        self._seen = Progress(0, settings.iterations, settings.members)
        self._open: list[Any] = []

    def start(self, resume: bool) -> None:
        """Goes to the newest checkpoint, or to the start."""
        found = latest(self._folder) if resume else None
        if found is None:
            if resume and any(self._folder.glob("checkpoint-*.json")):
                raise RunError(f"{self._folder}: no checkpoint in it can be read; start anew with another --out")
            self._journal = self._opened(Journal(self._folder))
            self._events = self._opened(Events(self._folder, self._labels, -1 if resume else None))
            self._trajectory.record()
            self._mark()
            return
        checkpoint, state = found
        path = self._folder / NAME
        if not path.exists() or path.stat().st_size < checkpoint.metrics_bytes:
            raise RunError(f"{path}: lines are missing that a checkpoint counts on; the run cannot go on")
        self._journal = self._opened(Journal(self._folder, checkpoint.metrics_bytes))
        self._trainer.load(self._trajectory.load(state), checkpoint.step)
        self._look([row for row in read_journal(self._folder) if row["step"] == checkpoint.step])
        if checkpoint.step < self._settings.iterations:
            self._events = self._opened(Events(self._folder, self._labels, checkpoint.step))

    def finish(self) -> None:
        """Trains from mark to mark."""
        for mark in self._settings.marks:
            if mark > self._trainer.steps:
                self._go(mark)
                self._mark()

    def close(self) -> None:
        """Closes the files."""
        for file in self._open:
            file.close()

    def outcome(self) -> Outcome:
        """What is known at the end."""
        rows = read_journal(self._folder)
        last = tuple(row for row in rows if row["step"] == self._settings.iterations)
        diverged, causes = self._trainer.divergence()
        compared = comparisons(self._trainer, self._trajectory, rows, self._labels, self._settings.dtype)
        return Outcome(self._folder, self._settings, self._labels, last, tuple(diverged), tuple(causes), compared)

    def _go(self, mark: int) -> None:
        trainer = self._trainer
        while trainer.steps < mark:
            stops = (mark, trainer.steps + _SLICE, self._trajectory.next(trainer.steps))
            trainer.run(min(stop for stop in stops if stop is not None) - trainer.steps)
            self._trajectory.record()
            self._tell()

    def _mark(self) -> None:
        step, trainer = self._trainer.steps, self._trainer
        samples = self._settings.samples_at(step)
        # The step is the seed: fresh samples every time, and the same ones for all members and all runs.
        rows = rows_of(step, samples, self._measure(trainer, samples=samples, seed=step))
        length = self._journal.append(rows)
        self._events.append(rows)
        self._look(rows)
        if self._figures:
            from .figures import draw

            draw(self._folder, self._settings, trainer, self._trajectory)
        save(self._folder, step, trainer.state() | self._trajectory.state(), length)

    def _look(self, rows: Sequence[Row]) -> None:
        ratios = [row["w1_ratio"] for row in rows if row.get("w1_ratio") is not None]
        diverged = sum(since is not None for since in self._trainer.divergence()[0])
        total, members = self._settings.iterations, self._settings.members
        self._seen = Progress(self._trainer.steps, total, members, min(ratios, default=None), diverged)
        self._tell()

    def _tell(self) -> None:
        seen = self._seen
        self._report(Progress(self._trainer.steps, seen.total, seen.members, seen.ratio, seen.diverged))

    def _opened(self, file: Any) -> Any:
        self._open.append(file)
        return file


def _measured() -> Measure:
    require("ot", "Wasserstein distances")
    require("scipy", "Wasserstein distances")
    from .measuring import measured

    return measured


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """So many threads as the run was started with."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
