"""Many cases in batches: what one seed draws at a time, what fits a core's cache, and what runs side by side.

A batch is at most ``BATCH`` cases, each drawn from random numbers of its own, so that any number of cases takes the
memory of one batch per thread. Which cases a seed stands for depends on neither memory nor threads: batches are cut and
numbered before anything runs, and their results are read in that order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
Result = TypeVar("Result")
# A column of as many doubles and its temporaries stay in a core's second-level cache; the interpreter's own time for
# one pass over a formula is then a small part of the arithmetic.
BATCH = 16_384


def batch_sizes(count: int) -> list[int]:
    """The sizes of the batches of ``count`` cases: full ones, and what is left."""
    return [min(BATCH, count - start) for start in range(0, count, BATCH)]


def random_source(seed: int, batch: int, *stream: int) -> np.random.Generator:
    """The random numbers of one batch.

    Args:
        seed: Not negative.
        batch: Which batch.
        stream: What they are for, where several things are drawn; without it and for the first batch, these are the
            numbers of ``default_rng(seed)``.
    """
    # A key of its own, since trailing zeros in the entropy itself make no difference.
    key = (batch,) if batch else ()
    return np.random.default_rng(np.random.SeedSequence([seed, *stream], spawn_key=key))


def slices(count: int, size: int) -> Iterator[slice]:
    """Slices of at most ``size`` out of ``count`` cases."""
    return (slice(start, min(start + size, count)) for start in range(0, count, size))


def side_by_side(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    threads: int,
    prepare: Callable[[], None] | None = None,
) -> Iterator[Result]:
    """``map`` on several threads: results in the order of the items, which are taken as threads become free.

    NumPy and torch release the interpreter's lock while they compute, so threads share the work of large arrays.

    Args:
        function: What is done with each item; on one thread, without any pool.
        items: As many as there are; at most ``threads`` + 1 are held at a time.
        threads: How many run.
        prepare: What each thread of a pool does first.
    """
    if threads <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(threads, initializer=prepare) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
