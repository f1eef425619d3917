"""Rules whose small steps follow the vector field, whatever the game.

One period of a rule on a linear game is M(h) = M0 + h M1 + O(h^2) on the extended state. If M0 has the eigenvalue 1
once for each parameter, with as many eigenvectors, and all others inside the unit circle, then for small h the
multipliers near 1 are 1 + h lambda + O(h^2) with the eigenvalues lambda of L M1 R, where L and R are the left and right
eigenvectors of M0 (L R = 1). Where L M1 R = diag(c_g, c_d) v' with positive numbers, the rule is stable for small h if
diag(c_g, c_d) v' is. M0 and M1 are combinations of the identity and of the blocks of v', so that one parameter for each
player, with v' of independent symbols, stands for any number of them.
"""

from __future__ import annotations

import sympy as sp

from ..criteria import Spectrum, classify_map
from ..decision.cells import Cell
from ..spectrum import characteristic_coefficients
from ..stability import Question
from ..updates import Averaged, Linearisation, Stepwise, period_matrix
from ..updates.steppers import Gradient, HeavyBall

_J = sp.Matrix(2, 2, sp.symbols("_j1:5", real=True))
_FREE = sp.Matrix(2, 2, sp.symbols("_j5:9", real=True))


def effective_steps(question: Question, cell: Cell) -> tuple[sp.Expr, sp.Expr] | None:
    """(c_g, c_d) of a rule; None if it is not seen to follow the field.

    Args:
        question: The rule, a map.
        cell: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    rule, h = question.rule, question.h
    if rule.first_order is not None:
        n, m = rule.first_order
        return sp.Integer(n), sp.Integer(m)
    if isinstance(rule, Stepwise) and rule == type(rule)(lazy=rule.lazy):
        # (k - 1) steps along v0 and one along v0 + k (v - v0) are k steps along v, to first order in h.
        return sp.Integer(rule.lazy), sp.Integer(rule.lazy)
    if (isinstance(rule, Stepwise) and not _is_homogeneous(rule)) or rule.uses_opponents or isinstance(rule, Averaged):
        return None
    free = sp.ImmutableMatrix(_FREE) if rule.uses_free_field else None
    period = period_matrix(rule, Linearisation(sp.ImmutableMatrix(_J), free), h)
    start = period.xreplace({h: sp.Integer(0)})
    first = period.applyfunc(lambda entry: sp.cancel(sp.diff(entry, h).xreplace({h: sp.Integer(0)})))
    right = (start - sp.eye(start.rows)).nullspace()
    left = (start.T - sp.eye(start.rows)).nullspace()
    # Momentum keeps v itself, so that M0 is triangular with v' below the diagonal, and the argument is the same.
    plain = not start.has(*_J, *_FREE) or isinstance(rule, Stepwise)
    if len(right) != 2 or len(left) != 2 or not plain:
        return None
    r, lt = sp.Matrix.hstack(*right), sp.Matrix.hstack(*left).T
    top = r[:2, :]  # in the coordinates (theta, psi) of the state R becomes the identity
    if sp.cancel(top.det()) == 0 or not _rest_is_stable(start, cell):
        return None
    r = (r * top.inv()).applyfunc(sp.cancel)
    gram = lt * r
    if sp.cancel(gram.det()) == 0:
        return None
    lt = (gram.inv() * lt).applyfunc(sp.cancel)
    below = [sp.denom(sp.together(entry)) for entry in (*r, *lt)]
    if any(d.has(*_J, *_FREE) or cell.is_zero(d) for d in below):
        return None
    reduced = (lt * first * r).applyfunc(sp.cancel)
    factors = [sp.cancel(reduced[0, 0] / _J[0, 0]), sp.cancel(reduced[1, 1] / _J[1, 1])]
    if any(factor.has(*_J, *_FREE) for factor in factors):
        return None
    if (reduced - sp.diag(*factors) * _J).applyfunc(sp.cancel) != sp.zeros(2, 2):
        return None
    return (factors[0], factors[1]) if all(cell.sign(factor) > 0 for factor in factors) else None


def _is_homogeneous(rule: Stepwise) -> bool:
    """Whether steps are multiples of v and its past: no clipping, no decay, nothing that differs between parameters."""
    steppers = (rule.generator, rule.discriminator)
    return rule.clip is None and rule.decay is None and all(isinstance(s, Gradient | HeavyBall) for s in steppers)


def _rest_is_stable(start: sp.Matrix, cell: Cell) -> bool:
    """Whether all eigenvalues of M0 but two 1s lie inside the unit circle."""
    z = sp.Symbol("_z")
    polynomial = sp.Poly.from_list(characteristic_coefficients(start), z)
    rest, remainder = sp.div(polynomial, sp.Poly((z - 1) ** 2, z))
    if not remainder.is_zero:
        return False
    coefficients = [sp.expand(c) for c in rest.all_coeffs()]
    return len(coefficients) == 1 or classify_map(coefficients, cell.sign) is Spectrum.STABLE
