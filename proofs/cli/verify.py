"""``convergan verify``: certificates checked again, without trusting the program that wrote them."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Any

from ... import __version__
from ..verify import Verification, verify_certificate
from ..verify_lemma import verify_lemma_certificate
from .output import OutputError, console, error_console, print_plain, progress, write_json

_MAX_BYTES = 50_000_000
_LEMMA_SCHEMA = "convergan.lemma-certificate/1"


class CertificateFileError(ValueError):
    """A file that holds no certificate at all."""


def run_verify(certificates: list[Path], json: str | None) -> int:
    """Verifies certificate files and prints what came out.

    Args:
        certificates: The files.
        json: Where the JSON document goes, ``-`` for standard output, or None.

    Returns:
        The exit code: 0 all accepted, 1 one rejected, 2 one unreadable, 3 one could not be decided.
    """
    errors, out = error_console(), console(quiet=json == "-")
    codes: set[int] = set()
    entries: list[dict[str, Any]] = []
    for number, path in enumerate(certificates, 1):
        try:
            document = _read(path)
        except CertificateFileError as error:
            print_plain(errors, f"invalid: {path}: {error}")
            codes.add(2)
            entries.append({"file": str(path), "status": "invalid", "failed_step": None, "reason": str(error)})
            continue
        with progress(str(path), number, len(certificates)):
            found = _verified(document)
        status = {True: "accepted", False: "rejected", None: "undecided"}[found.accepted]
        codes.add({True: 0, False: 1, None: 3}[found.accepted])
        step = f" at step {found.failed_step!r}" if found.failed_step else ""
        style = {True: "green", False: "red", None: "magenta"}[found.accepted]
        print_plain(out, f"{status:<9} {path}{step}: {found.reason}", style)
        entry = {"file": str(path), "status": status, "failed_step": found.failed_step or None, "reason": found.reason}
        entries.append(entry)
    if json is not None:
        try:
            write_json({"schema": "convergan.verify/1", "version": __version__, "results": entries}, json)
        except OutputError as error:
            print_plain(errors, str(error))
            return 2
    return next((code for code in (2, 1, 3) if code in codes), 0)


def _verified(document: dict[str, Any]) -> Verification:
    if document.get("schema") == _LEMMA_SCHEMA:
        return verify_lemma_certificate(document)
    return verify_certificate(document)


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.is_dir():
            raise CertificateFileError("a folder where a certificate is needed; name the files in it")
        if path.stat().st_size > _MAX_BYTES:
            raise CertificateFileError(f"larger than {_MAX_BYTES} bytes; is this a certificate?")
        document = jsonlib.loads(path.read_bytes())
    except FileNotFoundError:
        raise CertificateFileError("no such file; check the path") from None
    except OSError as error:
        raise CertificateFileError(f"cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise CertificateFileError(f"not JSON: {error}; write certificates with check --proof FILE") from None
    if not isinstance(document, dict):
        raise CertificateFileError("not a certificate: no JSON object; write certificates with check --proof FILE")
    return document
