"""The JSON document of ``check`` (schema ``convergan.check/1``, DESIGN.md section 7)."""

from __future__ import annotations

from typing import Any

from .. import __version__
from ..symbolic.analysis import Analysis
from ..symbolic.formula import Formula
from ..symbolic.printing import formula_text, text
from ..symbolic.rulings import RuleVerdict
from .adviser import advice_document
from .case_lines import cases_document
from .certificate import matrix_document
from .checking import CheckResult
from .decimals import decimals_document
from .lazy_lines import lazy_document
from .points import example
from .speeds import speeds_document

SCHEMA = "convergan.check/1"


def check_document(results: list[CheckResult], certificates: dict[str, str] | None = None) -> dict[str, Any]:
    """All results as plain JSON values.

    Args:
        results: What came out, in order.
        certificates: Paths of written certificates, by the result's file.

    Returns:
        The document.
    """
    paths = certificates or {}
    entries = [_entry(result, paths.get(result.file)) for result in results]
    return {"schema": SCHEMA, "version": __version__, "results": entries}


def _entry(result: CheckResult, certificate: str | None) -> dict[str, Any]:
    if result.invalid:
        return {"name": result.name, "file": result.file, "verdict": "invalid", "error": result.error}
    if result.analysis is None:
        return _undecided(result)
    analysis = result.analysis
    verdict = analysis.verdict
    agreement = result.evidence
    return {
        "name": result.name,
        "file": result.file,
        "symbols": analysis.symbol_names,
        "verdict": verdict.verdict.value,
        "rate": verdict.rate or None,
        "reason": verdict.reason,
        "condition": _formula(analysis.condition),
        "witness": example(verdict.witness),
        "counterexample": example(verdict.counterexample),
        "generator_converges": analysis.generator_converges,
        "prototype": analysis.proposal.prototype,
        "equilibrium": _equilibrium(analysis),
        "equilibrium_dimension": analysis.dimension,
        "other_equilibria": _elsewhere(analysis),
        "vector_field": None if analysis.derivation is None else [text(row) for row in analysis.derivation.field],
        "jacobian": None if analysis.jacobian is None else matrix_document(analysis.jacobian),
        "characteristic_polynomial": None if analysis.polynomial is None else text(analysis.polynomial),
        "eigenvalues": None if analysis.eigenvalues is None else [text(v) for v in analysis.eigenvalues],
        "update_jacobian": None if analysis.update_matrix is None else matrix_document(analysis.update_matrix),
        "update_polynomial": None if analysis.update_polynomial is None else text(analysis.update_polynomial),
        "multipliers": None if analysis.multipliers is None else [text(v) for v in analysis.multipliers],
        "step_size": _formula(analysis.step_size),
        "critical": _formula(analysis.critical),
        "rates": speeds_document(analysis),
        "lazy": lazy_document(analysis),
        "decimals": decimals_document(analysis),
        "advice": advice_document(analysis),
        "updates": {name: _rule(found) for name, found in analysis.updates.items()},
        "cases": cases_document(result.cases),
        "claims": [{"claim": c.claim, "holds": c.holds, "reason": c.reason} for c in result.claims if result.claimed],
        "evidence": None
        if agreement is None
        else {
            "autograd_cases": agreement.cases,
            "max_error": agreement.max_error,
            "seed": agreement.seed,
            "holds": agreement.holds,
        },
        "certificate": certificate,
        "seconds": round(result.seconds, 3),
    }


def _undecided(result: CheckResult) -> dict[str, Any]:
    """The analysis itself failed: nothing was decided, and the reason says why."""
    keys = ("condition", "witness", "counterexample", "generator_converges", "prototype", "equilibrium")
    keys += (
        "equilibrium_dimension",
        "other_equilibria",
        "vector_field",
        "jacobian",
        "characteristic_polynomial",
        "eigenvalues",
    )
    keys += (
        "rates",
        "lazy",
        "decimals",
        "advice",
        "update_jacobian",
        "update_polynomial",
        "multipliers",
        "step_size",
        "critical",
        "evidence",
        "certificate",
    )
    open_rule = {"verdict": "undecided", "rate": None, "reason": result.error}
    return {
        "name": result.name,
        "file": result.file,
        "symbols": [],
        "verdict": "undecided",
        "rate": None,
        "reason": result.error,
        **dict.fromkeys(keys),
        "updates": {name: dict(open_rule) for name in ("flow", "simultaneous", "alternating")},
        "cases": cases_document(None, result.error),
        "claims": [],
        "seconds": round(result.seconds, 3),
    }


def _elsewhere(analysis: Analysis) -> dict[str, Any] | None:
    """Where the equilibrium went, if x* is none; information that is no part of the verdict."""
    found = analysis.elsewhere
    if found is None:
        return None
    return {
        "at": example(found.point),
        "equilibria": [
            {"theta": text(e.theta), "psi": text(e.psi), "generator_right": e.generator_right, "attracts": e.attracts}
            for e in found.equilibria
        ],
        "complete": found.complete,
        "reason": found.reason or None,
    }


def _rule(found: RuleVerdict) -> dict[str, Any]:
    return {"verdict": found.verdict.value, "rate": found.rate or None, "reason": found.reason}


def _formula(formula: Formula | None) -> str | None:
    return None if formula is None else formula_text(formula)


def _equilibrium(analysis: Analysis) -> dict[str, str | list[str]] | None:
    """theta* and psi*: a text each, or a list where a player has several parameters."""
    if analysis.derivation is None:
        return None
    cut = len(analysis.derivation.players[0])
    values = [text(coordinate) for coordinate in analysis.derivation.equilibrium]
    sides = {"theta": values[:cut], "psi": values[cut:]}
    return {player: own[0] if len(own) == 1 else own for player, own in sides.items()}
