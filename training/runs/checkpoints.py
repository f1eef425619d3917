"""Checkpoints: ``checkpoint-000500.safetensors`` with the state, and a JSON file beside it that makes it count.

The JSON file is written last and names the digest of the state; so a pair is whole, or it is passed over.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from .files import write_whole

SCHEMA = "convergan.checkpoint/1"
KEPT = 3
_NAME = re.compile(r"checkpoint-(\d{6,})\.json")


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint.

    Attributes:
        step: Periods done.
        metrics_bytes: The length of the journal then.
        sha256: Of the file with the state.
    """

    step: int
    metrics_bytes: int
    sha256: str


def save(folder: Path, step: int, state: Mapping[str, torch.Tensor], metrics_bytes: int) -> None:
    """Writes a checkpoint, then removes the oldest ones.

    Args:
        folder: The run's.
        step: Periods done.
        state: Everything that is needed to go on, on the CPU.
        metrics_bytes: The length of the journal.
    """
    from safetensors.torch import save as as_bytes

    content = as_bytes({name: value.contiguous() for name, value in state.items()})
    found = Checkpoint(step, metrics_bytes, hashlib.sha256(content).hexdigest())
    stem = f"checkpoint-{step:06}"
    write_whole(folder / f"{stem}.safetensors", content)
    write_whole(folder / f"{stem}.json", json.dumps({"schema": SCHEMA} | asdict(found), indent=1).encode())
    for old in _files(folder)[:-KEPT]:
        old.unlink()
        old.with_suffix(".safetensors").unlink(missing_ok=True)


def latest(folder: Path) -> tuple[Checkpoint, dict[str, torch.Tensor]] | None:
    """The newest checkpoint that is whole, with its state; None if there is none."""
    from safetensors.torch import load

    for path in reversed(_files(folder)):
        try:
            document = json.loads(path.read_bytes())
            found = Checkpoint(document["step"], document["metrics_bytes"], document["sha256"])
            content = path.with_suffix(".safetensors").read_bytes()
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if document.get("schema") == SCHEMA and hashlib.sha256(content).hexdigest() == found.sha256:
            return found, load(content)
    return None


def _files(folder: Path) -> list[Path]:
    """The JSON files of a folder's checkpoints, oldest first."""
    found = [(int(match[1]), path) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))]
    return [path for _, path in sorted(found)]
