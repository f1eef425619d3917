r"""Numerics of GANs: consensus optimisation stabilises where v' is negative semidefinite and invertible.

Statement. Let v(x*) = 0, J = v'(x*) with J + J^T <= 0 and J invertible, of any size, and gamma > 0. The Jacobian of
v - gamma grad |v|^2/2 at x* is C = J - gamma J^T J, and

    C + C^T = (J + J^T) - 2 gamma J^T J < 0,

so that every eigenvalue of C has negative real part: the flow, and simultaneous and alternating descent with every
small enough h, converge linearly, for every gamma.

Derivation. grad |v|^2/2 = v'^T v has the Jacobian v'^T v' where v = 0. x* J^T J x = |J x|^2 > 0 for x != 0, and an
eigenvector of C has 2 Re lambda |x|^2 = x* (C + C^T) x. Simultaneous and alternating descent have
F' = 1 + h C + O(h^2), which contracts a norm for small h (Lyapunov).

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_left_half_plane
from .lemma import Lemma, Proof, Status

GAMMA, SIGMA, M, RE, NORM = sp.symbols("gamma sigma m re n", real=True)
A, B, C, D = sp.symbols("a b c d", real=True)
J, JT, X, XS = sp.symbols("J Jt x xs", commutative=False)
THETA, PSI = sp.symbols("theta psi", real=True)
LINES = {  # J = [[0, -1], [1, 0]]
    "parameters": {"w": "w > 0"},
    "field": {"theta": "-psi", "psi": "theta"},
    "training": {"update": "consensus", "consensus_weight": "w"},
}

CONSENSUS = J - GAMMA * JT * J
TRANSPOSED = JT - GAMMA * JT * J
SYMMETRIC = J + JT - 2 * GAMMA * JT * J
PLANE = sp.ImmutableMatrix([[A, B], [C, D]])
PLANE_CONSENSUS = sp.ImmutableMatrix(
    [[A - GAMMA * (A**2 + C**2), B - GAMMA * (A * B + C * D)], [C - GAMMA * (A * B + C * D), D - GAMMA * (B**2 + D**2)]]
)
SEMIDEFINITE = conjunction([compare(A, "<="), compare(D, "<="), compare(4 * A * D, ">=", (B + C) ** 2)])
INVERTIBLE = compare(A * D - B * C, "!=")
PRINTED_ASSUMED = conjunction([SEMIDEFINITE, INVERTIBLE, compare(GAMMA, ">")])


def derive(proof: Proof) -> None:
    """The Jacobian of the norm, the symmetric part in words, and its sign."""
    point = sp.ImmutableMatrix([THETA, PSI])
    field = PLANE * point + sp.ImmutableMatrix([B * THETA**2, C * THETA * PSI])  # with terms of order 2
    square = (field.T * field)[0, 0] / 2
    gradient = sp.ImmutableMatrix([sp.diff(square, THETA), sp.diff(square, PSI)])
    total = (field - GAMMA * gradient).jacobian([THETA, PSI]).subs({THETA: 0, PSI: 0})
    proof.identity("the Jacobian of v - gamma grad |v|^2/2 where v = 0", total, PLANE_CONSENSUS)
    proof.identity("it is J - gamma J^T J", PLANE - GAMMA * PLANE.T * PLANE, PLANE_CONSENSUS)
    symmetric = proof.identity(
        "C + C^T, as words in matrices of any size", sp.Add(CONSENSUS, TRANSPOSED, evaluate=False), SYMMETRIC
    )
    form = XS * (J + JT) * X - 2 * GAMMA * XS * JT * J * X
    quadratic = proof.identity("x* (C + C^T) x", XS * SYMMETRIC * X, form)
    signs = [compare(SIGMA, "<="), compare(M, ">"), compare(GAMMA, ">"), compare(NORM, ">")]
    eigenvector = conjunction([*signs, compare(2 * RE * NORM, "==", SIGMA - 2 * GAMMA * M)])
    negative = proof.implies(
        "Re lambda < 0, with sigma = x* (J + J^T) x <= 0 and m = |J x|^2 > 0", eigenvector, compare(RE, "<")
    )
    uses = [symmetric, quadratic, negative]
    proof.theorem("flow-linear-stability", "the flow is attracted to x* for every gamma", uses)
    contracts = proof.theorem("lyapunov-equation", "F' = 1 + h C + O(h^2) contracts a norm for small h", uses)
    proof.theorem("map-linear-stability", "training converges linearly for every small h", [contracts])
    proof.decided("the rule on the centre J = [[0, -1], [1, 0]]", LINES, "converges", "linear")


def printed_holds(proof: Proof) -> bool:
    """Two parameters, by Routh-Hurwitz."""
    return proof.decide("C satisfies Routh-Hurwitz", PRINTED_ASSUMED, inside_left_half_plane(PLANE_CONSENSUS))


LEMMA = Lemma(
    id="mescheder2017-consensus",
    source="Mescheder, Nowozin & Geiger 2017, section 4 (consensus optimization), in our words",
    printed=r"If $v'(x^*)$ is negative semidefinite and invertible, consensus optimization converges locally to $x^*$ "
    "for small enough $h$.",
    statement=r"$C = J - \gamma J^T J$ has $C + C^T = (J + J^T) - 2 \gamma J^T J$. If $J + J^T \leq 0$ and $J$ is "
    r"invertible, that is negative definite for every $\gamma > 0$, in any dimension, and training converges linearly "
    "for every small enough $h$.",
    assumptions=("$v(x^*) = 0$", r"$J + J^T \leq 0$", r"$\det J \neq 0$", r"$\gamma > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
