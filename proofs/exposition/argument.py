"""The proof of a verdict, line by line: the field, its linearisation, the signs, and the theorem of each case."""

from __future__ import annotations

import sympy as sp

from ...symbolic.analysis import Analysis
from ...symbolic.calculus import Mean
from ...symbolic.formula import TRUE, atoms, compare
from ...symbolic.germs.local import LocalField
from ...symbolic.obligations import goals
from ...symbolic.rulings import Outcome, RuledCell
from ...symbolic.spectrum import Z, characteristic_coefficients, characteristic_polynomial
from ...symbolic.theorems import THEOREMS
from ..latex_printing import condition_latex, value_latex
from .blocks import Block, Display, Items, Paragraph, sentence, typeset
from .energy import change_of, in_own_coordinates
from .signs import assumed, why

_LARGEST = 6
_LONGEST = 2_500
_JURY = (r"1 - \det", r"1 - \mathrm{tr} + \det", r"1 + \mathrm{tr} + \det")
_ANSWERS = {Outcome.YES: "training converges", Outcome.NO: "training does not converge", Outcome.OPEN: "this is open"}


def argument(analysis: Analysis) -> tuple[Block, ...]:
    """The proof.

    Args:
        analysis: What was derived and decided.
    """
    blocks: list[Block] = []
    if analysis.derivation is not None:
        blocks += _field(analysis)
    cells = analysis.verdict.cells
    if len(cells) > 1:
        blocks.append(Paragraph(f"There are {len(cells)} cases, which cover all admissible parameters."))
    for number, ruled in enumerate(cells, 1):
        blocks += _case(analysis, number, len(cells), ruled)
    if analysis.step_size is not None:
        blocks.append(
            Paragraph(
                "The step sizes of the lemma are those that meet Schur and Cohn's conditions on the multipliers of one "
                f"period, for $h > 0$; that these come to ${condition_latex(analysis.step_size)}$ was decided in both "
                "directions by a complete decision procedure for polynomial inequalities."
            )
        )
    return tuple(blocks)


def _field(analysis: Analysis) -> list[Block]:
    derivation = analysis.derivation
    assert derivation is not None
    rows = [rf"v_{{{number}}} &= {value_latex(row)}" for number, row in enumerate(derivation.field, 1)]
    given = "The vector field is" if analysis.proposal.field is not None else "Differentiation gives the vector field"
    shown = "\\begin{aligned} " + r" \\ ".join(rows) + " \\end{aligned}"
    names = ", ".join(map(value_latex, derivation.coordinates))
    values = ", ".join(map(value_latex, derivation.equilibrium))
    if len(shown) > _LONGEST:
        written: list[Block] = [Paragraph(f"{given} of {len(rows)} rows, which `convergan check` prints.")]
    else:
        written = [Paragraph(given), Display(shown)]
        if any(row.has(Mean) for row in derivation.field):
            written.append(Paragraph(r"where $\mathbb{E}$ averages over the samples and the noise."))
    return [*written, Paragraph(f"The point that is judged is $({names}) = ({values})$.")]


def _case(analysis: Analysis, number: int, count: int, ruled: RuledCell) -> list[Block]:
    blocks: list[Block] = []
    if count > 1:
        blocks.append(Paragraph(f"**Case {number}.** Let ${condition_latex(ruled.cell.formula)}$."))
    if ruled.local is not None:
        blocks += _pieces(analysis, ruled.local)
    ruling, question = ruled.ruling, analysis.question
    if ruling.matrix is not None:
        blocks += _spectrum(analysis, ruling.matrix)
    if ruling.function is not None:
        blocks += change_of(analysis, ruling.theorem, ruling.function, lambda c: _vanishes(c, ruled))
    if ruling.outcome is not Outcome.OPEN and question is not None:
        needed = goals(question, ruled) or []
        lines = [
            f"${condition_latex(goal.formula)}$, {why(goal.formula, ruled.cell.formula)} ({goal.because})."
            for goal in needed
            if goal.formula != TRUE and not assumed(goal.formula, ruled.cell.formula)
        ]
        if lines:
            small = question.rule.discrete and not question.declared and ruling.matrix is not None
            lowest = ", of the lowest coefficients in $h$ where $h$ is small" if small else ""
            blocks.append(Paragraph(f"It remains to see the following signs{lowest}:"))
            blocks.append(Items(tuple(dict.fromkeys(lines))))
    theorem = THEOREMS.get(ruling.theorem)
    by = "" if theorem is None else f" By the theorem `{theorem.key}` ({theorem.source}): {typeset(theorem.statement)}"
    blocks.append(Paragraph(f"{sentence(ruling.reason)}{by} Hence {_ANSWERS[ruling.outcome]}."))
    return blocks


