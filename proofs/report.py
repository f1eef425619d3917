"""The report of one proposal: Markdown with LaTeX, for a paper's appendix or a review."""

from __future__ import annotations

import sympy as sp

from ..symbolic.analysis import Analysis
from ..symbolic.expression import is_zero
from ..symbolic.formula import FALSE, TRUE, Formula
from ..symbolic.latex import latex
from ..symbolic.printing import displayed, standard
from ..symbolic.rulings import Outcome, RuledCell
from ..symbolic.theorems import THEOREMS
from .adviser import advice_report
from .case_lines import case_lines
from .checking import CheckResult
from .decimals import decimal_lines
from .lazy_lines import lazy_lines
from .points import example
from .rendering import elsewhere_lines, evidence_text, rule_name
from .speeds import speed_lines

_NAMES = {"f1": "f'(0)", "f2": "f''(0)", "f3": "f'''(0)"}


def report_text(result: CheckResult) -> str:
    """The report.

    Args:
        result: A result with an analysis.

    Returns:
        Markdown; formulas stand between dollar signs.
    """
    analysis = result.analysis
    assert analysis is not None
    verdict = analysis.verdict
    parts = [f"# {result.name}\n"]
    if analysis.proposal.reference:
        parts.append(f"Reference: {analysis.proposal.reference}\n")
    rate = f" ({verdict.rate} rate)" if verdict.rate else ""
    parts.append(f"**Verdict: {verdict.verdict.value}**{rate}. {_sentence(verdict.reason)}\n")
    parts += [
        f"- {label}: {', '.join(f'`{k} = {v}`' for k, v in point.items())}"
        for label, point in (
            ("converges at", example(verdict.witness)),
            ("does not converge at", example(verdict.counterexample)),
        )
        if point
    ]
    parts.append("\n## Derivation\n")
    parts += _derivation(analysis)
    parts += advice_report(analysis)
    parts.append("\n## Proof\n")
    parts.append(f"Hypotheses: {_formula(analysis.hypotheses)}. The cases below cover them.\n")
    parts += [_cell(number, ruled) for number, ruled in enumerate(verdict.cells, 1)]
    parts.append("\n## Other rules\n")
    parts += [f"- {name}: {found.verdict.value}. {_sentence(found.reason)}" for name, found in analysis.updates.items()]
    parts.append("\n## Beyond the prototype\n")
    parts += [f"- {label}: {_sentence(words)}" for label, words in case_lines(result.cases)]
    if result.claimed:
        parts.append("\n## Claims\n")
        words = {True: "holds", False: "refuted", None: "undecided"}
        parts += [f"- {c.claim}: {words[c.holds]}. {_sentence(c.reason)}" for c in result.claims]
    parts.append("\n## Evidence\n")
    parts.append(f"{_sentence(evidence_text(result))} Evidence is no part of the proof.")
    return "\n".join(parts) + "\n"


def _derivation(analysis: Analysis) -> list[str]:
    lines: list[str] = []
    penalties = [
        f"R_{player} = {latex(penalty)}"
        for player, penalty in (
            ("D", analysis.proposal.penalty_discriminator),
            ("G", analysis.proposal.penalty_generator),
        )
        if not is_zero(penalty)
    ]
    if penalties:
        lines.append(f"$${', '.join(penalties)}$$\n")
    if analysis.derivation is not None:
        derivation = analysis.derivation
        rows = ", \\qquad ".join(f"v_{{{n}}} = {_latex(row)}" for n, row in enumerate(derivation.field, 1))
        lines.append(f"$${rows}$$\n")
        names, values = (", ".join(map(_latex, side)) for side in (derivation.coordinates, derivation.equilibrium))
        lines.append(f"Equilibrium: $({names}) = ({values})$.\n")
    lines += [f"Equilibria instead: {line}.\n" for line in elsewhere_lines(analysis)]
    if analysis.jacobian is not None and analysis.polynomial is not None and analysis.eigenvalues is not None:
        lines.append(
            f"$$v'(x^*) = {_latex(analysis.jacobian)}, \\qquad \\det(z - v') = {_latex(analysis.polynomial)}$$\n"
        )
        lines.append(f"Eigenvalues: ${', '.join(map(_latex, analysis.eigenvalues))}$.\n")
    if analysis.critical is not None:
        lines.append(f"The eigenvalues meet where {_formula(analysis.critical)}.\n")
    if analysis.question is not None and analysis.question.rule.discrete:
        lines.append(f"Training rule: {rule_name(analysis.proposal)}, `{analysis.question.rule.formula}`.\n")
    if analysis.update_matrix is not None:
        lines.append(f"One period of the rule: $F'(x^*) = {_latex(analysis.update_matrix)}$.\n")
    if analysis.step_size is not None:
        lines.append(
            f"All multipliers lie inside the unit circle exactly for $h > 0$ with {_formula(analysis.step_size)}.\n"
        )
    lines += [f"Lazy penalty: {line}.\n" for line in lazy_lines(analysis)]
    lines += [f"Fastest: {line}.\n" for line in speed_lines(analysis)]
    numbers = decimal_lines(analysis)
    if numbers:
        lines.append("In numbers, every digit certain up to the error that is given:\n")
        lines += [f"- {line}" for line in numbers] + [""]
    return lines


def _cell(number: int, ruled: RuledCell) -> str:
    ruling = ruled.ruling
    answer = {Outcome.YES: "converges", Outcome.NO: "does not converge", Outcome.OPEN: "open"}[ruling.outcome]
    theorem = THEOREMS.get(ruling.theorem)
    by = "" if theorem is None else f" By *{theorem.key}*: {theorem.statement} ({theorem.source})"
    return f"{number}. Where {_formula(ruled.cell.formula)}: **{answer}**. {_sentence(ruling.reason)}{by}\n"


def _formula(formula: Formula) -> str:
    if formula in (TRUE, FALSE):
        return "nothing is assumed" if formula == TRUE else "never"
    return f"${_latex(displayed(formula))}$"


def _latex(expression: sp.Basic) -> str:
    shown = standard(expression) if isinstance(expression, sp.Expr) else expression
    names = {sp.Symbol(name, real=True): latex for name, latex in _NAMES.items()}
    bound = (symbol for symbol in shown.atoms(sp.Symbol) if symbol.name.startswith("_"))
    names |= {symbol: sp.latex(sp.Symbol(symbol.name[1:])) for symbol in bound}
    return sp.latex(shown, symbol_names=names)


def _sentence(words: str) -> str:
    capital = words[:1].upper() + words[1:] if words[:2] not in ("v ", "f ") else words
    return capital if capital.endswith(".") else capital + "."
