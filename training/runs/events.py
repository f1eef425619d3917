"""What TensorBoard shows: the same numbers as the journal, a tag per measure and member."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .journal import Row

FOLDER = "tensorboard"


class Events:
    """An open event file.

    Args:
        folder: The run's.
        labels: The members in words.
        after: The last step that is kept when a run goes on; None for a new run.
    """

    def __init__(self, folder: Path, labels: Sequence[str], after: int | None = None) -> None:
        from torch.utils.tensorboard import SummaryWriter

        purged = None if after is None else after + 1
        self._writer = SummaryWriter(str(folder / FOLDER), purge_step=purged)
        if after is None or after < 0:
            lines = [f"| {_member(number)} | {text} |" for number, text in enumerate(labels)]
            self._writer.add_text("members", "\n".join(["| tag | member |", "|---|---|", *lines]), 0)

    def append(self, rows: Sequence[Row]) -> None:
        """Adds the numbers of some lines of the journal, and hands them to the system."""
        for row in rows:
            for name, value in row.items():
                if name not in ("step", "member", "samples") and value is not None:
                    self._writer.add_scalar(f"{name}/{_member(row['member'])}", value, row["step"])
        self._writer.flush()

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()


def _member(number: int) -> str:
    return f"member-{number:03}"
