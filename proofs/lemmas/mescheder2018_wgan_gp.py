r"""WGAN-GP on the Dirac-GAN: the one-centred penalty has no equilibrium at (0, 0).

Statement. Let f(t) = t, gamma > 0, g0 > 0, and R(psi) = gamma/2 (|psi| - g0)^2. On the two sides of psi = 0

    v(theta, psi) = (-psi, theta - gamma (psi -+ g0)),    v(0, 0+-) = (0, +- gamma g0):

v jumps at (0, 0), and points away from it on both sides. Flow, simultaneous and alternating descent do not converge to
(0, 0). On each side v is affine, with v' = [[0, -1], [1, -gamma]] and a zero at (theta, psi) = (-+ gamma g0, 0), where
the generator is wrong; for gamma < 2 that is a focus, for gamma >= 2 it has real negative eigenvalues.

Derivation. With e the sign of psi, R = gamma/2 (e psi - g0)^2, and d R/d psi = gamma (psi - e g0).

What differs. Nothing. Code that computes the penalty with sign(0) = 0 sees a fixed point at (0, 0) that is none.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_coefficients
from ..roots import product
from .lemma import Lemma, Proof, Status

THETA, PSI, GAMMA, G0, E = sp.symbols("theta psi gamma g0 e", real=True)
WGAN_GP = {
    "parameters": {"gamma": "gamma > 0", "g0": "g0 > 0"},
    "objective": {"f": "wasserstein"},
    "penalty": {"discriminator": "gamma/2 * E_mix((norm(grad(D)) - g0)**2)"},
}

SIDES = (sp.Integer(1), -sp.Integer(1))  # the sign of psi
ASSUMED = conjunction([compare(GAMMA, ">"), compare(G0, ">")])
LIMIT = sp.ImmutableMatrix([0, E * GAMMA * G0])
JACOBIAN = sp.ImmutableMatrix([[0, -1], [1, -GAMMA]])
WRONG = sp.ImmutableMatrix([-E * GAMMA * G0, 0])
NODE = compare(GAMMA, ">=", 2)
VERDICTS = {"flow": "does-not-converge", "simultaneous": "does-not-converge"}
PRINTED_VERDICT = "does-not-converge"


def derive(proof: Proof) -> None:
    """Both sides, the jump, and where the sides have their zeros."""
    steps: list[int] = []
    point = sp.ImmutableMatrix([THETA, PSI])
    for side in SIDES:
        words = "psi > 0" if side > 0 else "psi < 0"
        loss, penalty = PSI * THETA, GAMMA / 2 * (side * PSI - G0) ** 2  # |psi| = side psi
        field = sp.ImmutableMatrix([-sp.diff(loss, THETA), sp.diff(loss - penalty, PSI)])
        limit = LIMIT.xreplace({E: side})
        steps.append(proof.identity(f"v = v(0, 0+-) + v' (theta, psi) where {words}", field, limit + JACOBIAN * point))
    signs = conjunction([ASSUMED, compare(E**2, "==", 1)])  # e is the sign of psi
    steps.append(proof.implies("v(0, 0+-) points away on both sides", signs, compare(E * LIMIT[1], ">")))
    proof.theorem("repelling-jump", "trajectories leave (0, 0) on both sides", steps)
    proof.theorem("map-jump", "one step leaves it, for every h", steps)
    proof.identity("v of a side is 0 at the wrong generator: v' x = -v(0, 0+-)", product(JACOBIAN, WRONG), -LIMIT)
    _, minus_trace, determinant = characteristic_coefficients(JACOBIAN)
    proof.equivalent("its eigenvalues are real", ASSUMED, compare(minus_trace**2 / 4 - determinant, ">="), NODE)
    proof.implies("and the zero is another generator", signs, compare(WRONG[0], "!="))
    proof.judged("the engine", WGAN_GP, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """The remaining rule: alternating descent, with one and with five updates of D."""
    rules = ({"update": "alternating", "d_steps": count} for count in (1, 5))
    return all(
        proof.decides(
            f"alternating descent does not converge to (0, 0), n_d = {rule['d_steps']}",
            WGAN_GP | {"training": rule},
            PRINTED_VERDICT,
        )
        for rule in rules
    )


LEMMA = Lemma(
    id="mescheder2018-wgan-gp",
    source="Mescheder, Geiger & Nowozin 2018, section 3.1 and supplement, WGAN-GP",
    printed="WGAN-GP does not converge for the Dirac-GAN.",
    statement=r"$v(0, 0^\pm) = (0, \pm \gamma g_0)$: $v$ jumps at $(0, 0)$ and points away from it, so that the flow "
    r"and descent, simultaneous or alternating, do not converge to it for any $h$. On each side $v' = \begin{pmatrix} "
    r"0 & -1 \\ 1 & -\gamma \end{pmatrix}$, with a zero at the wrong generator $\theta = \mp \gamma g_0$, of real "
    r"eigenvalues iff $\gamma \geq 2$.",
    assumptions=("$f(t) = t$", r"$\gamma > 0$", "$g_0 > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
