"""Conditions on parameters and claimed regions: comparisons and their boolean combinations, as trees.

A declared condition is a conjunction of polynomial comparisons, chained ones included (``0 < gamma < 2*f1``); a
claimed region may use ``and``, ``or``, ``not``, or the printed forms ``And(...)``, ``Or(...)``, ``Not(...)``,
``Eq(...)``, ``Ne(...)``, so that what convergan prints can be claimed back.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from . import expression as ex
from .errors import ExpressionError
from .parser import Reader, Scope, constant

_SYMBOLS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_PRINTED_RELATIONS = {"Eq": "==", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}


@dataclass(frozen=True, slots=True)
class Relation:
    """``left operator right`` with one of ``< <= > >= == !=``."""

    left: ex.Expression
    operator: str
    right: ex.Expression


@dataclass(frozen=True, slots=True)
class Combination:
    """``and``, ``or`` (any number of parts) or ``not`` (one part)."""

    operator: str
    parts: tuple[Condition, ...]


Condition = Relation | Combination


def relations(condition: Condition) -> Iterator[Relation]:
    """All comparisons in a condition, from left to right."""
    if isinstance(condition, Relation):
        yield condition
    else:
        for part in condition.parts:
            yield from relations(part)


def names(condition: Condition) -> frozenset[str]:
    """All names that a condition mentions."""
    found: frozenset[str] = frozenset()
    for relation in relations(condition):
        found |= ex.names(relation.left) | ex.names(relation.right)
    return found


def parse_conditions(text: str, scope: Scope) -> tuple[Relation, ...]:
    """Reads a declared condition: ``real``, or a conjunction of polynomial comparisons.

    Raises:
        ExpressionError: For anything else, with the place and the mend.
    """
    if text.strip() == "real":
        return ()
    reader = _ConditionReader(text, scope)
    tree = reader.condition(reader.python_tree())
    flat: list[Relation] = []
    _flatten(tree, flat, text)
    for relation in flat:
        for side in (relation.left, relation.right):
            _require_polynomial(side, text)
    return tuple(flat)


def _flatten(tree: Condition, flat: list[Relation], text: str) -> None:
    """Appends the comparisons of a conjunction, however it is nested."""
    if isinstance(tree, Relation):
        flat.append(tree)
    elif tree.operator == "and":
        for part in tree.parts:
            _flatten(part, flat, text)
    else:
        raise ExpressionError(
            f"{tree.operator!r} in a condition",
            text,
            next(relations(tree)).left.span,
            "conditions are joined by 'and' only; check the cases as separate proposals",
        )


def parse_region(text: str, scope: Scope) -> Condition:
    """Reads a claimed region.

    Raises:
        ExpressionError: If it is not a boolean combination of comparisons.
    """
    reader = _ConditionReader(text, scope)
    return reader.condition(reader.python_tree())


def _require_polynomial(node: ex.Expression, text: str) -> None:
    match node:
        case ex.Number() | ex.Name():
            return
        case ex.Add() | ex.Multiply() | ex.Negate():
            pass
        case ex.Divide(denominator=denominator) if constant(denominator) is not None:
            pass
        case ex.Power(exponent=exponent):
            value = constant(exponent)
            if value is None or value.denominator != 1 or value < 0:
                raise ExpressionError("not a polynomial", text, node.span, "use whole exponents, as in gamma**2")
        case _:
            raise ExpressionError(
                "not a polynomial", text, node.span, "conditions are polynomial comparisons; name the value"
            )
    for child in ex.children(node):
        _require_polynomial(child, text)


class _ConditionReader(Reader):
    def condition(self, node: ast.expr) -> Condition:
        self._depth += 1
        if self._depth > 60:
            raise self.fail("nested more than 60 deep", node, "flatten it")
        try:
            match node:
                case ast.BoolOp(op=op, values=values):
                    word = "and" if isinstance(op, ast.And) else "or"
                    return Combination(word, tuple(self.condition(value) for value in values))
                case ast.UnaryOp(op=ast.Not(), operand=operand):
                    return Combination("not", (self.condition(operand),))
                case ast.Compare():
                    return self._compare(node)
                case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                    if name in {"And", "Or"} and arguments:
                        return Combination(name.lower(), tuple(self.condition(part) for part in arguments))
                    if name == "Not" and len(arguments) == 1:
                        return Combination("not", (self.condition(arguments[0]),))
                    if name in _PRINTED_RELATIONS and len(arguments) == 2:
                        left, right = (self.expression(part) for part in arguments)
                        return Relation(left, _PRINTED_RELATIONS[name], right)
            raise self.fail("not a comparison", node, "write for example gamma > 0 and gamma < 2*f1, or real")
        finally:
            self._depth -= 1

    def _compare(self, node: ast.Compare) -> Condition:
        sides = [node.left, *node.comparators]
        values = [self.expression(side) for side in sides]
        parts: list[Relation] = []
        for left, operator, right, source in zip(values, node.ops, values[1:], sides[1:], strict=False):
            symbol = _SYMBOLS.get(type(operator))
            if symbol is None:
                raise self.fail("comparison outside the language", source, "use < <= > >= == !=")
            parts.append(Relation(left, symbol, right))
        return parts[0] if len(parts) == 1 else Combination("and", tuple(parts))
