"""Regions of parameters and step sizes, simplified for a reader; every simplification is proved by the solver."""

from __future__ import annotations

import sympy as sp

from .criteria import schur_expressions
from .decision.prover import Prover
from .formula import And, Atom, Formula, Or, compare, conjunction, disjunction, symbols
from .rulings import Outcome, RuleVerdict
from .spectrum import characteristic_coefficients, cleared, discriminant


def stable_region(verdict: RuleVerdict, assumed: Formula, prover: Prover) -> Formula | None:
    """Where training converges, relative to the hypotheses; None while some cell is open.

    Args:
        verdict: With its cells.
        assumed: The hypotheses, left out of the result.
        prover: Proves what is left out.
    """
    if any(cell.ruling.outcome is Outcome.OPEN for cell in verdict.cells):
        return None
    stable = [c.cell.formula for c in verdict.cells if c.ruling.outcome is Outcome.YES]
    return disjunction(reduced(formula, assumed, prover) for formula in stable)


def step_size_region(matrix: sp.ImmutableMatrix, h: sp.Symbol, assumed: Formula, prover: Prover) -> Formula | None:
    """The exact condition on h > 0 for every multiplier to lie inside the unit circle.

    Args:
        matrix: The Jacobian of one period.
        h: The step size.
        assumed: The hypotheses; those that mention h are set aside, since h is what is asked for.
        prover: Proves which sign conditions are implied.

    Returns:
        The condition; None if no h satisfies it for any parameter value, or if it is too large to read.
    """
    parts = assumed.parts if isinstance(assumed, And) else (assumed,)
    positive = conjunction([*(part for part in parts if h not in symbols(part)), compare(h, ">")])
    conditions = [compare(e, ">") for e in schur_expressions(cleared(characteristic_coefficients(matrix), h))]
    if sum(atom.expression.count_ops() for atom in conditions if isinstance(atom, Atom)) > 400:
        return None
    formula = conjunction(_factored(atom, positive, prover) for atom in conditions)
    region = reduced(formula, positive, prover)
    if isinstance(region, Or) and not region.parts:
        return None
    return None if prover.contradictory(conjunction([positive, region]), "some step size is stable") else region


def critical_region(
    jacobian: sp.ImmutableMatrix, parameters: tuple[str, ...], assumed: Formula, prover: Prover
) -> Formula | None:
    """Where the two eigenvalues of v' meet: the discriminant is 0, solved for a parameter if that is unique.

    Args:
        jacobian: v'(x*).
        parameters: Names of the parameters, in order; the first that can be solved for is.
        assumed: The hypotheses.
        prover: Proves the solution equivalent.
    """
    gap = discriminant(jacobian)
    if gap.is_Rational or prover.contradictory(conjunction([assumed, compare(gap, "==")]), "eigenvalues can meet"):
        return None
    numerator = sp.numer(sp.together(gap))
    for name in parameters:
        symbol = sp.Symbol(name, real=True)
        solved = _solved(numerator, symbol, assumed, prover)
        if solved is not None:
            return solved
    return compare(sp.factor_terms(numerator), "==")


def _solved(numerator: sp.Expr, symbol: sp.Symbol, assumed: Formula, prover: Prover) -> Formula | None:
    """``symbol == value`` where it is proved equivalent to ``numerator == 0``."""
    if not numerator.has(symbol) or not numerator.is_polynomial(symbol) or sp.degree(numerator, symbol) > 4:
        return None
    zero = compare(numerator, "==")
    for root in sp.roots(sp.Poly(numerator, symbol)):
        for candidate in (root, _with_absolute_values(root)):
            solution = compare(symbol, "==", candidate)
            if prover.proves(conjunction([assumed, zero]), solution, "critical value") and prover.proves(
                conjunction([assumed, solution]), zero, "critical value"
            ):
                return solution
    return None


def _with_absolute_values(root: sp.Expr) -> sp.Expr:
    """The same root with every symbol replaced by its absolute value, up to the overall sign."""
    positive = -root if root.could_extract_minus_sign() else root
    return positive.xreplace({s: sp.Abs(s) for s in positive.free_symbols})


def _factored(condition: Formula, assumed: Formula, prover: Prover) -> Formula:
    """The condition without the factors whose sign is known under the hypotheses."""
    if not isinstance(condition, Atom) or not condition.expression.is_polynomial():
        return condition
    constant, factors = sp.factor_list(condition.expression)
    rest = sp.Integer(1) if constant > 0 else sp.Integer(-1)
    for factor, multiplicity in factors:
        if prover.proves(assumed, compare(factor, ">"), "sign of a factor"):
            continue
        if prover.proves(assumed, compare(factor, "<"), "sign of a factor"):
            rest *= (-1) ** multiplicity
        else:
            rest *= factor**multiplicity
    return compare(sp.expand(rest), condition.relation)


def reduced(formula: Formula, assumed: Formula, prover: Prover) -> Formula:
    """A conjunction without the parts that the hypotheses, or the other parts with them, imply.

    Args:
        formula: A conjunction.
        assumed: The hypotheses.
        prover: Proves what is left out.
    """
    parts = list(dict.fromkeys(formula.parts if isinstance(formula, And) else (formula,)))
    known = set(assumed.parts if isinstance(assumed, And) else (assumed,))
    parts = [part for part in parts if part not in known]
    # The longest conditions are tried first, so that the short ones stay.
    for part in sorted(parts, key=lambda p: -len(str(p))):
        others = [other for other in parts if other != part]
        if prover.proves(conjunction([assumed, *others]), part, "this condition follows from the others"):
            parts = others
    return conjunction(parts)
