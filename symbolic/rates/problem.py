"""What is to be minimised, under which conditions; and signs of parameters that do not matter.

A parameter s that enters the characteristic polynomial, the hypotheses and a claim through s^2 or |s| only may as well
be s >= 0: the statement at s is the statement at |s|. Such parameters are *folded*: |s| becomes s, with s >= 0
assumed. What is left are polynomials, which the solver decides; for a reader |s| is written back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sympy as sp
from sympy.polys.polyerrors import PolynomialError

from ..flattening import Atoms
from ..formula import And, Atom, Formula, atoms, compare, conjunction, mapped, symbols
from .polynomial import Factor, characteristic_factors


@dataclass(frozen=True, slots=True)
class Problem:
    """Minimise rho over some variables, for every value of the parameters.

    Attributes:
        matrix: The Jacobian of one period.
        factors: Of its characteristic polynomial.
        flat: The same over QQ, with symbols for what is no rational function, such as sqrt(c).
        nodes: What these symbols stand for.
        variables: What is chosen.
        given: Conditions on the parameters.
        admissible: Conditions on the variables (and the parameters).
        folded: Parameters that are taken to be nonnegative.
    """

    matrix: sp.Matrix
    factors: tuple[Factor, ...]
    flat: tuple[Factor, ...]
    nodes: dict[sp.Symbol, sp.Expr]
    variables: tuple[sp.Symbol, ...]
    given: Formula
    admissible: Formula
    folded: tuple[sp.Symbol, ...] = ()

    @property
    def parameters(self) -> list[sp.Symbol]:
        """The symbols that are not chosen, in order."""
        found = _occurring(self.factors) | symbols(self.admissible) | symbols(self.given)
        return sorted(found - set(self.variables), key=str)

    @property
    def signs(self) -> dict[sp.Symbol, int]:
        """Signs of parameters as far as a single condition says so: 1 for s >= 0, -1 for s <= 0."""
        parts = self.given.parts if isinstance(self.given, And) else (self.given,)
        known = {part.expression: 1 for part in parts if isinstance(part, Atom) and part.relation in {">", ">="}}
        return {s: 1 if s in known else -1 for s in self.parameters if s in known or -s in known}

    def unfolded(self, expression: sp.Expr) -> sp.Expr:
        """The expression for a reader, with |s| for s."""
        return expression.xreplace({s: sp.Abs(s) for s in self.folded})


def posed(matrix: sp.Matrix, variables: Sequence[sp.Symbol], hypotheses: Formula) -> Problem:
    """The problem, as it is asked.

    Args:
        matrix: The Jacobian of one period; its entries are rational functions of the variables.
        variables: What is chosen.
        hypotheses: What may be assumed; the parts that mention a variable say which values may be chosen.

    Raises:
        PolynomialError: If an entry is no rational function of the variables.
    """
    known = Atoms("_node")
    flat, nodes = characteristic_factors(sp.Matrix(matrix).applyfunc(known.flat)), known.nodes
    if any(node.has(*variables) for node in nodes.values()):
        raise PolynomialError(f"the period is no rational function of {', '.join(map(str, variables))}")
    factors = tuple(Factor(tuple(c.xreplace(nodes) for c in factor.coefficients)) for factor in flat)
    parts = hypotheses.parts if isinstance(hypotheses, And) else (hypotheses,)
    mine = [part for part in parts if symbols(part) & set(variables)]
    # Conditions on symbols that are not connected with these (f2, say) do not matter; fewer hypotheses prove less.
    relevant = (_occurring(factors) | set[sp.Symbol]().union(*map(symbols, mine))) - set(variables)
    while True:
        kept = [part for part in parts if part not in mine and (symbols(part) & relevant or not symbols(part))]
        grown = relevant.union(*map(symbols, kept))
        if grown == relevant:
            return Problem(matrix, factors, flat, nodes, tuple(variables), conjunction(kept), conjunction(mine))
        relevant = grown


def _occurring(factors: Iterable[Factor]) -> set[sp.Symbol]:
    return set[sp.Symbol]().union(*(c.free_symbols for factor in factors for c in factor.coefficients))


def folded(problem: Problem, expressions: Iterable[sp.Expr] = ()) -> Problem:
    """The problem with every parameter nonnegative whose sign does not matter.

    Args:
        problem: As posed.
        expressions: What else has to be even in such a parameter, such as a claim.
    """
    even = [e for factor in problem.factors for e in factor.coefficients]
    even += expressions
    free = [s for s in problem.parameters if all(_is_even(e, s) for e in even)]
    free = [s for s in free if _is_symmetric(problem.given, s) and _is_symmetric(problem.admissible, s)]
    given = conjunction([problem.given, *(_nonnegative(s, problem.given) for s in free)])
    positive = {sp.Abs(s): s for s in free}
    return replace(
        problem,
        given=mapped(given, lambda e: e.xreplace(positive)),
        admissible=mapped(problem.admissible, lambda e: e.xreplace(positive)),
        folded=tuple(free),
    )


def _nonnegative(symbol: sp.Symbol, given: Formula) -> Formula:
    """The condition s > 0 where s = 0 is excluded, else s >= 0."""
    nonzero = compare(symbol, "!=")
    parts = given.parts if isinstance(given, And) else (given,)
    return compare(symbol, ">" if nonzero in parts else ">=")


def _is_even(expression: sp.Expr, symbol: sp.Symbol) -> bool:
    mirrored = expression.xreplace({symbol: -symbol})
    return mirrored == expression or sp.expand(mirrored - expression) == 0


def _is_symmetric(formula: Formula, symbol: sp.Symbol) -> bool:
    """Whether the formula says the same of -s as of s, condition by condition."""
    return all(
        _is_even(a.expression, symbol) or (a.relation in {"==", "!="} and _is_even(a.expression * symbol, symbol))
        for a in atoms(formula)
    )


def solved(cell: Formula) -> dict[sp.Symbol, sp.Expr]:
    """Values of parameters where the equations of a cell hold, and the denominators do not vanish."""
    known: dict[sp.Symbol, sp.Expr] = {}
    for part in cell.parts if isinstance(cell, And) else (cell,):
        if isinstance(part, Atom) and part.relation == "==":
            solution = _solution(sp.expand(part.expression.xreplace(known)))
            known = {s: v.xreplace(solution) for s, v in known.items()} | solution
    return known


def _solution(expression: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """``symbol: value`` where the expression vanishes: a symbol that is linear, its coefficient as simple as can be."""
    found: list[tuple[int, str, sp.Symbol, sp.Expr]] = []
    for symbol in expression.free_symbols:
        coefficient = expression.coeff(symbol, 1)
        rest = sp.expand(expression - coefficient * symbol)
        if coefficient != 0 and not coefficient.is_Add and not rest.has(symbol) and not coefficient.has(symbol):
            size = 0 if coefficient.is_Rational else -coefficient.count_ops()
            found.append((size, str(symbol), symbol, sp.expand(-rest / coefficient)))
    if not found:
        return {}
    _, _, symbol, value = max(found, key=lambda entry: entry[:2])
    return {symbol: value}
