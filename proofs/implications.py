"""Implications between sign conditions, decided by the solver that did *not* write the certificate.

An implication is proved by ``unsat`` for the hypotheses with the negated goal, once every denominator and every domain
in the query is itself proved to be in order under the hypotheses that are polynomial (and so defined everywhere).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import sympy as sp

from ..symbolic.decision.points import holds
from ..symbolic.decision.points import sign as sign_of_constant
from ..symbolic.formula import FALSE, TRUE, And, Formula, atoms, compare, conjunction, negation, symbols
from ..symbolic.solvers import Script, shared_process, translate

SOLVER = "cvc5"
_answers: dict[str, str] = {}  # what the solver said about a script does not depend on who asks


@dataclass(slots=True)
class SecondSolver:
    """Decides implications by cvc5, in a process of its own with a hard time limit, and counts them.

    Attributes:
        seconds: Limit per query.
        deadline: ``time.monotonic()`` value after which nothing is decided any more.
        refuted: How many queries were shown to be unsatisfiable, which proves implications.
    """

    seconds: float = 10.0
    deadline: float = field(default_factory=lambda: time.monotonic() + 120.0)
    refuted: int = 0
    _known: dict[tuple[Formula, Formula], bool | None] = field(default_factory=dict)
    _counted: set[str] = field(default_factory=set)

    @property
    def seconds_left(self) -> float:
        """Until the deadline."""
        return max(0.0, self.deadline - time.monotonic())

    def implies(self, hypotheses: Formula, goal: Formula) -> bool | None:
        """Whether the hypotheses imply the goal.

        Args:
            hypotheses: What may be assumed.
            goal: What is to be shown.

        Returns:
            True if it is proved, False if it is refuted, None if neither.
        """
        known = set(_parts(hypotheses))
        answer: bool | None = True
        for part in _parts(goal):
            if part in known or part == TRUE:
                continue
            key = (hypotheses, part)
            if key not in self._known:
                self._known[key] = self._decided(hypotheses, part)
            if self._known[key] is False:
                return False
            answer = answer and self._known[key]
        return answer

    def sign(self, cell: Formula, expression: sp.Expr) -> int | None:
        """The sign of a parameter expression all over a cell: -1, 0 or 1; None if it varies or is not known."""
        if expression.is_Rational:
            return int(sp.sign(expression))
        if not expression.free_symbols:
            return sign_of_constant(expression)
        for value, relation in ((1, ">"), (-1, "<"), (0, "==")):
            if self.implies(cell, compare(expression, relation)):
                return value
        return None

    def contradicts(self, script: Script, hypotheses: Formula) -> bool | None:
        """Whether a script is unsatisfiable and its denominators and domains are in order under the hypotheses."""
        defined = _everywhere_defined(hypotheses)
        for obligation in script.obligations:
            if not self.implies(defined, obligation):
                return None
        status = self._status(script.text)
        if status == "sat":
            return False if script.exact else None
        return True if status == "unsat" else None

    def _decided(self, hypotheses: Formula, goal: Formula) -> bool | None:
        if not symbols(goal) and goal != FALSE and (known := holds(goal, {})) is not None:
            return known
        try:
            script = translate(conjunction([hypotheses, negation(goal)]))
        except TypeError:
            return None
        return self.contradicts(script, hypotheses)

    def _status(self, text: str) -> str:
        if text not in _answers:
            left = self.deadline - time.monotonic()
            status = shared_process(SOLVER).ask(text, min(self.seconds, left)).status if left > 0.05 else "unknown"
            if status == "unknown":
                return status
            _answers[text] = status
        if _answers[text] == "unsat" and text not in self._counted:
            self._counted.add(text)
            self.refuted += 1
        return _answers[text]


def _parts(formula: Formula) -> tuple[Formula, ...]:
    return formula.parts if isinstance(formula, And) else (formula,)


def _everywhere_defined(formula: Formula) -> Formula:
    """The conjuncts that are polynomial, so that assuming them assumes no domain."""
    return conjunction(p for p in _parts(formula) if all(atom.expression.is_polynomial() for atom in atoms(p)))
