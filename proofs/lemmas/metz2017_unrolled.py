r"""Unrolled GANs on the Dirac-GAN: K steps of rate eta are the penalty of Nagarajan and Kolter with weight K eta.

Statement. Let f'(0) = a != 0, and let G descend C_G(theta, psi_K), psi_K being K steps of rate eta of D from psi.
With the gradient through all steps, the simultaneous rule moves near (0, 0) along J x with

    J = [[-2 K eta a^2, -a], [a, 0]],    eigenvalues -K eta a^2 +- sqrt(K^2 eta^2 a^4 - a^2),

which is v'(0, 0) under the penalty K eta |grad_psi L|^2 on G. With the gradient stopped at psi_K the first entry is
-K eta a^2. Steps converge iff h < 2 K eta and 4 h K eta a^2 < 4 + h^2 a^2; with the gradient stopped, with K eta/2
for K eta.

Derivation. To first order a step of D is (theta, psi) -> (theta, psi + eta a theta), so that psi_K = psi + K eta a
theta by induction, and to second order C_G = a theta psi_K = a theta psi + K eta a^2 theta^2, whose derivative in
theta is a psi + 2 K eta a^2 theta. Stopped: a psi_K = a psi + K eta a^2 theta.

What differs. Nothing. That K steps are one of K times the rate holds for every f: f'' enters in third order only.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, substituted
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, inside_left_half_plane, inside_unit_circle, product
from .lemma import Lemma, Proof, Status

F1, ETA, K, H, THETA, PSI = sp.symbols("f1 eta k h theta psi", real=True)
GAME = {"parameters": {"eta": "eta > 0"}, "objective": {"f": "any", "assume": "f1 != 0"}}
UNROLLED = GAME | {"training": {"update": "unrolled", "unroll_steps": 3, "unroll_rate": "eta"}}
STOPPED = GAME | {"training": UNROLLED["training"] | {"unroll_stop_gradient": True}}
NAGARAJAN_KOLTER = GAME | {"penalty": {"generator": "3*eta*norm(grad_psi(L))**2"}}
THREE = {K: sp.Integer(3)}

DISCRIMINATOR = sp.ImmutableMatrix([[1, 0], [K * ETA * F1, 1]])  # K unrolled steps
JACOBIAN = sp.ImmutableMatrix([[-2 * K * ETA * F1**2, -F1], [F1, 0]])
STOPPED_JACOBIAN = sp.ImmutableMatrix([[-K * ETA * F1**2, -F1], [F1, 0]])
RADICAND = K**2 * ETA**2 * F1**4 - F1**2
EIGENVALUES = tuple(-K * ETA * F1**2 + sign * sp.sqrt(RADICAND) for sign in (1, -1))
STEPS = conjunction([compare(H, "<", 2 * K * ETA), compare(4 * H * K * ETA * F1**2, "<", 4 + H**2 * F1**2)])
STOPPED_STEPS = conjunction([compare(H, "<", K * ETA), compare(2 * H * K * ETA * F1**2, "<", 4 + H**2 * F1**2)])


def derive(proof: Proof) -> None:
    """D's steps by induction, G's row, and the steps for all K."""
    one = sp.ImmutableMatrix([[1, 0], [ETA * F1, 1]])
    proof.identity("no step of D", DISCRIMINATOR.xreplace({K: sp.Integer(0)}), sp.eye(2))
    again = product(one, DISCRIMINATOR)
    proof.identity("one more step of D, by induction on K", again, DISCRIMINATOR.xreplace({K: K + 1}))
    ahead = (DISCRIMINATOR * sp.ImmutableMatrix([THETA, PSI]))[1]
    rows = {
        "in full": (-sp.diff(F1 * THETA * ahead, THETA), JACOBIAN, STEPS),
        "gradient stopped": (-F1 * ahead, STOPPED_JACOBIAN, STOPPED_STEPS),
    }
    known = conjunction([compare(F1, "!="), compare(H, ">"), compare(ETA, ">"), compare(K, ">=", 1)])
    for name, (row, matrix, steps) in rows.items():
        first = matrix[0, 0] * THETA + matrix[0, 1] * PSI
        found = proof.identity(f"{name}: the generator's row", row, first)
        signs = proof.implies(f"{name}: Routh-Hurwitz for every K", known, inside_left_half_plane(matrix))
        proof.theorem("routh-hurwitz", f"{name}: both eigenvalues have negative real part", [found, signs])
        inside = inside_unit_circle(sp.eye(2) + H * matrix)
        exact = proof.equivalent(f"{name}: Schur-Cohn", known, inside, steps)
        proof.theorem("map-linear-stability", f"{name}: those steps converge linearly", [found, *exact])
    proof.identity("the eigenvalues in full", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES))
    penalised = JACOBIAN.xreplace(THREE)
    proof.derived("the penalty 3 eta |grad_psi L|^2 on G has this Jacobian", NAGARAJAN_KOLTER, "jacobian", penalised)
    stopped = sp.eye(2) + H * STOPPED_JACOBIAN.xreplace(THREE)
    proof.derived("a step of the rule, K = 3, gradient stopped", STOPPED, "update_jacobian", stopped)


def printed_holds(proof: Proof) -> bool:
    """The engine's verdict and steps for the rule itself, K = 3."""
    proof.region("K = 3: the steps that converge", UNROLLED, "step_size", substituted(STEPS, THREE))
    return proof.decides("the unrolled GAN converges", UNROLLED, "converges")


LEMMA = Lemma(
    id="metz2017-unrolled",
    source="Metz et al. 2017, section 2.2; on the Dirac-GAN: derived here",
    printed="Unrolling $K = 3$ steps of the discriminator in the generator's objective makes small simultaneous steps "
    "converge on the Dirac-GAN.",
    statement=r"With $K$ unrolled steps of rate $\eta$ the eigenvalues are $-K \eta f'(0)^2 \pm "
    r"\sqrt{K^2 \eta^2 f'(0)^4 - f'(0)^2}$, as under the penalty $K \eta |\nabla_\psi L|^2$ on the generator "
    r"(Nagarajan & Kolter); with the gradient stopped, those for $K \eta/2$. Steps converge iff $h < 2 K \eta$ and "
    r"$4 h K \eta f'(0)^2 < 4 + h^2 f'(0)^2$.",
    assumptions=(r"$f'(0) \neq 0$", r"$\eta > 0$", "$h > 0$", r"integer $K \geq 1$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="the rule against its own transcription on other numbers: `tests/numeric/test_rule_transcriptions.py`",
)
