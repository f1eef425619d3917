r"""Step sizes h/k^p: the steps of a rule, smaller and smaller.

A step of size s is x + s w + O(s^2 |x|) with w = (n_g c_g v1, n_d c_d v2), where n counts a player's steps and c scales
them. If the step sizes tend to 0 and their sum is infinite (0 < p <= 1), the eigenvalues of w' decide as they do for
the flow: with a quadratic Lyapunov function, or a cone around the unstable subspace, late steps are those of the flow,
and finitely many early ones change nothing. The distance to x* falls like exp(-c sum h/k^p), slower than any geometric
series. If the sum is finite (p > 1), the product of all steps is bounded from below, and nothing reaches x*.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from .criteria import Spectrum, classify_flow
from .critical.conclusions import CONTINUUM
from .critical.decide import decide_critical
from .critical.facts import Facts
from .decision.cells import Cell
from .derivation import Derivation
from .germs import LocalField
from .periods import judge_period, linearisation
from .rulings import Outcome, Ruling
from .spectrum import characteristic_coefficients
from .stability import Question
from .updates import Alternating, Simultaneous, Stepwise
from .updates.steppers import Gradient, Preconditioned


def judge_decaying(question: Question, derivation: Derivation, local: LocalField, cell: Cell) -> Ruling:
    """Decides a rule with step sizes h/k^p.

    Args:
        question: What is asked; its rule has a decay p.
        derivation: The field.
        local: Its pieces on the cell.
        cell: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    rule = question.rule
    assert isinstance(rule, Stepwise)
    facts = Facts(cell)
    constant = replace(question, rule=rule.unadorned)
    if question.declared and facts.sign(question.h) <= 0:
        return Ruling(Outcome.OPEN, "", "the step size is not positive")
    found = linearisation(rule.unadorned, derivation, local, cell)
    if isinstance(found, str):
        # The first step is one of size h.
        ruling = judge_period(constant, derivation, local, cell)
        return ruling if ruling.outcome is Outcome.NO else Ruling(Outcome.OPEN, "", found)
    if rule.ema is not None:
        return Ruling(Outcome.OPEN, "", "averages beside decaying steps are decided where they are known to forget")
    if not all(isinstance(stepper, Gradient | Preconditioned) for stepper in (rule.generator, rule.discriminator)):
        return Ruling(Outcome.OPEN, "", "decaying steps with a memory are not decided")
    if facts.sign(rule.decay) < 0:
        return Ruling(Outcome.OPEN, "", "the step sizes grow")
    if facts.sign(sp.expand(rule.decay - 1)) > 0:
        if question.declared:
            return Ruling(Outcome.OPEN, "", "the steps have a finite sum; whether one of them hits x* is not decided")
        reason = "the step sizes have a finite sum, which does not reach x*"
        return Ruling(Outcome.NO, "finite-steps", reason, conditions=facts.conditions())
    counts = (rule.g_steps, rule.d_steps) if isinstance(rule, Alternating) else (1, 1)
    scales = [n * s.first_factor for n, s in zip(counts, (rule.generator, rule.discriminator), strict=True)]
    matrix = sp.diag(*scales) * found[0].field
    spectrum = classify_flow(characteristic_coefficients(matrix), facts.sign)
    if spectrum is Spectrum.STABLE:
        reason = "the eigenvalues that decide for the flow decide for step sizes h/k**p with p <= 1: all have negative"
        conditions = facts.conditions()
        return Ruling(Outcome.YES, "decaying-steps", f"{reason} real part", "sublinear", conditions=conditions)
    if spectrum is Spectrum.UNSTABLE and (isinstance(rule, Simultaneous) or not question.declared):
        reason = "the eigenvalues that decide for the flow decide for step sizes h/k**p with p <= 1: one has positive"
        return Ruling(Outcome.NO, "decaying-steps", f"{reason} real part", conditions=facts.conditions())
    if constant.rule == Simultaneous():
        # An energy that no step x + s v with s >= 0 lowers; equilibria along a curve.
        ruling = decide_critical(constant, derivation, local, cell)
        if ruling is not None and ruling.theorem in {"energy-grows", *CONTINUUM}:
            return ruling
    return Ruling(Outcome.OPEN, "", "critical: what decaying steps do is not decided by the linearisation")
