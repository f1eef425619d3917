"""The folder of a run: one process at a time, one run for ever; run.json says how to make it again."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ... import __version__
from .files import write_whole
from .settings import Settings, SettingsError

SCHEMA = "convergan.run/1"
# Sums are rounded in an order that the number of threads decides; small matrices gain nothing from a second one.
_THREADS = 1
_RECORD = "run.json"
_LOCK = ".lock"


class RunError(ValueError):
    """A folder that cannot be used as it is asked to; names it, what is wrong and the mend."""


@contextmanager
def claimed(folder: Path, settings: Settings, *, resume: bool) -> Iterator[dict[str, Any]]:
    """The folder for this process alone; a new run is recorded in it, an old one compared.

    Args:
        folder: The folder; made if a new run wants it.
        settings: What is to be run.
        resume: Whether a run in it is to go on.

    Yields:
        The content of run.json.

    Raises:
        RunError: If another process works in it, it holds something else, or other settings.
    """
    from filelock import FileLock, Timeout

    try:
        _look(folder, resume)
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / _LOCK, timeout=0):
            _look(folder, resume)
            if resume:
                record = _read(folder)
                _compare(folder, _settings(folder, record), settings)
            else:
                record = _record(settings)
                write_whole(folder / _RECORD, (json.dumps(record, indent=1, ensure_ascii=False) + "\n").encode())
            yield record
    except Timeout:
        raise RunError(f"{folder}: another process trains in it; wait for it or choose another --out") from None
    except OSError as error:
        raise RunError(f"{folder}: cannot be written: {error.strerror or error}; choose another --out") from None


def recorded_settings(folder: Path) -> Settings:
    """The settings of the run in a folder.

    Raises:
        RunError: If there is none that can be read.
    """
    _look(folder, resume=True)
    return _settings(folder, _read(folder))


def free_folder(parent: Path, stem: str) -> Path:
    """STEM-001 or the first number that is free."""
    number = 1
    while (folder := parent / f"{stem}-{number:03}").exists():
        number += 1
    return folder


def _look(folder: Path, resume: bool) -> None:
    """Whether the folder is what is wanted, without touching it."""
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder}: a file; choose a folder with --out")
    there = (folder / _RECORD).exists()
    if resume and not there:
        raise RunError(f"{folder}: holds no run to go on with; leave --resume out to start one, or name its folder")
    if not resume and there:
        raise RunError(f"{folder}: holds a run; go on with it by --resume, or choose another --out")
    if not resume and folder.exists() and any(path.name != _LOCK for path in folder.iterdir()):
        raise RunError(f"{folder}: not empty, and no run; choose another --out")


def _record(settings: Settings) -> dict[str, Any]:
    """What run.json holds."""
    members = [
        {"member": number, "values": dict(member.values), "h": member.step, "seed": member.seed}
        for number, member in enumerate(settings.specifications())
    ]
    return {
        "schema": SCHEMA,
        "version": __version__,
        "versions": versions(),
        "threads": _THREADS,
        "settings": settings.as_document(),
        "members": members,
    }


def versions() -> dict[str, str]:
    """What sums and random numbers depend on."""
    return {"python": platform.python_version(), "torch": str(torch.__version__), "numpy": np.__version__}


def strange_versions(folder: Path) -> list[str]:
    """What has another version than when the run was started: its numbers may go on differently in the last bits."""
    then = _read(folder).get("versions", {})
    return [
        f"{name} {now} now, {then.get(name)} when the run was started; the last bits may differ"
        for name, now in versions().items()
        if then.get(name) != now
    ]


def _read(folder: Path) -> dict[str, Any]:
    path = folder / _RECORD
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: cannot be read: {error}; choose another --out") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise RunError(f"{path}: no run of this program (schema {SCHEMA!r} is needed); choose another --out")
    if not isinstance(document.get("settings"), dict) or not isinstance(document.get("threads"), int):
        raise RunError(f"{path}: settings or threads are missing; choose another --out")
    return document


def _settings(folder: Path, record: dict[str, Any]) -> Settings:
    try:
        return Settings.from_document(record["settings"])
    except (SettingsError, TypeError, AttributeError) as error:
        raise RunError(f"{folder / _RECORD}: {error}; choose another --out") from None


def _compare(folder: Path, old: Settings, new: Settings) -> None:
    for item in fields(Settings):
        was, now = getattr(old, item.name), getattr(new, item.name)
        if was != now:
            option = item.metadata["option"]
            change = "the proposal is another" if option == "PROPOSAL" else f"{_short(now)} now, {_short(was)} then"
            raise RunError(f"{folder}: {option}: {change}; leave it as it was, or start anew in another --out")


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_short(given)}" for name, given in value.items()) or "nothing"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
