"""Runs the benchmarks, prints the table, and with ``--write`` renews results.json and docs/performance.md."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import scaling
from .report import document, table, with_table
from .timing import measured

HERE = Path(__file__).parent
RESULTS, PAGE = HERE / "results.json", HERE.parent / "docs" / "performance.md"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -P -m convergan.benchmarks", description=__doc__)
    parser.add_argument("--repeats", type=int, default=7, help="how often each pair is timed (7)")
    parser.add_argument("--scale", type=float, default=1.0, help="the amount of work; 0.001 for a trial (1)")
    parser.add_argument("--write", action="store_true", help="renew results.json and docs/performance.md")
    options = parser.parse_args(arguments)
    if options.repeats < 1 or not 0 < options.scale <= 1:
        parser.error("--repeats must be at least 1, --scale above 0 and at most 1")
    if options.write and options.scale != 1:
        parser.error("--write with --scale: only full measurements are kept")
    # First, while this process is small: the memory that a new process has at its peak begins with that of its parent.
    print("check --cases", file=sys.stderr)
    counts = tuple(max(place + 1, int(count * options.scale)) for place, count in enumerate(scaling.COUNTS))
    checks = scaling.checks(counts, repeats=min(3, options.repeats))
    from . import drawing, jacobians, spectra, stacking  # these import torch

    ratios = []
    for part in (jacobians, spectra, drawing, stacking):
        for pair in part.pairs(options.scale):
            print(f"{pair.name}: {pair.batch[0]}", file=sys.stderr)
            ratios.append(measured(pair, options.repeats))
    results = document(ratios, checks)
    print(table(results))
    if options.write:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main()
