"""The lemma that a verdict is, with its proof."""

from __future__ import annotations

from ...symbolic.analysis import Analysis
from ...symbolic.derivation import Derivation
from ...symbolic.general import cases
from ...symbolic.rulings import Verdict
from ..case_lines import case_lines
from ..latex_printing import condition_latex, value_latex
from ..points import example
from .argument import argument
from .blocks import Block, Display, Exposition, Paragraph, sentence
from .setting import setting


def exposition(analysis: Analysis) -> Exposition:
    """The text of an analysed proposal.

    Args:
        analysis: What was derived and decided.

    Returns:
        A lemma with its proof; a remark where the verdict is ``undecided``.
    """
    decided = analysis.verdict.verdict is not Verdict.UNDECIDED
    return Exposition(
        title=" ".join(analysis.proposal.name.split()),
        heading="Lemma" if decided else "Remark",
        setting=setting(analysis),
        statement=_statement(analysis),
        proof=argument(analysis),
        remarks=_remarks(analysis),
    )


def _statement(analysis: Analysis) -> tuple[Block, ...]:
    blocks: list[Block] = []
    derivation = analysis.derivation
    if derivation is not None and analysis.jacobian is not None and analysis.eigenvalues is not None:
        values = r",\quad ".join(map(value_latex, analysis.eigenvalues))
        blocks += [
            Paragraph(rf"The Jacobian $v'(x^*)$ at $x^* = {point_latex(derivation)}$ has the eigenvalues"),
            Display(values),
        ]
    blocks.append(Paragraph(_answer(analysis)))
    if analysis.step_size is not None:
        blocks.append(
            Paragraph(
                "All multipliers of one period of the rule lie inside the unit circle exactly for $h > 0$ with "
                f"${condition_latex(analysis.step_size)}$."
            )
        )
    return tuple(blocks)


def _answer(analysis: Analysis) -> str:
    verdict, question = analysis.verdict, analysis.question
    arbitrary = analysis.proposal.objective is not None and analysis.proposal.objective.arbitrary
    every = "for every such $f$ and all such parameters" if arbitrary else "for all such parameters"
    small = question is not None and question.rule.discrete and not question.declared
    steps = ", for every sufficiently small step $h > 0$" if small else ""
    match verdict.verdict:
        case Verdict.CONVERGES:
            rate = f", at a {verdict.rate} rate" if verdict.rate else ""
            return f"Training converges locally to $x^*${rate}{steps}, {every}."
        case Verdict.DOES_NOT_CONVERGE:
            however = ", however small the step $h > 0$ is" if small else ""
            return f"Training does not converge locally to $x^*${however}, {every}."
        case Verdict.CONDITIONAL:
            return _condition(analysis) + steps + "."
    return sentence(f"whether training converges is open: {verdict.reason}")


def _condition(analysis: Analysis) -> str:
    if analysis.condition is not None:
        return f"Training converges locally to $x^*$ if and only if ${condition_latex(analysis.condition)}$"
    points = []
    for words, point in (("converges", analysis.verdict.witness), ("does not", analysis.verdict.counterexample)):
        values = ", ".join(f"`{name} = {value}`" for name, value in (example(point) or {}).items())
        points.append(f"it {words} at {values}")
    return f"Whether training converges locally to $x^*$ depends on the parameters: {', and '.join(points)}"


def point_latex(derivation: Derivation) -> str:
    """The point that is judged."""
    return f"({', '.join(map(value_latex, derivation.equilibrium))})"


def _remarks(analysis: Analysis) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(sentence(f"{label}: {words}")) for label, words in case_lines(cases(analysis))]
    if analysis.critical is not None:
        blocks.append(
            Paragraph(f"The eigenvalues of $v'(x^*)$ meet exactly where ${condition_latex(analysis.critical)}$.")
        )
    blocks.append(
        Paragraph(
            "Derived and decided by convergan, without floating point; `convergan check FILE --proof NAME.json` writes "
            "the certificate of this verdict, and `convergan verify` checks it by another derivation and another "
            "solver."
        )
    )
    return tuple(blocks)
