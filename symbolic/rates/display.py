"""Square roots of rational functions, absolute values, and what a reader sees."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ..decision.prover import Prover
from ..formula import TRUE, And, Atom, Formula, compare, conjunction, disjunction
from .candidates import square_root
from .problem import Problem

# The sign (-1 or 1, zeros included) of a polynomial where it is known to be constant, else 0.
Sign = Callable[[sp.Expr], int]


def signs_on(problem: Problem, cell: Formula, prover: Prover) -> Sign:
    """Signs on a cell of the folded parameters: by its conditions, and by the solver."""

    def sign(expression: sp.Expr) -> int:
        if expression.is_positive:
            return 1
        known = problem.signs.get(expression, 0)
        if known or not expression.is_polynomial():
            return known
        for value, relation in ((1, ">="), (-1, "<=")):
            if prover.proves(cell, compare(expression.xreplace(problem.nodes), relation), "sign of a factor"):
                return value
        return 0

    return sign


def radius_of(square: sp.Expr, sign: Sign) -> sp.Expr:
    """sqrt(square) with the squares taken out.

    Args:
        square: A rational function, or P + Q sqrt(w), that is not negative.
        sign: Signs of factors.
    """
    roots = [node for node in square.atoms(sp.Pow) if node.exp.is_Rational and not node.exp.is_Integer]
    bases = {node.base for node in roots}
    if len(bases) == 1 and (base := bases.pop()).is_Symbol:
        # With sqrt(s) for a variable, a square such as (1 - h |a| sqrt(s))^2 shows.
        root = sp.Dummy("root", positive=True)
        plain = square.xreplace({node: root ** (2 * node.exp) for node in roots}).xreplace({base: root**2})
        return _rooted(plain, lambda factor: sign(factor.xreplace({root: sp.sqrt(base)}))).xreplace(
            {root: sp.sqrt(base)}
        )
    return sp.sqrt(square) if roots else _rooted(square, sign)


def _rooted(square: sp.Expr, sign: Sign) -> sp.Expr:
    numerator, denominator = sp.fraction(sp.factor(square))
    if denominator.could_extract_minus_sign():
        numerator, denominator = -numerator, -denominator
    outside, inside = square_root(sp.expand(numerator * denominator))
    size = absolute(outside / denominator, sign)
    return size if inside == 1 else size * sp.sqrt(sp.expand(inside))


def absolute(expression: sp.Expr, sign: Sign) -> sp.Expr:
    """The absolute value of a rational function, without bars where signs are known."""
    known, unknown = sp.Integer(1), sp.Integer(1)
    for part, direction in zip(sp.fraction(sp.together(expression)), (1, -1), strict=True):
        constant, factors = sp.factor_list(part)
        known *= abs(constant) ** direction
        for factor, multiplicity in factors:
            if multiplicity % 2 == 0:
                known *= factor ** (direction * multiplicity)
            elif side := sign(factor):
                known *= (side * factor) ** (direction * multiplicity)
            else:
                unknown *= factor ** (direction * multiplicity)
    return sp.cancel(known) * sp.Abs(unknown)


def region_shown(region: Formula, problem: Problem) -> Formula:
    """The region with |s| for a folded s, and conditions on |s| alone as conditions on s."""
    if not isinstance(region, Atom):
        parts = [region_shown(part, problem) for part in region.parts]
        return conjunction(parts) if isinstance(region, And) else disjunction(parts)
    if region.expression in problem.folded:
        return (
            TRUE if region.relation == ">=" else compare(region.expression, "==" if region.relation == "==" else "!=")
        )
    return compare(problem.unfolded(region.expression), region.relation)


def shown(expression: sp.Expr, problem: Problem) -> sp.Expr:
    """The expression for a reader: |s| for a folded s, and quotients in lowest terms."""
    if not expression.has(sp.Abs) and expression.is_rational_function():
        expression = min(sp.expand(expression), sp.factor(expression), key=lambda e: e.count_ops())
    return problem.unfolded(expression)
