"""What ``prove`` says of a lemma, kept by content: an unchanged lemma is not derived again.

A record is plain text. Its key is a checksum of everything that the derivation is made of: the lemma's file, the code
of ``symbolic`` and ``proofs``, and the versions of Python, SymPy, Z3 and FLINT. Records lie in the user's cache folder,
or where ``CONVERGAN_CACHE`` says; one that cannot be read is derived again, and a folder that cannot be written is no
error.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_cache_path

from .lemma_text import lemma_text
from .lemmas import Derived, Lemma, Status
from .writing import render

_PACKAGE = Path(__file__).parents[1]
_LEMMAS = _PACKAGE / "proofs" / "lemmas"
_IMPORTED = re.compile(r"^from \.(\w+) import", re.MULTILINE)
_MADE_WITH = ("sympy", "z3-solver", "python-flint")


@dataclass(frozen=True, slots=True)
class Record:
    """A derived lemma as text.

    Attributes:
        id: The lemma's.
        source: Where it is printed.
        statement: What is derived.
        status: The derived status.
        recorded: The one that the lemma file records.
        reason: One sentence.
        steps: How many were proved.
        seconds: How long the derivation took when it was made.
        files: Page and certificate, by file name.
        text: The derivation for a terminal.
    """

    id: str
    source: str
    statement: str
    status: str
    recorded: str
    reason: str
    steps: int
    seconds: float
    files: Mapping[str, str]
    text: str

    @property
    def as_recorded(self) -> bool:
        """Whether the derived status is the one that the lemma file records."""
        return self.status == self.recorded


def recorded(derived: Derived) -> Record:
    """The record of a derived lemma."""
    lemma = derived.lemma
    return Record(
        lemma.id,
        lemma.source,
        lemma.statement,
        derived.status.value,
        lemma.status.value,
        derived.reason,
        len(derived.steps),
        round(derived.seconds, 3),
        render(derived),
        lemma_text(derived),
    )


def find(lemma: Lemma) -> Record | None:
    """The record of an unchanged lemma, if there is one."""
    try:
        document = json.loads(_path(lemma).read_text(encoding="utf-8"))
        record = Record(**document["record"])
        whole = document["digest"] == _digest(record) and record.id == lemma.id
        return record if whole and record.recorded == lemma.status.value else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep(lemma: Lemma, record: Record) -> None:
    """Keeps a record, whole or not at all. What is undecided may be so for lack of time, and is not kept."""
    if record.status == Status.UNDECIDED.value:
        return
    path = _path(lemma)
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps({"digest": _digest(record), "record": asdict(record)}), encoding="utf-8")
        partial.replace(path)
        for old in path.parent.glob(f"{lemma.id}.*.json"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _digest(record: Record) -> str:
    """A checksum against damage; whoever can write to the user's cache folder can write to the program as well."""
    return hashlib.sha256(json.dumps(asdict(record), sort_keys=True).encode()).hexdigest()


def _path(lemma: Lemma) -> Path:
    given = os.environ.get("CONVERGAN_CACHE")
    folder = Path(given) if given else user_cache_path("convergan")
    return folder / "lemmas" / f"{lemma.id}.{_key(lemma)}.json"


def _key(lemma: Lemma) -> str:
    own = "".join(_sources(lemma.derive.__module__.rpartition(".")[2], set()))
    return hashlib.sha256(f"{_surroundings()} {own}".encode()).hexdigest()[:24]


def _sources(module: str, seen: set[str]) -> list[str]:
    """The text of a lemma's file and of the lemma files that it imports from."""
    if module in seen or module == "lemma":
        return []
    seen.add(module)
    text = (_LEMMAS / f"{module}.py").read_text(encoding="utf-8")
    return [text, *(source for name in _IMPORTED.findall(text) for source in _sources(name, seen))]


@functools.cache
def _surroundings() -> str:
    """A checksum of everything but the lemma files."""
    digest = hashlib.sha256()
    for path in sorted([*(_PACKAGE / "symbolic").rglob("*.py"), *(_PACKAGE / "proofs").rglob("*.py")]):
        if path.parent != _LEMMAS or path.name in ("__init__.py", "lemma.py"):
            digest.update(f"{path.relative_to(_PACKAGE).as_posix()}\0".encode() + path.read_bytes())
    versions = [platform.python_version(), version("convergan"), *map(version, _MADE_WITH)]
    return digest.hexdigest() + " ".join(versions)
