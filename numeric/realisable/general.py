"""What the general-case engine says of a proposal, in numbers for random games.

``symbolic.general`` derives the blocks of J from the second variation of the penalties. Here they are evaluated at the
parameters and f of a batch of cases, so that they can be confronted with autograd on games that the engine never saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...symbolic import expression as ex
from ...symbolic.decision.cells import Cell, Unresolved, analysed
from ...symbolic.decision.prover import Prover
from ...symbolic.derivation import Derivation, derive
from ...symbolic.general.consistency import effective_steps
from ...symbolic.general.linearised import Linearised, linearised
from ...symbolic.general.truncated import NotSmooth
from ...symbolic.general.variation import NotInvariant
from ...symbolic.hypotheses import hypotheses
from ...symbolic.interpretation import ScalarAlgebra
from ...symbolic.printing import text
from ...symbolic.proposal import Proposal
from ...symbolic.stability import Question
from ..cases import Cases, EvidenceUnavailable
from ..evaluate import UnsupportedFormula, evaluate, operations
from ..functions import ATOMS
from ..jets import EPS
from ..sampling import sample_cases
from .blocks import BlockNumbers

Array = NDArray[np.float64]
# Sizes between which parameters and slopes are "of moderate size": their spectra are resolved in double precision.
_MODERATE = 1 / 20, 20.0
# What f' and f'' at 0 take: 4 units in the last place and 4 operations for each atom of f.
_SLOPES = 8 * len(ATOMS)


@dataclass(frozen=True)
class GeneralNumbers:
    """A proposal's blocks at a batch of cases.

    Attributes:
        cases: Parameters and f.
        blocks: What it contributes to J.
        steps: (c_g, c_d) of its rule, of shape [cases] each: small steps follow diag(c_g, c_d) v.
        shift_free: Whether no part of it sees a constant shift of D.
    """

    cases: Cases
    blocks: BlockNumbers
    steps: tuple[Array, Array]
    shift_free: bool


def general_numbers(proposal: Proposal, count: int, seed: int) -> GeneralNumbers:
    """The engine's blocks at random cases of moderate size.

    Args:
        proposal: With an objective.
        count: How many cases; fewer where they are hard to find.
        seed: The result is a function of it.

    Raises:
        EvidenceUnavailable: If the engine has no blocks that hold for all parameter values, or no case was found.
    """
    if proposal.objective is None:
        raise EvidenceUnavailable(
            f"{proposal.name!r} is a vector field of two numbers, and says nothing of other games"
        )
    derivation = derive(proposal)
    question = Question(derivation.rule, sp.Symbol("h", real=True), proposal.declares_step, thorough=False)

    def both(cell: Cell) -> tuple[Linearised, tuple[sp.Expr, sp.Expr] | None]:
        steps = effective_steps(question, cell) if question.rule.discrete else (sp.Integer(1), sp.Integer(1))
        return linearised(derivation, cell), steps

    try:
        found = [result for _, result in analysed(Cell(hypotheses(derivation), Prover()), both)]
    except (NotInvariant, NotSmooth) as failure:
        raise EvidenceUnavailable(f"the engine has no blocks for {proposal.name!r}: {failure}") from failure
    if len(found) != 1 or isinstance(found[0], Unresolved):
        raise EvidenceUnavailable(f"the engine has no blocks for all parameter values of {proposal.name!r} at once")
    form, steps = found[0]
    if form.kinks:
        raise EvidenceUnavailable(f"the penalty of {proposal.name!r} has a kink in grad D = 0, where J is not defined")
    if steps is None:
        raise EvidenceUnavailable(f"small steps of the rule of {proposal.name!r} are not seen to follow the field")
    cases = _moderate(sample_cases(proposal, 20 * count, seed, lambda values: _at(derivation, values)))[:count]
    if not len(cases):
        raise EvidenceUnavailable(f"no case of moderate size for {proposal.name!r}")
    numbers = _Numbers(derivation, cases)
    c_g, c_d = (numbers(step) for step in steps)
    blocks = _blocks(proposal, form, numbers)
    seen = any(bool(((value + mean) != 0).any()) for value, mean, _ in blocks.forms.values())
    return GeneralNumbers(cases, blocks, (c_g, c_d), form.shift_free and not seen)


class _Numbers:
    """Evaluates formulas at the cases, and keeps the largest bound of their rounding errors."""

    def __init__(self, derivation: Derivation, cases: Cases) -> None:
        self.values = {symbol: cases.parameters[name] for name, symbol in derivation.symbols.items()}
        self.values |= {sp.Symbol(name, real=True): column for name, column in cases.slopes.items()}
        self.count = len(cases)
        self.blur = np.zeros(self.count)

    def __call__(self, formula: sp.Expr) -> Array:
        try:
            found, sizes = evaluate([formula], self.values or {sp.Dummy(): np.zeros(self.count)})
        except UnsupportedFormula as error:
            raise EvidenceUnavailable(str(error)) from error
        value, size = (np.broadcast_to(part[:, 0], (self.count,)) for part in (found, sizes))
        self.blur = np.maximum(self.blur, EPS * (_SLOPES + operations([formula])) * size)
        return value


def _blocks(proposal: Proposal, form: Linearised, numbers: _Numbers) -> BlockNumbers:
    forms = {law: (numbers(f.value), numbers(f.mean), numbers(f.slope)) for law, f in form.forms.items()}
    noisy = {law: numbers(variance) for law, variance in _variances(proposal, form).items()}
    own_mean = -form.own_value if form.shift_free else sp.Integer(0)
    players = {key: numbers(rho) for key, rho in form.players.items()}
    pull, push, ratio, slope = (numbers(part) for part in (form.pull, form.push, form.ratio, form.own_slope))
    own = numbers(form.own_value), numbers(own_mean)
    return BlockNumbers(pull, push, forms, form.law, noisy, ratio, slope, own, players, numbers.blur)


def _variances(proposal: Proposal, form: Linearised) -> dict[tuple[str, ...], sp.Expr]:
    """The noisy laws' variances; a law has them as text."""
    algebra = ScalarAlgebra({name: sp.Symbol(name, real=True) for name in proposal.parameter_names})
    trees = (proposal.penalty_discriminator, proposal.penalty_generator)
    nodes = [node for tree in trees for node in ex.walk(tree) if isinstance(node, ex.Expectation)]
    known = [ex.interpret(node.variance, algebra) for node in nodes if node.variance is not None]
    assert proposal.objective is not None
    known.append(sp.expand(ex.interpret(proposal.objective.noise, algebra) ** 2))
    by_text = {text(variance): variance for variance in known}
    missing = [law for law in form.forms if law[0] == "noisy" and law[1] not in by_text]
    if missing:
        raise EvidenceUnavailable(f"a variance {missing[0][1]} that the proposal does not name")
    return {law: by_text[law[1]] for law in form.forms if law[0] == "noisy"}


def _at(derivation: Derivation, values: Mapping[str, Array]) -> Array:
    """D* at parameter values."""
    symbols = {symbol: values[name] for name, symbol in derivation.symbols.items()}
    return evaluate([derivation.output], symbols or {sp.Dummy(): np.zeros(1)})[0][:, 0]


def _moderate(cases: Cases) -> Cases:
    """The cases whose parameters, f1 and f2 are of moderate size or 0."""
    low, high = _MODERATE
    good = np.ones(len(cases), dtype=bool)
    columns = [*cases.parameters.values(), *(cases.slopes[name] for name in ("f1", "f2") if name in cases.slopes)]
    for values in columns:
        size = np.abs(values)
        good &= (values == 0) | ((size >= low) & (size <= high))
    return cases[np.flatnonzero(good)]