def _vanishes(coefficient: sp.Expr, ruled: RuledCell) -> bool:
    """Whether a coefficient is 0 on the case: as it stands, or by an equation that is assumed."""
    if coefficient == 0:
        return True
    formula, prover = ruled.cell.formula, ruled.cell.prover
    if not any(atom.relation == "==" for atom in atoms(formula)):
        return False
    return prover.proves(formula, compare(coefficient, "=="), "a coefficient vanishes")


def _pieces(analysis: Analysis, local: LocalField) -> list[Block]:
    """The field's values and Jacobians at x*, on every side where they differ."""
    blocks: list[Block] = []
    own = in_own_coordinates(analysis)
    for piece in local.pieces:
        sides = ", ".join(
            f"{value_latex(function.xreplace(own))} {'>' if sign > 0 else '<' if sign < 0 else '='} 0"
            for function, sign in piece.branch.signs
        )
        where = f"On the side ${sides}$" if sides else "At $x^*$"
        found: list[str] = []
        if piece.value is not None:
            found.append(f"v = ({', '.join(map(value_latex, piece.value))})")
        if piece.jacobian is not None:
            found.append(f"v' = {value_latex(piece.jacobian)}")
        if found:
            limit = " has the limits" if sides else ""
            blocks += [Paragraph(f"{where} the field{limit or ' has the values'}"), Display(r",\qquad ".join(found))]
    return blocks


def _spectrum(analysis: Analysis, matrix: sp.ImmutableMatrix) -> list[Block]:
    """The matrix that decides, its characteristic polynomial and the criterion for its roots."""
    question = analysis.question
    assert question is not None
    if matrix.rows > _LARGEST:
        return []
    discrete = question.rule.discrete
    name = "F_h'(x^*)" if discrete else "v'(x^*)"
    blocks: list[Block] = []
    if discrete:
        blocks += [Paragraph("One period of the rule has the Jacobian"), Display(f"{name} = {value_latex(matrix)}")]
    polynomial = value_latex(characteristic_polynomial(matrix))
    blocks += [Paragraph("with the characteristic polynomial"), Display(rf"\det({Z} - {name}) = {polynomial}.")]
    if matrix.rows != 2:
        criterion = "Schur and Cohn's" if discrete else "Routh and Hurwitz's"
        blocks.append(Paragraph(f"{criterion} conditions say where its roots lie."))
        return blocks
    _, minus_trace, determinant = map(sp.expand, characteristic_coefficients(matrix))
    if not discrete:
        blocks.append(
            Paragraph(
                r"By Routh and Hurwitz both of its roots have negative real part if and only if $\mathrm{tr}\, v' < 0$ "
                rf"and $\det v' > 0$; here $-\mathrm{{tr}}\, v' = {value_latex(minus_trace)}$ and "
                rf"$\det v' = {value_latex(determinant)}$."
            )
        )
        return blocks
    conditions = (1 - determinant, 1 + minus_trace + determinant, 1 - minus_trace + determinant)
    named = zip(_JURY, conditions, strict=True)
    lines = r",\qquad ".join(f"{left} = {value_latex(sp.factor(value))}" for left, value in named)
    blocks += [
        Paragraph(
            "By Schur and Cohn both of its roots have modulus below $1$ if and only if these three are positive, for "
            "the trace and the determinant of $F_h'(x^*)$:"
        ),
        Display(lines + "."),
    ]
    return blocks
