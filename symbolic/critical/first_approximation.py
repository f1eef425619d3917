r"""v = J x + o(r) where v is not smooth: Lyapunov's first approximation needs a derivative at x* only.

Norms make such fields: psi sqrt(theta^2 + psi^2) = O(r^2) has second derivatives nowhere near x*. The eigenvalues of J
decide as they do for a smooth field: with a quadratic Lyapunov function of J, or a cone around its unstable subspace,
terms o(r) change nothing. For maps F = A x + o(r) follows with the matrix A of the rule.
"""

from __future__ import annotations

import sympy as sp

from ..criteria import Spectrum, classify_flow, classify_map
from ..rulings import Outcome, Ruling
from ..spectrum import characteristic_coefficients
from ..updates import Linearisation, period_matrix
from .case import Case
from .quadrants import QUADRANTS, Quadrant, monomial, order
from .taylor import quadrant_terms


def decide_first_approximation(case: Case, jacobian: sp.ImmutableMatrix) -> Ruling | None:
    """Decides by the eigenvalues of J, or the multipliers of the rule's matrix; None if they are critical.

    Args:
        case: The case.
        jacobian: J.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    if case.flow:
        spectrum = classify_flow(characteristic_coefficients(jacobian), case.facts.sign)
    else:
        matrix = period_matrix(case.question.rule, Linearisation(jacobian), case.question.h)
        spectrum = classify_map(characteristic_coefficients(matrix), case.step_sign)
    if spectrum is Spectrum.CRITICAL:
        return None
    reason = "v is not smooth at x*, but differentiable there, and the eigenvalues of v' decide"
    if spectrum is Spectrum.STABLE:
        return Ruling(Outcome.YES, "first-approximation", reason, "linear")
    return Ruling(Outcome.NO, "first-approximation", reason)


def first_derivative(case: Case) -> sp.ImmutableMatrix | None:
    """J with v = J x + o(r), where v need not be differentiable but at x*; None if the terms of v do not show one.

    Raises:
        NeedSplit: If two quadrants have different entries on a part of the cell only.
    """
    found: list[sp.ImmutableMatrix] = []
    for quadrant in QUADRANTS:
        entries: list[sp.Expr] = []
        for row in case.quadrant_rows(quadrant) or ():
            slopes = _slopes(row, quadrant, case)
            if slopes is None:
                return None
            entries += [side * slope for side, slope in zip(quadrant, slopes, strict=True)]
        if len(entries) != 4:
            return None
        found.append(sp.ImmutableMatrix(2, 2, entries))
    same = all(case.facts.is_zero(sp.expand(entry)) for other in found[1:] for entry in other - found[0])
    return found[0] if same else None


def _slopes(row: sp.Expr, quadrant: Quadrant, case: Case) -> tuple[sp.Expr, sp.Expr] | None:
    """(a, b) with row = a |x| + b |y| + o(r) on a quadrant."""
    slopes = [sp.Integer(0), sp.Integer(0)]
    rest = sp.Integer(0)
    for term in sp.Add.make_args(row):
        found = monomial(term)
        if found is None or found.weight == 1:
            rest += term
            continue
        size = order(found)
        bounded = all(case.facts.compared(power, ">=") for power in (found.x_power, found.y_power))
        if not bounded or size is None or not case.facts.compared(size - 1, ">"):
            return None
    terms = quadrant_terms(rest, quadrant, case)
    if terms is None:
        return None
    for (i, j), coefficient in terms.items():
        if (i, j) in ((1, 0), (0, 1)):
            slopes[0 if i == 1 else 1] += coefficient
        elif not case.facts.compared(i + j - 1, ">"):
            return None
    return slopes[0], slopes[1]
