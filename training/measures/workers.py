"""Measures in worker processes, while training goes on.

Each of ``count`` threads keeps one process and one task at a time in it. So a process that dies is known to have died
of the task it held: the task is tried once more in a fresh process, alone, and a second death is an error that names
the measure. Nothing else is lost. (Pools of ``concurrent.futures`` and loky break as a whole when a worker dies,
finish what is queued before the interpreter may exit, and leave their workers behind when the program is killed:
measured.)

Threads are daemons and processes are killed at exit, so that an interpreter that ends never waits for a measure.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

# One thread each, and no array library beside NumPy: POT loads all that it finds, torch among them (2 s, 200 MB).
_ENVIRONMENT = dict.fromkeys(
    [
        *(f"{library}_NUM_THREADS" for library in ("OMP", "MKL", "OPENBLAS")),
        *(f"POT_BACKEND_DISABLE_{library}" for library in ("PYTORCH", "JAX", "CUPY", "TENSORFLOW")),
    ],
    "1",
)
_ATTEMPTS = 2
_PATIENCE = 5.0  # seconds that the end waits for a thread whose process was killed


class WorkerError(RuntimeError):
    """A measure that failed in its worker process; names the measure and what happened."""


class _ClosedError(Exception):
    """No process may be started any more."""


class _Task(NamedTuple):
    measure: str
    call: bytes
    future: Future[Any]


class Workers:
    """Processes that compute measures.

    Use it as a context manager: what is not done at the end of the block is cancelled.

    Args:
        count: How many processes; they are started by their first tasks.
        waiting: So many tasks may wait; ``submit`` then waits until one is taken, so that a fast trainer cannot fill
            the memory with samples.

    Raises:
        ValueError: For counts below 1.
    """

    def __init__(self, count: int, *, waiting: int = 1024) -> None:
        if count < 1 or waiting < 1:
            raise ValueError(f"count and waiting must be at least 1; given: {count} and {waiting}")
        self._state = _State(count, waiting)
        self._stop = weakref.finalize(self, self._state.stop)

    def submit(self, measure: str, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``function(*arguments)`` computed.

        Args:
            measure: What it is, for the error message.
            function: A function of an importable module.
            arguments: What can be pickled; copied at once, so that they may change afterwards.

        Returns:
            The result to be; its exception is a ``WorkerError``, or ``CancelledError`` if it was not begun before
            ``close``.

        Raises:
            RuntimeError: After ``close``.
        """
        task = _Task(measure, pickle.dumps((function, arguments), protocol=5), Future())
        if not self._state.put(task):
            raise RuntimeError(f"{measure}: the workers have been closed")
        return task.future

    def close(self) -> None:
        """Kill the processes and cancel what is not done."""
        self._stop()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def collect(pending: deque[Future[Any]], *, wait: bool = True) -> Iterator[Any]:
    """Results in the order of submission, taken off the left end.

    Args:
        pending: What ``submit`` returned, appended on the right.
        wait: Whether to wait for all; otherwise up to the first that is not done.

    Raises:
        WorkerError: Of the measure that failed; later ones stay in ``pending``.
    """
    while pending and (wait or pending[0].done()):
        yield pending.popleft().result()


class _State:
    """What the threads share; it does not refer to its ``Workers``, so that those can be collected."""

    def __init__(self, count: int, waiting: int) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(waiting)
        # Reentrant: the collector may call ``stop`` in a thread that holds it.
        self._lock = threading.RLock()
        self._stopped = False
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._threads = [
            threading.Thread(target=_attend, args=(self,), name=f"measures-{k}", daemon=True) for k in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, task: _Task) -> bool:
        """Queue a task when there is room; False if it is too late."""
        self._room.acquire()
        with self._lock:
            if not self._stopped:
                self._tasks.put(task)
                return True
        self._room.release()
        return False

    def take(self) -> _Task | None:
        """The next task, or None at the end."""
        task = self._tasks.get()
        self._room.release()
        return task

    def started(self) -> subprocess.Popen[bytes]:
        """A fresh process.

        Raises:
            _ClosedError: Once it is too late for one.
        """
        with self._lock:
            if self._stopped:
                raise _ClosedError
            # By path, and with -P: nothing of the caller's working directory is imported there.
            process = subprocess.Popen(
                [sys.executable, "-P", str(Path(__file__).with_name("worker.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | _ENVIRONMENT,
            )
            self._processes.add(process)
        return process

    def end(self, process: subprocess.Popen[bytes]) -> int:
        """Kill a process, if it still runs; its exit code."""
        process.kill()
        code = process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with suppress(OSError):  # what it did not read
                stream.close()
        with self._lock:
            self._processes.discard(process)
        return code

    def stop(self) -> None:
        """End everything; what waits is cancelled."""
        with self._lock:
            self._stopped = True
            processes = list(self._processes)
        with suppress(queue.Empty):
            while task := self._tasks.get_nowait():
                task.future.cancel()
                self._room.release()
        for process in processes:
            process.kill()  # its thread sees the end of the answers
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_PATIENCE)


def _attend(state: _State) -> None:
    """One thread's work: tasks to one process, answers to their futures."""
    process: subprocess.Popen[bytes] | None = None
    while task := state.take():
        if not task.future.set_running_or_notify_cancel():
            continue
        code, failure = 0, ""
        for _ in range(_ATTEMPTS):
            try:
                if process is None:
                    process = state.started()
                done, value = _answer(process, task.call)
            except _ClosedError:
                failure = "the workers were closed before it was done"
            except (EOFError, BrokenPipeError):
                assert process is not None
                code, process = state.end(process), None
                continue
            except Exception as error:  # a future without an answer would be waited for in vain
                failure = f"{type(error).__name__}: {error}"
            else:
                failure = "" if done else value
                if done:
                    task.future.set_result(value)
            break
        else:
            failure = f"the worker process ended twice while it was computed, the second time with exit code {code}"
        if failure:
            task.future.set_exception(WorkerError(f"{task.measure}: {failure}"))
    if process is not None:
        state.end(process)


def _answer(process: subprocess.Popen[bytes], call: bytes) -> tuple[bool, Any]:
    """Whether the call succeeded, and its value or the error's text.

    Raises:
        EOFError: If the process ended before it answered.
        BrokenPipeError: If it ended before it was asked.
    """
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(pickle.dumps(([os.path.abspath(entry) for entry in sys.path], call), protocol=5))
    process.stdin.flush()
    try:
        return pickle.load(process.stdout)  # noqa: S301  # our own worker's answer
    except pickle.UnpicklingError as error:  # it ended in the midst of one
        raise EOFError from error
