"""``convergan check``: proposals to verdicts, on the terminal, as JSON, as reports and certificates."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path

from ..certificate import build_certificate
from ..checking import CheckResult, Evidence, check
from ..document import check_document
from ..exposition import exposition, markdown, tex
from ..reading import proposal_name
from ..rendering import result_text, summary_rows
from ..report import report_text
from .output import OutputError, console, error_console, print_plain, progress, write_json, write_text

_TEXTS = {".tex": tex, ".md": markdown}
_STYLES = {"converges": "green", "conditional": "yellow", "does-not-converge": "red", "undecided": "magenta"}


def run_check(
    files: list[str], json: str | None, report: Path | None, proof: Path | None, evidence: bool, cases: int, seed: int
) -> int:
    """Checks proposals and prints what came out.

    Args:
        files: Proposal files.
        json: Where the JSON document goes, ``-`` for standard output, or None.
        report: Folder for reports and certificates, or None.
        proof: File for the proof of the only proposal, or None: a lemma in LaTeX (.tex) or Markdown (.md), else a
            certificate.
        evidence: Whether to confront the algebra with autograd.
        cases: Number of random cases.
        seed: Their seed.

    Returns:
        The exit code.
    """
    errors, out = error_console(), console(quiet=json == "-")
    if proof is not None and len(files) != 1:
        print_plain(errors, f"--proof: {len(files)} proposals given; give one, or use --report DIR for several")
        return 2
    results: list[CheckResult] = []
    certificates: dict[str, str] = {}
    try:
        for number, file in enumerate(files, 1):
            with progress(file, number, len(files)):
                result = check(file, Evidence(cases, seed) if evidence else None)
                certificates |= _written(result, report, proof, taken=set(certificates.values()))
            results.append(result)
            if result.invalid:
                print_plain(errors, f"invalid: {result.error}")
            elif len(files) == 1:
                print_plain(out, result_text(result))
            else:
                _print_row(out, result, number == 1)
        if json is not None:
            write_json(check_document(results, certificates), json)
    except OutputError as error:
        print_plain(errors, str(error))
        return 2
    codes = {result.exit_code for result in results}
    return next((code for code in (2, 1, 3) if code in codes), 0)


def _print_row(out, result: CheckResult, first: bool) -> None:
    if first:
        print_plain(out, summary_rows(None))
    style = None if result.analysis is None else _STYLES[result.analysis.verdict.verdict.value]
    print_plain(out, summary_rows(result), style)


def _written(result: CheckResult, report: Path | None, proof: Path | None, taken: set[str]) -> dict[str, str]:
    """Writes what was asked for; returns the certificate's path by file."""
    if result.analysis is None or (report is None and proof is None):
        return {}
    certificate = jsonlib.dumps(build_certificate(result.analysis), indent=1, ensure_ascii=False) + "\n"
    written = ""
    if report is not None:
        stem = proposal_name(Path(result.file))
        count = 1
        while str(report / f"{stem}.certificate.json") in taken:
            count += 1
            stem = f"{proposal_name(Path(result.file))}-{count}"
        path = report / f"{stem}.certificate.json"
        write_text(path, certificate)
        write_text(report / f"{stem}.md", report_text(result))
        written = str(path)
    if proof is not None and proof.suffix in _TEXTS:
        write_text(proof, _TEXTS[proof.suffix](exposition(result.analysis)))
    elif proof is not None:
        write_text(proof, certificate)
        written = str(proof)
    return {result.file: written}
