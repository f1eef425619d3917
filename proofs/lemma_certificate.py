"""The certificate of a derived lemma: every step as plain JSON values, from which anyone can check it again.

Expressions are strings, matrices lists of rows, products of matrices ``{"product": [...]}``; formulas and points are
those of ``certificate``. An identity whose left side the engine derived names the proposal and the quantity; one
between words in matrices names its letters, which do not commute. A verdict of the engine brings its own certificate.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..symbolic.formula import Formula, conjunction, negation, symbols
from ..symbolic.printing import text
from ..symbolic.solvers import translate
from ..symbolic.theorems import THEOREMS
from .certificate import digest, formula_document
from .lemmas import Derived
from .steps import Step
from .values import Value

LEMMA_SCHEMA = "convergan.lemma-certificate/1"


def lemma_certificate(derived: Derived) -> dict[str, Any]:
    """The certificate.

    Args:
        derived: A lemma with its proved steps.

    Returns:
        A document of plain JSON values; nothing in it depends on the time, the machine or the version.
    """
    lemma = derived.lemma
    names = sorted({str(symbol) for step in derived.steps for symbol in _symbols(step)})
    document: dict[str, Any] = {
        "schema": LEMMA_SCHEMA,
        "id": lemma.id,
        "source": lemma.source,
        "printed": lemma.printed,
        "statement": lemma.statement,
        "assumptions": list(lemma.assumptions),
        "status": derived.status.value,
        "difference": lemma.difference,
        "symbols": names,
        "steps": [step_document(number, step) for number, step in enumerate(derived.steps, 1)],
    }
    return document | {"digest": digest(document)}


def step_id(number: int) -> str:
    """The id of a step by its number."""
    return f"step-{number}"


def step_document(number: int, step: Step) -> dict[str, Any]:
    """One step as JSON values."""
    document: dict[str, Any] = {
        "id": step_id(number),
        "kind": step.kind,
        "part": step.part,
        "statement": step.statement,
    }
    match step.kind:
        case "identity":
            assert step.left is not None and step.right is not None
            document |= {"left": value_document(step.left), "right": value_document(step.right)}
            if letters := sorted(map(str, _letters(step))):
                document["letters"] = letters
            if step.source is not None:
                document["source"] = {"proposal": dict(step.source.proposal), "quantity": step.source.quantity}
        case "solver":
            assert step.hypotheses is not None and step.goal is not None
            document |= _implication(step.hypotheses, step.goal)
            if step.source is not None:
                document["source"] = {"proposal": dict(step.source.proposal), "quantity": step.source.quantity}
        case "example":
            assert step.hypotheses is not None and step.point is not None
            point = {str(symbol): text(value) for symbol, value in step.point.items()}
            document |= {"formula": formula_document(step.hypotheses), "point": dict(sorted(point.items()))}
        case "theorem":
            theorem = THEOREMS[step.theorem]
            document |= {
                "theorem": theorem.key,
                "says": theorem.statement,
                "reference": theorem.source,
                "uses": [step_id(used) for used in step.uses],
            }
        case "tested":
            document["test"] = step.test
        case "verdict":
            assert step.source is not None and step.decision is not None
            decision = step.decision
            document |= {
                "source": {"proposal": dict(step.source.proposal), "quantity": step.source.quantity},
                "verdict": decision.verdict,
                "rate": decision.rate or None,
                "reason": decision.reason,
                "assumptions": list(decision.assumptions),
                "certificate": decision.certificate,
            }
    return document


def value_document(value: Value) -> str | list[list[str]] | dict[str, Any]:
    """An expression, a matrix or a product of matrices."""
    if isinstance(value, sp.MatMul):
        return {"product": [value_document(factor) for factor in value.args]}
    if isinstance(value, sp.MatrixBase):
        return [[_text(entry) for entry in value.row(i)] for i in range(value.rows)]
    return _text(value)


def _text(value: sp.Expr) -> str:
    """Words in matrices are printed as they are: their letters must not change places."""
    return text(value) if value.is_commutative else str(value)


def _implication(hypotheses: Formula, goal: Formula) -> dict[str, Any]:
    script = translate(conjunction([hypotheses, negation(goal)]))
    return {
        "hypotheses": formula_document(hypotheses),
        "goal": formula_document(goal),
        "domains": [formula_document(obligation) for obligation in script.obligations],
        "script": script.text,
        "answer": "unsat",
        "solver": "z3",
    }


def _letters(step: Step) -> set[sp.Symbol]:
    """The symbols of an identity that do not commute."""
    sides = (set() if value is None else value.free_symbols for value in (step.left, step.right))
    return {symbol for side in sides for symbol in side if not symbol.is_commutative}


def _symbols(step: Step) -> set[sp.Symbol]:
    found: set[sp.Symbol] = set(step.point or ())
    for value in (step.left, step.right):
        found |= set() if value is None else {symbol for symbol in value.free_symbols if symbol.is_commutative}
    for formula in (step.hypotheses, step.goal):
        found |= set() if formula is None else symbols(formula)
    return found
