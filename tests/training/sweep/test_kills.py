"""Nothing is lost and nothing is done twice, whoever is killed."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

KILLS = 10


def covers(child: ModuleType, path: Path, iterations: int) -> bool:
    """Whether every batch's slices follow one another from the start to the end."""
    return all(
        own[0][0] == 0 and own[-1][1] == iterations and all(a[1] == b[0] for a, b in pairwise(own))
        for own in child.slices(path).values()
    )


def test_ten_kills_of_the_coordinator(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    moments = random.Random(8)
    # Some 260 measurements of 20 ms each: the study lasts longer than all kills together.
    process = subprocess.Popen(
        [sys.executable, "-P", str(child.__file__), "coordinators", str(path)],
        env=os.environ | {"CONVERGAN_PAUSE": "0.02"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    done: list[int] = []
    with process:
        for kill in range(KILLS + 1):
            process.stdin.write("\n")
            process.stdin.flush()
            coordinator = int(process.stdout.readline())
            if kill < KILLS:
                time.sleep(moments.uniform(0.1, 0.8))
                os.kill(coordinator, signal.SIGKILL)
            code = int(process.stdout.readline())
            assert code == (-signal.SIGKILL if kill < KILLS else 0)
            done.append(sum(own[-1][1] for own in child.slices(path).values()) if kill else 0)
    assert done == sorted(done)
    assert done[-3] > 0, "no kill came late enough for anything to be kept"
    assert child.content(path) == child.content(whole)
    assert covers(child, path, 40)


def test_the_comparison_sees_one_bit(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(whole.read_bytes())
    connection = sqlite3.connect(path)
    place, step, quantity, value = connection.execute("SELECT * FROM measurements LIMIT 1").fetchone()
    connection.execute(
        "UPDATE measurements SET value = ? WHERE place = ? AND step = ? AND quantity = ?",
        (value * (1 + 2**-52), place, step, quantity),
    )
    connection.execute("DELETE FROM slices WHERE batch = 2 AND start = 0")
    connection.commit()
    connection.close()
    assert child.content(path) != child.content(whole)
    assert not covers(child, path, 40) or 2 not in child.slices(path)


def test_a_worker_of_two_is_killed(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "loky.db"
    killed = tmp_path / "killed"
    done, total, reasons = child.in_process("sweep", str(path), "loky", "2", CONVERGAN_KILL=str(killed)).split(" ", 2)
    assert (done, reasons.strip()) == (total, "[]")
    assert killed.exists()
    assert child.content(path) == child.content(whole)
    assert covers(child, path, 40)


@pytest.mark.slow
def test_a_batch_that_kills_every_worker_is_given_up_and_the_others_go_on(
    child: ModuleType, whole: Path, tmp_path: Path
) -> None:
    path = tmp_path / "poison.db"
    done, total, reasons = child.in_process("sweep", str(path), "loky", "2", CONVERGAN_POISON="R1").split(" ", 2)
    assert 0 < int(done) < int(total)
    assert "TerminatedWorkerError" in reasons
    kept = {row[0]: row for row in child.content(path)["batches"]}
    sound = {row[0]: row for row in child.content(whole)["batches"] if row[0] in kept and kept[row[0]][4] is None}
    assert sound
    assert all(kept[number] == row for number, row in sound.items())
    # Without the poison the same command tries the failed batches again.
    assert child.in_process("sweep", str(path), "loky", "1").endswith("[]\n")
    assert child.content(path) == child.content(whole)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["dask", "ray"])
def test_two_workers_of_a_cluster_and_one_is_killed(
    child: ModuleType, backend: str, whole: Path, tmp_path: Path
) -> None:
    library = {"dask": "distributed", "ray": "ray"}[backend]
    pytest.importorskip(library, reason=f"{library} is not installed; pip install convergan[cluster]")
    path, killed = tmp_path / f"{backend}.db", tmp_path / "killed"
    printed = child.in_process("sweep", str(path), backend, "2", CONVERGAN_KILL=str(killed))
    assert printed.endswith("[]\n")
    assert killed.exists()
    assert child.content(path) == child.content(whole)
    assert covers(child, path, 40)
