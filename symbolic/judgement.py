"""One rule on one cell: which argument is for which kind of rule."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from .averaging import judge_averaged
from .critical.decide import decide_critical, decide_critical_period
from .decaying import judge_decaying
from .decision.cells import Cell
from .decision.equations import solved_equations
from .derivation import Derivation
from .formula import compare, conjunction
from .germs import LocalField
from .manifolds import judge_manifold
from .periods import judge_period
from .rulings import Outcome, Ruling
from .stability import Question, judge, stationary
from .updates import Averaged, Stepwise


def judge_rule(
    question: Question, derivation: Derivation, local: LocalField, cell: Cell, *, critical: bool = True
) -> Ruling:
    """Decides one rule on one cell.

    Linearisation, stationarity and one-sided limits come first; what they leave open goes to the critical methods.

    Args:
        question: What is asked.
        derivation: The fields.
        local: The pieces of v on the cell.
        cell: Where signs are decided.
        critical: Whether to ask the critical methods as well.

    Returns:
        The ruling; ``Outcome.OPEN`` with the reason where nothing decides.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    question = simplified(question, derivation, cell)
    rule = question.rule
    if not derivation.planar:
        found = stationary(question, local, cell) if not rule.discrete or rule.first_order is not None else None
        if isinstance(found, Ruling):
            return found
        return judge_manifold(question, derivation, local, cell)
    if isinstance(rule, Averaged):
        return judge_averaged(question, derivation, local, cell)
    if isinstance(rule, Stepwise) and rule.decay is not None:
        return judge_decaying(question, derivation, local, cell)
    if not rule.discrete or rule.first_order is not None:
        ruling = judge(question, local, cell)
        if ruling.outcome is not Outcome.OPEN or not critical:
            return ruling
        return decide_critical(question, derivation, local, cell) or ruling
    ruling = judge_period(question, derivation, local, cell)
    if ruling.outcome is not Outcome.OPEN or ruling.matrix is None or not critical:
        return ruling
    return decide_critical_period(question, derivation, local, cell, ruling.matrix) or ruling


def simplified(question: Question, derivation: Derivation, cell: Cell) -> Question:
    """The question with what the cell fixes put in, and with what does not matter near x* left out.

    A clipping bound is positive and never met near x*; averages y <- b y + (1 - b) x with |b| < 1 tend to x* if x does;
    a momentum of 0 is none; a decay of 0 leaves the steps as they are; without penalties lazy ones are none.
    """
    rule = question.rule
    if isinstance(rule, Stepwise) and rule.lazy > 1 and derivation.free_field == derivation.field:
        rule = replace(rule, lazy=1)  # k equal steps, which are stable if one is
        question = replace(question, rule=rule)
    if not rule.numbers(sp.Expr):
        return question
    known = solved_equations(cell)
    rule = rule.converted(lambda number: number.xreplace(known), sp.Expr)
    if isinstance(rule, Stepwise):
        rule = replace(rule, generator=rule.generator.reduced(), discriminator=rule.discriminator.reduced(), clip=None)
        if rule.ema is not None:
            inside = conjunction([compare(rule.ema, "<", 1), compare(rule.ema, ">", -1)])
            if cell.prover.proves(cell.formula, inside, "averages forget"):
                rule = replace(rule, ema=None)
        if rule.decay is not None and cell.is_zero(rule.decay):
            rule = replace(rule, decay=None)
    return replace(question, rule=rule)
