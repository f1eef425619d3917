"""Theorem 4.1 of Mescheder et al. 2018 for any penalty of the language, and its converse.

    J = [[0, -pull K^T], [push K, -Q]],    pull push > 0,    W = diag(push/pull, 1):    W J + J^T W = -diag(0, 2 Q)

If Q >= 0, the quadratic form of W does not grow, and it stays constant only where Q psi = 0. Where that puts psi into
the tangent space of M_D, psi' = push K theta = 0 then puts theta into that of M_G (Assumption III(ii)): every other
direction decays, and training converges to M_G x M_D at a linear rate. If Q <= 0 instead, the eigenvalues' real parts
add up to at least 0, and no step of simultaneous descent contracts.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .. import expression as ex
from ..decision.cells import Cell
from ..derivation import Derivation
from ..rulings import Outcome
from ..stability import Question
from ..updates import Simultaneous
from .consistency import effective_steps
from .control import Control, definite, semidefinite
from .identities import consensus_identity, damping_identity, generator_identity
from .linearised import DATA, Linearised, linearised
from .truncated import NotSmooth
from .variation import NotInvariant


@dataclass(frozen=True, slots=True)
class GeneralRuling:
    """What the theorem says on a cell of the parameter space.

    Attributes:
        outcome: YES for every game that meets the assumptions, NO for none of them, or OPEN.
        reason: One sentence.
        assumptions: What is assumed of the user's architecture and data.
    """

    outcome: Outcome
    reason: str
    assumptions: tuple[str, ...] = ()


def judge_general(question: Question, derivation: Derivation, cell: Cell, *, density: bool) -> GeneralRuling:
    """Decides all games at once, as far as the second variation goes.

    Args:
        question: The rule.
        derivation: The proposal, derived on any prototype.
        cell: Where signs are decided.
        density: Whether data and generated samples have densities (the absolutely continuous case).

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    steps = effective_steps(question, cell) if question.rule.discrete else _TOGETHER
    if steps is None:
        return _open(f"small steps of the rule {question.rule.name!r} are not seen to follow the vector field")
    try:
        blocks = linearised(derivation, cell)
    except NotInvariant as failure:
        return _open(f"a penalty speaks of how the players are parametrised: {failure}")
    except NotSmooth as failure:
        return _open(f"no second variation: {failure}")
    for law, slope in blocks.tilts.items():
        if not cell.is_zero(slope):
            return _open(f"the penalty pushes the mean of D over {_words(law)} away from d*")
    if cell.sign(blocks.ratio) <= 0:
        return _open("D's step is not positive")
    toward = cell.sign(blocks.pull) * cell.sign(blocks.push)
    if blocks.kinks:
        return _with_kinks(question, blocks, toward, cell)
    if toward == 0:
        return _open("the slope of f at d* is 0: to first order the players do not see each other")
    if toward < 0 and not blocks.players:
        reason = "G climbs where it should descend: J is similar to a symmetric matrix with a zero block, so not stable"
        return _open(reason) if _is_given(question) else GeneralRuling(Outcome.NO, reason, (_MOVABLE,))
    if not semidefinite(blocks, cell):
        return _growing(question, blocks, cell)
    return _decaying(question, derivation, blocks, steps, cell, density=density)


Steps = tuple[sp.Expr, sp.Expr]
_TOGETHER: Steps = (sp.Integer(1), sp.Integer(1))
_MOVABLE = "some generator near theta* has another law (M_G is not everything)"


def _decaying(
    question: Question, derivation: Derivation, blocks: Linearised, steps: Steps, cell: Cell, *, density: bool
) -> GeneralRuling:
    found = definite(blocks, cell, density=density)
    assumptions = list(_assumptions(blocks, density=density))
    if found.control is Control.CONSTANT and blocks.shift_free and not _sees_output(derivation):
        assumptions.append("D is determined up to a constant shift, which this loss does not see: III(i) with Var D")
    elif found.control is not Control.FULL:
        if semidefinite(blocks, cell, -1):
            return _growing(question, blocks, cell)
        return _open(f"nothing damps {found.missing}")
    if _is_given(question):
        return _open("the theorem is for small steps, and h is given")
    if not blocks.players and damping_identity():
        return GeneralRuling(Outcome.YES, f"Theorem 4.1 with Q = {_quadratic(blocks)}", tuple(assumptions))
    return _with_players(blocks, steps, cell, tuple(assumptions))


