"""Measures in worker processes: in order, in spite of killed workers, and never in the way of the interpreter's end."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest

from convergan.training.measures import WorkerError, Workers, collect, w1

PATIENCE = 60  # seconds; whatever takes longer is stuck


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(alive, pids))


def test_results_come_in_the_order_of_submission_and_are_those_of_this_process() -> None:
    random = np.random.default_rng(0)
    sizes = [200_000, 4, 64, 8, 32, 16]  # the first is done last
    pairs = [random.normal(size=(2, 2, n, 1)) for n in sizes]
    with Workers(2) as workers:
        pending = deque(workers.submit("W1", w1, x, y) for x, y in pairs)
        found = list(collect(pending))
    assert [value.tolist() for value in found] == [w1(x, y).tolist() for x, y in pairs]
    assert not pending


def test_collecting_does_not_wait_unless_told() -> None:
    with Workers(1) as workers:
        pending = deque([workers.submit("a", len, "a")])
        pending[0].result(PATIENCE)
        pending.append(workers.submit("slow", time.sleep, 1000))
        pending.append(workers.submit("c", len, "c"))
        assert list(collect(pending, wait=False)) == [1]
        assert len(pending) == 2


def test_a_worker_that_is_killed_loses_nothing() -> None:
    with Workers(1) as workers:
        for number in range(3):
            pid = workers.submit("pid", os.getpid).result(PATIENCE)
            os.kill(pid, signal.SIGKILL)  # while it waits
            assert workers.submit("root", math.sqrt, number).result(PATIENCE) == math.sqrt(number)
        pid = workers.submit("pid", os.getpid).result(PATIENCE)
        nap = workers.submit("nap", time.sleep, 0.5)
        after = workers.submit("root", math.sqrt, 2)
        while not nap.running():
            time.sleep(0.01)
        time.sleep(0.1)
        os.kill(pid, signal.SIGKILL)  # while it computes
        assert nap.result(PATIENCE) is None
        assert after.result(PATIENCE) == math.sqrt(2)


def test_a_task_that_kills_its_worker_twice_is_an_error_of_its_own() -> None:
    with Workers(2) as workers:
        tasks = [workers.submit(f"task {k}", *((os._exit, 7) if k == 3 else (math.sqrt, k))) for k in range(8)]
        with pytest.raises(WorkerError, match=r"^task 3: the worker process ended twice .* exit code 7$"):
            tasks[3].result(PATIENCE)
        assert [task.result(PATIENCE) for k, task in enumerate(tasks) if k != 3] == [
            math.sqrt(k) for k in range(8) if k != 3
        ]


def test_what_fails_in_python_is_named_and_not_tried_again() -> None:
    with Workers(1) as workers:
        pid = workers.submit("pid", os.getpid).result(PATIENCE)
        with pytest.raises(WorkerError, match=r"^W1, step 5: ValueError: x and y must have one shape") as caught:
            workers.submit("W1, step 5", w1, np.zeros(3), np.zeros(3)).result(PATIENCE)
        assert "Traceback" not in str(caught.value)
        with pytest.raises(WorkerError, match=r"^handle: TypeError: cannot pickle"):
            workers.submit("handle", open, __file__).result(PATIENCE)
        assert workers.submit("pid", os.getpid).result(PATIENCE) == pid


def test_what_a_measure_prints_is_not_its_answer() -> None:
    with Workers(1) as workers:
        assert workers.submit("print", os.system, "echo printed").result(PATIENCE) == 0
        assert workers.submit("length", len, "abc").result(PATIENCE) == 3


def test_arguments_are_copied_at_once() -> None:
    x, y = np.zeros((1, 4, 1)), np.ones((1, 4, 1))
    with Workers(1) as workers:
        workers.submit("nap", time.sleep, 0.2)
        task = workers.submit("W1", w1, x, y)
        x += 100
        assert task.result(PATIENCE).tolist() == [1.0]


def test_the_end_of_the_block_cancels_and_ends_the_processes() -> None:
    with Workers(2) as workers:
        pids = [task.result(PATIENCE) for task in [workers.submit("pid", os.getpid) for _ in range(8)]]
        naps = [workers.submit(f"nap {k}", time.sleep, 1000) for k in range(5)]
        while sum(nap.running() for nap in naps) < 2:
            time.sleep(0.01)
    ends = []
    for nap in naps:
        with pytest.raises((WorkerError, CancelledError)) as caught:
            nap.result(PATIENCE)
        ends.append(str(caught.value))
    assert ends == [f"nap {k}: the workers were closed before it was done" for k in range(2)] + [""] * 3
    assert gone(pids)
    with pytest.raises(RuntimeError, match="late: the workers have been closed"):
        workers.submit("late", len, "")


def test_a_full_queue_makes_the_caller_wait_and_closing_frees_it() -> None:
    workers = Workers(1, waiting=2)
    failed = threading.Event()
    submitted: list[int] = []

    def fill() -> None:
        try:
            for k in range(9):
                workers.submit("nap", time.sleep, 1000)
                submitted.append(k)
        except RuntimeError:
            failed.set()

    thread = threading.Thread(target=fill)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while len(submitted) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    assert len(submitted) == 3  # one in the process, two that wait
    workers.close()
    thread.join(PATIENCE)
    assert failed.is_set()


def test_unused_workers_start_no_process_and_are_collected() -> None:
    before = threading.active_count()
    workers = Workers(3)
    assert threading.active_count() == before + 3
    del workers
    assert threading.active_count() == before


ENDS = {
    "end of the script": ("", 0),
    "an exception": ("raise SystemExit(3)", 3),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_interpreter_ends_at_once_and_leaves_no_process(end: str) -> None:
    """From standard input, without a guard of the main module, with work under way and waiting."""
    statement, code = ENDS[end]
    script = f"""
