r"""WGAN-LP on the Dirac-GAN: the hinged penalty is inactive near the equilibrium, which stays a centre.

Statement. Let f(t) = t, lambda > 0 and D be penalised by lambda E max(0, |grad D| - 1)^2. For |psi| < 1 the penalty
is 0 and v = (-psi, theta). v'(0, 0) has the eigenvalues +- i; theta^2 + psi^2 is constant along the flow where |psi|
<= 1, so that circles of radius at most 1 are closed orbits; simultaneous steps diverge from (0, 0) for every fixed h,
and alternating steps keep areas. No rule of the three converges. Unlike that of WGAN-GP, v is smooth at (0, 0) and
vanishes there: the hinge mends the equilibrium, not the rotation.

Derivation. max(0, |psi| - 1) = 0 for |psi| <= 1, with its derivative.

What differs. Nothing; no paper states it.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import from_roots
from .lemma import Lemma, Proof, Status

H, THETA, PSI = sp.symbols("h theta psi", real=True)
WGAN_LP = {
    "parameters": {"lam": "lam > 0"},
    "objective": {"f": "wasserstein"},
    "penalty": {"discriminator": "lam*E_mix(max(0, norm(grad(D)) - 1)**2)"},
}
WGAN_GP = WGAN_LP | {"penalty": {"discriminator": "lam*E_mix((norm(grad(D)) - 1)**2)"}}

REGION = conjunction([compare(PSI, "<=", 1), compare(PSI, ">=", -1)])  # where the penalty is 0
HINGE = sp.Abs(PSI) - 1
FIELD = sp.ImmutableMatrix([[-PSI], [THETA]])
JACOBIAN = sp.ImmutableMatrix([[0, -1], [1, 0]])
EIGENVALUES = (sp.I, -sp.I)
FIRST_INTEGRAL = THETA**2 + PSI**2
RULES = ("flow", "simultaneous", "alternating")
PRINTED_VERDICT = "does-not-converge"


def derive(proof: Proof) -> None:
    """The field near (0, 0), its first integral, and its steps."""
    rest = proof.derived("v vanishes at (0, 0)", WGAN_LP, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("the Jacobian of v at (0, 0)", WGAN_LP, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", WGAN_LP, "characteristic_polynomial", from_roots(EIGENVALUES))
    off = proof.implies("the hinge is closed where |psi| <= 1", REGION, compare(HINGE, "<="))
    change = sp.diff(FIRST_INTEGRAL, THETA) * FIELD[0] + sp.diff(FIRST_INTEGRAL, PSI) * FIELD[1]
    flat = proof.identity("theta^2 + psi^2 does not change there", change, sp.Integer(0))
    inside = proof.implies("circles of radius at most 1 lie there", compare(FIRST_INTEGRAL, "<=", 1), REGION)
    proof.theorem("first-integral", "such a circle is a closed orbit", [off, flat, inside])
    step = sp.ImmutableMatrix([THETA, PSI]) + H * FIELD
    growth = (1 + H**2) * FIRST_INTEGRAL
    modulus = proof.identity("|x + h v|^2", (step.T * step)[0], growth)
    moving = conjunction([compare(H, ">"), compare(FIRST_INTEGRAL, ">")])
    grows = proof.implies("it is above |x|^2", moving, compare(growth, ">", FIRST_INTEGRAL))
    proof.theorem("map-linear-instability", "simultaneous steps diverge", [rest, jacobian, modulus, grows])
    area = (sp.eye(2) + H * sp.diag(0, 1) * JACOBIAN) * (sp.eye(2) + H * sp.diag(1, 0) * JACOBIAN)
    kept = proof.identity("the determinant of an alternating step", area.det(), sp.Integer(1))
    proof.theorem("linear-map-not-attracting", "alternating steps keep areas", [off, kept])


def printed_holds(proof: Proof) -> bool:
    """The engine's verdicts for the three rules; WGAN-GP has none but the same answer."""
    verdicts = [
        proof.decides(f"WGAN-LP, {rule}", WGAN_LP | {"training": {"update": rule}}, PRINTED_VERDICT) for rule in RULES
    ]
    return proof.decides("WGAN-GP, for comparison", WGAN_GP, PRINTED_VERDICT) and all(verdicts)


LEMMA = Lemma(
    id="petzka2018-wgan-lp",
    source="Petzka et al. 2018 (the penalty); on the Dirac-GAN: derived here",
    printed="WGAN-LP does not converge on the Dirac-GAN: its penalty is inactive near the equilibrium.",
    statement=r"For $|\psi| \leq 1$ the field is $(-\psi, \theta)$: the eigenvalues are $\pm i$, circles of radius at "
    "most 1 are closed orbits of the flow, simultaneous steps move away from the equilibrium and alternating steps "
    "keep areas.",
    assumptions=("$f(t) = t$", r"$\lambda > 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
