r"""A linear centre with a remainder that is not smooth: the mean of the energy's change over the ellipses.

Let v = J x + w with tr J = 0 < det J and w of order above 1, smooth on the open quadrants only. J conserves
Q = J21 x^2 - 2 J11 x y - J12 y^2. With J11 = 0 the ellipses of Q are symmetric in the axes, and the mean over them of
the lowest terms c |x|^i |y|^j of grad Q . w, all of degree p > 2, is a sum over (i, j) of positive numbers times the
sum of c over the four quadrants. If these sums share one sign, not 0, it decides: with a homogeneous W of degree p such
that grad W . J x evens out the change of Q, V = Q + W changes by the mean times Q^{p/2} plus o(r^p).

For a rule with small steps F = x + h v + O(h^2 r) whose linear part has two multipliers on the unit circle, V o F - V
is h times that, up to o(h) r^p + o(r^p).
"""

from __future__ import annotations

import sympy as sp

from ..rulings import Outcome, Ruling
from ..spectrum import characteristic_coefficients
from ..updates import Linearisation, period_matrix
from .case import Case
from .quadrants import QUADRANTS, SIZE_X, SIZE_Y
from .taylor import ORDER, Powers, quadrant_terms


def decide_mean(case: Case, jacobian: sp.ImmutableMatrix) -> Ruling | None:
    """Decides a linear centre with a remainder that is smooth on the open quadrants.

    Args:
        case: The case; all pieces share the Jacobian.
        jacobian: v'(x*).

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    sign, question = case.facts.sign, case.question
    if sign(jacobian[0, 0]) or sign(jacobian[1, 1]) or sign(sp.expand(jacobian.det())) <= 0:
        return None
    if not case.flow:
        if question.declared or question.rule.first_order != (1, 1):
            return None
        _, minus_trace, determinant = characteristic_coefficients(
            period_matrix(question.rule, Linearisation(jacobian), question.h)
        )
        if case.step_sign(sp.expand(1 - determinant)) or case.step_sign(sp.expand(4 - minus_trace**2)) <= 0:
            return None
    # grad Q / 2, and the sign that makes Q positive.
    gradient = (jacobian[1, 0], -jacobian[0, 1])
    orientation = sign(jacobian[1, 0])
    changes: list[dict[Powers, sp.Expr]] = []
    for quadrant in QUADRANTS:
        change: dict[Powers, sp.Expr] = {}
        rows = case.quadrant_rows(quadrant)
        if rows is None:
            return None
        for k, row in enumerate(rows):
            linear = quadrant[0] * jacobian[k, 0] * SIZE_X + quadrant[1] * jacobian[k, 1] * SIZE_Y
            terms = quadrant_terms(sp.expand(row - linear), quadrant, case)
            if terms is None:
                return None
            for (i, j), coefficient in terms.items():
                # Times x or y.
                powers = (i + 1, j) if k == 0 else (i, j + 1)
                added = orientation * gradient[k] * quadrant[k] * coefficient
                change[powers] = sp.expand(change.get(powers, sp.Integer(0)) + added)
        changes.append({powers: c for powers, c in change.items() if not case.facts.is_zero(c)})
    sums = {
        powers: sp.expand(sum(change.get(powers, sp.Integer(0)) for change in changes))
        for powers in dict.fromkeys(powers for change in changes for powers in change)
    }
    if not sums:
        return None
    # A term whose mean is 0 still counts as lowest: its second-order effect is not known.
    lowest = _lowest([i + j for i, j in sums], case)
    if sign(sp.expand(lowest - 2)) <= 0 or sign(sp.expand(lowest - ORDER - 1)) > 0:
        return None
    signs = {sign(sp.expand(total)) for (i, j), total in sums.items() if case.facts.is_zero(sp.expand(i + j - lowest))}
    if signs - {0} not in ({1}, {-1}):
        return None
    where = "" if case.flow else "; so does the map for every sufficiently small h"
    reason = f"critical, decided by the mean of the energy's change, of degree {lowest}, over a turn"
    if signs - {0} == {-1}:
        return Ruling(Outcome.YES, "mean-energy", f"{reason}: it falls{where}", "sublinear")
    return Ruling(Outcome.NO, "mean-energy", f"{reason}: it grows{where}")


def _lowest(degrees: list[sp.Expr], case: Case) -> sp.Expr:
    lowest = degrees[0]
    for degree in degrees[1:]:
        if case.facts.sign(sp.expand(degree - lowest)) < 0:
            lowest = degree
    return lowest
