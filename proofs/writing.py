"""Derived lemmas as files: a page of Markdown with LaTeX and a certificate for each, the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from .lemma_certificate import lemma_certificate
from .lemmas import Derived
from .pages import page

_PAGE, _CERTIFICATE = ".md", ".certificate.json"


def page_name(identifier: str) -> str:
    """The file name of a lemma's page."""
    return identifier + _PAGE


def certificate_name(identifier: str) -> str:
    """The file name of a lemma's certificate."""
    return identifier + _CERTIFICATE


def render(derived: Derived) -> dict[str, str]:
    """A lemma's files.

    Args:
        derived: What came out of its derivation.

    Returns:
        Texts by file name; they depend on the lemma and its proof only, not on time or machine.
    """
    certificate = json.dumps(lemma_certificate(derived), indent=2, ensure_ascii=False) + "\n"
    name = derived.lemma.id
    return {page_name(name): page(derived, certificate_name(name)), certificate_name(name): certificate}


def write(derived: Iterable[Derived], folder: Path) -> None:
    """Writes the files of all lemmas, where they differ from what is there.

    Args:
        derived: What came out.
        folder: Where to; created if need be. Files of other lemmas stay.

    Raises:
        OSError: If a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _all_files(derived).items():
        path = folder / name
        if _read(path) != text:
            path.write_text(text, encoding="utf-8", newline="\n")


def stale(derived: Iterable[Derived], folder: Path) -> list[str]:
    """The files that are missing, that differ from what would be written, or that belong to no lemma.

    Args:
        derived: What came out, for the whole catalogue.
        folder: Where the files are.

    Returns:
        File names, sorted.
    """
    wanted = _all_files(derived)
    outdated = {name for name, text in wanted.items() if _read(folder / name) != text}
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return sorted(outdated | {name for name in found - set(wanted) if name.endswith((_PAGE, _CERTIFICATE))})


def _all_files(derived: Iterable[Derived]) -> dict[str, str]:
    return {name: text for one in derived for name, text in render(one).items()}


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
