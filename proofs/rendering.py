"""Results as text for a terminal."""

from __future__ import annotations

import sympy as sp

from ..symbolic.analysis import Analysis
from ..symbolic.enclosures import Interval, enclose
from ..symbolic.formula import Formula
from ..symbolic.printing import formula_text, number_text, short_text, text
from ..symbolic.proposal import Proposal
from .adviser import advice_lines
from .case_lines import case_lines
from .checking import CheckResult
from .decimals import decimal_lines
from .lazy_lines import lazy_lines
from .points import example_text
from .speeds import speed_lines

_LABEL = 18
_LONGEST = 600


def result_text(result: CheckResult) -> str:
    """Everything that a reader of one proposal wants to see."""
    if result.analysis is None:
        return f"{result.name}\n{_line('verdict', 'undecided')}{_line('reason', result.error)}"
    analysis = result.analysis
    verdict = analysis.verdict
    lines = [result.name + "\n"]
    if analysis.proposal.reference:
        lines.append(_line("reference", analysis.proposal.reference))
    answer = verdict.verdict.value + (f" ({verdict.rate})" if verdict.rate else "")
    lines.append(_line("verdict", f"{answer}, under {rule_name(analysis.proposal)}"))
    lines.append(_line("because", verdict.reason))
    lines += _point_lines(analysis)
    if analysis.condition is not None:
        lines.append(_line("condition", formula_text(analysis.condition)))
    lines += _derivation_lines(analysis)
    lines += [_line(f"  {name}", f"{found.verdict.value}: {found.reason}") for name, found in analysis.updates.items()]
    lines += [_line(label, _short(words)) for label, words in case_lines(result.cases)]
    lines += [_line(f"claim: {c.claim}", f"{_holds(c.holds)}: {c.reason}") for c in result.claims if result.claimed]
    if not result.claimed:
        lines += [_line("asked: converges", f"{_holds(c.holds)}") for c in result.claims]
    lines.append(_line("evidence", evidence_text(result)))
    lines.append(_line("time", f"{result.seconds:.2f} s"))
    return "".join(lines).rstrip("\n")


def _derivation_lines(analysis: Analysis) -> list[str]:
    lines: list[str] = []
    if analysis.derivation is not None:
        derivation = analysis.derivation
        rows = zip(derivation.coordinates, derivation.field, strict=True)
        lines += [_line(f"v{n} ({symbol})", _short(short_text(row))) for n, (symbol, row) in enumerate(rows, 1)]
        star = zip(derivation.coordinates, derivation.equilibrium, strict=True)
        lines.append(_line("equilibrium", ", ".join(f"{symbol} = {text(value)}" for symbol, value in star)))
    lines += [_line("equilibria instead", line) for line in elsewhere_lines(analysis)]
    if analysis.jacobian is not None:
        size = analysis.jacobian.rows
        entries = "; ".join(", ".join(text(entry) for entry in analysis.jacobian.row(i)) for i in range(size))
        lines.append(_line("Jacobian", _short(f"[{entries}]")))
    if analysis.eigenvalues is not None:
        lines.append(_line("eigenvalues", _short(_values(analysis.eigenvalues))))
    lines += _formula_line("critical", analysis.critical)
    if analysis.multipliers is not None:
        lines.append(_line("multipliers", _short(_values(analysis.multipliers))))
    lines += _formula_line("stable step sizes", analysis.step_size)
    lines += [_line("lazy penalty", line) for line in lazy_lines(analysis)]
    lines += [_line("fastest", line) for line in speed_lines(analysis)]
    lines += [_line("in numbers", line) for line in decimal_lines(analysis)]
    lines += [_line("advice", line) for line in advice_lines(analysis)]
    return lines


