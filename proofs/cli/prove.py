"""``convergan prove``: derive the catalogue, compare with what is recorded, keep the derivations up to date."""

from __future__ import annotations

from pathlib import Path

from ... import __version__
from ..index import common_pages
from ..lemmas import Status
from ..proving import UnknownLemmaError, records, select
from ..records import Record
from ..writing import certificate_name, stale, write
from .output import OutputError, console, error_console, print_plain, progress, write_json

DERIVATIONS = Path(__file__).parents[1] / "derivations"
_STYLES = {Status.PROVED: "green", Status.CORRECTED: "yellow", Status.REFUTED: "red", Status.TESTED: "cyan"}


def run_prove(lemmas: list[str], json: str | None, write_files: bool, check: bool, fresh: bool) -> int:
    """Derives lemmas and prints how they stand; lemmas that are asked for by name are printed with their derivation.

    Args:
        lemmas: Ids; all if empty.
        json: Where the JSON document goes, ``-`` for standard output, or None.
        write_files: Whether to regenerate ``proofs/derivations``.
        check: Whether to fail when ``proofs/derivations`` is out of date.
        fresh: Whether to derive what is unchanged since an earlier run, too.

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
    found: list[Record] = []
    running = records(names, fresh=fresh)
    width = max(map(len, names))
    for number, name in enumerate(names, 1):
        with progress(name, number, len(names)):
            record = next(running)
        found.append(record)
        if lemmas:
            print_plain(out, record.text + "\n" * (number < len(names)))
        else:
            mark = "" if record.as_recorded else f"  (recorded: {record.recorded})"
            line = f"{record.status:<10} {name:<{width}} {record.reason}{mark}"
            print_plain(out, line, _STYLES.get(Status(record.status), "magenta"))
    common = common_pages(found)
    try:
        if write_files:
            write(found, common, DERIVATIONS)
            print_plain(out, f"wrote {len(found)} derivations, their index and the errata")
        if json is not None:
            write_json(_document(found), json)
    except OSError as error:
        print_plain(errors, f"{DERIVATIONS}: cannot be written: {error.strerror or error}")
        return 2
    except OutputError as error:
        print_plain(errors, str(error))
        return 2
    outdated = stale(found, common, DERIVATIONS) if check else []
    for name in outdated:
        print_plain(errors, f"out of date: proofs/derivations/{name}; run convergan prove --write")
    return _exit_code(found, bool(outdated))


def _exit_code(found: list[Record], outdated: bool) -> int:
    wrong = [record for record in found if not record.as_recorded]
    if outdated:
        return 2
    if any(record.status != Status.UNDECIDED.value for record in wrong):
        return 1
    return 3 if wrong else 0


def _document(found: list[Record]) -> dict[str, object]:
    """The document of ``prove`` (schema ``convergan.prove/1``)."""
    return {
        "schema": "convergan.prove/1",
        "version": __version__,
        "results": [
            {
                "id": record.id,
                "source": record.source,
                "statement": record.statement,
                "status": record.status,
                "reason": record.reason,
                "certificate": _certificate(record),
                "seconds": record.seconds,
            }
            for record in found
        ],
    }


def _certificate(record: Record) -> str | None:
    path = DERIVATIONS / certificate_name(record.id)
    return str(path) if path.exists() else None
