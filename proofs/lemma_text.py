"""A derived lemma for a terminal: what is printed, what is derived, and every step with its formulas as plain text."""

from __future__ import annotations

import sympy as sp

from ..symbolic.printing import formula_text, text
from ..symbolic.theorems import THEOREMS
from .lemmas import Derived
from .steps import Step
from .values import Value

_WIDEST = 1_000


def lemma_text(derived: Derived) -> str:
    """The whole derivation.

    Args:
        derived: What came out of a lemma's derivation.
    """
    lemma = derived.lemma
    lines = [
        f"{lemma.id}: {derived.status.value}",
        f"  source       {lemma.source}",
        f"  {'printed' if lemma.quoted else 'claimed'}      {lemma.printed}",
        f"  derived      {lemma.statement}",
        f"  assumptions  {'; '.join(lemma.assumptions)}",
        f"  differs      {lemma.difference or 'nothing'}",
    ]
    if lemma.evidence:
        lines.append(f"  evidence     {lemma.evidence}")
    tested = "what is printed" if lemma.quoted else "the claim"
    for part, title in (("derivation", "derivation"), ("printed", f"{tested}, put to the test")):
        lines += ["", title]
        lines += [
            line for n, step in enumerate(derived.steps, 1) if step.part == part for line in _lines(n, step, derived)
        ]
    if not derived.as_recorded:
        lines += ["", derived.reason]
    return "\n".join(lines)


def _lines(number: int, step: Step, derived: Derived) -> list[str]:
    shown = [f"{number:3}. {step.kind}: {step.statement}"]
    match step.kind:
        case "identity":
            assert step.left is not None and step.right is not None
            sides = dict.fromkeys(map(value_text, (step.left, step.right)))
            name = [] if step.source is None else [step.source.quantity]
            shown.append(_indented(" = ".join([*name, *sides])))
        case "solver":
            assert step.hypotheses is not None and step.goal is not None
            shown.append(_indented(f"{formula_text(step.hypotheses)}  =>  {formula_text(step.goal)}"))
        case "example":
            assert step.hypotheses is not None and step.point is not None
            point = ", ".join(f"{k} = {text(v)}" for k, v in sorted(step.point.items(), key=lambda item: str(item[0])))
            shown.append(_indented(f"at {point}: {formula_text(step.hypotheses)}"))
        case "theorem":
            used = ", ".join(map(str, step.uses))
            shown.append(_indented(f"by steps {used} and {step.theorem} ({THEOREMS[step.theorem].source})"))
        case "tested":
            shown.append(_indented(f"not proved; tested by {step.test}"))
        case "verdict":
            assert step.decision is not None
            by = f" [{', '.join(step.decision.theorems)}]" if step.decision.theorems else ""
            shown.append(_indented(f"{step.decision.words}: {step.decision.reason}{by}"))
    return shown


def _indented(line: str) -> str:
    return "       " + (line if len(line) <= _WIDEST else line[:_WIDEST] + " ...")


def value_text(value: Value) -> str:
    """An expression, a matrix or a product of matrices as plain text."""
    if isinstance(value, sp.MatMul):
        return " ".join(map(value_text, value.args))
    if isinstance(value, sp.MatrixBase):
        rows = ("[" + ", ".join(value_text(entry) for entry in value.row(i)) + "]" for i in range(value.rows))
        return f"[{', '.join(rows)}]"
    return text(value) if value.is_commutative else str(value)
