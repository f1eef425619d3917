"""What a million cases take: ``convergan check --cases N`` as a user runs it, in a process of its own."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "r1.proposal.toml"
COUNTS = (2_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Check:
    """One number of cases.

    Attributes:
        cases: How many.
        seconds: Wall-clock time of the whole command, start of the interpreter included: the median of the repeats.
        highest: The longest of them.
        peak: Memory at its peak, in MiB; None where the operating system does not say.
    """

    cases: int
    seconds: float
    highest: float
    peak: float | None


def checks(counts: tuple[int, ...] = COUNTS, repeats: int = 3, example: Path = EXAMPLE) -> list[Check]:
    """Runs ``check`` on each number of cases, in turn.

    Raises:
        RuntimeError: If a check fails.
    """
    found: dict[int, list[tuple[float, float | None]]] = {count: [] for count in counts}
    for _ in range(repeats):
        for count in counts:
            found[count].append(_run(example, count))
    return [
        Check(
            count,
            statistics.median(seconds for seconds, _ in runs),
            max(seconds for seconds, _ in runs),
            max((peak for _, peak in runs if peak is not None), default=None),
        )
        for count, runs in found.items()
    ]


def seconds_per_million(found: list[Check]) -> float:
    """The slope between the smallest and the largest number of cases."""
    first, last = found[0], found[-1]
    return (last.seconds - first.seconds) / (last.cases - first.cases) * 1e6


def _run(example: Path, cases: int) -> tuple[float, float | None]:
    command = [sys.executable, "-P", "-m", "convergan", "check", str(example), "--cases", str(cases)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = None
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        # Kilobytes on Linux, bytes on macOS.
        peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    else:
        process.wait()
    seconds = time.perf_counter() - start
    if process.returncode:
        raise RuntimeError(f"check {example.name} --cases {cases} ended with exit code {process.returncode}")
    return seconds, peak
