r"""Zero-centred penalties on interpolates: on the Dirac-GAN, R1 with gamma = 2 lambda.

Statement. Let f'(0) = a != 0, lambda > 0, and D be penalised by lambda E|grad D|^2 over points between real and
generated samples. With D = psi x that is lambda psi^2 whatever the points are: the field is that of R1 with gamma = 2
lambda, and

    -lambda +- sqrt(lambda^2 - a^2)

are the eigenvalues of v'(0, 0). The flow converges linearly, simultaneous steps iff h a^2 < 2 lambda and 4 h lambda < 4
+ h^2 a^2, alternating steps iff h^2 a^2 + 4 h lambda < 4. With the data at c the lower right entry is 2 b c^2 - 2
lambda, b = f''(0). In every game that meets the assumptions of Theorem 4.1, with I and III for the data and for mixed
samples, the equilibrium attracts: at theta* interpolates are points between two data, where grad D need not vanish, and
the penalty damps it there as well.

Derivation. grad D = psi; v = (-psi s, theta s - 2 lambda psi) with s = f'(theta psi).

What differs. The weight: lambda |grad D|^2 has no 1/2.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, inside_left_half_plane
from .lemma import Lemma, Proof, Status

F1, F2, LAM, GAMMA, C, H, S, THETA, PSI = sp.symbols("f1 f2 lam gamma c h s theta psi", real=True)
INTERPOLATES = {
    "parameters": {"lam": "lam > 0"},
    "penalty": {"discriminator": "lam*E_mix(norm(grad(D))**2)"},
}
R1 = {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"}}
AT_C = INTERPOLATES | {"parameters": {"lam": "lam > 0", "c": "real"}, "game": {"data": "c"}}

WEIGHT = {GAMMA: 2 * LAM}
FIELD = sp.ImmutableMatrix([[-PSI * S], [THETA * S - GAMMA * PSI]])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -2 * LAM]])
RADICAND = LAM**2 - F1**2
EIGENVALUES = (-LAM + sp.sqrt(RADICAND), -LAM - sp.sqrt(RADICAND))
OFF_ORIGIN = sp.ImmutableMatrix([[0, -F1], [F1, 2 * F2 * C**2 - 2 * LAM]])
STEPS = {
    "simultaneous": conjunction([compare(H * F1**2, "<", 2 * LAM), compare(4 * H * LAM, "<", 4 + H**2 * F1**2)]),
    "alternating": compare(H**2 * F1**2 + 4 * H * LAM, "<", 4),
}


def derive(proof: Proof) -> None:
    """The field is that of R1; the spectrum, the steps, and all games."""
    proof.derived("v of R1", R1, "vector_field", FIELD)
    proof.derived("v is that of R1 with gamma = 2 lambda", INTERPOLATES, "vector_field", FIELD.xreplace(WEIGHT))
    rest = proof.derived("v vanishes at (0, 0)", INTERPOLATES, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("the Jacobian of v at (0, 0)", INTERPOLATES, "jacobian", JACOBIAN)
    proof.derived("the Jacobian with the data at c", AT_C, "jacobian", OFF_ORIGIN)
    damped = conjunction([compare(LAM, ">"), compare(F1, "!=")])
    signs = proof.implies("Routh-Hurwitz", damped, inside_left_half_plane(JACOBIAN))
    hurwitz = proof.theorem("routh-hurwitz", "both eigenvalues have negative real part", [jacobian, signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly", [rest, hurwitz])
    for rule, steps in STEPS.items():
        training = INTERPOLATES | {"training": {"update": rule}}
        proof.region(f"the {rule} steps that converge", training, "step_size", steps)
    proof.case(
        "it attracts in every game of Theorem 4.1 with I and III for mixed samples as well",
        INTERPOLATES,
        "general",
        "converges",
    )


def printed_holds(proof: Proof) -> bool:
    """The eigenvalues by their polynomial, and the engine's verdict."""
    formula = proof.equal("the eigenvalues", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES))
    return proof.decides("small steps converge", INTERPOLATES, "converges") and formula


LEMMA = Lemma(
    id="thanh-tung2019-zero-centred",
    source="Thanh-Tung et al. 2019, zero-centred gradient penalty on interpolates; on the Dirac-GAN: derived here",
    printed=r"On the Dirac-GAN the zero-centred penalty $\lambda E |\nabla D|^2$ on interpolates of real and generated "
    r"samples makes training converge, with the eigenvalues $-\lambda \pm \sqrt{\lambda^2 - f'(0)^2}$.",
    statement=r"On the Dirac-GAN it is $R_1$ with $\gamma = 2 \lambda$: the eigenvalues are $-\lambda \pm "
    r"\sqrt{\lambda^2 - f'(0)^2}$. Simultaneous steps converge iff $h f'(0)^2 < 2 \lambda$ and $4 h \lambda < 4 + h^2 "
    r"f'(0)^2$, alternating steps iff $h^2 f'(0)^2 + 4 h \lambda < 4$; the equilibrium attracts in every game of "
    "Theorem 4.1 of Mescheder et al. whose Assumptions I and III hold for mixed samples as well.",
    assumptions=(
        r"$f'(0) \neq 0$",
        "$f''(0) < 0$",
        r"$\lambda > 0$",
        "$h > 0$",
        "I and III for the data and for mixed samples in games other than the Dirac-GAN",
    ),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
