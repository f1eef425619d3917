r"""Consensus optimisation on the Dirac-GAN.

Statement. Let f'(0) = a != 0, gamma > 0, and let training follow v - gamma grad |v|^2/2. At (0, 0) the Jacobian is

    J - gamma J^T J = [[-gamma a^2, -a], [a, -gamma a^2]],    J = v'(0, 0),

with the eigenvalues -gamma a^2 +- i a. Flow, simultaneous and alternating descent converge linearly for every small
enough h; simultaneous descent converges linearly iff h < 2 gamma/(1 + gamma^2 a^2). The eigenvalues are real for no
gamma.

Derivation. grad |v|^2/2 = v'^T v, whose Jacobian where v = 0 is v'^T v'. J = [[0, -a], [a, 0]] has J^T J = a^2 1. The
bound is -2 Re lambda/|lambda|^2.

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, inside_left_half_plane, inside_unit_circle, product
from .lemma import Lemma, Proof, Status

F1, GAMMA, H = sp.symbols("f1 gamma h", real=True)
_NORMS = "gamma/2 * (norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
CONSENSUS = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": _NORMS, "generator": _NORMS},
}
AS_A_RULE = {  # the same, as an update rule
    "parameters": {"gamma": "gamma > 0"},
    "training": {"update": "consensus", "consensus_weight": "gamma"},
}

FREE = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
JACOBIAN = sp.ImmutableMatrix([[-GAMMA * F1**2, -F1], [F1, -GAMMA * F1**2]])
EIGENVALUES = (-GAMMA * F1**2 + sp.I * F1, -GAMMA * F1**2 - sp.I * F1)
STEPS = compare(H * (1 + GAMMA**2 * F1**2), "<", 2 * GAMMA)
VERDICTS = dict.fromkeys(("flow", "simultaneous", "alternating"), "converges linear")
PRINTED_EIGENVALUES = EIGENVALUES
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """The Jacobian from its definition and from the engine, its eigenvalues, and the step sizes."""
    proof.derived("v'(0, 0) without consensus", {}, "jacobian", FREE)
    proof.identity("J - gamma J^T J = (1 - gamma J^T) J", product(sp.eye(2) - GAMMA * FREE.T, FREE), JACOBIAN)
    rest = proof.derived("v vanishes at (0, 0)", CONSENSUS, "value", sp.zeros(2, 1).as_immutable())
    matrix = proof.derived("the same from penalties on both players", CONSENSUS, "jacobian", JACOBIAN)
    proof.identity("its eigenvalues", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES))
    assumed = conjunction([compare(F1, "!="), compare(GAMMA, ">")])
    signs = proof.implies("Routh-Hurwitz", assumed, inside_left_half_plane(JACOBIAN))
    hurwitz = proof.theorem("routh-hurwitz", "both real parts are negative", [matrix, signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly", [rest, hurwitz])
    step = (sp.eye(2) + H * JACOBIAN).as_immutable()
    positive = conjunction([assumed, compare(H, ">")])
    inside = proof.equivalent("the steps of simultaneous descent", positive, inside_unit_circle(step), STEPS)
    schur = proof.theorem("schur-cohn", "both multipliers lie inside iff these hold", [matrix, *inside])
    proof.theorem("map-linear-stability", "simultaneous descent converges linearly there", [rest, schur])
    proof.judged("the engine", CONSENSUS, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """The eigenvalues by sum and product, and the update rule of its own."""
    total = sp.Add(*PRINTED_EIGENVALUES, evaluate=False)
    both = proof.equal("the printed eigenvalues add up to the trace", total, JACOBIAN.trace()) and proof.equal(
        "and multiply to the determinant", sp.Mul(*PRINTED_EIGENVALUES, evaluate=False), JACOBIAN.det()
    )
    return both and proof.decides("consensus optimisation as an update rule", AS_A_RULE, PRINTED_VERDICT)


LEMMA = Lemma(
    id="mescheder2018-consensus",
    source="Mescheder, Geiger & Nowozin 2018, supplement, consensus optimization",
    printed=r"Consensus optimization on the Dirac-GAN has the eigenvalues $-\gamma f'(0)^2 \pm i f'(0)$ and converges.",
    statement=r"$J - \gamma J^T J = \begin{pmatrix} -\gamma f'(0)^2 & -f'(0) \\ f'(0) & -\gamma f'(0)^2 \end{pmatrix}$ "
    r"has the eigenvalues $-\gamma f'(0)^2 \pm i f'(0)$: linear convergence for every $\gamma > 0$ and small $h$, for "
    r"simultaneous descent iff $h < 2 \gamma/(1 + \gamma^2 f'(0)^2)$.",
    assumptions=("$f'(0) \\neq 0$", r"$\gamma > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
