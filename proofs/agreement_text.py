"""What ``agree`` says, as text and as a document."""

from __future__ import annotations

import textwrap
from typing import Any

from .. import __version__
from .agreeing import CodeResult

SCHEMA = "convergan.agree/1"
_LABEL, _WIDTH = 18, 120


def agreement_text(result: CodeResult) -> str:
    """One comparison for people: what was compared, the result, causes with their mends, the smallest case."""
    outcome = result.outcome
    if outcome is None:
        return f"{'invalid' if result.invalid else 'undecided'}: {result.error}"
    lines = [f"{result.name} and {result.code}"]
    word = {True: "agrees", False: "differs", None: "undecided"}[outcome.holds]
    lines += _row("result", f"{word}: {outcome.reason}" if not outcome.causes else word)
    lines += _row("kind", outcome.kind)
    for cause in outcome.causes:
        lines += _row("differs", cause.where)
        lines += _row("likely cause", cause.text)
        lines += _row("factor", cause.factor) if cause.factor else []
        lines += _row("mend", cause.mend) if cause.mend else []
    for place, line in enumerate(outcome.smallest):
        lines += _row("" if place else "smallest case", line)
    for remark in outcome.remarks:
        lines += _row("remark", remark)
    lines += _row("compared", outcome.compared)
    if outcome.holds:
        lines += _row("largest error", f"{outcome.max_error:.1e} of the terms' size")
    lines += _row("time", f"{result.seconds:.2f} s")
    return "\n".join(lines)


def _row(label: str, text: str) -> list[str]:
    first = f"  {label:<{_LABEL}} "
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [first.rstrip()]


def agreement_document(result: CodeResult) -> dict[str, Any]:
    """One comparison as JSON: ``holds`` is true, false or null; an infinite ``max_error`` is null."""
    outcome = result.outcome
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "version": __version__,
        "name": result.name,
        "file": result.file,
        "code": result.code,
        "holds": result.holds,
        "reason": result.reason,
        "error": result.error if outcome is None else None,
        "seconds": round(result.seconds, 3),
    }
    if outcome is None:
        return document
    finite = outcome.max_error < float("inf")
    return document | {
        "kind": outcome.kind,
        "cases": outcome.cases,
        "max_error": outcome.max_error if finite else None,
        "compared": outcome.compared,
        "causes": [
            {"where": c.where, "text": c.text, "mend": c.mend or None, "factor": c.factor or None}
            for c in outcome.causes
        ],
        "smallest": list(outcome.smallest),
        "remarks": list(outcome.remarks),
    }
