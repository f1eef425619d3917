"""Whether a script says what its formula says: the same brackets, and sign conditions that agree at exact points.

The translation to SMT-LIB is the one thing that both solvers' answers rest on. Both sides are evaluated here, each by
an evaluator of its own. That cannot prove the translation right; a sign, a relation or a coefficient that it gets wrong
shows at some of the points.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from operator import mul
from typing import Any

import sympy as sp

from ..symbolic.decision.points import holds
from ..symbolic.formula import And, Atom, Formula, symbols

_VALUES = [Fraction(text) for text in ("1", "-1", "0", "2", "1/3", "-5/2", "7", "-1/5", "3/4", "-3")]
_POINTS = 6


def disagreement(text: str, formula: Formula) -> str:
    """Where the script and the formula differ; an empty string if that was not found.

    Scripts with variables of their own, for roots, absolute values and the like, are left out.

    Args:
        text: Declarations and one assertion.
        formula: What the assertion is the translation of.

    Returns:
        A part of the formula, in words.
    """
    commands = list(_parsed(text))
    names = {f"v_{symbol}": symbol for symbol in symbols(formula)}
    if not {command[1] for command in commands if command[0] == "declare-fun"} <= set(names):
        return ""
    assertions = [command[1] for command in commands if command[0] == "assert"]
    if len(assertions) != 1:
        return f"{len(assertions)} assertions where one is needed"
    return _difference(assertions[0], formula, names)


def _difference(node: Any, formula: Formula, names: Mapping[str, sp.Symbol]) -> str:
    if isinstance(formula, Atom):
        return "" if _agree(node, formula, names) else f"{formula.expression} {formula.relation} 0"
    word = "and" if isinstance(formula, And) else "or"
    if not formula.parts:
        return "" if node == ("true" if word == "and" else "false") else f"the empty {word}"
    if not isinstance(node, list) or node[0] != word or len(node) != len(formula.parts) + 1:
        return f"the {word} of {len(formula.parts)} parts"
    found = (_difference(part, inner, names) for part, inner in zip(node[1:], formula.parts, strict=True))
    return next(filter(None, found), "")


def _agree(node: Any, atom: Atom, names: Mapping[str, sp.Symbol]) -> bool:
    """Whether a sign condition has the same truth value at points that are the same in every run."""
    generator = random.Random(0)
    for _ in range(_POINTS):
        point = {name: generator.choice(_VALUES) for name in names}
        exact = {names[name]: sp.Rational(value.numerator, value.denominator) for name, value in point.items()}
        expected = holds(atom, exact)
        if expected is not None and _value(node, point) != expected:
            return False
    return True


def _parsed(text: str) -> Iterator[Any]:
    """The commands as nested lists of words."""
    stack: list[list[Any]] = [[]]
    for word in re.findall(r"[()]|[^\s()]+", text):
        if word == "(":
            stack.append([])
        elif word == ")":
            closed = stack.pop()
            stack[-1].append(closed)
        else:
            stack[-1].append(word)
    yield from stack[0]


def _value(node: Any, point: Mapping[str, Fraction]) -> Any:
    if isinstance(node, str):
        known: dict[str, Any] = {"true": True, "false": False}
        return known[node] if node in known else point[node] if node in point else Fraction(node)
    word, *rest = node
    values = [_value(part, point) for part in rest]
    match word:
        case "and":
            return all(values)
        case "or":
            return any(values)
        case "not":
            return not values[0]
        case "=>":
            return not values[0] or values[1]
        case "+":
            return sum(values, Fraction(0))
        case "*":
            return reduce(mul, values)
        case "/":
            return values[0] / values[1]
        case "-":
            return -values[0] if len(values) == 1 else values[0] - sum(values[1:])
    compared = {"=": lambda a, b: a == b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b}
    return all(compared[word](a, b) for a, b in pairwise(values))
