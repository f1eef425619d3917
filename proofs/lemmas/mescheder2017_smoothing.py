r"""Numerics of GANs, code: only D is penalised, by the norm of G's gradient.

Statement. Let f'(0) = a != 0, gamma > 0, and let D be penalised by gamma/2 |grad_theta L|^2. On the Dirac-GAN

    v'(0, 0) = [[0, -a], [a, -gamma a^2]],

with the eigenvalues -gamma a^2/2 +- sqrt(gamma^2 a^4/4 - a^2): R1 with gamma a^2 in place of gamma. Flow, simultaneous
and alternating descent converge linearly for every small enough h; the critical weight is gamma = 2/|a|.

Derivation. grad_theta L = psi f'(theta psi), so the penalty is gamma/2 psi^2 f'(theta psi)^2; at (0, 0) its second
derivative in psi is gamma a^2, and the others are 0.

What differs. Nothing: half of consensus optimisation is enough here.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, inside_left_half_plane
from .lemma import Lemma, Proof, Status

F1, F2, F3, GAMMA, THETA, PSI = sp.symbols("f1 f2 f3 gamma theta psi", real=True)
SMOOTHING = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * norm(grad_theta(L))**2"},
}

CURVATURE = GAMMA * F1**2  # of the penalty at (0, 0), in psi
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -CURVATURE]])
RADICAND = GAMMA**2 * F1**4 / 4 - F1**2
EIGENVALUES = (-GAMMA * F1**2 / 2 + sp.sqrt(RADICAND), -GAMMA * F1**2 / 2 - sp.sqrt(RADICAND))
CRITICAL = 2 / sp.Abs(F1)
VERDICTS = {"simultaneous": "converges linear", "alternating": "converges linear"}
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """The penalty to second order, the spectrum, and the critical weight."""
    t = THETA * PSI
    bend = F2 + F3 * t / 2
    expansion = CURVATURE * PSI**2 / 2 + GAMMA * THETA * PSI**3 * (F1 * bend + bend**2 * t / 2)
    proof.identity("the penalty, with terms of order 4", GAMMA / 2 * (PSI * (F1 + bend * t)) ** 2, expansion)
    rest = proof.derived("v vanishes at (0, 0)", SMOOTHING, "value", sp.zeros(2, 1).as_immutable())
    matrix = proof.derived("v'(0, 0)", SMOOTHING, "jacobian", JACOBIAN)
    proof.identity("its eigenvalues", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES))
    proof.identity("tr^2/4 - det", JACOBIAN.trace() ** 2 / 4 - JACOBIAN.det(), RADICAND)
    assumed = conjunction([compare(F1, "!="), compare(GAMMA, ">")])
    signs = proof.implies("Routh-Hurwitz", assumed, inside_left_half_plane(JACOBIAN))
    hurwitz = proof.theorem("routh-hurwitz", "both real parts are negative", [matrix, signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly", [rest, hurwitz])
    proof.equivalent("where they meet", assumed, compare(RADICAND, "=="), compare(GAMMA, "==", CRITICAL))
    proof.judged("the engine", SMOOTHING, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """The engine's critical weight, and its verdict for the flow."""
    proof.region("the engine's critical weight", SMOOTHING, "critical", compare(GAMMA, "==", CRITICAL))
    flow = SMOOTHING | {"training": {"update": "flow"}}
    return proof.decides("smoothing converges, flow", flow, PRINTED_VERDICT)


LEMMA = Lemma(
    id="mescheder2017-smoothing",
    source="Mescheder, Nowozin & Geiger 2017, code (SmoothingOptimizer of TheNumericsOfGANs); derived here",
    printed=r"Penalising only $D$, by $\frac{\gamma}{2} |\nabla_\theta L|^2$, converges on the Dirac-GAN.",
    statement=r"$v'(0, 0) = \begin{pmatrix} 0 & -f'(0) \\ f'(0) & -\gamma f'(0)^2 \end{pmatrix}$: as $R_1$ with "
    r"$\gamma f'(0)^2$. Training converges linearly for every $\gamma > 0$ and small $h$; the critical weight is "
    "$2/|f'(0)|$.",
    assumptions=("$f'(0) \\neq 0$", r"$\gamma > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
