"""The proof that a choice is the best one, by the solver.

The claim "on the region, rho is smallest at x*, and r there" is three statements for all parameters of the region:

1. x* may be chosen: it satisfies the conditions on the variables, and the period is defined there;
2. rho(x) >= r for every x that may be chosen: not all eigenvalues satisfy |z|^2 < r^2;
3. rho(x*) <= r: for every R > r^2, all eigenvalues at x* satisfy |z|^2 < R.

The strict Schur conditions of ``polynomial`` are exact in both directions, so nothing is lost on boundaries, at double
eigenvalues, or at r = 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from ..decision.prover import Prover
from ..formula import FALSE, TRUE, Formula, atoms, compare, conjunction, disjunction, mapped, negation, substituted
from .polynomial import Factor, all_inside
from .problem import Problem, folded

_ABOVE = sp.Symbol("_S", real=True)
Choice = Mapping[sp.Symbol, sp.Expr]


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim about nonnegative parameters, where their signs do not matter.

    Attributes:
        problem: What is minimised.
        choice: x*.
        square: r^2.
        cell: What is assumed of the parameters.
        defined: Holds where the period is defined at x*.
    """

    problem: Problem
    choice: Choice
    square: sp.Expr
    cell: Formula
    defined: Formula

    @property
    def admissible(self) -> Formula:
        """The cell, and what is assumed of the variables."""
        return conjunction([self.cell, self.problem.admissible])


def is_best(problem: Problem, choice: Choice, square: sp.Expr, region: Formula, prover: Prover) -> bool:
    """Whether a choice is proved to minimise rho on a region, with the minimum sqrt(square).

    Args:
        problem: As posed.
        choice: The values x* of the variables, in the parameters.
        square: r^2.
        region: Where it is claimed, beside the hypotheses.
        prover: Where to ask.

    Returns:
        True only if it is proved; False says nothing.
    """
    if not may_be_chosen(problem, choice, square, region, prover):
        return False
    claim = _claim(problem, choice, square, region)
    if not _never_inside(claim, prover):
        return False
    values = dict(claim.choice)
    at = [Factor(tuple(c.xreplace(values) for c in factor.coefficients)) for factor in claim.problem.factors]
    above = conjunction([claim.cell, compare(_ABOVE - claim.square, ">")])
    return prover.proves(above, all_inside(at, _ABOVE), "rho at the best choice is no larger")


def may_be_chosen(problem: Problem, choice: Choice, square: sp.Expr, region: Formula, prover: Prover) -> bool:
    """Whether a choice is proved to be admissible all over a region, with a period and a radius that are defined."""
    # Where a pole cancels in the characteristic polynomial, the period itself is still undefined.
    poles = {sp.denom(sp.cancel(entry)) ** 2 for entry in problem.matrix}
    defined = conjunction(compare(pole.xreplace(dict(choice)), "!=") for pole in sorted(poles, key=str))
    claim = _claim(problem, choice, square, region, defined)
    admissible = substituted(claim.problem.admissible, claim.choice)
    possible = conjunction([admissible, claim.defined, compare(claim.square, ">=")])
    return prover.proves(claim.cell, possible, "the best choice may be chosen")


def is_unique(problem: Problem, choice: Choice, square: sp.Expr, region: Formula, prover: Prover) -> bool:
    """Whether rho is proved to exceed sqrt(square) at every other choice; quadratic polynomials only.

    A quadratic (c0 > 0) has its roots in |z|^2 <= R iff c0 R >= |c2|, (c0 R + c2)^2 >= c1^2 R, and R > 0 or c1 = 0.
    """
    claim = _claim(problem, choice, square, region)
    if len(claim.problem.factors) != 1 or claim.problem.factors[0].degree != 2:
        return False
    first, second, third = claim.problem.factors[0].coefficients
    half = first * claim.square
    closed = [compare(e, ">=") for e in (half - third, half + third, (half + third) ** 2 - second**2 * claim.square)]
    closed.append(disjunction([compare(claim.square, ">"), compare(second, "==")]))
    same = conjunction(compare(s - value, "==") for s, value in claim.choice.items())
    assumed = conjunction([claim.admissible, compare(first, "!=")])
    return prover.contradictory(
        conjunction([assumed, *closed, negation(same)]), "rho is as small at another choice", assumed=assumed
    )


def none_converges(problem: Problem, region: Formula, prover: Prover) -> bool:
    """Whether rho >= 1 is proved for every choice, on a region."""
    return _never_inside(_claim(problem, {}, sp.Integer(1), region), prover)


def _claim(problem: Problem, choice: Choice, square: sp.Expr, region: Formula, defined: Formula = TRUE) -> _Claim:
    said = [*choice.values(), square, *(a.expression for a in (*atoms(region), *atoms(defined)))]
    plain = folded(problem, said)
    positive = {sp.Abs(s): s for s in plain.folded}

    def put(expression: sp.Expr) -> sp.Expr:
        return expression.xreplace(positive)

    cell = conjunction([plain.given, mapped(region, put)])
    values = {symbol: put(value) for symbol, value in choice.items()}
    return _Claim(plain, values, put(square), cell, mapped(defined, put))


def _never_inside(claim: _Claim, prover: Prover) -> bool:
    inside = all_inside(claim.problem.factors, claim.square)
    if inside == FALSE or claim.square == 0:  # no modulus is negative
        return True
    assumed = claim.admissible
    return prover.contradictory(conjunction([assumed, inside]), "a smaller rho", assumed=assumed)
