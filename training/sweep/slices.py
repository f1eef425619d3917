"""A slice: some steps of a batch, as a function of plain values. Whoever computes it gets the same bits."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from .plan import Batch

# (trainer, samples, seed) to one mapping of quantities per member.
Measure = Callable[..., Sequence[Mapping[str, float]]]


@dataclass(frozen=True)
class Slice:
    """What is to be done.

    Attributes:
        batch: The runs.
        start: Steps that are done.
        stop: Steps that will be done.
        state: The trainer's state at ``start`` (safetensors), or None at the start of training.
    """

    batch: Batch
    start: int
    stop: int
    state: bytes | None


@dataclass(frozen=True)
class Result:
    """What came of a slice.

    Attributes:
        batch: The batch's number.
        start: Steps done before.
        stop: Steps done after.
        state: The trainer's state at ``stop``.
        rows: (place of the run, step, quantity, value); values that are no number are left out.
        diverged: (place of the run, step, cause) of every run that has diverged so far.
        seconds: What it took.
    """

    batch: int
    start: int
    stop: int
    state: bytes
    rows: tuple[tuple[int, int, str, float], ...]
    diverged: tuple[tuple[int, int, str], ...]
    seconds: float


@dataclass(frozen=True)
class Failure:
    """A slice that raised an exception.

    Attributes:
        batch: The batch's number.
        reason: The exception in one line.
    """

    batch: int
    reason: str


def run_slice(task: Slice, device: str, measure: Measure) -> Result:
    """Trains and measures.

    The start belongs to the first slice; any other measurement belongs to the slice that reaches its step.

    Args:
        task: What is to be done.
        device: Where, such as "cpu" or "cuda".
        measure: How.
    """
    from safetensors.torch import load, save

    begun = time.perf_counter()
    with _one_thread():
        batch, samples = task.batch, task.batch.measurements
        trainer = batch.trainer(device)
        if task.state is not None:
            trainer.load(load(task.state), task.start)
        first = task.start if task.state is None else task.start + 1
        stops = [step for step in samples if first <= step <= task.stop]
        rows: list[tuple[int, int, str, float]] = []
        for step in stops:
            trainer.run(step - trainer.steps)
            found = measure(trainer, samples=samples[step], seed=step)
            rows += _rows(batch, step, found)
        trainer.run(task.stop - trainer.steps)
        state = save(trainer.state())
        steps, causes = trainer.divergence()
    diverged = tuple(
        (place, step, cause) for place, step, cause in zip(batch.places, steps, causes, strict=True) if step is not None
    )
    return Result(batch.number, task.start, task.stop, state, tuple(rows), diverged, time.perf_counter() - begun)


def attempt(task: Slice, device: str, measure: Measure, coordinator: int) -> Result | Failure:
    """``run_slice``, its exception as a value: in an engine one task's exception would end the others.

    Args:
        task: What is to be done.
        device: Where.
        measure: How members are measured.
        coordinator: The process that wants the result.
    """
    _end_with(coordinator)
    try:
        return run_slice(task, device, measure)
    except Exception as error:
        text = (str(error).splitlines() or [""])[0]
        return Failure(task.batch.number, f"{type(error).__name__}: {text}")


def _rows(batch: Batch, step: int, found: Sequence[Mapping[str, float]]) -> Iterator[tuple[int, int, str, float]]:
    for place, quantities in zip(batch.places, found, strict=True):
        for name, value in quantities.items():
            if not math.isnan(value):
                yield place, step, name, float(value)


@cache
def _end_with(coordinator: int) -> None:
    """Ends this process, if it is a child of the coordinator, when that is killed: nobody wants the slice any more."""
    if os.getppid() != coordinator:
        return

    def watch() -> None:
        while os.getppid() == coordinator:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, name="coordinator-watch", daemon=True).start()


@contextmanager
def _one_thread() -> Iterator[Any]:
    """Worker processes share the cores, and sums do not depend on how many threads there are."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