def elsewhere_lines(analysis: Analysis) -> list[str]:
    """Where the equilibrium went, one line each."""
    found = analysis.elsewhere
    if found is None:
        return []
    at = ", ".join(f"{s} = {text(v)}" for s, v in sorted(found.point.items(), key=lambda item: str(item[0])))
    where = f" (at {at})" if at else ""
    if not found.complete and not found.equilibria:
        return [f"{found.reason}{where}"]
    if not found.equilibria:
        return [f"none with a smooth v{where}"]
    words = {True: "it attracts", False: "it does not attract", None: "whether it attracts is not decided"}
    right = {True: "the right generator", False: "another generator"}
    return [
        f"theta = {number_text(e.theta)}, psi = {number_text(e.psi)}: "
        f"{right[e.generator_right]}; {words[e.attracts]}{where}"
        for e in found.equilibria
    ]


def rule_name(proposal: Proposal) -> str:
    """The training rule with what was given of its keys."""
    training = proposal.training
    given = {key: value for key, value in proposal.source.get("training", {}).items() if key != "update"}
    steps = f" {training.g_steps}:{training.d_steps}" if training.g_steps + training.d_steps > 2 else ""
    keys = ", ".join(f"{key} = {value}" for key, value in given.items() if key not in ("g_steps", "d_steps"))
    name = {"flow": "the flow", "simultaneous": "simultaneous descent", "alternating": "alternating descent"}
    return name.get(training.update, training.update) + steps + (f" ({keys})" if keys else "")


def _point_lines(analysis: Analysis) -> list[str]:
    verdict = analysis.verdict
    found = [("converges at", verdict.witness), ("fails at", verdict.counterexample)]
    return [_line(label, example_text(point) + _decimals(point)) for label, point in found if point]


def _decimals(point: dict[sp.Symbol, sp.Expr]) -> str:
    """The irrational coordinates of a point, in numbers."""
    values = [(s, enclose(v)) for s, v in sorted(point.items(), key=lambda item: str(item[0])) if not v.is_Rational]
    words = ", ".join(f"{symbol} = {value}" for symbol, value in values if isinstance(value, Interval))
    return f"  ({words})" if words else ""


def _formula_line(label: str, formula: Formula | None) -> list[str]:
    return [] if formula is None else [_line(label, _short(formula_text(formula)))]


def _short(shown: str) -> str:
    """What fits on a terminal."""
    return shown if len(shown) <= _LONGEST else f"a formula of {len(shown)} characters, in the JSON document"


def _values(values: list[sp.Expr]) -> str:
    return ",  ".join(text(value) for value in values)


def _holds(holds: bool | None) -> str:
    return {True: "holds", False: "REFUTED", None: "undecided"}[holds]


def _line(label: str, content: str) -> str:
    return f"  {label:<{_LABEL}} {content}\n"


def evidence_text(result: CheckResult) -> str:
    """What autograd said, in a few words."""
    agreement = result.evidence
    if agreement is None:
        return f"none ({result.evidence_missing})"
    if agreement.holds:
        return f"autograd agrees on {agreement.cases} random cases (largest error {agreement.max_error:.1e})"
    return f"AUTOGRAD DISAGREES: {agreement.reason} {agreement.worst}"


def summary_rows(result: CheckResult | None) -> str:
    """One line of the table of several proposals; its heading for None."""
    if result is None:
        return f"{'proposal':<44} {'rule':<13} {'verdict':<18} {'rate':<10} {'claims':<8} {'autograd':<9} {'s':>5}"
    if result.analysis is None:
        return f"{result.name[:44]:<44} {'':<13} {'undecided':<18} {'':<10} {'':<8} {'':<9} {result.seconds:>5.1f}"
    verdict = result.analysis.verdict
    holding = {claim.holds for claim in result.claims}
    claims = "REFUTED" if False in holding else "open" if None in holding else "hold"
    agreement = result.evidence
    numeric = "-" if agreement is None else f"{agreement.max_error:.0e}" if agreement.holds else "DIFFERS"
    rule = result.analysis.proposal.training.update
    return (
        f"{result.name[:44]:<44} {rule:<13.13} {verdict.verdict.value:<18} {verdict.rate:<10} {claims:<8} {numeric:<9} "
        f"{result.seconds:>5.1f}"
    )
