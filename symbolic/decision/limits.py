"""A time limit for computer algebra, which has no limit of its own; limits may be nested."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

# After a signal at the wrong moment, it comes again.
_AGAIN = 0.5
# Finalizers, what libraries hang on the garbage collector (Hypothesis does), and ``unbroken``.
_SWALLOWING = frozenset({"__del__", "gc_callback", "unbroken"})


class OutOfTime(Exception):
    """The limit was reached; ``limit`` says whose it was."""

    def __init__(self, limit: object) -> None:
        super().__init__("out of time")
        self.limit = limit


def _is_swallowing(frame: Any) -> bool:
    """Whether Python is in a callback whose exceptions it only reports: there the limit would be lost."""
    while frame is not None:
        if frame.f_code.co_name in _SWALLOWING:
            return True
        frame = frame.f_back
    return False


_T = TypeVar("_T")


def unbroken(function: Callable[[], _T]) -> _T:
    """Calls a function that no limit interrupts; a limit that was reached meanwhile comes up soon after.

    For compiled code that calls back into Python and cannot bear an exception there. It has to be short by itself.
    """
    return function()


@contextmanager
def time_limit(seconds: float, limit: object) -> Iterator[None]:
    """Interrupts what runs inside after a while, by ``OutOfTime`` with this ``limit``.

    Where the platform cannot (outside the main thread, no alarm signal) nothing is interrupted.

    Args:
        seconds: How long it may take.
        limit: Tells this limit from others around it.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        yield
        return

    def interrupt(_signal: int, frame: Any) -> None:
        if not _is_swallowing(frame):
            raise OutOfTime(limit)

    outer_left = signal.getitimer(signal.ITIMER_REAL)[0]
    if 0 < outer_left <= seconds:  # the limit around this one comes first
        yield
        return
    start = time.monotonic()
    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        # Two levels, since the signal may come between the last of these instructions and the first of those below.
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        if outer_left:
            signal.setitimer(signal.ITIMER_REAL, max(outer_left - (time.monotonic() - start), 0.001), _AGAIN)
