r"""Two time scales on the Dirac-GAN: they do not help; with R1 they move the critical weight.

Statement. Let f'(0) = a != 0, r > 0 the ratio of D's step to G's, h_g = h and h_d = r h. The field diag(1, r) v has
the eigenvalues +- i a sqrt(r) at (0, 0), and r (theta^2)/2 + psi^2/2 is constant along its flow. Simultaneous steps
have |mu|^2 = 1 + h_g h_d a^2 > 1 for every r. With R1 of weight gamma the eigenvalues are

    -r gamma/2 +- sqrt(r^2 gamma^2/4 - r a^2),

which meet at gamma = 2 |a| sqrt(h_g/h_d); simultaneous steps converge iff h_g a^2 < gamma and 2 h_d gamma < 4 + h_g
h_d a^2, alternating steps iff h_g h_d a^2 + 2 h_d gamma < 4: where training oscillates it is the generator's step
that has to be small.

Derivation. diag(1, r) [[0, -a], [a, -gamma]] = [[0, -a], [r a, -r gamma]], of trace -r gamma and determinant r a^2.

What differs. Nothing in "they do not help". The theorem on two time scales assumes that D alone, with theta fixed,
converges to a local attractor: near (0, 0) its own Jacobian dv2/dpsi is 0.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import conjugate, from_roots
from .lemma import Lemma, Proof, Status

F1, GAMMA, R, H, S, THETA, PSI = sp.symbols("f1 gamma r h s theta psi", real=True)
RATIO = {"training": {"h_ratio": "r"}, "objective": {"f": "any", "assume": "f1 != 0"}}
PLAIN = RATIO | {"parameters": {"r": "r > 0"}}
WITH_R1 = RATIO | {
    "parameters": {"r": "r > 0", "gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
}

FIELD = sp.ImmutableMatrix([[-PSI * S], [R * THETA * S]])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [R * F1, 0]])
EIGENVALUES = (sp.I * F1 * sp.sqrt(R), -sp.I * F1 * sp.sqrt(R))
FIRST_INTEGRAL = R * THETA**2 + PSI**2
MODULUS_SQUARED = 1 + R * H**2 * F1**2
R1_JACOBIAN = sp.ImmutableMatrix([[0, -F1], [R * F1, -R * GAMMA]])
RADICAND = R**2 * GAMMA**2 / 4 - R * F1**2
R1_EIGENVALUES = (-R * GAMMA / 2 + sp.sqrt(RADICAND), -R * GAMMA / 2 - sp.sqrt(RADICAND))
CRITICAL = compare(R * GAMMA**2, "==", 4 * F1**2)
STEPS = {
    "simultaneous": conjunction(
        [compare(H * F1**2, "<", GAMMA), compare(2 * R * H * GAMMA, "<", 4 + R * H**2 * F1**2)]
    ),
    "alternating": compare(R * H**2 * F1**2 + 2 * R * H * GAMMA, "<", 4),
}
PRINTED_VERDICT = "does-not-converge"


def derive(proof: Proof) -> None:
    """The centre, its ellipses and steps, and R1."""
    flow = PLAIN | {"training": {"h_ratio": "r", "update": "flow"}}
    jacobian = proof.derived("the Jacobian of diag(1, r) v at (0, 0)", flow, "jacobian", JACOBIAN)
    polynomial = from_roots(EIGENVALUES)
    proof.identity("its eigenvalues are +- i a sqrt(r)", characteristic_polynomial(JACOBIAN), polynomial)
    change = sp.diff(FIRST_INTEGRAL, THETA) * FIELD[0] + sp.diff(FIRST_INTEGRAL, PSI) * FIELD[1]
    flat = proof.identity("r theta^2 + psi^2 does not change", change, sp.Integer(0))
    away = conjunction([compare(R, ">"), compare(THETA**2 + PSI**2, ">")])
    level = proof.implies("it is positive off (0, 0)", away, compare(FIRST_INTEGRAL, ">"))
    proof.theorem("first-integral", "no trajectory of the flow tends to (0, 0)", [flat, level])
    multiplier = 1 + H * EIGENVALUES[0]
    modulus = proof.identity("|mu|^2 of a simultaneous step", multiplier * conjugate(multiplier), MODULUS_SQUARED)
    moving = conjunction([compare(H, ">"), compare(R, ">"), compare(F1, "!=")])
    grows = proof.implies("it is above 1", moving, compare(MODULUS_SQUARED, ">", 1))
    proof.theorem("map-linear-instability", "simultaneous steps diverge", [jacobian, modulus, grows])
    proof.derived("the Jacobian with R1", WITH_R1, "jacobian", R1_JACOBIAN)
    proof.derived("its characteristic polynomial", WITH_R1, "characteristic_polynomial", from_roots(R1_EIGENVALUES))
    positive = conjunction([moving, compare(GAMMA, ">")])
    proof.equivalent("where the eigenvalues meet", positive, compare(RADICAND, "=="), CRITICAL)
    for rule, steps in STEPS.items():
        training = WITH_R1 | {"training": {"h_ratio": "r", "update": rule}}
        proof.region(f"R1: the {rule} steps that converge", training, "step_size", steps)
    proof.identity("D alone: dv2/dpsi at (0, 0)", JACOBIAN[1, 1], sp.Integer(0))


def printed_holds(proof: Proof) -> bool:
    """The engine's verdict for every ratio."""
    return proof.decides("two time scales do not make the Dirac-GAN converge", PLAIN, PRINTED_VERDICT)


LEMMA = Lemma(
    id="heusel2017-two-time-scales",
    source="Heusel et al. 2017 (the rule); Mescheder et al. 2018, supplement, figure 22, as on the author's slides",
    printed="Two time scales do not help: the Dirac-GAN does not converge with different learning rates either.",
    statement=r"With $h_d = r h_g$ the eigenvalues are $\pm i f'(0) \sqrt{r}$ and simultaneous steps have $|\mu|^2 = 1 "
    r"+ h_g h_d f'(0)^2 > 1$. With $R_1$ the eigenvalues meet at $\gamma = 2 |f'(0)| \sqrt{h_g/h_d}$; simultaneous "
    r"steps converge iff $h_g f'(0)^2 < \gamma$ and $2 h_d \gamma < 4 + h_g h_d f'(0)^2$, alternating steps iff "
    r"$h_g h_d f'(0)^2 + 2 h_d \gamma < 4$.",
    assumptions=(r"$f'(0) \neq 0$", "$r > 0$", r"$\gamma > 0$ for $R_1$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
