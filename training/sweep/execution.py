"""Runs a study to its end, or to the next interruption: slices out to workers, results into the database.

Only the process that runs this writes. Every batch has at most one slice under way; the next one is made of its result.
Slices are sized by time, after what the last slice of the batch took: what they hold does not depend on their size.
"""

from __future__ import annotations

import os
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from .database import Database, Standing
from .engines import Engine, EngineError, engine
from .slices import Failure, Measure, Result, Slice, attempt

# By how much a slice may exceed the last one of its batch.
_GROWTH = 16


@dataclass(frozen=True)
class Execution:
    """How a study is run; nothing here changes what is found.

    Attributes:
        workers: Worker processes; see ``engines.engine``. Beside a GPU they solve assignment problems.
        backend: One of ``engines.BACKENDS``.
        cluster: The address of a running cluster, or None.
        device: Where batches train. On "cuda" they train in this process.
        stop_after: Seconds after which no slice is begun any more, or None.
        slice_seconds: What a slice should take: so much work is lost at most when a worker dies.
        first_steps: Steps of a batch's first slice in this process, before its speed is known.
        retries: How often a slice is tried again before its batch is given up.
    """

    workers: int = 1
    backend: str = "loky"
    cluster: str | None = None
    device: str = "cpu"
    stop_after: float | None = None
    slice_seconds: float = 20.0
    first_steps: int = 50
    retries: int = 2

    @property
    def in_process(self) -> bool:
        """Whether this process trains: it alone holds the GPU."""
        return not self.device.startswith("cpu")


@dataclass(frozen=True)
class Progress:
    """How far a study is.

    Attributes:
        done: Member-steps done: steps times runs.
        total: Member-steps to be done.
        rate: Member-steps per second since this process began; 0 if unknown.
        batches: Batches done, and all.
        diverged: Runs that have diverged.
        failed: Batches that were given up, and why.
    """

    done: int
    total: int
    rate: float
    batches: tuple[int, int]
    diverged: int
    failed: tuple[tuple[int, str], ...]

    @property
    def finished(self) -> bool:
        """Whether everything is done."""
        return self.done == self.total

    @property
    def remaining(self) -> float | None:
        """Seconds to the end at this rate, or None."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


def sweep(
    database: Database,
    execution: Execution,
    measure: Measure | None = None,
    report: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Does what is left of a study.

    Args:
        database: The study's, opened to write.
        execution: How.
        measure: How members are measured; the default is ``training.runs.measuring.measured``.
        report: Called after every slice.

    Returns:
        How far the study is.

    Raises:
        EngineError: If there are no workers.
        MissingExtraError: If a library is missing.
    """
    with _measure(execution) if measure is None else nullcontext(measure) as used:
        return _Coordinator(database, execution, used, report).run()


