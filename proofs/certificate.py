"""Certificates: one JSON document per verdict from which anyone can decide it again.

A certificate is a list of steps, each labelled by what justifies it:

- ``definition``: something that is laid down (the hypotheses, a cell of the parameter space);
- ``identity``: something that was derived (the vector field, its pieces at the equilibrium, the matrix of a rule) and
  can be derived again;
- ``solver``: an implication between sign conditions, with the SMT-LIB text whose unsatisfiability proves it;
- ``theorem``: a named theorem, whose hypotheses are the steps it uses, and the outcome on one cell.

Expressions are strings, formulas are ``{"and": [...]}``, ``{"or": [...]}`` or ``{"expression": e, "relation": r}`` (e
r 0). The step ``cover`` shows that the cells leave nothing out; the verdict follows from the outcomes on them.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sympy as sp

from .. import __version__
from ..symbolic.analysis import Analysis
from ..symbolic.formula import And, Atom, Formula, conjunction, disjunction, negation
from ..symbolic.obligations import goals
from ..symbolic.printing import text
from ..symbolic.rulings import Outcome, RuledCell
from ..symbolic.solvers import translate
from ..symbolic.stability import Question

SCHEMA = "convergan.certificate/1"


def build_certificate(analysis: Analysis) -> dict[str, Any]:
    """The certificate of a proposal's verdict.

    Args:
        analysis: What was derived and decided.

    Returns:
        A document of plain JSON values. For ``undecided`` it holds what was established, and no theorem for open cells.
    """
    steps: list[dict[str, Any]] = []
    if analysis.derivation is not None:
        derivation = analysis.derivation
        steps.append(
            {
                "id": "field",
                "kind": "identity",
                "field": [text(row) for row in derivation.field],
                "equilibrium": [text(value) for value in derivation.equilibrium],
                "output": text(derivation.output),
            }
        )
    steps.append({"id": "hypotheses", "kind": "definition", "formula": formula_document(analysis.hypotheses)})
    cells = analysis.verdict.cells
    cover = disjunction(ruled.cell.formula for ruled in cells)
    steps.append(_solver_step("cover", "the cells cover the hypotheses", analysis.hypotheses, cover))
    for number, ruled in enumerate(cells, 1):
        steps += _cell_steps(f"cell-{number}", ruled, analysis.question)
    verdict = analysis.verdict
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "version": __version__,
        "name": analysis.proposal.name,
        "proposal": analysis.proposal.source,
        "steps": steps,
        "verdict": {
            "verdict": verdict.verdict.value,
            "rate": verdict.rate or None,
            "reason": verdict.reason,
            "witness": point_document(verdict.witness),
            "counterexample": point_document(verdict.counterexample),
        },
    }
    return document | {"digest": digest(document)}


def _cell_steps(name: str, ruled: RuledCell, question: Question | None) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [
        {"id": name, "kind": "definition", "formula": formula_document(ruled.cell.formula)},
    ]
    used = [name]
    ruling = ruled.ruling
    fields = [] if ruled.local is None else [("pieces", ruled.local), *ruling.fields]
    for kind, local in fields:
        pieces = [
            {
                "branch": [[text(function), sign] for function, sign in piece.branch.signs],
                "value": None if piece.value is None else [text(v) for v in piece.value],
                "jacobian": None if piece.jacobian is None else matrix_document(piece.jacobian),
                "failure": piece.failure,
            }
            for piece in local.pieces
        ]
        steps.append({"id": f"{name}.{kind}", "kind": "identity", "pieces": pieces})
        used.append(f"{name}.{kind}")
    if ruling.matrix is not None:
        steps.append({"id": f"{name}.matrix", "kind": "identity", "matrix": matrix_document(ruling.matrix)})
        used.append(f"{name}.matrix")
    if ruling.outcome is not Outcome.OPEN and question is not None:
        for index, goal in enumerate(goals(question, ruled) or (), 1):
            step = _solver_step(f"{name}.goal-{index}", goal.because, ruled.cell.formula, goal.formula)
            steps.append(step)
            used.append(step["id"])
    deciding = None if ruling.piece is None else [[text(f), sign] for f, sign in ruling.piece.branch.signs]
    steps.append(
        {
            "id": f"{name}.ruling",
            "kind": "theorem" if ruling.theorem else "open",
            "theorem": ruling.theorem,
            "outcome": ruling.outcome.value,
            "rate": ruling.rate or None,
            "branch": deciding,
            "function": None if ruling.function is None else text(ruling.function),
            "reason": ruling.reason,
            "uses": used,
        }
    )
    return steps


def _solver_step(name: str, because: str, hypotheses: Formula, goal: Formula) -> dict[str, Any]:
    """A proved implication; its script asserts the hypotheses and the negated goal."""
    script = translate(conjunction([hypotheses, negation(goal)]))
    return {
        "id": name,
        "kind": "solver",
        "because": because,
        "hypotheses": formula_document(hypotheses),
        "goal": formula_document(goal),
        "domains": [formula_document(obligation) for obligation in script.obligations],
        "script": script.text,
        "answer": "unsat",
        "solver": "z3",
    }


def formula_document(formula: Formula) -> dict[str, Any]:
    """A formula as JSON values."""
    if isinstance(formula, Atom):
        return {"expression": text(formula.expression), "relation": formula.relation}
    return {"and" if isinstance(formula, And) else "or": [formula_document(part) for part in formula.parts]}


def matrix_document(matrix: sp.Matrix) -> list[list[str]]:
    """A matrix as rows of strings."""
    return [[text(entry) for entry in matrix.row(i)] for i in range(matrix.rows)]


def point_document(point: dict[sp.Symbol, sp.Expr] | None) -> dict[str, str] | None:
    """An exact point by name; with f1, f2, ... a polynomial f that has these derivatives."""
    if point is None:
        return None
    document = {str(symbol): text(value) for symbol, value in sorted(point.items(), key=lambda item: str(item[0]))}
    derivatives = {k: point[s] for k in range(1, 7) for s in point if str(s) == f"f{k}"}
    if derivatives:
        t = sp.Symbol("t")
        # A parameter may be called f.
        document["f" if "f" not in document else "f(t)"] = text(
            sp.Add(*(value * t**k / sp.factorial(k) for k, value in derivatives.items()))
        )
    return document


def digest(document: dict[str, Any]) -> str:
    """A checksum of everything but the digest itself; it catches damage, the steps catch lies."""
    content = {key: value for key, value in document.items() if key != "digest"}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()
