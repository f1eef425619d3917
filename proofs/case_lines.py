"""What holds beyond the prototype, in words and as JSON values."""

from __future__ import annotations

from typing import Any

from ..symbolic.general import Case, Cases
from .points import example, example_text

NAMES = {"general": "general case", "absolutely_continuous": "with densities"}


def cases_document(cases: Cases | None, failure: str = "") -> dict[str, Any]:
    """Both cases as JSON values.

    Args:
        cases: What was decided; None if the analysis failed.
        failure: Why it failed.

    Returns:
        ``verdict``, ``reason``, ``assumptions`` (of the user's architecture), and for ``not-always`` the game that
        fails with its prototype and the point.
    """
    if cases is None:
        return {name: {"verdict": "undecided", "reason": failure, **_NOTHING} for name in NAMES}
    return {name: _document(getattr(cases, name)) for name in NAMES}


_NOTHING = {"assumptions": [], "counterexample": None}


def _document(case: Case) -> dict[str, Any]:
    counterexample = None
    if case.game:
        counterexample = {"game": case.game, "prototype": case.prototype or None, "at": example(case.point)}
    return {
        "verdict": case.verdict.value,
        "reason": case.reason,
        "assumptions": list(case.assumptions),
        "counterexample": counterexample,
    }


def case_lines(cases: Cases | None) -> list[tuple[str, str]]:
    """Labels and texts, one for each case."""
    if cases is None:
        return []
    return [(label, case_text(getattr(cases, name))) for name, label in NAMES.items()]


def case_text(case: Case) -> str:
    """The answer with its reason on one line."""
    at = f" (at {example_text(case.point)})" if case.point else ""
    assumed = f"; assuming {'; '.join(case.assumptions)}" if case.assumptions else ""
    return f"{case.verdict.value}: {case.reason}{at}{assumed}"
