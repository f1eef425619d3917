"""Two ways to do the same work, timed in turn.

Machines are noisy, and their noise lasts longer than one measurement: so both ways are timed one right after the other,
in changing order, and what counts is the ratio of each such pair. The median of the ratios is reported with the lowest
and the highest one.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

# Does the work once, and says on how many cases.
Work = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared.

    Attributes:
        name: The work.
        batch: How the batch does it, in words, and the work.
        loop: The same for what it is compared with, which may take fewer cases: rates are compared.
    """

    name: str
    batch: tuple[str, Work]
    loop: tuple[str, Work]


@dataclass(frozen=True, slots=True)
class Ratio:
    """What came out: cases per second of both (medians), and how many times as fast the batch is.

    Attributes:
        name: The work.
        batch: The batch's way, in words.
        loop: The other way.
        batch_rate: Cases per second.
        loop_rate: Cases per second.
        ratio: The median of ``repeats`` ratios.
        lowest: The lowest one.
        highest: The highest one.
        repeats: How many there are.
    """

    name: str
    batch: str
    loop: str
    batch_rate: float
    loop_rate: float
    ratio: float
    lowest: float
    highest: float
    repeats: int


def measured(pair: Pair, repeats: int) -> Ratio:
    """Times a pair, after one run of each that does not count."""
    (batch_name, batch), (loop_name, loop) = pair.batch, pair.loop
    batch()
    loop()
    rates: list[tuple[float, float]] = []
    for turn in range(repeats):
        order = (batch, loop) if turn % 2 == 0 else (loop, batch)
        found = {work: rate(work) for work in order}
        rates.append((found[batch], found[loop]))
    ratios = [fast / slow for fast, slow in rates]
    fast, slow = (statistics.median(column) for column in zip(*rates, strict=True))
    return Ratio(
        pair.name, batch_name, loop_name, fast, slow, statistics.median(ratios), min(ratios), max(ratios), repeats
    )


def rate(work: Work) -> float:
    """Cases per second of one run."""
    gc.collect()
    start = time.perf_counter()
    cases = work()
    return cases / (time.perf_counter() - start)