import os, time
from convergan.training.measures import Workers
workers = Workers(2)
print(*{{workers.submit("pid", os.getpid).result() for _ in range(8)}}, flush=True)
naps = [workers.submit("nap", time.sleep, 20) for _ in range(50)]
while not naps[1].running():
    time.sleep(0.01)
{statement}
"""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", "-W", "error", "-"], input=script, capture_output=True, text=True, timeout=PATIENCE
    )
    assert time.monotonic() - started < 15
    assert done.returncode == code
    assert done.stderr == ""
    assert gone([int(pid) for pid in done.stdout.split()])


def test_an_orphan_ends_with_what_it_does() -> None:
    """A worker whose program was killed reads the end of its input, or cannot write its answer."""
    script = """
import os, time
from convergan.training.measures import Workers
workers = Workers(2)
pids = set()
while len(pids) < 2:
    pids |= {task.result() for task in [workers.submit("pid", os.getpid) for _ in range(4)]}
print(*pids, flush=True)
nap = workers.submit("nap", time.sleep, 1)
while not nap.running():
    time.sleep(0.01)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-P", "-"], input=script, capture_output=True, text=True, timeout=PATIENCE)
    assert gone([int(pid) for pid in done.stdout.split()])


def test_worker_processes_stay_small() -> None:
    """W1 in a worker loads no torch, and one thread."""
    with Workers(1) as workers:
        workers.submit("W1", w1, *np.random.default_rng(0).normal(size=(2, 1, 8, 2))).result(PATIENCE)
        count = "len([m for m in __import__('sys').modules if m.split('.')[0] in ('torch', 'sympy')])"
        assert workers.submit("modules", eval, count).result(PATIENCE) == 0
        assert workers.submit("threads", os.getenv, "OMP_NUM_THREADS").result(PATIENCE) == "1"


@pytest.mark.parametrize(("count", "waiting"), [(0, 5), (2, 0), (-1, 1)])
def test_counts_are_positive(count: int, waiting: int) -> None:
    with pytest.raises(ValueError, match="must be at least 1"):
        Workers(count, waiting=waiting)
