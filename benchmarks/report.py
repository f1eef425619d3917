"""Results as JSON and as the table of the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .scaling import Check, seconds_per_million
from .timing import Ratio

SCHEMA = "convergan.benchmarks/1"
_LIBRARIES = ("convergan", "torch", "numpy", "sympy", "hypothesis")
_START, _END = "<!-- results -->", "<!-- end -->"


def document(ratios: Sequence[Ratio], found: Sequence[Check]) -> dict[str, Any]:
    """Everything that was measured, and on what; without the machine's name or any path."""
    return {
        "schema": SCHEMA,
        "machine": {"cpu": _cpu(), "cores": len(_cores()), "system": platform.system()},
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
        "ratios": [asdict(ratio) for ratio in ratios],
        "checks": [asdict(check) for check in found],
        "seconds_per_million_cases": seconds_per_million(list(found)),
    }


def table(results: dict[str, Any]) -> str:
    """The same in Markdown."""
    machine, versions = results["machine"], results["versions"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores; "
        + ", ".join(f"{name} {v}" for name, v in versions.items())
        + ".",
        "",
        "| work | batch | cases/s | against | cases/s | times as fast | lowest to highest |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['name']} | {row['batch']} | {_short(row['batch_rate'])} | {row['loop']} | {_short(row['loop_rate'])} "
        f"| {_short(row['ratio'])} | {_short(row['lowest'])} to {_short(row['highest'])} of {row['repeats']} |"
        for row in results["ratios"]
    ]
    lines += ["", "| `check examples/r1.proposal.toml --cases` | seconds | longest | memory |", "|---|---|---|---|"]
    lines += [
        f"| {row['cases']:,} | {row['seconds']:.1f} | {row['highest']:.1f} | "
        + ("" if row["peak"] is None else f"{row['peak']:.0f} MiB")
        + " |"
        for row in results["checks"]
    ]
    lines += ["", f"That is {results['seconds_per_million_cases']:.1f} s for every million cases."]
    return "\n".join(lines)


def with_table(page: str, results: dict[str, Any]) -> str:
    """A page with its table written anew.

    Raises:
        ValueError: For a page without the marks around a table.
    """
    if _START not in page or _END not in page:
        raise ValueError(f"the page has no {_START} and {_END}")
    before, _, rest = page.partition(_START)
    return f"{before}{_START}\n{table(results)}\n{_END}{rest.partition(_END)[2]}"


def _short(number: float) -> str:
    """Two digits, or a whole number."""
    return f"{number:.2g}" if number < 10 else f"{float(f'{number:.2g}'):,.0f}"


def _cores() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _cpu() -> str:
    """The processor's model, as Linux has it."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