def _with_players(blocks: Linearised, steps: Steps, cell: Cell, assumptions: tuple[str, ...]) -> GeneralRuling:
    """Consensus and Nagarajan-Kolter penalties beside a definite Q."""
    rho = {key: blocks.players.get(key, sp.Integer(0)) for key in _PAIRS}
    same_steps = cell.is_zero(steps[0] - steps[1]) and cell.is_zero(blocks.ratio - 1)
    zero_sum = blocks.zero_sum and cell.is_zero(blocks.pull - blocks.push)
    on_g, on_d, of_theta = (rho[key] for key in (("G", "psi"), ("D", "psi"), ("D", "theta")))
    nonnegative = all(cell.sign(value) >= 0 for value in (on_g, on_d, of_theta))
    if not (same_steps and zero_sum and nonnegative):
        return _open("penalties on players' gradients are decided for zero-sum games with equal steps and weights >= 0")
    if cell.is_zero(on_g - on_d) and consensus_identity():
        reason = f"J + J^T <= 0 with consensus terms, and Q = {_quadratic(blocks)} leaves nothing undamped"
        return GeneralRuling(Outcome.YES, reason, assumptions)
    if cell.is_zero(on_d) and cell.is_zero(of_theta) and _only_objective(blocks, cell) and generator_identity():
        reason = f"similar to Theorem 4.1 with Q + rho K K^T in the place of Q = {_quadratic(blocks)}"
        return GeneralRuling(Outcome.YES, reason, assumptions)
    return _open("penalties on players' gradients of other weights than a theorem is for")


_PAIRS = (("G", "psi"), ("G", "theta"), ("D", "psi"), ("D", "theta"))


def _only_objective(blocks: Linearised, cell: Cell) -> bool:
    """Whether Q and the coupling are the objective's own: no penalty adds to them."""
    if not cell.is_zero(blocks.pull - blocks.own_slope):
        return False
    return all(
        cell.is_zero(c)
        for law, form in blocks.forms.items()
        for c in ((form.slope,) if law == blocks.law else (form.value, form.mean, form.slope))
    ) and cell.is_zero(blocks.forms[blocks.law].value - blocks.own_value)


def _growing(question: Question, blocks: Linearised, cell: Cell) -> GeneralRuling:
    """Q <= 0: no game converges by simultaneous steps."""
    if _takes_steps(question, cell) and not blocks.players and semidefinite(blocks, cell, -1):
        reason = (
            f"Q = {_quadratic(blocks)} damps nothing: no real part is negative on average, and every simultaneous step "
            "expands"
        )
        return GeneralRuling(Outcome.NO, reason, (_MOVABLE,))
    return _open(f"Q = {_quadratic(blocks)} is not known to be positive")


def _with_kinks(question: Question, blocks: Linearised, toward: int, cell: Cell) -> GeneralRuling:
    """A penalty that falls like -E|grad u|: D is pushed off, or, where it cannot change its slope, is as without."""
    where = " and ".join(_words(law) for law in blocks.kinks)
    pushed = all(cell.sign(c) < 0 for c in blocks.kinks.values()) and toward > 0 and not blocks.players
    if pushed and _takes_steps(question, cell) and _flat_without_damping(blocks, cell):
        reason = f"the penalty pushes D off a slope of 0 over {where}, and nothing damps a D without slope there"
        return GeneralRuling(Outcome.NO, reason, (_MOVABLE,))
    return _open(f"the penalty has a kink in grad D = 0 over {where}")


def _flat_without_damping(blocks: Linearised, cell: Cell) -> bool:
    """Whether Q <= 0 for a D that cannot change its slope where the kinks are."""
    all_flat = any(law[0] == "noisy" for law in blocks.kinks)
    return all(
        cell.sign(form.value) <= 0
        and cell.sign(form.value + form.mean) <= 0
        and (all_flat or law in blocks.kinks or law == DATA or cell.sign(form.slope) <= 0)
        for law, form in blocks.forms.items()
    )


def _takes_steps(question: Question, cell: Cell) -> bool:
    """Whether the rule is x + h v(x) with h > 0."""
    plain = question.rule == Simultaneous()
    return plain and (not question.declared or cell.sign(question.h) > 0)


def _is_given(question: Question) -> bool:
    """Whether the step size is a given number."""
    return question.declared and question.rule.discrete


def _sees_output(derivation: Derivation) -> bool:
    """Whether a penalty looks at D itself."""
    proposal = derivation.proposal
    trees = (proposal.penalty_discriminator, proposal.penalty_generator)
    return any(isinstance(node, ex.Output) for tree in trees for node in ex.walk(tree))


def _assumptions(blocks: Linearised, *, density: bool) -> list[str]:
    others = [law for law in (*blocks.forms, *sorted(blocks.idle)) if law != DATA]
    where = f" for the data and for {' and '.join(_words(law) for law in others)}" if others else ""
    found = [f"Assumptions I and III{where}"]
    return [*found, "data and generated samples have densities on one and the same support"] if density else found


def _words(law: tuple[str, ...]) -> str:
    if law[0] == "noisy":
        return f"samples with noise of variance {law[1]}"
    return {"data": "the data", "mixture": "mixed samples"}[law[0]]


def _quadratic(blocks: Linearised) -> str:
    """Q in words."""
    parts: list[str] = []
    for law, form in blocks.forms.items():
        where = "" if law == DATA else f" over {_words(law)}"
        for c, words in ((form.value, "E[u^2]"), (form.mean, "(E u)^2"), (form.slope, "E|grad u|^2")):
            value = sp.expand(c)
            if value != 0:
                text = str(value) if not isinstance(value, sp.Add) else f"({value})"
                parts.append(f"{words}{where}" if value == 1 else f"{text} {words}{where}")
    return " + ".join(parts).replace("+ -", "- ") or "0"


def _open(reason: str) -> GeneralRuling:
    return GeneralRuling(Outcome.OPEN, reason)
