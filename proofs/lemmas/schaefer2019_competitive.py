r"""Competitive gradient descent on the Dirac-GAN: inside the unit circle for every step size.

Statement. Let f'(0) = a != 0 and h > 0. A step solves the game's bilinear approximation; at (0, 0) its Jacobian is
(1 - h J)^{-1}, J = v'(0, 0), with the multipliers

    1/(1 - i h a),  1/(1 + i h a),    |mu|^2 = 1/(1 + h^2 a^2) < 1    for every h > 0.

To first order it is a step of implicit Euler, or of the proximal point method. No step is too large, and larger ones
are faster.

Derivation. With B = dv1/dpsi = -a and C = dv2/dtheta = a, theta + h (1 - h^2 B C)^{-1} (v1 + h B v2) and
psi + h (1 - h^2 C B)^{-1} (v2 + h C v1) give F' = [[1, -h a], [h a, 1]]/(1 + h^2 a^2), and (1 - h J) F' = 1.

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import conjugate, from_roots, inside_unit_circle, product
from .lemma import Lemma, Proof, Status

F1, H, LARGER = sp.symbols("f1 h h2", real=True)
COMPETITIVE = {
    "parameters": {"h": "h > 0"},
    "objective": {"f": "any", "assume": "f1 != 0"},
    "training": {"update": "competitive"},
}

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1]]) / (1 + H**2 * F1**2)
MULTIPLIERS = (1 / (1 - sp.I * H * F1), 1 / (1 + sp.I * H * F1))
MODULUS_SQUARED = 1 / (1 + H**2 * F1**2)
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """The step near (0, 0), its multipliers, and their modulus."""
    proof.derived("the Jacobian of v at (0, 0)", COMPETITIVE, "jacobian", JACOBIAN)
    unit, b, c = sp.eye(2), JACOBIAN[0, 1], JACOBIAN[1, 0]
    first = unit.row(0) + H / (1 - H**2 * b * c) * (JACOBIAN.row(0) + H * b * JACOBIAN.row(1))
    second = unit.row(1) + H / (1 - H**2 * c * b) * (JACOBIAN.row(1) + H * c * JACOBIAN.row(0))
    step = proof.identity("the Jacobian of a step", sp.ImmutableMatrix([[*first], [*second]]), PERIOD)
    proof.derived("the same from the rule", COMPETITIVE, "update_jacobian", PERIOD)
    proof.identity("it is implicit Euler: (1 - h J) F' = 1", product(unit - H * JACOBIAN, PERIOD), unit)
    proof.identity("its characteristic polynomial", characteristic_polynomial(PERIOD), from_roots(MULTIPLIERS))
    modulus = proof.identity("|mu|^2", MULTIPLIERS[0] * conjugate(MULTIPLIERS[0]), MODULUS_SQUARED)
    moving = conjunction([compare(H, ">"), compare(F1, "!=")])
    below = proof.implies("it is below 1 for every h > 0", moving, compare(MODULUS_SQUARED, "<", 1))
    proof.theorem("map-linear-stability", "every step size converges linearly", [step, modulus, below])
    larger = conjunction([moving, compare(LARGER, ">", H)])
    proof.implies(
        "larger steps are faster", larger, compare(MODULUS_SQUARED.xreplace({H: LARGER}), "<", MODULUS_SQUARED)
    )


def printed_holds(proof: Proof) -> bool:
    """By Schur-Cohn instead of the moduli, and by the engine with h declared."""
    moving = conjunction([compare(H, ">"), compare(F1, "!=")])
    claim = "Schur-Cohn holds for every h"
    everywhere = proof.decide(claim, moving, inside_unit_circle(PERIOD))
    return proof.decides("every h > 0 converges", COMPETITIVE, PRINTED_VERDICT) and everywhere


LEMMA = Lemma(
    id="schaefer2019-competitive",
    source="Schaefer & Anandkumar 2019, competitive gradient descent; on the Dirac-GAN: derived here",
    printed="On the Dirac-GAN competitive gradient descent converges for every step size, whatever the strength "
    "$f'(0)$ of "
    "the players' interaction.",
    statement=r"The multipliers are $1/(1 \mp i h f'(0))$, of squared modulus $1/(1 + h^2 f'(0)^2) < 1$ for every "
    "$h > 0$: near the equilibrium a step is one of implicit Euler.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="multipliers against exact Gaussian numbers: `tests/symbolic/test_rule_boundaries.py`",
)
