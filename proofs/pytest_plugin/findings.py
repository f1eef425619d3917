"""What a person needs who reads that a claim does not hold: claimed, derived, why, where it fails."""

from __future__ import annotations

import json

import sympy as sp

from ...numeric.agreement import Agreement
from ...symbolic.analysis import Analysis
from ...symbolic.claims import ClaimResult
from ...symbolic.formula import Formula
from ...symbolic.printing import formula_text, text
from ...symbolic.rulings import Verdict
from ..points import example_text
from ..rendering import elsewhere_lines, rule_name

Lines = list[tuple[str, str]]


def claim_lines(analysis: Analysis, claim: ClaimResult) -> Lines:
    """What was claimed and what was derived in its place, label by label.

    Args:
        analysis: What was derived from the proposal.
        claim: The claim that was refuted or left open.

    Returns:
        Labels and texts.
    """
    said = analysis.proposal.source.get("claim", {}).get(claim.claim)
    lines = [("asked", "converges")] if said is None else [("claimed", f"{claim.claim} = {_toml(said)}")]
    lines.append(("derived", _derived(analysis, claim.claim)))
    if claim.claim != "verdict":
        lines.append(("verdict", _verdict(analysis)))
    points = (("converges at", analysis.verdict.witness), ("fails at", analysis.verdict.counterexample))
    lines += [(label, example_text(point)) for label, point in points if point]
    if analysis.condition is not None and claim.claim != "condition":
        lines.append(("condition", formula_text(analysis.condition)))
    return lines + [("equilibria instead", line) for line in elsewhere_lines(analysis)]


def evidence_lines(agreement: Agreement) -> Lines:
    """Where autograd and the derivation differ."""
    return [
        ("differs at", agreement.worst),
        ("cases", f"{agreement.cases}, seed {agreement.seed}; largest relative difference {agreement.max_error:.1e}"),
        ("means", "the derivation is not the gradient of the proposal's losses: please report this as a defect"),
    ]


def _toml(value: object) -> str:
    """A claimed value as it stands in the file: JSON's texts and lists are TOML's."""
    return json.dumps(value, ensure_ascii=False)


def _verdict(analysis: Analysis) -> str:
    found = analysis.verdict
    rate = f" ({found.rate})" if found.rate else ""
    return f"{found.verdict.value}{rate}, under {rule_name(analysis.proposal)}"


def _derived(analysis: Analysis, key: str) -> str:
    """The derived value of a claimed key."""
    match key:
        case "verdict":
            return _verdict(analysis)
        case "rate":
            return analysis.verdict.rate or "no rate"
        case "eigenvalues":
            return _spectrum(analysis.eigenvalues, analysis.polynomial)
        case "multipliers":
            return _spectrum(analysis.multipliers, analysis.update_polynomial)
        case "condition":
            everywhere = {Verdict.CONVERGES: "everywhere", Verdict.DOES_NOT_CONVERGE: "nowhere"}
            return everywhere.get(analysis.verdict.verdict) or _formula(analysis.condition)
        case "step_size":
            return _formula(analysis.step_size)
        case _:
            return _formula(analysis.critical)


def _formula(formula: Formula | None) -> str:
    return "no formula was found" if formula is None else formula_text(formula)


def _spectrum(values: list[sp.Expr] | None, polynomial: sp.Expr | None) -> str:
    if values is not None:
        return ",  ".join(text(value) for value in values)
    return "no Jacobian" if polynomial is None else f"the roots of {text(polynomial)}"