class _Coordinator:
    """One process that hands out slices and records results."""

    def __init__(
        self, database: Database, execution: Execution, measure: Measure, report: Callable[[Progress], None]
    ) -> None:
        self._database, self._execution = database, execution
        self._measure, self._report = measure, report
        self._begun = time.monotonic()
        for standing in database.standings():
            if standing.failed is not None:
                database.fail(standing.batch, None)
        self._standings = {standing.batch: standing for standing in database.standings()}
        self._diverged = {place for place, *_, step, _ in database.runs() if step is not None}
        self._before = self._done()
        # Slices are put in by this thread and taken out by the engine's; a deque allows that without a lock.
        self._ready = deque(self._first(s) for s in self._standings.values() if s.step < s.iterations)
        self._alone: deque[Slice] = deque()
        self._in_flight: dict[int, Slice] = {}
        self._strikes: Counter[int] = Counter()

    def run(self) -> Progress:
        """Until everything is done, given up, or the time is over."""
        self._report(self._progress())
        given = self._execution
        if self._ready:
            with engine("loky", 1) if given.in_process else engine(given.backend, given.workers, given.cluster) as used:
                while (self._ready or self._alone) and not self._late():
                    self._stream(used)
        return self._progress()

    def _stream(self, used: Engine) -> None:
        """Hands out slices as workers become free, until none is ready or a worker dies."""
        results = used.parallel(self._calls())
        try:
            while (result := self._next(results)) is not None:
                self._take(result)
        finally:
            with warnings.catch_warnings():
                # joblib warns of what it drops when it is interrupted; that is meant.
                warnings.simplefilter("ignore")
                results.close()

    def _next(self, results: Generator[Any, None, None]) -> Result | Failure | None:
        """The next result; None at the end, and where the engine failed."""
        try:
            return next(results, None)
        except Exception as error:
            self._lost(f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}")
            return None

    def _calls(self) -> Iterator[Any]:
        """What the engine takes, from whichever thread; a suspect is all that there is."""
        from joblib import delayed

        suspect = bool(self._alone)
        source = self._alone if suspect else self._ready
        while source and not self._late():
            task = source.popleft()
            self._in_flight[task.batch.number] = task
            yield delayed(attempt)(task, self._execution.device, self._measure, os.getpid())
            if suspect:
                return

    def _take(self, result: Result | Failure) -> None:
        """Records what came of a slice and makes the next one of it."""
        task = self._in_flight.pop(result.batch)
        if isinstance(result, Failure):
            self._strike(task, result.reason, alone=True)
        else:
            self._database.record(result)
            self._strikes[result.batch] = 0
            self._diverged.update(place for place, _, _ in result.diverged)
            self._standings[result.batch] = replace(self._standings[result.batch], step=result.stop)
            if result.stop < task.batch.iterations:
                # In front: batches that were begun are finished first.
                self._ready.appendleft(self._following(task, result))
        self._report(self._progress())

    def _lost(self, reason: str) -> None:
        """A worker died, and with it everything that was under way; nobody says whose fault it was.

        Raises:
            EngineError: If nothing was under way: there are no workers to be had.
        """
        lost = list(self._in_flight.values())
        self._in_flight.clear()
        if not lost:
            raise EngineError(f"--backend {self._execution.backend}: no slice can be handed out: {reason}")
        for task in lost:
            self._strike(task, reason, alone=len(lost) == 1)
        self._report(self._progress())

    def _strike(self, task: Slice, reason: str, *, alone: bool) -> None:
        """Tries a slice again, or gives its batch up; never for a fault that may be another's."""
        number = task.batch.number
        self._strikes[number] += 1
        if self._strikes[number] <= self._execution.retries:
            self._ready.appendleft(task)
        elif not alone:
            self._alone.append(task)
        else:
            self._database.fail(number, reason)
            self._standings[number] = replace(self._standings[number], failed=reason)

    # -- slices ------------------------------------------------------------------------------------------------------

    def _first(self, standing: Standing) -> Slice:
        """The first slice of a batch in this process."""
        batch = self._database.batch(standing.batch)
        stop = min(standing.step + self._execution.first_steps, standing.iterations)
        return Slice(batch, standing.step, stop, self._database.state(standing.batch))

    def _following(self, task: Slice, result: Result) -> Slice:
        """The slice after a result, of about the time that is wanted and no longer than what is left."""
        wanted = self._execution.slice_seconds
        if self._execution.stop_after is not None:
            wanted = min(wanted, self._execution.stop_after - (time.monotonic() - self._begun))
        done = result.stop - result.start
        # The setup is part of a slice's seconds; it weighs on short ones, so that sizes grow from slice to slice.
        steps = min(done * wanted / max(result.seconds, 1e-3), _GROWTH * done)
        return Slice(
            task.batch, result.stop, min(result.stop + max(1, int(steps)), task.batch.iterations), result.state
        )

    def _late(self) -> bool:
        limit = self._execution.stop_after
        return limit is not None and time.monotonic() - self._begun >= limit

    # -- how far -----------------------------------------------------------------------------------------------------

    def _done(self) -> int:
        return sum(s.step * s.members for s in self._standings.values())

    def _progress(self) -> Progress:
        standings, done = self._standings.values(), self._done()
        return Progress(
            done,
            sum(s.iterations * s.members for s in standings),
            (done - self._before) / max(time.monotonic() - self._begun, 1e-9),
            (sum(s.step == s.iterations for s in standings), len(standings)),
            len(self._diverged),
            tuple((s.batch, s.failed) for s in standings if s.failed is not None),
        )


@contextmanager
def _measure(execution: Execution) -> Iterator[Measure]:
    """``measured``; beside training in this process, its assignment problems go to worker processes."""
    from ..measures.workers import Workers
    from ..runs.measuring import measured

    if not execution.in_process or execution.workers < 2:
        yield measured
        return
    with Workers(execution.workers) as workers:
        yield partial(measured, workers=workers)
