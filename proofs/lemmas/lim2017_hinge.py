r"""The hinge loss on the Dirac-GAN is the WGAN while |theta psi| < 1.

Statement. D ascends E_fake[min(0, D - 1)] + E_real[min(0, -D - 1)], G descends E_fake[D] (D high on generated
samples). For |theta psi| < 1, v = (-psi, theta): v'(0, 0) has the eigenvalues +- i and theta^2 + psi^2 is constant;
no trajectory of the flow tends to (0, 0), simultaneous steps diverge, alternating steps keep areas. The disk theta^2
+ psi^2 < 2 lies in that region. With R1 of any weight gamma > 0 training converges linearly.

Derivation. f(t) = min(0, t - 1) has f'(t) = 1 for t < 1, and |theta psi| <= (theta^2 + psi^2)/2.

What differs. Nothing; no paper states it. The zero-sum game and G's linear loss agree there.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import from_roots
from .lemma import Lemma, Proof, Status

H, THETA, PSI = sp.symbols("h theta psi", real=True)
HINGE = {"objective": {"f": "hinge", "generator": "t"}}
ZERO_SUM = {"objective": {"f": "hinge"}}
WITH_R1 = HINGE | {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
}

REGION = conjunction([compare(THETA * PSI, "<", 1), compare(THETA * PSI, ">", -1)])
DISK = compare(THETA**2 + PSI**2, "<", 2)
SLOPE = sp.Integer(1)  # f'(t) for t < 1
FIELD = sp.ImmutableMatrix([[-PSI * SLOPE], [THETA * SLOPE]])
JACOBIAN = sp.ImmutableMatrix([[0, -1], [1, 0]])
EIGENVALUES = (sp.I, -sp.I)
RULES = ("flow", "simultaneous", "alternating")
PRINTED_VERDICT = "does-not-converge"


def derive(proof: Proof) -> None:
    """The field near (0, 0), its first integral and its steps; R1."""
    rest = proof.derived("v vanishes at (0, 0)", HINGE, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("the Jacobian of v at (0, 0)", HINGE, "jacobian", JACOBIAN)
    proof.derived("that of the zero-sum game", ZERO_SUM, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", HINGE, "characteristic_polynomial", from_roots(EIGENVALUES))
    disk = proof.implies("the disk lies where both hinges are open", DISK, REGION)
    change = THETA * FIELD[0] + PSI * FIELD[1]
    flat = proof.identity("d/dt (theta^2 + psi^2)/2 in the disk", change, sp.Integer(0))
    proof.theorem("first-integral", "circles in the disk are closed orbits", [disk, flat])
    step = sp.eye(2) + H * JACOBIAN
    modulus = proof.identity("|1 +- i h|^2 is the determinant of a simultaneous step", step.det(), 1 + H**2)
    grows = proof.implies("it is above 1", compare(H, ">"), compare(1 + H**2, ">", 1))
    proof.theorem("map-linear-instability", "simultaneous steps diverge", [rest, jacobian, modulus, grows])
    proof.decided("with R1 every small enough step converges", WITH_R1, "converges", "linear")


def printed_holds(proof: Proof) -> bool:
    """The engine's verdicts for the three rules."""
    verdicts = [
        proof.decides(f"the hinge loss, {rule}", HINGE | {"training": {"update": rule}}, PRINTED_VERDICT)
        for rule in RULES
    ]
    return all(verdicts)


LEMMA = Lemma(
    id="lim2017-hinge",
    source="Lim & Ye 2017; Miyato et al. 2018 (the loss); on the Dirac-GAN: derived here",
    printed="The hinge loss does not converge on the Dirac-GAN: near the equilibrium it is the WGAN.",
    statement=r"For $|\theta \psi| < 1$ the field is $(-\psi, \theta)$: the eigenvalues are $\pm i$, $\theta^2 + "
    r"\psi^2$ is constant along the flow in the disk $\theta^2 + \psi^2 < 2$, and no fixed step of simultaneous or "
    r"alternating descent converges. With $R_1$ training converges linearly.",
    assumptions=("$h > 0$",),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
