"""Points on a surface in the parameter space, such as an edge of the admissible region or a critical value.

A surface is where an expression in the parameters, h and f1 ... f6 vanishes. From an admissible point one coordinate is
moved onto it: all others are put in as the exact rational numbers that they are, the equation that is left is solved
exactly, and the solution is rounded once. The point is then checked again against whatever has to hold there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from ...symbolic.conditions import Relation, parse_region
from ...symbolic.derivation import derivative_symbols, parameter_symbols
from ...symbolic.expression import DERIVATIVE_SYMBOLS
from ...symbolic.formula import Atom, Formula, Or, atoms
from ...symbolic.hypotheses import condition_formula
from ...symbolic.parser import Scope
from ...symbolic.proposal import Proposal

_DIGITS = 40
_SIGNS = {">": lambda v: v > 0, ">=": lambda v: v >= 0, "==": lambda v: v == 0, "!=": lambda v: v != 0}


@dataclass(frozen=True, slots=True)
class Surface:
    """Where one comparison of a region is an equality, as far as it bounds the region.

    Attributes:
        expression: What vanishes there.
        region: What it belongs to.
    """

    expression: sp.Expr
    region: Formula

    @property
    def names(self) -> frozenset[str]:
        """All names that the equation mentions."""
        return frozenset(symbol.name for symbol in self.expression.free_symbols)

    def solutions(self, name: str, values: Mapping[str, float]) -> list[float]:
        """Values of one name that lie on the surface, given those of the others, in rising order.

        Args:
            name: The unknown.
            values: Of all other names, by name.

        Returns:
            Real solutions, each correct to one rounding; none where the equation is no polynomial in the unknown.
        """
        unknown = sp.Symbol(name, real=True)
        known = {n: v for n, v in values.items() if n != name}
        above, below = (_at(part, known) for part in _fraction(self.expression))
        if not above.is_polynomial(unknown):
            return []
        polynomial = sp.Poly(above, unknown)
        if polynomial.degree() == 1:
            slope, offset = polynomial.all_coeffs()
            roots = [-offset / slope]
        elif polynomial.degree() > 1 and polynomial.domain in (sp.ZZ, sp.QQ):
            roots = sp.real_roots(polynomial, multiple=True)
        else:
            return []
        good = [root for root in roots if root.is_real and below.xreplace({unknown: root}) != 0]
        return sorted({float(root.n(_DIGITS)) + 0.0 for root in good})  # + 0.0: no negative zero

    def bounds(self, values: Mapping[str, float]) -> bool:
        """Whether a point on the surface bounds the region: all that else has to hold, holds or is an equality."""
        return self._holds(self.region, values)

    def _holds(self, formula: Formula, values: Mapping[str, float]) -> bool:
        if isinstance(formula, Atom):
            if formula.expression == self.expression:
                return True
            value = _at(formula.expression, values).n(_DIGITS)
            relation = ">=" if formula.relation == ">" else formula.relation
            return bool(value.is_real and _SIGNS[relation](value))
        parts = (self._holds(part, values) for part in formula.parts)
        return any(parts) if isinstance(formula, Or) else all(parts)


@lru_cache(maxsize=128)
def _fraction(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    return sp.fraction(sp.together(expression))


def _at(expression: sp.Expr, values: Mapping[str, float]) -> sp.Expr:
    """The expression with names replaced by the rational numbers that their values are."""
    symbols = expression.free_symbols
    return expression.xreplace({s: sp.Rational(values[s.name]) for s in symbols if s.name in values}).doit()


def of_formula(formula: Formula) -> Iterator[Surface]:
    """The surfaces that bound a region."""
    for expression in dict.fromkeys(atom.expression for atom in atoms(formula)):
        if expression.free_symbols:
            yield Surface(expression, formula)


def of_text(text: str, proposal: Proposal) -> list[Surface]:
    """The surfaces that bound a region, written as under ``[claim]`` or as ``check`` prints it.

    Raises:
        ExpressionError: For a text that is no boolean combination of comparisons in the proposal's names.
    """
    names = frozenset(proposal.parameter_names) | frozenset(DERIVATIVE_SYMBOLS) | {"h"}
    return list(of_formula(condition_formula(parse_region(text, Scope(names, printed=True)), _symbols(proposal))))


def of_relation(relation: Relation, proposal: Proposal) -> Surface:
    """Where a declared comparison is an equality."""
    equality = condition_formula(Relation(relation.left, "==", relation.right), _symbols(proposal))
    (surface,) = of_formula(equality)
    return surface


def derived(proposal: Proposal) -> list[Surface]:
    """What the analysis finds critical.

    Where eigenvalues of v'(x*) meet, the edges of the stable step sizes, and the edges of the region where training
    converges.

    Raises:
        ProposalError: If the proposal's conditions contradict each other.
    """
    from ...symbolic.analysis import analyse  # here, since it imports the solver

    analysis = analyse(proposal, beside=False)
    found = [analysis.critical, analysis.step_size, analysis.condition]
    return [surface for formula in found if formula is not None for surface in of_formula(formula)]


def _symbols(proposal: Proposal) -> dict[str, sp.Expr]:
    return dict(derivative_symbols()) | {"h": sp.Symbol("h", real=True)} | dict(parameter_symbols(proposal))
