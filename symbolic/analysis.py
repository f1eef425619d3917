"""The analysis of a proposal: derive, split the parameter space into cells, judge every rule, assemble verdicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp

from .decision.cells import SYMPY_FAILURES, Cell, NeedSplit, Unresolved, analysed
from .decision.prover import Prover
from .derivation import Derivation, derivative_symbols, derive
from .elsewhere import Elsewhere, elsewhere
from .errors import ProposalError
from .formula import TRUE, Formula, atoms, compare, conjunction, symbols
from .generator import generator_alone
from .germs import LocalField, local_field
from .hypotheses import declared, hypotheses, symbol_names
from .lazy_price import LazyPrice, lazy_price
from .manifolds import dimension
from .output import NoEquilibriumOutput
from .periods import linearisation
from .proposal import Proposal
from .regions import critical_region, stable_region, step_size_region
from .rulings import Outcome, RuledCell, RuleVerdict, Ruling, Verdict
from .spectrum import characteristic_polynomial, discriminant, eigenvalues
from .stability import Question
from .theorems import CONTINUA
from .updates import UPDATES, Averaged, Linearisation, Rule, Stepwise, period_matrix
from .verdicts import first_point, ruled

# Schur-Cohn conditions of larger matrices are beyond what anybody reads.
_LARGEST = 6


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that was derived and decided about one proposal.

    Attributes:
        proposal: What was asked.
        derivation: The vector field; None if the objective has no equilibrium output.
        hypotheses: What may be assumed, as a formula.
        prover: With every query that was asked.
        question: The proposal's own rule; None if the objective has no equilibrium output.
        verdict: The verdict for the proposal's own rule.
        updates: Verdicts for the flow, simultaneous and alternating descent, as far as they were asked for.
        jacobian: v'(x*) on the largest cell where v is differentiable; None if there is none.
        jacobian_region: Where in the parameter space ``jacobian`` is v'(x*).
        local: The cells of the local analysis, each with the field's pieces or the reason why there are none.
        linearisation: The Jacobians that one period is made of; None for the flow, and where there are none.
        update_matrix: Jacobian of one period of the proposal's rule; None for the flow.
        condition: For ``conditional``: the exact region of convergence, if it was found.
        step_size: The exact condition on h for the proposal's rule, if it was found.
        critical: Parameter values where two eigenvalues of v' meet, if any.
        elsewhere: Where v(x*) != 0 at some parameters: the equilibria there; else None.
        symbol_names: Names of all symbols that results may mention.
    """

    proposal: Proposal
    derivation: Derivation | None
    hypotheses: Formula
    prover: Prover
    question: Question | None
    verdict: RuleVerdict
    updates: dict[str, RuleVerdict]
    jacobian: sp.ImmutableMatrix | None
    jacobian_region: Formula
    local: tuple[tuple[Cell, LocalField | Unresolved], ...]
    linearisation: Linearisation | None
    update_matrix: sp.ImmutableMatrix | None
    condition: Formula | None
    step_size: Formula | None
    critical: Formula | None
    elsewhere: Elsewhere | None
    symbol_names: list[str]

    @property
    def step(self) -> sp.Symbol:
        """The step size's symbol."""
        return sp.Symbol("h", real=True)

    @property
    def isolated(self) -> bool:
        """Whether the equilibrium is proved to be isolated: every piece of v is regular there."""
        for cell, found in self.local:
            if isinstance(found, Unresolved) or any(piece.jacobian is None for piece in found.pieces):
                return False
            regular = [compare(piece.jacobian.det(), "!=") for piece in found.pieces if piece.jacobian is not None]
            if not self.prover.proves(cell.formula, conjunction(regular), "the equilibrium is isolated"):
                return False
        return bool(self.local)

    @property
    def dimension(self) -> int | None:
        """The dimension of the set of equilibria at x*, where it is known and the same for all parameters."""
        theorems = {cell.ruling.theorem for cell in self.verdict.cells}
        if self.derivation is not None and not self.derivation.planar:
            return dimension(self.derivation, [cell.cell for cell in self.verdict.cells], theorems)
        if self.isolated:
            return 0
        return 1 if theorems and theorems <= CONTINUA else None

    @property
    def generator_converges(self) -> bool | None:
        """Whether theta alone tends to theta* from near x*; None if that is not known."""
        if self.verdict.verdict is Verdict.CONVERGES:
            return True
        if self.derivation is None or self.question is None or self.question.declared:
            return None
        return generator_alone(self.derivation, Cell(self.hypotheses, self.prover))

    @property
    def lazy(self) -> LazyPrice | None:
        """What a lazy penalty costs, where there is a closed form."""
        rule = None if self.question is None else self.question.rule
        if not isinstance(rule, Stepwise) or rule.lazy == 1 or self.linearisation is None:
            return None
        if self.linearisation.field.shape != (2, 2):
            return None
        return lazy_price(rule, self.linearisation, self.step, self.hypotheses, self.prover)

    @property
    def polynomial(self) -> sp.Expr | None:
        """The characteristic polynomial of v'(x*), in ``z``."""
        return None if self.jacobian is None else characteristic_polynomial(self.jacobian)

    @property
    def eigenvalues(self) -> list[sp.Expr] | None:
        """Eigenvalues of v'(x*), for display."""
        return None if self.jacobian is None else eigenvalues(self.jacobian)

    @property
    def update_polynomial(self) -> sp.Expr | None:
        """The characteristic polynomial of one period, in ``z``."""
        return None if self.update_matrix is None else characteristic_polynomial(self.update_matrix)

    @property
    def multipliers(self) -> list[sp.Expr] | None:
        """Eigenvalues of one period, for display; None if there is no closed form."""
        if self.update_matrix is None or self.jacobian is None:
            return None
        square = discriminant(self.jacobian) if self.jacobian.rows == 2 else None
        return eigenvalues(self.update_matrix, square)


