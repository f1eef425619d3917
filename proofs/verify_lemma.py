"""Checking the certificate of a lemma: every step again, by other means than those that wrote it.

- ``identity``: by FLINT's normal form (``quotients``, and ``words`` for letters that do not commute); a left side that
  the engine derived is derived on another way (``lemma_sources``) and compared;
- ``verdict``: by ``verify`` on the certificate that it brings;
- ``solver``: the implication is translated anew from its formulas and decided by cvc5;
- ``example``: exact arithmetic;
- ``theorem``: known, quoted as it is, and resting on earlier steps.

That the steps add up to the lemma is said by the catalogue: the certificate has to hold the steps of the lemma's
derivation, all of them, and claim the status and the words that are recorded there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, TypeAlias

import sympy as sp

from ..symbolic.decision.points import holds
from ..symbolic.errors import ExpressionError, ProposalError
from ..symbolic.formula import Formula, conjunction, negation, symbols
from ..symbolic.printing import text
from ..symbolic.solvers import translate
from ..symbolic.theorems import THEOREMS
from .certificate import digest, formula_document
from .certificate_reading import Refused, Steps, Uncheckable, check_plain, expression
from .implications import SOLVER, SecondSolver
from .lemma_certificate import LEMMA_SCHEMA, lemma_certificate, step_id
from .lemma_sources import PSI, THETA, admissible, derived_region, rederived, slope
from .lemmas import Status, catalogue, derive_lemma
from .quotients import QuotientAlgebra
from .steps import FAILS
from .verify import Verification, verify_certificate
from .words import WordAlgebra

_KEYS = ("schema", "id", "source", "printed", "statement", "assumptions", "status", "difference", "symbols", "steps")
_WORDS = ("source", "printed", "statement", "assumptions", "difference")
_STEP_KEYS = {
    "identity": {"left", "right"},
    "solver": {"hypotheses", "goal", "domains", "script", "answer", "solver"},
    "example": {"formula", "point"},
    "theorem": {"theorem", "says", "reference", "uses"},
    "tested": {"test"},
    "verdict": {"source", "verdict", "rate", "reason", "assumptions", "certificate"},
}
_OPTIONAL = {"identity": {"source", "letters"}, "solver": {"source"}}
_MAX_STEPS = 500
_MAX_SYMBOLS = 40
_Algebra: TypeAlias = QuotientAlgebra | WordAlgebra
_Matrix: TypeAlias = list[list[Any]]


def verify_lemma_certificate(document: Mapping[str, Any], seconds: float = 120.0) -> Verification:
    """Checks a lemma's certificate.

    Args:
        document: A document of schema ``convergan.lemma-certificate/1``. Nothing in it is executed, or believed.
        seconds: After this time no further implication is decided.

    Returns:
        Accepted, rejected with the step that fails, or undecided (``accepted`` is None) with the step that could not be
        checked.
    """
    start = time.monotonic()
    checker = _Checker(SecondSolver(deadline=start + seconds))
    accepted: bool | None = True
    step, reason = "", ""
    try:
        checker.check(document)
        reason = f"{len(checker.checked)} steps confirmed; {SOLVER} decided {checker.implications} implications again"
    except Refused as refusal:
        accepted, step, reason = False, refusal.step or checker.step, refusal.reason
    except Uncheckable as gap:
        accepted, step, reason = None, gap.step or checker.step, gap.reason
    except (ExpressionError, ProposalError) as error:
        accepted, step, reason = False, checker.step, str(error)
    except Exception as failure:  # whatever the algebra stumbles over confirms nothing
        accepted, step = None, checker.step
        reason = f"could not be checked: {type(failure).__name__}: {failure}"
    status = str(document["status"]) if accepted else ""
    spent = time.monotonic() - start
    return Verification(accepted, step, reason, tuple(checker.checked), checker.implications, status, spent)


class _Checker:
    def __init__(self, solver: SecondSolver) -> None:
        self.step = "document"
        self.checked: list[str] = []
        self.solver, self.implications = solver, 0

    def check(self, document: Mapping[str, Any]) -> None:
        """All steps, then what they are said to prove."""
        check_plain(document)
        self._check_head(document)
        self.symbols = {name: sp.Symbol(name, real=True) for name in document["symbols"]}
        self.formulas = Steps([], self.symbols, sp.Symbol("h", real=True))
        gap: Uncheckable | None = None
        for number, step in enumerate(document["steps"], 1):
            self.step = step_id(number)
            try:
                self._check_step(number, step)
            except Uncheckable as doubt:
                gap = gap or Uncheckable(doubt.reason, self.step)
            else:
                self.checked.append(self.step)
        self._check_claims(document)
        if gap is not None:
            raise gap

    def _check_head(self, document: Mapping[str, Any]) -> None:
        if document.get("schema") != LEMMA_SCHEMA:
            raise Refused(f"not a lemma's certificate: schema {document.get('schema')!r}")
        if set(document) != {*_KEYS, "digest"}:
            raise Refused(f"keys missing or unknown: {', '.join(sorted(set(document) ^ {*_KEYS, 'digest'}))}")
        if document["digest"] != digest(dict(document)):
            raise Refused("the document was changed after it was written", "digest")
        names, steps = document["symbols"], document["steps"]
        if not isinstance(names, list) or not all(isinstance(n, str) and n.isidentifier() for n in names):
            raise Refused("symbols is a list of names")
        if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
            raise Refused("steps is a list of objects")
        if len(steps) > _MAX_STEPS or len(names) > _MAX_SYMBOLS:
            raise Uncheckable("too many steps or symbols")

    def _check_step(self, number: int, step: Mapping[str, Any]) -> None:
        kind = step.get("kind")
        if kind not in _STEP_KEYS:
            raise Refused(f"no kind of step: {kind!r}")
        wanted = {"id", "kind", "part", "statement", *_STEP_KEYS[kind]}
        if set(step) - _OPTIONAL.get(kind, set()) != wanted:
            raise Refused(f"keys missing or unknown: {', '.join(sorted(set(step) ^ wanted))}")
        if step["id"] != step_id(number) or step["part"] not in ("derivation", "printed"):
            raise Refused(f"not step {number} of a derivation: {step['id']!r}, {step['part']!r}")
        match kind:
            case "identity":
                self._check_identity(step)
            case "solver":
                self._check_implication(step)
            case "example":
                self._check_example(step)
            case "theorem":
                self._check_theorem(number, step)
            case "verdict":
                self._check_verdict(step)
            case "tested":
                raise Uncheckable("tested, not proved")

    # -- kinds of steps ----------------------------------------------------------------------------------------------

    def _check_identity(self, step: Mapping[str, Any]) -> None:
        algebra = self._algebra(step.get("letters", []))
        left, right = self._matrix(step["left"], algebra), self._matrix(step["right"], algebra)
        if not _equal(left, right, algebra):
            raise Refused("the two sides are not equal")
        if "source" not in step:
            return
        proposal, quantity = self._source(step)
        found = rederived(proposal, quantity)
        claimed = self._values(step["left"]).subs(sp.Symbol("s", real=True), slope(THETA * PSI))
        again = found if isinstance(found, sp.MatrixBase) else sp.ImmutableMatrix([found])
        names = {*self.symbols, *map(str, again.free_symbols | claimed.free_symbols)}
        algebra = QuotientAlgebra(names)
        rows = [[[algebra.read(text(e)) for e in m.row(i)] for i in range(m.rows)] for m in (claimed, again)]
        if not _equal(rows[0], rows[1], algebra):
            raise Refused(f"{quantity} of this proposal comes out differently: {found}")

    def _algebra(self, letters: Any) -> _Algebra:
        if not isinstance(letters, list) or not all(isinstance(name, str) and name.isidentifier() for name in letters):
            raise Refused("letters is a list of names")
        if set(letters) & set(self.symbols):
            raise Refused("a letter that is a symbol as well")
        return WordAlgebra(self.symbols, letters) if letters else QuotientAlgebra(self.symbols)

    def _check_verdict(self, step: Mapping[str, Any]) -> None:
        (proposal, quantity), certificate = self._source(step), step["certificate"]
        if certificate is None:
            raise Uncheckable(f"a verdict on the {quantity} case is not derived again here")
        if not isinstance(certificate, Mapping) or quantity != "verdict":
            raise Refused("a verdict brings the certificate of a proposal")
        if certificate.get("proposal") != proposal:
            raise Refused("the certificate is that of another proposal")
        said = certificate.get("verdict")
        if not isinstance(said, Mapping) or (said.get("verdict"), said.get("rate")) != (step["verdict"], step["rate"]):
            raise Refused("the certificate is for another verdict")
        found = verify_certificate(certificate, self.solver.seconds_left)
        if found.accepted is None:
            raise Uncheckable(f"{found.failed_step}: {found.reason}")
        if not found.accepted:
            raise Refused(f"{found.failed_step}: {found.reason}")
        self.implications += found.implications

    def _check_implication(self, step: Mapping[str, Any]) -> None:
        hypotheses, goal = (self.formulas.formula(step[key], self.step) for key in ("hypotheses", "goal"))
        try:
            script = translate(conjunction([hypotheses, negation(goal)]))
        except TypeError as error:
            raise Uncheckable(str(error)) from None
        if script.text != step["script"]:
            raise Refused("the script is not the translation of hypotheses and negated goal")
        if [formula_document(obligation) for obligation in script.obligations] != step["domains"]:
            raise Refused("the domains are not those of the formulas")
        if step["answer"] != "unsat" or step["solver"] not in ("z3", "cvc5"):
            raise Refused(f"the answer {step['answer']!r} of {step['solver']!r} proves nothing")
        answer = self.solver.implies(hypotheses, goal)
        if answer is None:
            raise Uncheckable("the second solver found no answer")
        if not answer:
            raise Refused("the goal does not follow from the hypotheses")
        self.implications += 1
        if "source" in step:
            self._check_region(step, hypotheses, goal)

    def _check_region(self, step: Mapping[str, Any], hypotheses: Formula, goal: Formula) -> None:
        """That the region on one side of the implication is the proposal's, derived on another way."""
        proposal, quantity = self._source(step)
        found = derived_region(proposal, quantity)
        if step["statement"].endswith("(if)"):
            answer = self.solver.implies(hypotheses, found)
        elif step["statement"].endswith("(only if)"):
            answer = self.solver.implies(conjunction([admissible(proposal), found]), goal)
        else:
            raise Refused("a region is compared in two directions")
        if answer is None:
            raise Uncheckable("the second solver found no answer")
        if not answer:
            raise Refused(f"{quantity} of this proposal comes out differently")
        self.implications += 1

    def _source(self, step: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        source = step["source"]
        if not isinstance(source, Mapping) or set(source) != {"proposal", "quantity"}:
            raise Refused("a source is a proposal and a quantity")
        if not isinstance(source["proposal"], Mapping) or not isinstance(source["quantity"], str):
            raise Refused("a source is a proposal and a quantity")
        return source["proposal"], source["quantity"]

    def _check_example(self, step: Mapping[str, Any]) -> None:
        formula = self.formulas.formula(step["formula"], self.step)
        if not isinstance(step["point"], Mapping) or not set(step["point"]) <= set(self.symbols):
            raise Refused("a point gives values to symbols")
        point = {self.symbols[name]: expression(value, {}, self.step) for name, value in step["point"].items()}
        if not symbols(formula) <= set(point):
            raise Refused("the point leaves a symbol without a value")
        found = holds(formula, point)
        if found is None:
            raise Uncheckable("a sign at the point could not be decided")
        if not found:
            raise Refused("the formula does not hold at the point")

    def _check_theorem(self, number: int, step: Mapping[str, Any]) -> None:
        theorem = THEOREMS.get(step["theorem"]) if isinstance(step["theorem"], str) else None
        if theorem is None:
            raise Refused(f"no theorem that is known here: {step['theorem']!r}")
        if (step["says"], step["reference"]) != (theorem.statement, theorem.source):
            raise Refused(f"the theorem {theorem.key} says something else")
        earlier = {step_id(k) for k in range(1, number)}
        if not isinstance(step["uses"], list) or not step["uses"] or not all(u in earlier for u in step["uses"]):
            raise Refused("a theorem rests on earlier steps")

    # -- the claims --------------------------------------------------------------------------------------------------

    def _check_claims(self, document: Mapping[str, Any]) -> None:
        """The words and the status are the catalogue's, and the steps are those of the lemma's derivation."""
        self.step = "lemma"
        lemma = catalogue().get(document["id"]) if isinstance(document["id"], str) else None
        if lemma is None:
            raise Uncheckable(f"no lemma of the catalogue: {document['id']!r}")
        failing = [step["statement"].startswith(FAILS) for step in document["steps"] if step["part"] == "printed"]
        refuted = any(failing)
        tested = any(step["kind"] == "tested" for step in document["steps"])
        shown = Status.TESTED if tested else Status.CORRECTED if refuted else Status.PROVED
        if document["status"] != shown.value:
            raise Refused(f"the steps do not show the status {document['status']!r}", "status")
        derived = derive_lemma(lemma)
        known = lemma_certificate(derived)
        for number, (own, other) in enumerate(zip_longest(document["steps"], known["steps"]), 1):
            if own != other:
                missing = "is missing" if own is None else "is not a step of this lemma's derivation"
                raise Refused(f"the step {missing}", step_id(number))
        for key in ("status", *_WORDS):
            if document[key] != known[key]:
                raise Refused(f"the catalogue has another {key}", key)

    # -- values ------------------------------------------------------------------------------------------------------

    def _matrix(self, value: Any, algebra: Any) -> _Matrix:
        """An expression (as a 1 x 1 matrix), a matrix, or a product of matrices."""
        if isinstance(value, Mapping) and set(value) == {"product"} and isinstance(value["product"], list):
            factors = [self._matrix(factor, algebra) for factor in value["product"]]
            if not factors:
                raise Refused("an empty product")
            total = factors[0]
            for factor in factors[1:]:
                total = _product(total, factor, algebra)
            return total
        return [[algebra.read(entry) for entry in row] for row in _rows(value)]

    def _values(self, value: Any) -> sp.ImmutableMatrix:
        """A matrix in SymPy; complex numbers do not occur in what the engine derives."""
        rows = [[expression(entry, self.symbols, self.step) for entry in row] for row in _rows(value)]
        return sp.ImmutableMatrix(rows)


def _rows(value: Any) -> list[list[str]]:
    rows = [[value]] if isinstance(value, str) else value
    shaped = isinstance(rows, list) and bool(rows) and all(isinstance(row, list) and row for row in rows)
    if not shaped or not all(isinstance(entry, str) for row in rows for entry in row):
        raise Refused(f"not an expression or a matrix: {value!r}")
    if len({len(row) for row in rows}) != 1:
        raise Refused("a matrix with rows of different lengths")
    return rows


def _product(left: _Matrix, right: _Matrix, algebra: Any) -> _Matrix:
    if len(left[0]) != len(right):
        raise Refused("a product of matrices that do not fit")
    columns = list(zip(*right, strict=True))
    return [
        [algebra.add([algebra.multiply(pair) for pair in zip(row, column, strict=True)]) for column in columns]
        for row in left
    ]


def _equal(left: _Matrix, right: _Matrix, algebra: Any) -> bool:
    if (len(left), len(left[0])) != (len(right), len(right[0])):
        return False
    return all(
        algebra.equal(a, b) for row, other in zip(left, right, strict=True) for a, b in zip(row, other, strict=True)
    )
