r"""The gradient penalty of Roth et al. on the Dirac-GAN: half the damping of R1.

Statement. Let s be the sigmoid, D high on generated samples, f'(0) = a != 0, gamma > 0, and let D be penalised by

    gamma/2 (E_real[(1 - s(-D))^2 |grad D|^2] + E_fake[s(-D)^2 |grad D|^2]).

Then v'(0, 0) = [[0, -a], [a, -gamma/2]], with the eigenvalues -gamma/4 +- sqrt(gamma^2/16 - a^2). Flow, simultaneous
and alternating descent converge linearly for every small enough h. The eigenvalues meet iff gamma = 4 |a|.

Derivation. On the Dirac-GAN the penalty is gamma/2 psi^2 (1/4 + s(-theta psi)^2), since s(0) = 1/2; s enters v'(0, 0)
through s(0) alone: with w = s(0) + O(theta psi) both weights are 1/4 to lowest order, together 1/2.

What differs. Nothing: "almost exactly the same results" as for R1, with gamma/2 in place of gamma.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, inside_left_half_plane
from .lemma import Lemma, Proof, Status

F1, GAMMA, THETA, PSI, S1, S2 = sp.symbols("f1 gamma theta psi s1 s2", real=True)
WEIGHT = {"gamma": "gamma > 0"}
ROTH = {
    "parameters": WEIGHT,
    "penalty": {
        "discriminator": "gamma/2 * (E_real((1 - sigmoid(-D))**2 * norm(grad(D))**2)"
        " + E_fake(sigmoid(-D)**2 * norm(grad(D))**2))"
    },
}

AT_ZERO = sp.Rational(1, 2)  # s(0)
DAMPING = GAMMA / 2
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -GAMMA / 2]])
RADICAND = GAMMA**2 / 16 - F1**2
EIGENVALUES = (-GAMMA / 4 + sp.sqrt(RADICAND), -GAMMA / 4 - sp.sqrt(RADICAND))
CRITICAL = 4 * sp.Abs(F1)
VERDICTS = dict.fromkeys(("flow", "simultaneous", "alternating"), "converges linear")


def derive(proof: Proof) -> None:
    """The damping, the spectrum, the critical weight, and the verdicts."""
    sigmoid = AT_ZERO - S1 * THETA * PSI + S2 * (THETA * PSI) ** 2  # s(-theta psi) to second order
    penalty = GAMMA / 2 * PSI**2 * ((1 - AT_ZERO) ** 2 + sigmoid**2)
    point = {THETA: 0, PSI: 0}
    proof.identity("the damping", sp.diff(penalty, PSI, 2).subs(point), DAMPING)
    proof.identity("the penalty adds no coupling", sp.diff(penalty, PSI, THETA).subs(point), sp.Integer(0))
    rest = proof.derived("v vanishes at (0, 0)", ROTH, "value", sp.zeros(2, 1).as_immutable())
    matrix = proof.derived("v'(0, 0)", ROTH, "jacobian", JACOBIAN)
    proof.identity("its eigenvalues", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES))
    proof.identity("tr^2/4 - det", JACOBIAN.trace() ** 2 / 4 - JACOBIAN.det(), RADICAND)
    assumed = conjunction([compare(F1, "!="), compare(GAMMA, ">")])
    signs = proof.implies("Routh-Hurwitz", assumed, inside_left_half_plane(JACOBIAN))
    hurwitz = proof.theorem("routh-hurwitz", "both real parts are negative", [matrix, signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly", [rest, hurwitz])
    proof.equivalent("where they meet", assumed, compare(RADICAND, "=="), compare(GAMMA, "==", CRITICAL))
    proof.judged("the engine", ROTH, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """The same as R1 with gamma/2: the critical weight and the spectrum."""
    half = {  # R1 with gamma/2 for gamma
        "parameters": WEIGHT,
        "penalty": {"discriminator": "gamma/4 * E_real(norm(grad(D))**2)"},
    }
    proof.derived("R1 at half the weight has the same characteristic polynomial", half, "jacobian", JACOBIAN)
    proof.region("and the engine's critical weight is this one", ROTH, "critical", compare(GAMMA, "==", CRITICAL))
    return proof.decides("R1 at half the weight converges as well", half, "converges")


LEMMA = Lemma(
    id="mescheder2018-roth",
    source="Mescheder, Geiger & Nowozin 2018, section 3.3 and supplement D.2; Roth et al. 2017",
    printed="The same analysis can also be applied to the regularizer with the additional weighting, yielding almost "
    "exactly the same results.",
    statement=r"With the weights of Roth et al. for the Jensen-Shannon divergence $v'(0, 0) = \begin{pmatrix} 0 & "
    r"-f'(0) \\ f'(0) & -\gamma/2 \end{pmatrix}$: as $R_1$ with $\gamma/2$. Training converges linearly for every "
    r"$\gamma > 0$ and small $h$; the critical weight is $4 |f'(0)|$.",
    assumptions=("$f'(0) \\neq 0$", r"$\gamma > 0$", "both weights are $1/4$ at $D = 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