def analyse(proposal: Proposal, prover: Prover | None = None, *, beside: bool = True) -> Analysis:
    """Analyses a proposal.

    Args:
        proposal: What to decide.
        prover: Where to ask; a fresh one with default limits if not given.
        beside: Whether the flow, simultaneous and alternating descent are judged beside the proposal's own rule.

    Returns:
        The analysis; its verdict is ``undecided`` wherever nothing was proved.

    Raises:
        ProposalError: If the conditions contradict each other, or name derivatives that f does not have.
    """
    prover = Prover() if prover is None else prover
    prover.start()
    try:
        derivation = derive(proposal)
    except NoEquilibriumOutput as failure:
        return _without_output(proposal, prover, failure)
    except SYMPY_FAILURES as failure:
        unknown = NoEquilibriumOutput(f"the field could not be derived: {failure}", proved=False)
        return _without_output(proposal, prover, unknown)
    assumed = hypotheses(derivation)
    _require_admissible(assumed, prover)
    _require_positive(derivation.rule, assumed, prover)
    variables = _variables(proposal, derivation, assumed)
    admissible = prover.point(assumed, variables, "an admissible point")
    start = Cell(assumed, prover)
    local = tuple(analysed(start, lambda cell: local_field(derivation, cell)))
    h = sp.Symbol("h", real=True)
    declared = proposal.declares_step
    own = Question(derivation.rule, h, declared)
    verdict = ruled(own, derivation, local, prover, variables, admissible)
    updates: dict[str, RuleVerdict] = {}
    for name, rule in _standard_rules().items():
        if rule == own.rule:
            updates[name] = verdict
        elif beside:
            question = Question(rule, h, declared, thorough=False)
            updates[name] = ruled(question, derivation, local, prover, variables, admissible)
    jacobian, largest = _largest(local)
    region = TRUE if largest is None else largest[0].formula
    parts = None if largest is None else _linearised_period(own, derivation, *largest)
    matrix = None if parts is None else period_matrix(own.rule, parts, h)
    conditional = verdict.verdict is Verdict.CONDITIONAL
    everywhere = jacobian is not None and prover.proves(assumed, region, "v' is the same for all parameters")
    return Analysis(
        proposal,
        derivation,
        assumed,
        prover,
        own,
        verdict,
        updates,
        jacobian,
        region,
        local,
        parts,
        matrix,
        stable_region(verdict, assumed, prover) if conditional else None,
        step_size_region(matrix, h, assumed, prover)
        if everywhere and matrix is not None and matrix.rows <= _LARGEST and not isinstance(own.rule, Averaged)
        else None,
        critical_region(jacobian, proposal.parameter_names, assumed, prover)
        if everywhere and jacobian is not None and derivation.planar
        else None,
        _elsewhere(own, derivation, verdict, start, variables),
        symbol_names(derivation, set(variables) | (set() if jacobian is None else jacobian.free_symbols)),
    )


