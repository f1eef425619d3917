"""Deciding a certificate again, without trusting the program that wrote it.

The proposal inside the certificate is read again; the hypotheses, the vector field, its pieces at the equilibrium and
the rule's matrix are derived again by another route (``recomputation``, ``pieces``); every implication is decided by
the other solver (``implications``); and each theorem's hypotheses are rebuilt (``rulings_check``). What cannot be
confirmed here is never accepted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..symbolic.decision.points import holds
from ..symbolic.errors import ProposalError
from ..symbolic.formula import TRUE, Formula, compare, conjunction, disjunction, negation
from ..symbolic.proposal import Proposal
from ..symbolic.proposal_reader import VERDICTS, read_proposal
from ..symbolic.solvers import translate
from .certificate import SCHEMA, digest
from .certificate_reading import CellSteps, PieceStep, Refused, SolverStep, Steps, Uncheckable, check_plain, check_shape
from .certificate_reading import expression as read_expression
from .field_check import check_field
from .function_check import FunctionCheck, Setting
from .identity_check import IDENTITIES, IdentityCheck
from .implications import SOLVER, SecondSolver
from .linearisation_check import check_matrix, require_second_order, unpenalised
from .lyapunov_check import WeakFocusCheck
from .normal_forms import same
from .pieces import FIRST_ORDER, Branch
from .premises import (
    DERIVATIVES,
    check_output,
    has_admissible_point,
    has_no_output,
    hypotheses,
    parameter_symbols,
    read_point,
    same_hypotheses,
)
from .recomputation import scalar
from .rule_matrices import STEP, Rule
from .rulings_check import check_cover, check_ruling
from .script_check import disagreement

_LONGEST_REASON = 500
_FUNCTION_CHECKS: dict[str, type[FunctionCheck]] = {
    **dict.fromkeys(IDENTITIES, IdentityCheck),
    "weak-focus": WeakFocusCheck,
}


@dataclass(frozen=True, slots=True)
class Verification:
    """What came out of a certificate.

    Attributes:
        accepted: True if everything in it was confirmed, False if something is wrong, None if something could not be
            checked.
        failed_step: Id of the step where that is, or an empty string.
        reason: One sentence.
        checked: Ids of the steps that were confirmed, in order.
        implications: How many implications the other solver proved.
        verdict: The certificate's verdict where it was accepted, else an empty string.
        seconds: Wall-clock time.
    """

    accepted: bool | None
    failed_step: str
    reason: str
    checked: tuple[str, ...] = ()
    implications: int = 0
    verdict: str = ""
    seconds: float = 0.0


def verify_certificate(document: Mapping[str, Any], seconds: float = 120.0) -> Verification:
    """Verifies the certificate of a proposal's verdict.

    Args:
        document: The certificate, as its JSON file holds it. Nothing in it is executed, and nothing in it is believed.
        seconds: After this time no further implication is decided.

    Returns:
        The result; whatever is wrong with the document is part of it, not an exception.
    """
    start = time.monotonic()
    check = _Verifier(document, SecondSolver(deadline=start + seconds))
    accepted: bool | None
    try:
        check.run()
        accepted, step = True, ""
        reason = f"{len(check.checked)} steps confirmed; {SOLVER} proved {check.solver.refuted} implications again"
    except Refused as refusal:
        accepted, step, reason = False, refusal.step or check.step, refusal.reason
    except Uncheckable as doubt:
        accepted, step, reason = None, doubt.step or check.step, f"could not be checked: {doubt.reason}"
    except Exception as failure:  # whatever the algebra stumbles over confirms nothing
        accepted, step = None, check.step
        reason = f"could not be checked: {type(failure).__name__}: {failure}"
    if len(reason) > _LONGEST_REASON:
        reason = reason[: _LONGEST_REASON - 3] + "..."
    verdict = document["verdict"]["verdict"] if accepted else ""
    return Verification(
        accepted, step, reason, tuple(check.checked), check.solver.refuted, verdict, time.monotonic() - start
    )


class _Verifier:
    """One run; ``step`` is what is being checked, ``checked`` what was confirmed."""

    def __init__(self, document: Mapping[str, Any], solver: SecondSolver) -> None:
        self.document, self.solver = document, solver
        self.step = "document"
        self.checked: list[str] = []

    @contextmanager
    def _checking(self, step: str) -> Iterator[None]:
        self.step = step
        yield
        self.checked.append(step)

    def run(self) -> None:
        """Checks everything, in the certificate's order."""
        with self._checking("document"):
            check_plain(self.document)
            check_shape(self.document)
            if self.document["schema"] != SCHEMA:
                raise Refused(f"the schema is {self.document['schema']!r}; {SCHEMA!r} is read here")
        with self._checking("digest"):
            if self.document["digest"] != digest(dict(self.document)):
                raise Refused("the document is damaged: its digest is another")
        with self._checking("proposal"):
            self.proposal = self._proposal()
        parameters = parameter_symbols(self.proposal)
        self.names = {**DERIVATIVES, **parameters}
        self.rule = Rule.of(self.proposal)
        steps = Steps(self.document["steps"], self.names, STEP)
        self.stated_output = steps.next_is("field")
        if self.stated_output:
            with self._checking("field"):
                self._field(steps)
        with self._checking("hypotheses"):
            self._hypotheses(steps)
        self.step = "cover"
        cover = steps.solver("cover")
        cells: list[CellSteps] = []
        while not steps.finished:
            self.step = f"cell-{len(cells) + 1}"
            cells.append(steps.cell(len(cells) + 1))
        with self._checking("cover"):
            self._cover(cover, cells)
        for cell in cells:
            self._cell(cell)
        with self._checking("verdict"):
            self._verdict(cells)

    def _proposal(self) -> Proposal:
        try:
            proposal = read_proposal(self.document["proposal"], self.document["name"])
        except ProposalError as error:
            raise Refused(f"the proposal cannot be read: {error}") from None
        if proposal.name != self.document["name"]:
            raise Refused(f"the certificate is named {self.document['name']!r}, its proposal {proposal.name!r}")
        if proposal.prototype != "dirac":
            raise Uncheckable(f"the prototype {proposal.prototype!r} is not derived again here")
        return proposal

    def _field(self, steps: Steps) -> None:
        step = steps.take("field", ["identity"], ["field", "equilibrium", "output"])
        proposal = self.proposal
        self.output = read_expression(step["output"], parameter_symbols(proposal), "field")
        data = sp.Integer(0) if proposal.field is not None else scalar(proposal.data, self.names)
        self.equilibrium = (data, sp.Integer(0))
        stated = [read_expression(value, self.names, "field") for value in self._pair(step["equilibrium"])]
        if not all(same(mine, theirs) for mine, theirs in zip(self.equilibrium, stated, strict=True)):
            raise Refused(f"the equilibrium is {self.equilibrium}, not {tuple(stated)}")
        self.assumed = hypotheses(proposal, self.output)
        check_output(proposal.objective, self.output, self.assumed, self.solver)
        check_field(proposal, self.names, self.output, self._pair(step["field"]))

    def _hypotheses(self, steps: Steps) -> None:
        stated = steps.definition("hypotheses")
        if not self.stated_output:
            # Without an equilibrium output nothing depends on the parameters; some have to be admissible all the same.
            if self.proposal.field is not None or not has_no_output(self.proposal.objective):
                raise Refused("the step is missing, although there is a field to state", "field")
            self.assumed = TRUE
            declared = conjunction(
                compare(scalar(r.left, self.names), r.operator, scalar(r.right, self.names))
                for parameter in self.proposal.parameters
                for r in parameter.conditions
            )
        else:
            declared = self.assumed
        same_hypotheses(stated, self.assumed, self.solver)
        if not has_admissible_point(self.proposal, declared):
            raise Uncheckable("no admissible point was found, so what is proved may be about nothing")

    def _cover(self, cover: SolverStep, cells: list[CellSteps]) -> None:
        formulas = [cell.formula for cell in cells]
        same_hypotheses(cover.hypotheses, self.assumed, self.solver)
        if cover.goal != disjunction(formulas):
            raise Refused("the goal is not that one of the cells holds")
        self._implication(cover)
        for cell in cells:
            if self.solver.implies(cell.formula, self.assumed) is not True:
                raise Refused("the cell is not part of what the proposal allows", cell.name)

    def _implication(self, step: SolverStep) -> None:
        """One recorded implication: its script, its domains, and the other solver's answer."""
        refuted = conjunction([step.hypotheses, negation(step.goal)])
        try:
            script = translate(refuted)
        except TypeError as error:
            raise Uncheckable(str(error)) from None
        if script.text != step.script:
            raise Refused("the script is not the translation of the hypotheses and the negated goal")
        if difference := disagreement(script.text, refuted):
            raise Refused(f"the script does not say what its hypotheses and goal say: {difference}")
        if script.obligations != step.domains:
            raise Refused("the domains are not those of the script")
        answer = self.solver.contradicts(script, step.hypotheses)
        # The parts of a goal may be easier one by one.
        if answer is None:
            answer = self.solver.implies(step.hypotheses, step.goal)
        if answer is None:
            raise Uncheckable(f"{SOLVER} does not decide whether the hypotheses imply the goal")
        if not answer:
            raise Refused(f"the hypotheses do not imply the goal, {SOLVER} says")

    # -- cells -------------------------------------------------------------------------------------------------------

    def _cell(self, cell: CellSteps) -> None:
        self.checked.append(cell.name)
        if cell.pieces is not None:
            with self._checking(f"{cell.name}.pieces"):
                if not self.stated_output:
                    raise Refused("pieces of a field that is not stated")
                check_cover(cell.pieces)
                for piece in cell.pieces:
                    self._piece(piece, cell.formula, self.proposal)
        if cell.free is not None:
            with self._checking(f"{cell.name}.free"):
                check_cover(cell.free)
                for piece in cell.free:
                    self._piece(piece, cell.formula, unpenalised(self.proposal))
        if cell.matrix is not None:
            with self._checking(f"{cell.name}.matrix"):
                zero = sp.Integer(0)
                check_matrix(cell, self.rule, lambda e, what: self._same_on(cell.formula, e, zero, what))
        for goal in cell.goals:
            with self._checking(goal.step):
                if goal.hypotheses != cell.formula:
                    raise Refused("the hypotheses are not those of the cell")
                self._implication(goal)
        with self._checking(cell.ruling):
            if cell.theorem in _FUNCTION_CHECKS and self.stated_output:
                setting = Setting(
                    cell,
                    self.rule,
                    self.proposal,
                    self.names,
                    self.output,
                    self.equilibrium,
                    lambda order: self._branch(None, cell.formula, order),
                    self.solver,
                )
                _FUNCTION_CHECKS[cell.theorem](setting).run()
            elif cell.function is not None:
                raise Refused(f"{cell.theorem} speaks of no function")
            elif cell.theorem == "no-equilibrium-output":
                if self.stated_output or cell.goals or cell.matrix or cell.branch or cell.pieces or cell.rate:
                    raise Refused("there is an equilibrium output")
            else:

                def smooth(piece: PieceStep) -> None:
                    branch = self._branch(piece, cell.formula, FIRST_ORDER + 1)
                    require_second_order(branch, self.proposal, self.output)

                side = lambda piece: self._branch(piece, cell.formula)  # noqa: E731
                check_ruling(cell, self.rule, side, smooth, self.solver)

    def _branch(self, piece: PieceStep | None, formula: Formula, order: int = FIRST_ORDER) -> Branch:
        signs = () if piece is None else piece.branch
        return Branch(self.names, self.equilibrium, formula, self.solver, signs, self.step, order)

    def _piece(self, piece: PieceStep, formula: Formula, proposal: Proposal) -> None:
        if piece.value is None or piece.jacobian is None:
            return  # a piece that is not smooth proves nothing
        value, jacobian = self._branch(piece, formula).first_order(proposal, self.output)
        for name, mine, theirs in (("value", value, piece.value), ("Jacobian", jacobian, piece.jacobian)):
            for left, right in zip(mine, theirs, strict=True):
                self._same_on(formula, left, right, f"the {name} on the branch {piece.branch}")

    def _same_on(self, formula: Formula, mine: sp.Expr, theirs: sp.Expr, what: str) -> None:
        if same(mine, theirs):
            return
        known = self.solver.implies(formula, compare(mine - theirs, "=="))
        if known is None:
            raise Uncheckable(f"{what}: whether {mine} is {theirs} is not decided")
        if not known:
            raise Refused(f"{what}: {mine} was derived, not {theirs}")

    # -- the verdict -------------------------------------------------------------------------------------------------

    def _verdict(self, cells: list[CellSteps]) -> None:
        stated = self.document["verdict"]
        verdict, rate = stated["verdict"], stated["rate"]
        if verdict not in VERDICTS:
            raise Refused(f"unknown verdict {verdict!r}")
        witness, counterexample = (read_point(stated[k], self.proposal, k) for k in ("witness", "counterexample"))
        self._point(witness, cells, "yes", "witness")
        self._point(counterexample, cells, "no", "counterexample")
        outcomes = {cell.outcome for cell in cells}
        if outcomes == {"yes"}:
            follows = "converges"
        elif outcomes == {"no"}:
            follows = "does-not-converge"
        elif witness is not None and counterexample is not None:
            follows = "conditional"
        else:
            follows = "undecided"
        if verdict != follows:
            raise Refused(f"the verdict is {verdict!r}; {follows!r} follows from the rulings and points")
        rates = {cell.rate for cell in cells}
        slowest = next((rate for rate in ("sublinear", None, "linear") if rate in rates), None)
        if rate != (slowest if verdict == "converges" else None):
            raise Refused(f"the rate {rate!r} does not follow from the rulings")
        if verdict == "does-not-converge" and counterexample is None and self.stated_output:
            raise Refused("there is no counterexample")

    def _point(self, point: dict[sp.Symbol, sp.Expr] | None, cells: list[CellSteps], outcome: str, what: str) -> None:
        if point is None:
            return
        if holds(self.assumed, point) is not True:
            raise Refused(f"the {what} does not satisfy the hypotheses, or that cannot be told exactly")
        if not any(cell.outcome == outcome and holds(cell.formula, point) for cell in cells):
            raise Refused(f"the {what} lies in no cell whose outcome is {outcome!r}")

    @staticmethod
    def _pair(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise Refused(f"not a pair: {value!r}")
        return value
