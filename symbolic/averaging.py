r"""Uniform averages of simultaneous iterates: do they tend to x*?

They do where the iterates do, like 1/k. Where the iterates do not, little is known of their averages (a cycle around x*
may well have the mean x*), except for a linear field: with M = 1 + h J the averages of M^j x tend to 0 for every x if
and only if no eigenvalue of M lies outside the unit circle, those on it are not 1, and a double one is no Jordan block.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from .criteria import Spectrum, classify_map
from .critical.conclusions import CONTINUUM
from .critical.decide import decide_critical, is_linear
from .critical.facts import Facts
from .decision.cells import Cell
from .derivation import Derivation
from .germs import LocalField
from .rulings import Outcome, Ruling
from .spectrum import characteristic_coefficients
from .stability import Question, judge, step_sign
from .updates import Linearisation, Simultaneous, period_matrix


def judge_averaged(question: Question, derivation: Derivation, local: LocalField, cell: Cell) -> Ruling:
    """Decides whether the averages of the iterates tend to x*.

    Args:
        question: What is asked.
        derivation: The field.
        local: Its pieces on the cell.
        cell: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    iterates = replace(question, rule=Simultaneous())
    ruling = judge(iterates, local, cell)
    if ruling.outcome is not Outcome.YES:
        found = _linear(iterates, local, cell)
        if found is not None:
            return found
    if ruling.outcome is Outcome.OPEN:
        ruling = decide_critical(iterates, derivation, local, cell) or ruling
    if ruling.outcome is Outcome.YES:
        rate = "sublinear" if ruling.rate else ""
        return replace(ruling, rate=rate, reason=f"{ruling.reason}; the averages follow like 1/k")
    if ruling.theorem in CONTINUUM:
        return ruling
    return Ruling(Outcome.OPEN, "", f"{ruling.reason}; what the averages of the iterates do then is not decided")


def _linear(question: Question, local: LocalField, cell: Cell) -> Ruling | None:
    """The answer for a linear field; None for any other."""
    piece = local.pieces[0]
    if len(local.pieces) > 1 or piece.rows is None or piece.jacobian is None:
        return None
    if not is_linear(piece.rows, piece.jacobian):
        return None
    facts = Facts(cell)
    sign = step_sign(question, facts.sign)
    matrix = period_matrix(question.rule, Linearisation(piece.jacobian), question.h)
    a, b, c, d = matrix
    coefficients = characteristic_coefficients(matrix)
    start = "v is linear, and the averages of the iterates"
    if classify_map(coefficients, sign) is Spectrum.UNSTABLE:
        stays, reason = False, f"{start} grow with them"
    elif sign(sp.expand(sum(coefficients))) == 0:
        stays, reason = False, f"{start} stay away from x* along a line of fixed points"
    elif sign(sp.expand((a - d) ** 2 + 4 * b * c)) == 0 and any(sign(sp.expand(e)) for e in (a - d, b, c)):
        stays, reason = False, f"{start} do not settle: a Jordan block on the unit circle"
    else:
        stays, reason = True, f"{start}, which turn around x* without growing, tend to it like 1/k"
    outcome, rate = (Outcome.YES, "sublinear") if stays else (Outcome.NO, "")
    return Ruling(outcome, "linear-averages", reason, rate, conditions=facts.conditions())
