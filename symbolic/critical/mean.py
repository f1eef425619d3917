r"""A linear centre with a remainder that is not smooth: the mean of the energy's change over the ellipses.

Let v = J x + w with tr J = 0 < det J and w of order above 1, smooth on the open quadrants only. J conserves Q = J21 x^2 -
2 J11 x y - J12 y^2. With J11 = 0 the ellipses of Q are symmetric in the axes, and the mean over them of the lowest terms
c |x|^i |y|^j of grad Q . w, all of degree p > 2, is a sum over (i, j) of positive numbers times the sum of c over the
four quadrants. If these sums share one sign, not 0, it decides: with a homogeneous W of degree p such that grad W . J x
evens out the change of Q, V = Q + W changes by the mean times Q^{p/2} plus o(r^p).

For a rule with small steps F = x + h v + O(h^2 r) whose linear part has two multipliers on the unit circle, V o F - V is
h times that, up to o(h) r^p + o(r^p).
"""

from __future__ import annotations

import sympy as sp

from ..germs.local import X, Y
from ..rulings import Outcome, Ruling
from ..spectrum import characteristic_coefficients
from ..updates import Steps
from .case import Case
from .quadrants import QUADRANTS, monomials, on_quadrant


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
        if question.declared or question.steps != Steps():
            return None
        _, minus_trace, determinant = characteristic_coefficients(question.rule.matrix(jacobian, question.h, Steps()))
        if case.step_sign(sp.expand(1 - determinant)) or case.step_sign(sp.expand(4 - minus_trace**2)) <= 0:
            return None
    # grad Q / 2, and the sign that makes Q positive.
    gradient = (jacobian[1, 0] * X, -jacobian[0, 1] * Y)
    orientation = sign(jacobian[1, 0])
    rest = [row - jacobian[k, 0] * X - jacobian[k, 1] * Y for k, row in enumerate(case.rows)]
    change = sp.expand(orientation * (gradient[0] * rest[0] + gradient[1] * rest[1]))
    sums: dict[tuple[sp.Expr, sp.Expr], sp.Expr] = {}
    for quadrant in QUADRANTS:
        part = on_quadrant(change, quadrant)
        if part is None or not all(_is_plain(term) for term in sp.Add.make_args(part)):
            return None
        for term in monomials(part):
            if term is None:
                return None
            coefficient, i, j = term
            sums[i, j] = sums.get((i, j), sp.Integer(0)) + coefficient
    if not sums:
        return None
    lowest = _lowest([i + j for i, j in sums], case)
    if sign(sp.expand(lowest - 2)) <= 0:
        return None
    signs = {sign(sp.expand(total)) for (i, j), total in sums.items() if case.facts.is_zero(sp.expand(i + j - lowest))}
    if signs - {0} not in ({1}, {-1}):
        return None
    where = "" if case.flow else "; so does the map for every sufficiently small h"
    reason = f"critical, decided by the mean of the energy's change, of degree {lowest}, over a turn"
    if signs - {0} == {-1}:
        return Ruling(Outcome.YES, "mean-energy", f"{reason}: it falls{where}", "sublinear")
    return Ruling(Outcome.NO, "mean-energy", f"{reason}: it grows{where}")


def _is_plain(term: sp.Expr) -> bool:
    """Whether a term is a constant times powers, without a further positive factor that would change the mean."""
    return not term.has(sp.exp, sp.tanh, sp.atan, sp.log) and not any(
        isinstance(node.base, sp.Add) for node in term.atoms(sp.Pow)
    )


def _lowest(degrees: list[sp.Expr], case: Case) -> sp.Expr:
    lowest = degrees[0]
    for degree in degrees[1:]:
        if case.facts.sign(sp.expand(degree - lowest)) < 0:
            lowest = degree
    return lowest
