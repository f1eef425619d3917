"""Whether the eigenvalues that decide the rate have Jordan blocks: then |F'^k| is of the order k rho^k, not rho^k."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import sympy as sp

from ..decision.prover import Prover
from ..formula import Formula, atoms, compare, conjunction, mapped
from ..spectrum import characteristic_coefficients
from .polynomial import factors_of
from .problem import Problem, folded

_Z = sp.Symbol("_z", real=True)


def is_defective(
    problem: Problem, choice: Mapping[sp.Symbol, sp.Expr], square: sp.Expr, region: Formula, prover: Prover
) -> bool | None:
    """Whether an eigenvalue of modulus rho has a Jordan block at a choice; None if that was not decided.

    Args:
        problem: As posed.
        choice: Values of the variables, in the parameters.
        square: rho^2 there.
        region: Where, beside the hypotheses.
        prover: Where to ask.
    """
    if problem.matrix.rows == 2:
        return _defective_plane(problem, choice, region, prover)
    answers: set[bool | None] = set()
    for values, root in _signed(problem.matrix.xreplace(dict(choice)), square):
        rational = all(entry.is_rational_function() for entry in (*values, root))
        answers.add(_defective_exactly(values.applyfunc(sp.cancel), root) if rational else None)
    return answers.pop() if len(answers) == 1 else None


def _signed(matrix: sp.Matrix, square: sp.Expr) -> Iterator[tuple[sp.Matrix, sp.Expr]]:
    """The matrix, and what goes with it, for either sign of every s with |s| in them."""
    found = sorted(matrix.atoms(sp.Abs) | square.atoms(sp.Abs), key=str)
    for signs in product((1, -1), repeat=len(found)):
        values = {node: sign * node.args[0] for node, sign in zip(found, signs, strict=True)}
        yield matrix.xreplace(values), square.xreplace(values)


def _defective_plane(
    problem: Problem, choice: Mapping[sp.Symbol, sp.Expr], region: Formula, prover: Prover
) -> bool | None:
    """Two equal eigenvalues of a matrix that is no multiple of the identity."""
    matrix = problem.matrix
    difference = matrix[0, 0] - matrix[1, 1]
    gap = (difference**2 + 4 * matrix[0, 1] * matrix[1, 0]).xreplace(dict(choice))
    size = (difference**2 + matrix[0, 1] ** 2 + matrix[1, 0] ** 2).xreplace(dict(choice))
    plain = folded(problem, [gap, size, *(atom.expression for atom in atoms(region))])
    positive = {sp.Abs(s): s for s in plain.folded}
    gap, size = gap.xreplace(positive), size.xreplace(positive)
    cell = conjunction([plain.given, mapped(region, lambda e: e.xreplace(positive))])
    if prover.proves(cell, compare(gap, "!="), "the eigenvalues differ"):
        return False
    if not prover.proves(cell, compare(gap, "=="), "the eigenvalues are equal"):
        return None
    if prover.proves(cell, compare(size, ">"), "F' is no multiple of the identity"):
        return True
    return False if prover.proves(cell, compare(size, "=="), "F' is a multiple of the identity") else None


def _defective_exactly(at: sp.Matrix, square: sp.Expr) -> bool | None:
    """By the factors f of the characteristic polynomial f^m g: M has a block there iff f(M) g(M) != 0."""
    coefficients = [sp.cancel(c) for c in characteristic_coefficients(at)]
    degree = len(coefficients) - 1
    whole = sp.Poly(sp.numer(sp.together(sp.Add(*(c * _Z ** (degree - k) for k, c in enumerate(coefficients))))), _Z)
    known: bool | None = False
    for part, multiplicity in sp.factor_list(whole.as_expr())[1]:
        factor = sp.Poly(part, _Z)
        if factor.degree() == 0 or multiplicity == 1:
            continue
        rest = whole.quo(factor**multiplicity) * factor
        value = _applied(rest, at)
        if all(entry == 0 for entry in value):
            continue
        deciding = _on_circle(factor, square)
        if deciding:
            return True
        known = None if deciding is None else known
    return known


def _applied(polynomial: sp.Poly, matrix: sp.Matrix) -> sp.Matrix:
    value = sp.zeros(*matrix.shape)
    for coefficient in polynomial.all_coeffs():
        value = (value * matrix + coefficient * sp.eye(matrix.rows)).applyfunc(sp.cancel)
    return value


def _on_circle(factor: sp.Poly, square: sp.Expr) -> bool | None:
    """Whether the roots of an irreducible factor have modulus sqrt(square) for all parameters; None if unknown."""
    (own,) = factors_of([sp.cancel(c / factor.LC()) for c in factor.all_coeffs()])
    first, second, *third = own.coefficients
    if not third:
        return sp.cancel(second**2 - square * first**2) == 0
    if len(third) == 1 and sp.cancel(third[0] - square * first) == 0:
        return True
    return None


def remark(problem: Problem, choice: Mapping[sp.Symbol, sp.Expr], square: sp.Expr, defective: bool | None) -> str:
    """What to say beside the radius, for values of the variables (and of parameters, where they are known)."""
    if square == 0:
        index = _nilpotent(problem, choice)
        if index == 1:
            return "F' = 0"
        return f"nilpotent: F'**{index} = 0" if index else "nilpotent"
    if defective:
        return "defective: one Jordan block, so the rate is k*rho**k"
    return ""


def _nilpotent(problem: Problem, choice: Mapping[sp.Symbol, sp.Expr]) -> int | None:
    """The least k with F'^k = 0, if the entries are rational functions."""
    at = problem.matrix.xreplace(dict(choice))
    power = at
    for k in range(1, at.rows + 1):
        if all(sp.cancel(sp.expand(entry)) == 0 for entry in power):
            return k
        power = (power * at).applyfunc(sp.expand)
    return None
