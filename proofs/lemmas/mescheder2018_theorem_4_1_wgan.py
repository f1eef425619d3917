r"""Theorem 4.1 for f(t) = t: R1 and R2 with the Wasserstein objective.

Statement. Let f(t) = t, gamma > 0, and let Assumptions I and III hold with h(psi) = E |grad D|^2 in place of (11), so
that M_D allows D to be constant on each connected part of the data. If such a D cannot tell p_theta from p_D for theta
near theta* (for instance as the data are connected: a constant shift of D), the points of M_G x M_D are equilibria, and
for every small enough h simultaneous and alternating descent converge to them near (theta*, psi*) at a linear rate (v
smooth). Without that condition they need not: the weights of two modes are learned as on the unregularised Dirac-GAN.

Derivation. Theorem 4.1 with f'(0) = 1 and f''(0) = 0: J = [[0, -K^T], [K, -L_DD]], and v^T L_DD v = gamma E |grad u|^2
is 0 iff d_v^2 h is: u = d_v D is constant on each part, and v is tangent to M_D by III(i). Such a u has
d_theta E_(p_theta) u = 0 by assumption: K^T v = 0, so that J and J^T vanish on the tangent space T. For the same reason
d_theta L = 0 at D constant on each part, and p_theta = p_D makes grad_psi L = 0: v = 0 on M_G x M_D. On the complement
of T the words of Theorem 4.1 hold with Q = gamma E[A A^T].

With a bias, D = psi1 x + psi2 on the Dirac-GAN, J = [[0, -1, 0], [1, -gamma, 0], [0, 0, 0]]. Two modes with weights
1/2 +- theta and D = +-psi on them have no gradient, and L = 2 theta psi: J = [[0, -2], [2, 0]], with multipliers of
modulus sqrt(1 + 4 h^2).

What differs. Nothing. What the paper's supplement assumes we have not seen; some assumption of this kind is needed.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z, characteristic_polynomial
from ..roots import conjugate, from_roots, product
from .lemma import Lemma, Proof, Status
from .mescheder2018_theorem_4_1 import A2, BLOCK, CASES, D_X, D_XPSI, E_FAKE, E_REAL, F1, F2, GAMMA, R1, R2, H
from .mescheder2018_theorem_4_1 import manifold as theorem_4_1

THETA, PSI, PSI1, PSI2, X, Y, K_D = sp.symbols("theta psi psi1 psi2 x y k_d", real=True)
WASSERSTEIN = {"objective": {"f": "wasserstein"}}
SLOPES = {F1: sp.Integer(1), F2: sp.Integer(0)}

WASSERSTEIN_BLOCK = BLOCK.subs(SLOPES)
BIAS_JACOBIAN = sp.ImmutableMatrix([[0, -1, 0], [1, -GAMMA, 0], [0, 0, 0]])
WEIGHTS_LOSS = 2 * THETA * PSI
WEIGHTS_JACOBIAN = sp.ImmutableMatrix([[0, -2], [2, 0]])
WEIGHTS_MULTIPLIERS = (1 + 2 * sp.I * H, 1 - 2 * sp.I * H)
WEIGHTS_MODULUS_SQUARED = 1 + 4 * H**2
WEIGHTS_CASE = "not-always"  # what holds for all games
PRINTED_VERDICT = "converges"


def field(loss: sp.Expr, penalty: sp.Expr, generator: sp.Symbol, *discriminator: sp.Symbol) -> sp.Matrix:
    """(-d_theta L, grad_psi (L - R))."""
    return sp.Matrix([-sp.diff(loss, generator), *(sp.diff(loss - penalty, p) for p in discriminator)])


def derive(proof: Proof) -> None:
    """What f''(0) = 0 leaves, a constant shift, and two modes."""
    assumed = conjunction([compare(GAMMA, ">"), compare(A2, ">=")])
    damping = -WASSERSTEIN_BLOCK[1, 1]
    kernel = proof.equivalent("Q = 0 iff E |grad u|^2 = 0", assumed, compare(damping, "=="), compare(A2, "=="))
    flat = conjunction([compare(K_D, "=="), compare(D_X, "=="), compare(E_FAKE, "==", E_REAL)])
    rows = (-K_D, (E_FAKE - E_REAL) - GAMMA * D_X * D_XPSI)  # k_d = d_w E_(p_theta)[D]
    still = proof.implies(
        "v = 0 on M_G x M_D: D constant on each part has d_theta E_(p_theta)[D] = 0 and grad D = 0, and p_theta = p_D",
        flat,
        conjunction(compare(row, "==") for row in rows),
    )
    theorem_4_1(proof, [still, *kernel])
    game = field((PSI1 * THETA + PSI2) - PSI2, GAMMA / 2 * PSI1**2, THETA, PSI1, PSI2)
    linear = product(BIAS_JACOBIAN, sp.ImmutableMatrix([THETA, PSI1, PSI2]))
    bias = proof.identity("the Dirac-GAN with a bias: v = J (theta, psi1, psi2)", linear, game.as_immutable())
    polynomial = characteristic_polynomial(BIAS_JACOBIAN[:2, :2])
    root = conjunction([compare(X**2 - Y**2 + GAMMA * X + 1, "=="), compare(Y * (2 * X + GAMMA), "==")])
    z = X + sp.I * Y
    split = (X**2 - Y**2 + GAMMA * X + 1) + sp.I * Y * (2 * X + GAMMA)
    parts = proof.identity("its polynomial off the shift, at z = x + i y", polynomial.subs({Z: z}), split)
    signs = proof.implies("its roots have x < 0", conjunction([compare(GAMMA, ">"), root]), compare(X, "<"))
    uses = [bias, parts, signs]
    proof.theorem("manifold-linear-stability", "training converges modulo the shift, at a linear rate", uses)
    biased = {"game": {"prototype": "bias"}}
    proof.judged("R1 with a bias", R1 | WASSERSTEIN | biased, simultaneous="converges linear")
    half = sp.Rational(1, 2)
    loss = (half + THETA) * PSI - (half - THETA) * PSI + half * (-PSI) + half * PSI
    proof.identity("two modes with weights: the loss", loss, WEIGHTS_LOSS)
    modes = field(WEIGHTS_LOSS, sp.Integer(0), THETA, PSI).as_immutable()
    linear = product(WEIGHTS_JACOBIAN, sp.ImmutableMatrix([THETA, PSI]))
    matrix = proof.identity("their field: v = J (theta, psi)", linear, modes)
    polynomial = characteristic_polynomial(sp.eye(2) + H * WEIGHTS_JACOBIAN)
    roots = proof.identity("the multipliers of a step", polynomial, from_roots(WEIGHTS_MULTIPLIERS))
    squared = WEIGHTS_MULTIPLIERS[0] * conjugate(WEIGHTS_MULTIPLIERS[0])
    modulus = proof.identity("their squared modulus", squared, WEIGHTS_MODULUS_SQUARED)
    outside = proof.implies("lies outside", compare(H, ">"), compare(WEIGHTS_MODULUS_SQUARED, ">", 1))
    proof.theorem("map-linear-instability", "R1 does not help there", [matrix, roots, modulus, outside])
    weights = {"game": {"prototype": "weights"}}
    proof.judged("the engine on two modes", R1 | WASSERSTEIN | weights, simultaneous="does-not-converge")
    for case in CASES:
        proof.case(f"without the condition, {case.replace('_', ' ')} case", R1 | WASSERSTEIN, case, WEIGHTS_CASE)


def printed_holds(proof: Proof) -> bool:
    """Where D is unique up to a shift, for R1 and R2 and the rules."""
    polynomial = Z * (Z**2 + GAMMA * Z + 1)
    spectrum = proof.equal("one eigenvalue 0, the shift", characteristic_polynomial(BIAS_JACOBIAN), polynomial)
    rules = (("R1", R1, "flow"), ("R2", R2, "simultaneous"), ("R2", R2, "alternating"))
    return spectrum and all(
        proof.decides(f"{name}, {rule}", {**penalty, **WASSERSTEIN, "training": {"update": rule}}, PRINTED_VERDICT)
        for name, penalty, rule in rules
    )


LEMMA = Lemma(
    id="mescheder2018-theorem-4.1-wgan",
    source="Mescheder, Geiger & Nowozin 2018, section 4.2 and supplement, extension to f(t) = t",
    printed="An extension of our convergence proof for $f(t) = t$ (as in WGANs) can be found in the supplementary "
    "material.",
    statement=r"For $f(t) = t$, $\gamma > 0$ and $h(\psi) = E |\nabla D|^2$ in Assumption III, $R_1$ and $R_2$ "
    r"converge at a linear rate modulo changes of $D$ that are constant on each part of the data, if those cannot tell "
    r"$p_\theta$ from $p_D$ near $\theta^*$. If they can, training need not converge: for two modes with learned "
    r"weights $J = \begin{pmatrix} 0 & -2 \\ 2 & 0 \end{pmatrix}$.",
    assumptions=(
        "I, and III with $h(\\psi) = E |\\nabla D|^2$",
        r"$E_{p_\theta}[u]$ does not depend on $\theta$ for every $u$ that is constant on each part of the data",
        r"$\gamma > 0$",
        "$v$ is smooth",
    ),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
