"""Boolean combinations of sign conditions: immutable, in negation normal form, decided by nobody here.

SymPy's own relationals are avoided on purpose: they fold under assumptions (``f1**2 > 0``), and then the solver would
be asked nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import sympy as sp

_NEGATED = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}
_FLIPPED = {"<": ">", "<=": ">="}


@dataclass(frozen=True, slots=True)
class Atom:
    """``expression relation 0`` with one of ``> >= == !=``."""

    expression: sp.Expr
    relation: str


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; ``And(())`` is true."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some part holds; ``Or(())`` is false."""

    parts: tuple[Formula, ...]


Formula = Atom | And | Or
TRUE: Formula = And(())
FALSE: Formula = Or(())


def compare(left: sp.Expr | int, relation: str, right: sp.Expr | int = 0) -> Formula:
    """``left relation right`` for any of ``< <= > >= == !=``; comparisons of rational numbers are decided."""
    difference = sp.Add(left, -right)
    if relation in _FLIPPED:
        difference, relation = -difference, _FLIPPED[relation]
    if difference.is_Rational:
        value = {">": difference > 0, ">=": difference >= 0, "==": difference == 0, "!=": difference != 0}[relation]
        return TRUE if value else FALSE
    return Atom(difference, relation)


def conjunction(parts: Iterable[Formula]) -> Formula:
    """All of them, flattened and without repetition."""
    return _junction(parts, And, Or)


def disjunction(parts: Iterable[Formula]) -> Formula:
    """Any of them, flattened and without repetition."""
    return _junction(parts, Or, And)


def _junction(parts: Iterable[Formula], kind: type[And] | type[Or], other: type[And] | type[Or]) -> Formula:
    flat: list[Formula] = []
    for part in parts:
        for piece in part.parts if isinstance(part, kind) else (part,):
            if isinstance(piece, other) and not piece.parts:
                return piece
            if piece not in flat:
                flat.append(piece)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def negation(formula: Formula) -> Formula:
    """The negation, in negation normal form."""
    if isinstance(formula, Atom):
        return compare(formula.expression, _NEGATED[formula.relation])
    parts = [negation(part) for part in formula.parts]
    return disjunction(parts) if isinstance(formula, And) else conjunction(parts)


def mapped(formula: Formula, function: Callable[[sp.Expr], sp.Expr]) -> Formula:
    """The formula with every expression replaced by its image."""
    if isinstance(formula, Atom):
        return compare(function(formula.expression), formula.relation)
    parts = [mapped(part, function) for part in formula.parts]
    return conjunction(parts) if isinstance(formula, And) else disjunction(parts)


def substituted(formula: Formula, values: Mapping[sp.Symbol, sp.Expr]) -> Formula:
    """The formula at given values of some symbols."""
    return mapped(formula, lambda expression: expression.xreplace(dict(values)))


def atoms(formula: Formula) -> list[Atom]:
    """All sign conditions, from left to right."""
    if isinstance(formula, Atom):
        return [formula]
    return [atom for part in formula.parts for atom in atoms(part)]


def symbols(formula: Formula) -> set[sp.Symbol]:
    """All free symbols."""
    found: set[sp.Symbol] = set()
    for atom in atoms(formula):
        found |= atom.expression.free_symbols
    return found


def to_sympy(formula: Formula) -> sp.Basic:
    """SymPy's boolean of it, for display; two-sided comparisons with the negative terms moved to the right."""
    if formula == TRUE:
        return sp.true
    if formula == FALSE:
        return sp.false
    if isinstance(formula, Atom):
        return _display(formula)
    parts = [to_sympy(part) for part in formula.parts]
    return sp.And(*parts, evaluate=False) if isinstance(formula, And) else sp.Or(*parts, evaluate=False)


def _display(atom: Atom) -> sp.Basic:
    above, below = sp.fraction(sp.together(atom.expression))
    # A rational denominator is positive; any other one may carry the sign.
    numerator = sp.expand(above) if atom.expression.is_polynomial() and below.is_Rational else None
    expression = atom.expression if numerator is None else sp.primitive(numerator)[1]
    if numerator is not None and numerator != 0 and sp.primitive(numerator)[0] < 0:
        expression = -expression
    terms = sp.Add.make_args(expression)
    right = sp.Add(*(-term for term in terms if term.could_extract_minus_sign()))
    left = sp.Add(*(term for term in terms if not term.could_extract_minus_sign()))
    kinds = {">": sp.StrictGreaterThan, ">=": sp.GreaterThan, "==": sp.Equality, "!=": sp.Unequality}
    return kinds[atom.relation](left, right, evaluate=False)
