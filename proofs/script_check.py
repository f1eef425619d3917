"""Whether a script says what its formula says: both are evaluated at exact points, by two evaluators of their own.

The translation to SMT-LIB is the one thing that both solvers' answers rest on. This cannot prove it right; a sign, a
relation or a bracket that it gets wrong shows at some of the points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from itertools import islice, pairwise
from operator import mul
from typing import Any

import sympy as sp

from ..symbolic.decision.points import holds
from ..symbolic.formula import Formula, symbols

_VALUES = [Fraction(text) for text in ("1", "-1", "0", "2", "1/3", "-5/2", "7", "-1/5", "3/4", "-3")]
_POINTS = 12


def disagreement(text: str, formula: Formula) -> dict[str, Fraction] | None:
    """A point where the script's assertions and the formula differ; None if there is none among those tried.

    Scripts with variables of their own, for roots, absolute values and the like, are left out.

    Args:
        text: Declarations and assertions.
        formula: What they are the translation of.
    """
    commands = list(_parsed(text))
    declared = {command[1] for command in commands if command[0] == "declare-fun"}
    names = {f"v_{symbol}": symbol for symbol in symbols(formula)}
    if not declared <= set(names):
        return None
    assertions = [command[1] for command in commands if command[0] == "assert"]
    ordered = sorted(names)
    for start in range(_POINTS):
        # Strides that differ from name to name give each name each value, in changing company.
        point = {name: _VALUES[(start * (2 * k + 1) + k) % len(_VALUES)] for k, name in enumerate(ordered)}
        exact = {names[name]: sp.Rational(value.numerator, value.denominator) for name, value in point.items()}
        expected = holds(formula, exact)
        if expected is not None and all(_value(assertion, point) for assertion in assertions) != expected:
            return point
    return None


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


def _value(node: Any, point: dict[str, Fraction]) -> Any:
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
            return -values[0] if len(values) == 1 else values[0] - sum(islice(values, 1, None))
    compared = {"=": lambda a, b: a == b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "<": lambda a, b: a < b}
    return all(compared[word](a, b) for a, b in pairwise(values))
