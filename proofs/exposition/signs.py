"""Signs that a reader sees at a glance: of products, powers and sums of quantities whose signs are assumed.

An expression's possible signs are a subset of {-1, 0, 1}, combined by the rules of signs. What is not seen so was
decided by a complete procedure, and the text says that instead.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import sympy as sp

from ...symbolic.formula import And, Atom, Formula
from ..latex_printing import condition_latex

_POSSIBLE = {">": frozenset({1}), ">=": frozenset({0, 1}), "!=": frozenset({-1, 1}), "==": frozenset({0})}
_ANY = frozenset({-1, 0, 1})
Signs = frozenset[int]


def why(goal: Formula, hypotheses: Formula) -> str:
    """The reason why a condition follows from others.

    Args:
        goal: What follows.
        hypotheses: From what.

    Returns:
        A phrase that begins with "since" or "by".
    """
    facts = {_primitive(atom.expression): atom for atom in _conjuncts(hypotheses)}
    used: dict[Atom, None] = {}
    if _follows(goal, facts, used):
        reasons = [f"${condition_latex(atom)}$" for atom in used]
        if not reasons:
            return "for all values"
        return f"since {reasons[0]}" if len(reasons) == 1 else f"since {', '.join(reasons[:-1])} and {reasons[-1]}"
    return "by a complete decision procedure for polynomial inequalities (the negation has no real solution)"


def assumed(goal: Formula, hypotheses: Formula) -> bool:
    """Whether a condition is one of the hypotheses, up to a positive factor."""
    known = {(_primitive(atom.expression), atom.relation) for atom in _conjuncts(hypotheses)}
    return isinstance(goal, Atom) and (_primitive(goal.expression), goal.relation) in known


def _primitive(expression: sp.Expr) -> sp.Expr:
    """Without its positive rational content."""
    return sp.expand(expression).as_content_primitive()[1]


def _conjuncts(formula: Formula) -> Iterable[Atom]:
    if isinstance(formula, Atom):
        return [formula]
    return [atom for part in formula.parts for atom in _conjuncts(part)] if isinstance(formula, And) else []


def _follows(goal: Formula, facts: dict[sp.Expr, Atom], used: dict[Atom, None]) -> bool:
    if isinstance(goal, Atom):
        own: dict[Atom, None] = {}
        if not _signs(sp.factor(goal.expression), facts, own) <= _POSSIBLE[goal.relation]:
            return False
        used |= own
        return True
    if isinstance(goal, And):
        return all(_follows(part, facts, used) for part in goal.parts)
    return any(_follows(part, facts, used) for part in goal.parts)


def _signs(expression: sp.Expr, facts: dict[sp.Expr, Atom], used: dict[Atom, None]) -> Signs:
    if expression.is_Rational:
        return frozenset({int(sp.sign(expression))})
    for known, turned in ((expression, 1), (-expression, -1)):
        fact = facts.get(_primitive(known))
        if fact is not None and fact.relation in _POSSIBLE:
            used[fact] = None
            return frozenset(turned * sign for sign in _POSSIBLE[fact.relation])
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer and expression.exp > 0:
        base = _signs(expression.base, facts, used)
        return frozenset(sign ** int(expression.exp) for sign in base)
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer:
        base = _signs(expression.base, facts, used)
        return _ANY if 0 in base else frozenset(sign ** int(-expression.exp) for sign in base)
    if isinstance(expression, sp.Mul):
        found: Signs = frozenset({1})
        for factor in expression.args:
            found = frozenset(a * b for a, b in itertools.product(found, _signs(factor, facts, used)))
        return found
    if isinstance(expression, sp.Add):
        terms = [_signs(term, facts, used) for term in expression.args]
        for direction in (1, -1):
            if all(-direction not in term for term in terms):
                strict = any(term == {direction} for term in terms)
                return frozenset({direction}) if strict else frozenset({0, direction})
    return _ANY
