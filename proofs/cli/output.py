"""Where things are printed: results to standard output, progress to standard error, JSON where it was asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

_PLAIN_WIDTH = 120


class OutputError(Exception):
    """A file that cannot be written."""


def console(quiet: bool = False) -> Console:
    """The console for results; in a pipe it is plain text of a fixed width. Quiet when JSON goes to standard output."""
    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    return Console(quiet=quiet, width=width, highlight=False, emoji=False)


def error_console() -> Console:
    """The console for errors and progress."""
    return Console(stderr=True, width=None if sys.stderr.isatty() else _PLAIN_WIDTH, highlight=False, emoji=False)


def print_plain(target: Console, text: str, style: str | None = None) -> None:
    """Prints text as it is: no markup, no wrapping."""
    target.print(text, style=style, markup=False, soft_wrap=True)


@contextmanager
def progress(label: str, done: int, total: int) -> Iterator[None]:
    """A status line on a terminal while something runs; nothing in a pipe."""
    target = error_console()
    if not target.is_terminal:
        yield
        return
    with target.status(f"[{done}/{total}] {label}"):
        yield


def write_json(document: Any, destination: str) -> None:
    """Writes a JSON document to a path, or to standard output for ``-``.

    Raises:
        OutputError: If the file cannot be written.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if destination == "-":
        sys.stdout.write(text)
    else:
        write_text(Path(destination), text)


def write_text(path: Path, text: str) -> None:
    """Writes a text file whole or not at all, with the folders above it.

    Raises:
        OutputError: If it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(path.name + ".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None
