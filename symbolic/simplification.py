"""Unions of cells as few short conjunctions, in the manner of two-level minimisation (Espresso: Brayton et al. 1984).

Some cells are given where something holds (inside) and some where it does not (outside). For every polynomial that
occurs in them, and for its factors, the signs are found that it takes on each cell. A *literal* lets a polynomial take
some of the signs -, 0, + only: ``< == > <= >= !=``. For a group of inside cells take the literals that admit just the
signs found there; if these exclude every outside cell, so does a small choice of them, and that conjunction may stand
for the whole group. The groups are made as large as possible, first of all the group of all cells; so ``>`` on one
cell and ``==`` on another become ``>=``. That a polynomial takes no other signs on a cell, and that an outside cell
contradicts a conjunction, is proved by the solver; floats only say what not to ask.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import sympy as sp

from .decision.prover import Prover
from .formula import FALSE, And, Formula, atoms, compare, conjunction, disjunction
from .printing import formula_text
from .samples import Samples
from .sign_conditions import SIGNS, SignConditions, oriented

_RELATIONS = {signs: relation for relation, signs in SIGNS.items()}
_ANY = frozenset({-1, 0, 1})
_EXPRESSIONS = 40
_MOST = 3
Signs = frozenset[int]


def parts_of(formula: Formula) -> tuple[Formula, ...]:
    """The parts of a conjunction; any other formula is its own only part."""
    return formula.parts if isinstance(formula, And) else (formula,)


def length(formula: Formula) -> int:
    """How long it is to read."""
    return len(formula_text(formula))


@dataclass(frozen=True, slots=True)
class _Literal:
    expression: sp.Expr
    signs: Signs
    splits: bool

    @property
    def formula(self) -> Formula:
        return compare(self.expression, _RELATIONS[self.signs])

    @property
    def cost(self) -> int:
        # A product of polynomials is harder to read than its length says.
        return 4 + length(self.formula) + (self.signs == frozenset({-1, 1})) + 6 * self.splits


@dataclass(slots=True)
class Union:
    """The union of some cells, to be described shortly.

    Attributes:
        inside: The cells, conjunctions with the hypotheses among their parts.
        outside: The cells that cover the rest.
        conditions: Normal forms under the hypotheses.
        samples: Points for guesses, with some in every cell where that can be.
        hints: Further expressions whose signs may serve.
    """

    inside: Sequence[Formula]
    outside: Sequence[Formula]
    conditions: SignConditions
    samples: Samples
    hints: Sequence[sp.Expr] = ()

    @property
    def prover(self) -> Prover:
        """Decides what seems true."""
        return self.conditions.prover

    def described(self) -> Formula | None:
        """A short formula that is, under the hypotheses and where the cells cover them, the union of the inside cells.

        Returns:
            Proved: every inside cell implies it, and it contradicts every outside cell. None if nothing was found.
        """
        if not self.inside:
            return FALSE
        expressions = self._expressions()
        inside, outside = (
            [{e: self._signs(cell, e) for e in expressions} for cell in cells] for cells in (self.inside, self.outside)
        )
        left, found = list(range(len(self.inside))), list[Formula]()
        while left:
            group, chosen = self._group(left, inside, outside)
            if chosen is None:
                return None
            found.append(conjunction(literal.formula for literal in chosen))
            left = [i for i in left if i not in group and not all(inside[i][c.expression] <= c.signs for c in chosen)]
        return disjunction(self._irredundant(found))

    def _expressions(self) -> list[sp.Expr]:
        """The polynomials of the cells in normal form, and their factors, shortest first."""
        known = set(parts_of(self.conditions.assumed))
        given = [part for cell in (*self.inside, *self.outside) for part in parts_of(cell) if part not in known]
        found = dict.fromkeys(
            oriented(expression)
            for part in dict.fromkeys([*given, *(compare(hint, ">") for hint in self.hints)])
            for whole in atoms(self.conditions.normal(part))
            for expression in (whole.expression, *self.conditions.factors(whole.expression))
            if expression.free_symbols
        )
        return sorted(found, key=lambda e: len(str(e)))[:_EXPRESSIONS]

    def _signs(self, cell: Formula, expression: sp.Expr) -> Signs:
        """Signs outside of which the expression is proved not to be on the cell."""
        seen = self.samples.seen(cell, expression)
        if seen is not None and len(seen) == 3:
            return _ANY
        for signs in sorted(_RELATIONS, key=len):
            # Signs that were not seen are admitted where that seems to be by chance only.
            if (seen is None or seen <= signs) and len(signs) <= max(len(seen or ()) + 1, 1):
                goal = compare(expression, _RELATIONS[signs])
                if self.prover.proves(cell, goal, "signs on a cell"):
                    return signs
        return _ANY

    def _excludes(self, literals: Sequence[_Literal], cell: Formula) -> bool:
        formulas = [literal.formula for literal in literals]
        if self.samples.refutes([cell, *formulas]):
            return False
        return self.prover.contradictory(conjunction([cell, *formulas]), "the region leaves this cell out", cell)

    # -- groups ------------------------------------------------------------------------------------------------------

    def _group(
        self, left: list[int], inside: list[dict[sp.Expr, Signs]], outside: list[dict[sp.Expr, Signs]]
    ) -> tuple[list[int], list[_Literal] | None]:
        """A large group of cells among those that are left, with a conjunction for it."""

        def chosen(group: list[int]) -> list[_Literal] | None:
            joined = {e: frozenset[int]().union(*(inside[i][e] for i in group)) for e in inside[0]}
            literals = [
                _Literal(e, s, len(self.conditions.factors(e)) > 1) for e, s in joined.items() if s in _RELATIONS
            ]
            return self._conjunction(literals, outside)

        everything = chosen(left)
        if everything is not None:
            return left, everything
        group, best = left[:1], chosen(left[:1])
        for i in left[1:] if best is not None else ():
            wider = chosen([*group, i])
            if wider is not None:
                group, best = [*group, i], wider
        return group, best

    def _conjunction(self, literals: list[_Literal], outside: list[dict[sp.Expr, Signs]]) -> list[_Literal] | None:
        """A short choice of the literals that excludes every outside cell."""
        literals = sorted(literals, key=lambda literal: (literal.cost, str(literal.expression)))
        if any(self.samples.refutes([cell, *(literal.formula for literal in literals)]) for cell in self.outside):
            return None
        excluders = [{u for u in literals if not u.signs & signs[u.expression]} for signs in outside]
        together = [cell for cell, single in zip(self.outside, excluders, strict=True) if not single]
        if not all(self._excludes(literals, cell) for cell in together):
            return None
        chosen = _hitting([single for single in excluders if single], literals)
        for cell in together:
            if not self._excludes(chosen, cell):
                chosen = self._enough(chosen, literals, cell)
        return self._shortened(chosen, literals)

    def _enough(self, chosen: list[_Literal], literals: list[_Literal], cell: Formula) -> list[_Literal]:
        """The chosen literals with as few others as exclude a cell together; the long ones go first."""
        needed = [literal for literal in literals if literal not in chosen]
        for literal in reversed(needed.copy()):
            fewer = [other for other in needed if other != literal]
            if self._excludes([*chosen, *fewer], cell):
                needed = fewer
        return [*chosen, *needed]

    def _shortened(self, chosen: list[_Literal], literals: list[_Literal]) -> list[_Literal]:
        """The choice without literals that the others make unnecessary, and with shorter ones that do the same."""
        for literal in sorted(chosen, key=lambda u: u.cost, reverse=True):
            others = [other for other in chosen if other != literal]
            shorter = ([*others, u] for u in literals if u.cost < literal.cost and u not in others)
            factors = self.conditions.factors(literal.expression)
            split = [u for u in literals if u.expression in factors and u not in others]
            apart = [[*others, *split]] if sum(u.cost for u in split) < literal.cost else []
            for choice in (others, *shorter, *apart):
                if all(self._excludes(choice, cell) for cell in self.outside):
                    chosen = choice
                    break
        return chosen

    def _irredundant(self, found: list[Formula]) -> list[Formula]:
        """The conjunctions without those that the others cover."""
        for one in sorted(found, key=length, reverse=True):
            others = [other for other in found if other != one]
            goal = disjunction(others)
            if others and self.prover.proves(conjunction([self.conditions.assumed, one]), goal, "covered by others"):
                found = others
        return found


def _hitting(sets: Sequence[set[_Literal]], literals: Sequence[_Literal]) -> list[_Literal]:
    """A cheap choice of literals with one in every set: the cheapest of up to three, else greedily."""
    useful = [literal for literal in literals if any(literal in one for one in sets)]
    total: Callable[[Sequence[_Literal]], int] = lambda choice: sum(u.cost for u in choice)  # noqa: E731
    choices = [c for count in range(_MOST + 1) for c in combinations(useful, count) if all(o & set(c) for o in sets)]
    if choices:
        return list(min(choices, key=total))
    chosen, missing = list[_Literal](), list(sets)
    while missing:
        literal = max(useful, key=lambda u: sum(u in one for one in missing) / u.cost)
        chosen.append(literal)
        missing = [one for one in missing if literal not in one]
    return chosen
