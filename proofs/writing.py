"""Derived lemmas as files: a page of Markdown with LaTeX and a certificate for each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from .comparison import letters_of, same_certificate, same_page
from .lemma_certificate import lemma_certificate
from .lemmas import Derived
from .pages import page

_PAGE, _CERTIFICATE = ".md", ".certificate.json"


class Written(Protocol):
    """What has files: a record."""

    @property
    def files(self) -> Mapping[str, str]:
        """Texts by file name."""
        ...


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


def write(lemmas: Iterable[Written], common: Mapping[str, str], folder: Path) -> None:
    """Writes the files of all lemmas, and those of the whole catalogue, where they differ from what is there.

    Args:
        lemmas: What came out.
        common: Further texts by file name.
        folder: Where to; created if need be. Files of other lemmas stay.

    Raises:
        OSError: If a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _all_files(lemmas, common).items():
        path = folder / name
        if _read(path) != text:
            path.write_text(text, encoding="utf-8", newline="\n")


def stale(lemmas: Iterable[Written], common: Mapping[str, str], folder: Path) -> list[str]:
    """The files that are missing, that say something else than what would be written, or that belong to no lemma.

    Args:
        lemmas: What came out, for the whole catalogue.
        common: Further texts by file name.
        folder: Where the files are.

    Returns:
        File names, sorted.
    """
    wanted = _all_files(lemmas, common)
    outdated = {name for name in wanted if not _says(_read(folder / name), name, wanted)}
    found = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    return sorted(outdated | {name for name in found - set(wanted) if name.endswith((_PAGE, _CERTIFICATE))})


def _says(committed: str | None, name: str, wanted: Mapping[str, str]) -> bool:
    if committed is None:
        return False
    if name.endswith(_CERTIFICATE):
        return same_certificate(committed, wanted[name])
    certificate = wanted.get(name.removesuffix(_PAGE) + _CERTIFICATE)
    letters = frozenset[str]() if certificate is None else letters_of(certificate)
    return same_page(committed, wanted[name], letters)


def _all_files(lemmas: Iterable[Written], common: Mapping[str, str]) -> dict[str, str]:
    return {name: text for one in lemmas for name, text in one.files.items()} | dict(common)


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