def _elsewhere(
    question: Question, derivation: Derivation, verdict: RuleVerdict, cell: Cell, variables: list[sp.Symbol]
) -> Elsewhere | None:
    """The other equilibria, where x* is none on some cell."""
    if not question.rule.keeps_equilibria:
        return None  # the zeros of v need not be fixed points
    moved = [
        c for c in verdict.cells if c.ruling.theorem in ("not-stationary", "repelling-jump", "map-jump", "period-moves")
    ]
    if not moved:
        return None
    point = first_point(moved, cell.prover, variables)
    return None if point is None else elsewhere(question, derivation, cell, point)


def _require_admissible(assumed: Formula, prover: Prover) -> None:
    if prover.contradictory(assumed, "admissible parameters exist"):
        raise ProposalError(
            "parameters", "the conditions on parameters and f contradict each other: no admissible point", "relax one"
        )


def _require_positive(rule: Rule, assumed: Formula, prover: Prover) -> None:
    for key, words, value in rule.positive():
        if not prover.proves(assumed, compare(value, ">"), f"{key} is positive"):
            raise ProposalError(
                f"training.{key}",
                f"{words} = {value} is not known to be positive",
                "declare a condition that makes it so",
            )


def _standard_rules() -> dict[str, Rule]:
    return {name: UPDATES[name].configured({}) for name in ("flow", "simultaneous", "alternating")}


def _variables(proposal: Proposal, derivation: Derivation, assumed: Formula) -> list[sp.Symbol]:
    """Symbols that a witness gives values for: all parameters, and f's derivatives as far as they matter."""
    found = set(derivation.symbols.values()) | symbols(assumed)
    if proposal.objective is not None and proposal.objective.arbitrary:
        derivatives = derivative_symbols()
        found |= {derivatives["f1"], derivatives["f2"]}
        for row in derivation.field:
            found |= row.free_symbols & set(derivatives.values())
    return sorted(found, key=str)


def _largest(
    local: Iterable[tuple[Cell, LocalField | Unresolved]],
) -> tuple[sp.ImmutableMatrix | None, tuple[Cell, LocalField] | None]:
    """v'(x*) on the cell with the fewest equations where v is differentiable and stationary, and that cell."""
    candidates: list[tuple[int, sp.ImmutableMatrix, tuple[Cell, LocalField]]] = []
    for cell, found in local:
        if isinstance(found, Unresolved) or found.failure:
            continue
        first = found.pieces[0].jacobian
        assert first is not None
        try:
            stationary = all(cell.is_zero(c) for piece in found.pieces for c in piece.value or ())
            agree = all(cell.is_zero(e) for piece in found.pieces[1:] for e in (piece.jacobian or first) - first)
        except NeedSplit:
            continue
        if stationary and agree:
            equations = sum(atom.relation == "==" for atom in atoms(cell.formula))
            candidates.append((equations, first, (cell, found)))
    if not candidates:
        return None, None
    _, matrix, largest = min(candidates, key=lambda candidate: candidate[0])
    return matrix, largest


def _linearised_period(
    question: Question, derivation: Derivation, cell: Cell, local: LocalField
) -> Linearisation | None:
    """The Jacobians that one period at x* is made of; None if the rule is no map, or no linear one there."""
    rule = question.rule
    if not rule.discrete or (isinstance(rule, Stepwise) and rule.decay is not None):
        return None
    try:
        found = linearisation(rule, derivation, local, cell)
    except NeedSplit:
        return None
    return None if isinstance(found, str) else found[0]


def _without_output(proposal: Proposal, prover: Prover, failure: NoEquilibriumOutput) -> Analysis:
    _require_admissible(declared(proposal), prover)
    outcome = Outcome.NO if failure.proved else Outcome.OPEN
    ruling = Ruling(outcome, "no-equilibrium-output" if failure.proved else "", str(failure))
    cell = RuledCell(Cell(TRUE, prover), ruling)
    verdict = RuleVerdict(Verdict.DOES_NOT_CONVERGE if failure.proved else Verdict.UNDECIDED, "", str(failure), (cell,))
    updates = dict.fromkeys(_standard_rules(), verdict)
    names = [*(n for n in proposal.parameter_names if n != "h"), "h", "z"]
    return Analysis(
        proposal, None, TRUE, prover, None, verdict, updates, None, TRUE, (), None, None, None, None, None, None, names
    )
