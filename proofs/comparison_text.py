"""Predictions against measurements, in words and as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..training.predictions.comparison import Comparison

_WORDS = {True: "yes", False: "NO", None: "-"}
_SHOWN = 24


def comparison_text(rows: Sequence[Comparison]) -> str:
    """A table, disagreements first; rows on which theory is silent are only counted.

    Args:
        rows: Sorted, disagreements first.
    """
    told = [row for row in rows if row.agrees is not None]
    silent = len(rows) - len(told)
    lines = []
    if told:
        wrong = sum(row.agrees is False for row in told)
        lines.append(f"prediction against measurement: {len(told) - wrong} of {len(told)} agree")
        width = max(len(row.run) for row in told[:_SHOWN])
        lines.append(f"  {'':<{width}}  {'':<18}  {'predicted':>11}  {'measured':>11}  {'may differ':>10}  agrees")
        for row in told[:_SHOWN]:
            numbers = f"{_text(row.predicted):>11}  {_text(row.measured):>11}  {_text(row.uncertainty):>10}"
            lines.append(f"  {row.run:<{width}}  {row.quantity:<18}  {numbers}  {_WORDS[row.agrees]}")
            if row.agrees is False:
                lines.append(f"      {row.why}")
        if len(told) > _SHOWN:
            lines.append(f"  ... and {len(told) - _SHOWN} more; --json PATH lists all")
    if silent:
        lines.append(f"on {silent} more numbers theory, or the measurement, is silent; --json PATH says why")
    return "\n".join(lines)


def comparison_document(rows: Sequence[Comparison]) -> list[dict[str, Any]]:
    """The rows as plain data."""
    return [
        {
            "run": row.run,
            "quantity": row.quantity,
            "predicted": _plain(row.predicted),
            "measured": _plain(row.measured),
            "uncertainty": _plain(row.uncertainty),
            "agrees": row.agrees,
            "why": row.why,
        }
        for row in rows
    ]


def contradicted(rows: Sequence[Comparison]) -> bool:
    """Whether a measurement is not what was predicted."""
    return any(row.agrees is False for row in rows)


def _text(value: float | str | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.5g}"


def _plain(value: float | str | None) -> float | str | None:
    """JSON has no infinity."""
    return None if isinstance(value, float) and abs(value) == float("inf") else value
