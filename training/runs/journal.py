"""What was measured, in metrics.jsonl: one line per member and measurement, appended and never rewritten.

{"step": 500, "member": 0, "samples": 512, "w1": 0.31, ...}        null: not finite, or not defined
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

NAME = "metrics.jsonl"
Row = dict[str, Any]


class Journal:
    """The open file.

    Args:
        folder: The run's.
        length: What is kept, in bytes: lines beyond were written after the checkpoint that the run goes on from.
    """

    def __init__(self, folder: Path, length: int = 0) -> None:
        self._file = (folder / NAME).open("ab")
        self._file.truncate(length)
        self._file.seek(length)

    def append(self, rows: Sequence[Row]) -> int:
        """Adds lines and waits for the disk; returns the length of the file in bytes."""
        self._file.write("".join(json.dumps(row, allow_nan=False) + "\n" for row in rows).encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def rows_of(step: int, samples: int, measures: Sequence[Mapping[str, float]]) -> list[Row]:
    """Lines for the measures of all members; numbers that JSON has not become null."""
    return [
        {"step": step, "member": member, "samples": samples}
        | {name: float(value) if isfinite(value) else None for name, value in found.items()}
        for member, found in enumerate(measures)
    ]


def read_journal(folder: Path) -> list[Row]:
    """All lines of a run's journal."""
    with (folder / NAME).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
