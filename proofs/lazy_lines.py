"""What a lazy penalty costs, in words and as JSON values."""

from __future__ import annotations

from typing import Any

from ..symbolic.analysis import Analysis
from ..symbolic.formula import Formula
from ..symbolic.printing import formula_text


def lazy_document(analysis: Analysis) -> dict[str, Any] | None:
    """The exact condition for a lazy penalty beside that of the same one at every step; None for other proposals."""
    price = analysis.lazy
    if price is None:
        return None
    return {
        "every": price.every,
        "converges": formula_text(price.window),
        "up_to": _text(price.limit),
        "at_every_step": _text(price.at_every_step),
        "lemma": "lazy-r1",
    }


def lazy_lines(analysis: Analysis) -> list[str]:
    """The same, one line each."""
    price = analysis.lazy
    if price is None:
        return []
    up_to = "" if price.limit is None else f", up to {formula_text(price.limit)}"
    lines = [f"converges linearly exactly for {formula_text(price.window)}{up_to} (lemma lazy-r1)"]
    if price.at_every_step is not None:
        lines.append(f"with the penalty at every step: {formula_text(price.at_every_step)}")
    return lines


def _text(formula: Formula | None) -> str | None:
    return None if formula is None else formula_text(formula)
