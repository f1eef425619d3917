"""One critical case: a rule, the field's pieces on a cell, and what every method asks of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

import sympy as sp

from ..criteria import Sign
from ..decision.cells import Cell
from ..decision.equations import solved_equations
from ..derivation import Derivation
from ..germs.jet import NotSmooth
from ..germs.local import LocalField, X, Y, rebuilt, resolver, shifted, space_of
from ..germs.switching import Branch, NeedBranch
from ..stability import Question, step_sign
from ..updates import Simultaneous
from .expansion import Expansion, polynomial_expansion, small_expansion
from .facts import Facts
from .orbits import Orbits, orbits
from .quadrants import Quadrant, on_quadrant

Rows = tuple[sp.Expr, sp.Expr]
# Beyond this order only over few parameters: the coefficients of a map grow fast.
_MANY_PARAMETERS_ORDER = 5


class Case:
    """What is asked, and where.

    Args:
        question: The rule.
        derivation: The field.
        local: Its pieces on the cell.
        cell: Where signs are decided.

    Attributes:
        rows: (v1, v2) in the local coordinates, without absolute values if there is one piece.
        step: The step size, as a number where the cell fixes it; 0 for the flow.
        flow: Whether the rule is the flow.
    """

    def __init__(self, question: Question, derivation: Derivation, local: LocalField, cell: Cell) -> None:
        self.question, self.local, self.facts = question, local, Facts(cell)
        self.known = solved_equations(cell)
        single = local.pieces[0].rows if len(local.pieces) == 1 else None
        # The pieces were found on a larger cell: what this one fixes is put in here.
        first, second = (rebuilt(row.xreplace(self.known)) for row in single or shifted(derivation, cell)[0])
        self.rows = (first, second)
        self._derivation = derivation
        self.space = space_of(derivation)
        self.flow = not question.rule.discrete
        self.step: sp.Expr = sp.Integer(0) if self.flow else self.known.get(question.h, question.h)

    @cached_property
    def orbits(self) -> Orbits | sp.Expr | None:
        """The polynomial field with the orbits of a rational one, or what ``orbits`` says instead.

        Raises:
            NeedSplit: If the lowest terms of a factor vary over the cell.
        """
        return orbits(self.rows, self.facts)

    @cached_property
    def _all_rows(self) -> list[sp.Expr]:
        """V1 and v2, then those of the other fields that the rule reads."""
        found, rule = list(self.rows), self.question.rule
        for field, wanted in (
            (self._derivation.free_field, rule.uses_free_field),
            (self._derivation.opponents, rule.uses_opponents),
        ):
            if wanted and field is not None:
                moved = shifted(replace(self._derivation, field=field), self.facts.cell)[0]
                found += [rebuilt(row.xreplace(self.known)) for row in moved]
        return found

    @property
    def first_order(self) -> tuple[int, int]:
        """(n, m): a small step is x + h (n v1, m v2) + O(h^2 r), and (1, 1) for the flow."""
        return self.question.rule.first_order or (1, 1)

    @property
    def is_one_step(self) -> bool:
        """Whether the rule is x + h v(x) itself, so that rays of a leading part of degree 1 are rays of the map."""
        return self.question.rule == Simultaneous()

    @property
    def step_sign(self) -> Sign:
        """Signs of expressions in the parameters and h: on the cell, or for every sufficiently small h."""
        return step_sign(self.question, self.facts.sign)

    def quadrant_rows(self, quadrant: Quadrant, rows: Rows | None = None) -> Rows | None:
        """Two rows in |x| and |y| on an open quadrant, near x*, without Abs and sign; None if those do not resolve.

        Args:
            quadrant: Signs of x and y.
            rows: What to take; (v1, v2) by default.

        Raises:
            NeedSplit: If the sign of a parameter expression is needed and varies.
        """
        branch = Branch(((X, quadrant[0]), (Y, quadrant[1])))
        own = resolver(self.facts.cell, self.space, branch, 1)
        try:
            first, second = (on_quadrant(own.resolved(row), quadrant) for row in rows or self.rows)
        except (NotSmooth, NeedBranch):
            return None
        return None if first is None or second is None or own.crossed else (first, second)

    def expansions(self, orders: Iterable[int]) -> Iterator[Expansion]:
        """The field's expansions to the given orders, as far as it is smooth enough."""
        for order in orders:
            own = resolver(self.facts.cell, self.space, Branch(), order)
            try:
                jets = [own.algebra.evaluate(own.resolved(row), dict(own.jets)) for row in self._all_rows]
            except (NotSmooth, NeedBranch, OverflowError):
                return
            if any(jet.order < order for jet in jets):
                return
            rows = [jet.polynomial for jet in jets]
            field, rule = own.algebra.field, self.question.rule
            expansion = small_expansion(rows, field, order, self.step, self.known, rule)
            if self._is_costly(expansion):
                return
            yield expansion

    def polynomial_expansions(self, rows: Rows, orders: Iterable[int]) -> Iterator[Expansion]:
        """Expansions of a polynomial field."""
        return (polynomial_expansion(rows, order, self.step) for order in orders)

    def _is_costly(self, expansion: Expansion) -> bool:
        many = len(getattr(expansion.ring.domain, "gens", ())) > 2
        return expansion.order > _MANY_PARAMETERS_ORDER and not self.flow and many
