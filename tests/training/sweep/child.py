"""A small study, and processes that run it.

``python child.py sweep DATABASE BACKEND WORKERS`` runs it once and prints its progress. ``python child.py coordinators
DATABASE`` starts a coordinator for every line that it reads and prints its process and how it ended; they are forked,
for imports cost seconds.

CONVERGAN_KILL names a file: the worker that finds no such file makes it and dies. CONVERGAN_POISON names a method:
every worker that trains it dies. CONVERGAN_PAUSE makes every measurement so many seconds longer.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from convergan.training.sweep.database import opened
from convergan.training.sweep.execution import Execution, Progress, sweep
from convergan.training.sweep.study import Study
from convergan.training.sweep.study_reader import read_study

R1: dict[str, Any] = {
    "name": "R1",
    "values": {"gamma": [1, 10]},
    "parameters": {"gamma": "gamma > 0"},
    "objective": {"f": "standard"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
    "training": {"update": "alternating"},
}
DOCUMENT: dict[str, Any] = {
    "study": {"name": "small", "reference": "a test", "reconstructed": ["runs.batch"]},
    "runs": {"iterations": 40, "batch": 4, "latent": 2, "data": ["circle", "segment"], "seeds": [0, 3]},
    "measure": {"every": 2, "samples": 8, "final_steps": 10, "final_every": 5, "final_samples": 16},
    "architectures": [
        {"name": "three", "generator": "mlp:width=3,layers=2", "discriminator": "mlp:width=3,layers=2"},
        {"name": "four", "generator": "mlp:width=4,layers=2", "discriminator": "mlp:width=4,layers=2"},
    ],
    "optimizers": [
        {"name": "SGD", "steps": ["1/20"], "changes": {"training.momentum": "1/2"}},
        {"name": "RMSprop", "steps": ["0.01"], "changes": {"training.optimizer": "rmsprop"}},
    ],
    "methods": [
        {"name": "plain", "objective": {"f": "standard"}, "training": {"update": "alternating", "d_steps": 2}},
        R1,
    ],
}


def study() -> Study:
    """The small study."""
    return read_study(DOCUMENT)


def measure(trainer: Any, *, samples: int, seed: int) -> list[dict[str, float]]:
    """Cheap numbers that see every bit of the generator, the discriminator and the samples."""
    _die(trainer.members[0].proposal.name)
    time.sleep(float(os.environ.get("CONVERGAN_PAUSE", "0")))
    fake, real = trainer.samples(samples, seed)
    value = trainer.discriminate(fake).detach()
    pairs = zip(fake.mean((1, 2)).tolist(), (value.sum(1) + real.sum((1, 2))).tolist(), strict=True)
    return [{"w1": abs(one), "w1_floor": 0.1, "other": two} for one, two in pairs]


def _die(method: str) -> None:
    mark = os.environ.get("CONVERGAN_KILL")
    if os.environ.get("CONVERGAN_POISON") == method:
        os.kill(os.getpid(), signal.SIGKILL)
    if mark and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def run(database: Path, **options: Any) -> Progress:
    """The study, in slices of some hundredths of a second."""
    used = options.pop("measure", measure)
    given = Execution(**{"slice_seconds": 0.05, "first_steps": 4, **options})
    with opened(database, study(), device="cpu", members=4) as kept:
        return sweep(kept, given, used)


def content(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a database to the last bit, but for how the work was cut into slices."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        orders = {"facts": "1", "runs": "1", "batches": "1", "measurements": "1, 2, 3"}
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY {order}").fetchall()
            for name, order in orders.items()
        }
    finally:
        connection.close()


def slices(path: Path) -> dict[int, list[tuple[int, int]]]:
    """(start, stop) of every batch's slices."""
    connection = sqlite3.connect(path)
    found: dict[int, list[tuple[int, int]]] = {}
    for batch, start, stop in connection.execute("SELECT batch, start, stop FROM slices ORDER BY batch, start"):
        found.setdefault(batch, []).append((start, stop))
    connection.close()
    return found


def in_process(*arguments: str, **environment: str) -> str:
    """What ``child.py`` prints."""
    done = subprocess.run(
        [sys.executable, "-P", __file__, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _coordinators(database: Path) -> None:
    # What every coordinator would derive anew.
    run(database.with_name("first.db"), measure=lambda trainer, **_: [{}] * len(trainer.members))
    for _ in sys.stdin:
        process = os.fork()
        if process == 0:
            code = 1
            try:
                code = 0 if run(database).finished else 3
            finally:
                os._exit(code)
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    mode, path = sys.argv[1], Path(sys.argv[2])
    if mode == "coordinators":
        _coordinators(path)
    else:
        progress = run(path, backend=sys.argv[3], workers=int(sys.argv[4]), slice_seconds=0.5)
        print(progress.done, progress.total, [reason for _, reason in progress.failed])
