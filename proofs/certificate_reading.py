"""Reading a certificate: plain values of the right shape in, formulas and matrices out; nothing in it is executed.

What is written is checked for shape only: that keys, types, ids and their order are those of the format
(``certificate``). Whether it is *true* is decided in ``verify``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..symbolic.errors import ExpressionError
from ..symbolic.formula import And, Atom, Formula, Or
from .printed import TooLargeError, read

_MAX_VALUES = 200_000
_MAX_CHARACTERS = 20_000_000
_MAX_DEPTH = 60
_RELATIONS = (">", ">=", "==", "!=")
_SHAPES: dict[str, type | tuple[type, ...]] = {
    "schema": str,
    "version": str,
    "name": str,
    "proposal": dict,
    "steps": list,
    "verdict": dict,
    "digest": str,
}
_VERDICT_KEYS = ("verdict", "rate", "reason", "witness", "counterexample")


class Refused(Exception):
    """Something in the certificate is wrong; ``step`` says where, or is empty where the caller knows."""

    def __init__(self, reason: str, step: str = "") -> None:
        super().__init__(reason)
        self.reason, self.step = reason, step


class Uncheckable(Exception):
    """Something in the certificate can neither be confirmed nor refuted here."""

    def __init__(self, reason: str, step: str = "") -> None:
        super().__init__(reason)
        self.reason, self.step = reason, step


@dataclass(frozen=True, slots=True)
class SolverStep:
    """An implication with the script that is said to prove it."""

    step: str
    hypotheses: Formula
    goal: Formula
    domains: tuple[Formula, ...]
    script: str


@dataclass(frozen=True, slots=True)
class PieceStep:
    """The field on one branch: switching functions as text with their signs, value and Jacobian (None: not smooth)."""

    branch: tuple[tuple[str, int], ...]
    value: tuple[sp.Expr, sp.Expr] | None
    jacobian: sp.ImmutableMatrix | None


@dataclass(frozen=True, slots=True)
class CellSteps:
    """Everything that is said about one cell."""

    name: str
    formula: Formula
    pieces: tuple[PieceStep, ...] | None
    matrix: sp.ImmutableMatrix | None
    goals: tuple[SolverStep, ...]
    theorem: str
    outcome: str
    rate: str | None
    branch: tuple[tuple[str, int], ...] | None
    function: str | None = None
    free: tuple[PieceStep, ...] | None = None

    @property
    def ruling(self) -> str:
        """Id of the step that rules."""
        return f"{self.name}.ruling"


def check_plain(document: Mapping[str, Any]) -> None:
    """That the document holds JSON values only, of a size that can be handled.

    Raises:
        Refused: If it does not.
    """
    waiting: list[tuple[Any, int]] = [(document, 0)]
    values = characters = 0
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if values > _MAX_VALUES or characters > _MAX_CHARACTERS or depth > _MAX_DEPTH:
            raise Refused("the document is too large or too deep for a certificate", "document")
        if isinstance(value, str):
            characters += len(value)
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise Refused(f"a key that is no string: {key!r}", "document")
                characters += len(key)
                waiting.append((inner, depth + 1))
        elif isinstance(value, list | tuple):
            waiting += [(inner, depth + 1) for inner in value]
        elif not (value is None or isinstance(value, bool | int | float)):
            raise Refused(f"a value that JSON does not have: {type(value).__name__}", "document")


def check_shape(document: Mapping[str, Any]) -> None:
    """That the keys of the document and of its verdict are there, with the right types.

    Raises:
        Refused: If not.
    """
    _keys(document, tuple(_SHAPES), "document")
    for key, kind in _SHAPES.items():
        if not isinstance(document[key], kind):
            raise Refused(f"{key} has the wrong type: {type(document[key]).__name__}", "document")
    verdict = document["verdict"]
    _keys(verdict, _VERDICT_KEYS, "verdict")
    if not isinstance(verdict["verdict"], str) or not isinstance(verdict["reason"], str):
        raise Refused("verdict and reason are strings", "verdict")


class Steps:
    """The steps in order; taking one that is not the next is refused."""

    def __init__(self, steps: Sequence[Any], symbols: Mapping[str, sp.Symbol], step_size: sp.Symbol) -> None:
        # An undeclared step size occurs in matrices only: it is no part of the parameter space.
        self.symbols, self._with_step = dict(symbols), {**symbols, step_size.name: step_size}
        self._steps = list(steps)
        self._next = 0

    @property
    def finished(self) -> bool:
        """Whether every step was taken."""
        return self._next == len(self._steps)

    def next_is(self, name: str) -> bool:
        """Whether the next step has this id."""
        step = None if self.finished else self._steps[self._next]
        return isinstance(step, Mapping) and step.get("id") == name

    def take(self, name: str, kinds: Sequence[str], keys: Sequence[str]) -> Mapping[str, Any]:
        """The next step.

        Raises:
            Refused: If its id, kind or keys are others.
        """
        if not self.next_is(name):
            found = "nothing" if self.finished else _name(self._steps[self._next])
            raise Refused(f"the step is missing or out of order: {found} stands in its place", name)
        step = self._steps[self._next]
        self._next += 1
        _keys(step, ("id", "kind", *keys), name)
        if step["kind"] not in kinds:
            raise Refused(f"the step's kind is {step['kind']!r}, not {' or '.join(map(repr, kinds))}", name)
        return step

    def definition(self, name: str) -> Formula:
        """A formula that is laid down."""
        return self.formula(self.take(name, ["definition"], ["formula"])["formula"], name)

    def solver(self, name: str) -> SolverStep:
        """An implication that is said to be proved."""
        keys = ["because", "hypotheses", "goal", "domains", "script", "answer", "solver"]
        step = self.take(name, ["solver"], keys)
        if step["answer"] != "unsat" or step["solver"] not in ("z3", "cvc5"):
            raise Refused(f"the answer {step['answer']!r} of {step['solver']!r} proves nothing", name)
        if not isinstance(step["script"], str) or not isinstance(step["because"], str):
            raise Refused("script and because are strings", name)
        domains = tuple(self.formula(part, name) for part in _list(step["domains"], name))
        hypotheses, goal = (self.formula(step[key], name) for key in ("hypotheses", "goal"))
        return SolverStep(name, hypotheses, goal, domains, step["script"])

    def cell(self, number: int) -> CellSteps:
        """All steps of one cell."""
        name = f"cell-{number}"
        used = [name]
        formula = self.definition(name)
        matrix = None
        fields: dict[str, tuple[PieceStep, ...]] = {}
        for kind in ("pieces", "free", "opponents"):
            if self.next_is(f"{name}.{kind}"):
                used.append(f"{name}.{kind}")
                step = self.take(used[-1], ["identity"], ["pieces"])
                fields[kind] = tuple(self._piece(piece, used[-1]) for piece in _list(step["pieces"], used[-1]))
        if "opponents" in fields:
            raise Uncheckable("the gradients of costs in the opponent's parameter are not derived again here")
        pieces = fields.get("pieces")
        if self.next_is(f"{name}.matrix"):
            used.append(f"{name}.matrix")
            matrix = self.matrix(self.take(used[-1], ["identity"], ["matrix"])["matrix"], used[-1])
        goals: list[SolverStep] = []
        while self.next_is(f"{name}.goal-{len(goals) + 1}"):
            goals.append(self.solver(f"{name}.goal-{len(goals) + 1}"))
            used.append(goals[-1].step)
        ruling = f"{name}.ruling"
        step = self.take(
            ruling, ["theorem", "open"], ["theorem", "outcome", "rate", "branch", "function", "reason", "uses"]
        )
        if step["uses"] != used:
            raise Refused(f"uses {step['uses']!r}, where {used!r} stand before it", ruling)
        theorem, outcome, rate = step["theorem"], step["outcome"], step["rate"]
        if not isinstance(theorem, str) or outcome not in ("yes", "no", "open") or not isinstance(step["reason"], str):
            raise Refused("theorem, outcome or reason is not what a ruling has", ruling)
        is_open = step["kind"] == "open"
        if (outcome == "open", theorem == "") != (is_open, is_open):
            raise Refused("kind, theorem and outcome contradict each other", ruling)
        if rate not in (None, "linear", "sublinear"):
            raise Refused(f"not a rate: {rate!r}", ruling)
        branch = None if step["branch"] is None else _branch(step["branch"], ruling)
        function = step["function"]
        if not (function is None or isinstance(function, str)):
            raise Refused(f"not a function: {function!r}", ruling)
        goal_steps, free = tuple(goals), fields.get("free")
        return CellSteps(name, formula, pieces, matrix, goal_steps, theorem, outcome, rate, branch, function, free)

    # -- values ------------------------------------------------------------------------------------------------------

    def formula(self, value: Any, step: str) -> Formula:
        """A formula, as it is written: nothing is simplified on the way."""
        if not isinstance(value, Mapping):
            raise Refused(f"not a formula: {value!r}", step)
        if set(value) == {"expression", "relation"}:
            if value["relation"] not in _RELATIONS:
                raise Refused(f"not a relation: {value['relation']!r}", step)
            return Atom(expression(value["expression"], self.symbols, step), value["relation"])
        for word, kind in (("and", And), ("or", Or)):
            if set(value) == {word}:
                return kind(tuple(self.formula(part, step) for part in _list(value[word], step)))
        raise Refused(f"not a formula: keys {sorted(value)}", step)

    def matrix(self, value: Any, step: str) -> sp.ImmutableMatrix:
        """A square matrix, in which the step size may occur."""
        size = len(_list(value, step))
        rows = [_list(row, step, size) for row in value]
        return sp.ImmutableMatrix([[expression(entry, self._with_step, step) for entry in row] for row in rows])

    def _piece(self, value: Any, step: str) -> PieceStep:
        if not isinstance(value, Mapping):
            raise Refused(f"not a piece: {value!r}", step)
        _keys(value, ("branch", "value", "jacobian", "failure"), step)
        branch = _branch(value["branch"], step)
        smooth = value["value"] is not None
        if smooth != (value["jacobian"] is not None) or smooth != (value["failure"] == ""):
            raise Refused("a piece has a value and a Jacobian, or a reason why it has none", step)
        if not smooth:
            return PieceStep(branch, None, None)
        first, second = (expression(entry, self.symbols, step) for entry in _list(value["value"], step, 2))
        jacobian = self.matrix(value["jacobian"], step)
        if jacobian.shape != (2, 2):
            raise Refused("a piece's Jacobian is a 2 x 2 matrix", step)
        return PieceStep(branch, (first, second), jacobian)


def expression(value: Any, symbols: Mapping[str, sp.Expr], step: str, *, fields: bool = False) -> sp.Expr:
    """A printed expression.

    Raises:
        Refused: If it is no expression over these symbols.
        Uncheckable: If it is too large.
    """
    if not isinstance(value, str):
        raise Refused(f"an expression is a string, not {value!r}", step)
    try:
        found = read(value, symbols, fields=fields)
    except ExpressionError as error:
        raise Refused(f"not an expression of the language: {error}", step) from None
    except TooLargeError as error:
        raise Uncheckable(str(error), step) from None
    if found.has(sp.nan, sp.zoo, sp.I) or (not fields and found.has(sp.oo)):
        raise Refused(f"an expression without a real value: {value!r}", step)
    return found


def _branch(value: Any, step: str) -> tuple[tuple[str, int], ...]:
    pairs: list[tuple[str, int]] = []
    for pair in _list(value, step):
        function, sign = _list(pair, step, 2)
        if not isinstance(function, str) or isinstance(sign, bool) or sign not in (1, -1):
            raise Refused(f"not a switching function with its sign: {pair!r}", step)
        pairs.append((function, int(sign)))
    return tuple(pairs)


def _list(value: Any, step: str, length: int | None = None) -> list[Any]:
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise Refused(f"not a list{'' if length is None else f' of {length}'}: {value!r}", step)
    return value


def _keys(value: Any, keys: Sequence[str], step: str) -> None:
    if not isinstance(value, Mapping):
        raise Refused("not an object with keys", step)
    if missing := sorted(set(keys) - set(value)):
        raise Refused(f"missing: {', '.join(missing)}", step)
    if unknown := sorted(set(value) - set(keys)):
        raise Refused(f"unknown: {', '.join(unknown)}", step)


def _name(step: Any) -> str:
    return repr(step.get("id")) if isinstance(step, Mapping) else repr(step)[:60]
