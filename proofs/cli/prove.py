"""``convergan prove``: derive the catalogue, compare with what is recorded, keep the derivations up to date."""

from __future__ import annotations

from pathlib import Path

from ... import __version__
from ..lemmas import Derived, Status
from ..proving import UnknownLemmaError, prove, select
from ..writing import certificate_name, stale, write
from .output import OutputError, console, error_console, print_plain, progress, write_json

DERIVATIONS = Path(__file__).parents[1] / "derivations"
_STYLES = {Status.PROVED: "green", Status.CORRECTED: "yellow", Status.REFUTED: "red"}


def run_prove(lemmas: list[str], json: str | None, write_files: bool, check: bool) -> int:
    """Derives lemmas and prints how they stand.

    Args:
        lemmas: Ids; all if empty.
        json: Where the JSON document goes, ``-`` for standard output, or None.
        write_files: Whether to regenerate ``proofs/derivations``.
        check: Whether to fail when ``proofs/derivations`` is out of date.

    Returns:
        The exit code: 0 if every derived status is the recorded one, 1 if one differs, 3 if one is undecided, 2 for an
        unknown id or derivations that are out of date.
    """
    errors, out = error_console(), console(quiet=json == "-")
    try:
        names = select(lemmas)
    except UnknownLemmaError as error:
        print_plain(errors, str(error))
        return 2
    if (write_files or check) and lemmas:
        print_plain(errors, "--write and --check take the whole catalogue; name no lemma")
        return 2
    derived: list[Derived] = []
    for number, name in enumerate(names, 1):
        with progress(name, number, len(names)):
            (result,) = prove(name)
        derived.append(result)
        mark = "" if result.as_recorded else f"  (recorded: {result.lemma.status.value})"
        line = f"{result.status.value:<10} {name:<26} {result.reason}{mark}"
        print_plain(out, line, _STYLES.get(result.status, "magenta"))
    try:
        if write_files:
            write(derived, DERIVATIONS)
            print_plain(out, f"wrote {len(derived)} derivations")
        if json is not None:
            write_json(_document(derived), json)
    except OSError as error:
        print_plain(errors, f"{DERIVATIONS}: cannot be written: {error.strerror or error}")
        return 2
    except OutputError as error:
        print_plain(errors, str(error))
        return 2
    outdated = stale(derived, DERIVATIONS) if check else []
    for name in outdated:
        print_plain(errors, f"out of date: proofs/derivations/{name}; run convergan prove --write")
    return _exit_code(derived, bool(outdated))


def _exit_code(derived: list[Derived], outdated: bool) -> int:
    wrong = [result for result in derived if not result.as_recorded]
    if outdated:
        return 2
    if any(result.status is not Status.UNDECIDED for result in wrong):
        return 1
    return 3 if wrong else 0


def _document(derived: list[Derived]) -> dict[str, object]:
    """The document of ``prove`` (schema ``convergan.prove/1``)."""
    return {
        "schema": "convergan.prove/1",
        "version": __version__,
        "results": [
            {
                "id": result.lemma.id,
                "source": result.lemma.source,
                "statement": result.lemma.statement,
                "status": result.status.value,
                "reason": result.reason,
                "certificate": _certificate(result),
                "seconds": round(result.seconds, 3),
            }
            for result in derived
        ],
    }


def _certificate(result: Derived) -> str | None:
    path = DERIVATIONS / certificate_name(result.lemma.id)
    return str(path) if path.exists() else None
