r"""Two time scales on the Dirac-GAN: they do not help without a penalty.

Statement. Let f'(0) = a != 0 and let G and D take steps h_g, h_d > 0. The Jacobian of (h_g v1, h_d v2) at (0, 0) is
[[0, -h_g a], [h_d a, 0]], with the eigenvalues +- i a sqrt(h_g h_d). Simultaneous descent has
|mu|^2 = 1 + h_g h_d a^2 > 1 and never converges; neither does the flow, on which h_d theta^2 + h_g psi^2 is constant.
With R1 the eigenvalues meet iff

    gamma = 2 |a| sqrt(h_g/h_d),

and simultaneous descent converges linearly iff h_g a^2 < gamma and 2 h_d gamma < 4 + h_g h_d a^2.

Derivation. The conserved quantity: 2 h_d theta h_g v1 + 2 h_g psi h_d v2 = 2 h_g h_d (theta v1 + psi v2) = 0. With R1,
(h_d gamma)^2/4 - h_g h_d a^2 = 0, and Schur-Cohn on 1 + [[0, -h_g a], [h_d a, -h_d gamma]].

What differs. Nothing. It is the generator's step that the first bound limits: slow down G, not D.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction, substituted
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import conjugate, from_roots, inside_unit_circle, product
from .lemma import Lemma, Proof, Status

F1, GAMMA, H, R, H_G, H_D, THETA, PSI, SLOPE = sp.symbols("f1 gamma h r h_g h_d theta psi s", real=True)
UNREGULARISED = {"parameters": {"r": "r > 0"}, "training": {"h_ratio": "r"}}  # h_g = h, h_d = r h
R1 = {
    "parameters": {"r": "r > 0", "gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
    "training": {"h_ratio": "r"},
}
SCALES = {H_G: H, H_D: R * H}
RATIO = {H_G: sp.Integer(1), H_D: R}
R1_EQUAL = {key: value for key, value in R1.items() if key != "training"} | {"parameters": {"gamma": "gamma > 0"}}

ASSUMED = conjunction([compare(F1, "!="), compare(H_G, ">"), compare(H_D, ">")])
STEP = sp.ImmutableMatrix([[1, -H_G * F1], [H_D * F1, 1]])
REGULARISED = sp.ImmutableMatrix([[1, -H_G * F1], [H_D * F1, 1 - H_D * GAMMA]])
EIGENVALUES = (sp.I * F1 * sp.sqrt(H_G * H_D), -sp.I * F1 * sp.sqrt(H_G * H_D))
MODULUS_SQUARED = 1 + H_G * H_D * F1**2
CONSERVED = H_D * THETA**2 + H_G * PSI**2
CRITICAL = 2 * sp.Abs(F1) * sp.sqrt(H_G / H_D)
STEPS = conjunction([compare(H_G * F1**2, "<", GAMMA), compare(2 * H_D * GAMMA, "<", 4 + H_G * H_D * F1**2)])
VERDICTS = {"flow": "does-not-converge", "simultaneous": "does-not-converge"}
PRINTED_VERDICT = "does-not-converge"


def derive(proof: Proof) -> None:
    """A step with two sizes, what the flow keeps, and R1."""
    jacobian = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
    proof.derived("v'(0, 0)", {}, "jacobian", jacobian)
    sizes = sp.Matrix.hstack(sp.eye(2), sp.diag(H_G, H_D))
    proof.identity("a step: 1 + diag(h_g, h_d) v'", product(sizes, sp.Matrix.vstack(sp.eye(2), jacobian)), STEP)
    free = characteristic_polynomial(STEP - sp.eye(2))
    matrix = proof.identity("the eigenvalues of (h_g v1, h_d v2)'", free, from_roots(EIGENVALUES))
    root = 1 + EIGENVALUES[0]
    modulus = proof.identity("|mu|^2 of 1 + lambda", root * conjugate(root), MODULUS_SQUARED)
    outside = proof.implies("lies outside", ASSUMED, compare(MODULUS_SQUARED, ">", 1))
    proof.theorem("map-linear-instability", "simultaneous descent never converges", [matrix, modulus, outside])
    rows = (-H_G * PSI * SLOPE, H_D * THETA * SLOPE)
    gradient = (sp.diff(CONSERVED, THETA), sp.diff(CONSERVED, PSI))
    rate = sp.Add(*(a * b for a, b in zip(gradient, rows, strict=True)), evaluate=False)
    kept = proof.identity("h_d theta^2 + h_g psi^2 along the flow", rate, sp.Integer(0))
    off = conjunction([ASSUMED, disjunction([compare(THETA, "!="), compare(PSI, "!=")])])
    definite = proof.implies("it is 0 at (0, 0) only", off, compare(CONSERVED, ">"))
    proof.theorem("first-integral", "the flow does not converge either", [kept, definite])
    proof.judged("the engine", UNREGULARISED, **VERDICTS)
    jacobian = sp.ImmutableMatrix([[0, -F1], [F1, -GAMMA]])
    proof.derived("v'(0, 0) with R1", R1_EQUAL, "jacobian", jacobian)
    players = product(sizes, sp.Matrix.vstack(sp.eye(2), jacobian))
    step = proof.identity("a step with R1: 1 + diag(h_g, h_d) v'", players, REGULARISED)
    positive = conjunction([ASSUMED, compare(GAMMA, ">")])
    radicand = (H_D * GAMMA) ** 2 / 4 - H_G * H_D * F1**2
    centre = characteristic_polynomial(REGULARISED - sp.eye(2)).subs({sp.Symbol("z", real=True): -H_D * GAMMA / 2})
    proof.identity("tr^2/4 - det with R1", -centre, radicand)
    proof.equivalent("where they meet", positive, compare(radicand, "=="), compare(GAMMA, "==", CRITICAL))
    inside = proof.equivalent("the step sizes with R1", positive, inside_unit_circle(REGULARISED), STEPS)
    schur = proof.theorem("schur-cohn", "both multipliers lie inside iff these hold", [step, *inside])
    proof.theorem("map-linear-stability", "simultaneous descent with R1 converges linearly there", [schur])


def printed_holds(proof: Proof) -> bool:
    """No ratio of the steps helps; the engine finds the same regions with R1."""
    proof.region("the engine's step sizes with R1", R1, "step_size", substituted(STEPS, SCALES))
    proof.region("its critical weight", R1, "critical", compare(GAMMA, "==", CRITICAL.xreplace(RATIO)))
    faster = {"parameters": {"r": "r > 1"}, "training": {"h_ratio": "r", "update": "simultaneous"}}
    return proof.decides("a faster discriminator does not help", faster, PRINTED_VERDICT)


LEMMA = Lemma(
    id="mescheder2018-two-time-scales",
    source="Mescheder, Geiger & Nowozin 2018, section 2.2 and supplement, figure 22; Heusel et al. 2017",
    printed="Two-time scale updates do not help convergence towards the Nash-equilibrium.",
    statement=r"With steps $h_g$, $h_d$ the eigenvalues are $\pm i f'(0) \sqrt{h_g h_d}$, and simultaneous descent has "
    r"$|\mu|^2 = 1 + h_g h_d f'(0)^2$. With $R_1$ the critical weight is $2 |f'(0)| \sqrt{h_g/h_d}$, and simultaneous "
    r"descent converges linearly iff $h_g f'(0)^2 < \gamma$ and $2 h_d \gamma < 4 + h_g h_d f'(0)^2$.",
    assumptions=("$f'(0) \\neq 0$", "$h_g, h_d > 0$", r"$\gamma > 0$ for $R_1$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
