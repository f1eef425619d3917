r"""R3GAN on the Dirac-GAN: relativistic pairing with R1 and R2.

Statement. Let f'(0) != 0, L = E[f(D(fake) - D(real))] and D be penalised by R1 with gamma_1 and R2 with gamma_2. With
gamma = gamma_1 + gamma_2, v'(0, 0) has the eigenvalues

    -gamma/2 +- sqrt(gamma^2/4 - f'(0)^2),

both of negative real part iff gamma > 0. Then the flow, and simultaneous and alternating steps of every small enough
size, converge linearly; the step sizes are those of R1 with gamma. In every game that meets the assumptions of
Theorem 4.1 of Mescheder et al. 2018, with Var D in the place of E D^2 in III(i) since L does not see a constant shift
of D, v' = [[0, -B^T], [B, -Q]] with Q = -2 f''(0) Cov(d_psi D) + gamma E[A A^T], and
the equilibrium attracts as well.

Derivation. On the Dirac-GAN D(fake) - D(real) = psi theta, so v = (-psi f'(theta psi), theta f'(theta psi) - gamma
psi), and |grad D|^2 = psi^2 at every point. Routh-Hurwitz asks for gamma > 0 and f'(0)^2 > 0.

What differs. Eq. (12) prints f'(0) under the root for f'(0)^2. With f'(0) < 0 the printed larger root is positive for
every gamma > 0, although both penalties stabilise whatever the sign of f'(0).
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, inside_left_half_plane
from .lemma import Erratum, Lemma, Proof, Status

F1, G1, G2, H, THETA, PSI, S = sp.symbols("f1 gamma1 gamma2 h theta psi s", real=True)
R3GAN = {
    "parameters": {"gamma1": "gamma1 > 0", "gamma2": "gamma2 > 0"},
    "objective": {"f": "any", "pairing": "relativistic", "assume": "f1 != 0"},
    "penalty": {"discriminator": "gamma1/2*E_real(norm(grad(D))**2) + gamma2/2*E_fake(norm(grad(D))**2)"},
}
GENERAL = R3GAN | {"objective": {"f": "any", "pairing": "relativistic"}}  # f''(0) < 0 as well

GAMMA = G1 + G2
ASSUMED = compare(F1, "!=")
STABLE = compare(GAMMA, ">")
FIELD = sp.ImmutableMatrix([[-PSI * S], [THETA * S - GAMMA * PSI]])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -GAMMA]])
RADICAND = GAMMA**2 / 4 - F1**2
EIGENVALUES = (-GAMMA / 2 + sp.sqrt(RADICAND), -GAMMA / 2 - sp.sqrt(RADICAND))
STEPS = {
    "simultaneous": conjunction([compare(H * F1**2, "<", GAMMA), compare(2 * H * GAMMA, "<", 4 + H**2 * F1**2)]),
    "alternating": compare(H**2 * F1**2 + 2 * H * GAMMA, "<", 4),
}
PRINTED_RADICAND = GAMMA**2 / 4 - F1


def derive(proof: Proof) -> None:
    """The field, the spectrum and its sign, the three rules, and all games."""
    proof.derived("v, with s = f'(theta psi)", R3GAN, "vector_field", FIELD)
    rest = proof.derived("v vanishes at (0, 0)", R3GAN, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("the Jacobian of v at (0, 0)", R3GAN, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", R3GAN, "characteristic_polynomial", from_roots(EIGENVALUES))
    signs = proof.equivalent("Routh-Hurwitz: gamma > 0", ASSUMED, inside_left_half_plane(JACOBIAN), STABLE)
    hurwitz = proof.theorem("routh-hurwitz", "both eigenvalues have negative real part", [jacobian, *signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly if gamma > 0", [rest, hurwitz])
    for rule, steps in STEPS.items():
        training = R3GAN | {"training": {"update": rule}}
        proof.decided(f"every small enough {rule} step converges", training, "converges", "linear")
        proof.region(f"the sizes of {rule} steps that converge", training, "step_size", steps)
    proof.case("it attracts in every game of Theorem 4.1, III(i) with Var D", GENERAL, "general", "converges")


def printed_holds(proof: Proof) -> bool:
    """Eq. (12) as the eigenvalues, and the sign of the larger one of them."""
    roots = tuple(-GAMMA / 2 + sign * sp.sqrt(PRINTED_RADICAND) for sign in (1, -1))
    formula = proof.equal("eq. (12) gives the eigenvalues", characteristic_polynomial(JACOBIAN), from_roots(roots))
    penalised = conjunction([ASSUMED, compare(G1, ">"), compare(G2, ">"), compare(PRINTED_RADICAND, ">=")])
    half = sp.Rational(1, 2)
    point: dict[sp.Symbol, sp.Expr] = {F1: sp.Integer(-1), G1: half, G2: half}
    sign = proof.decide("the printed roots are negative where they are real", penalised, compare(roots[0], "<"), point)
    return formula and sign


LEMMA = Lemma(
    id="huang2024-r3gan",
    source="Huang et al. 2024, appendix B, eq. (12) and Lemma B.4",
    printed=r"For RpGAN with $R_1$ and $R_2$ on the Dirac-GAN the eigenvalues of the Jacobian are "
    r"$-\frac{\gamma}{2} \pm \sqrt{\frac{\gamma^2}{4} - f'(0)}$; they have negative real part for $\gamma > 0$.",
    statement=r"With $\gamma = \gamma_1 + \gamma_2$ the eigenvalues are $-\frac{\gamma}{2} \pm "
    r"\sqrt{\frac{\gamma^2}{4} - f'(0)^2}$, of negative real part iff $\gamma > 0$. Then the flow converges linearly, "
    r"and so do simultaneous steps iff $h f'(0)^2 < \gamma$ and $2 h \gamma < 4 + h^2 f'(0)^2$, and alternating steps "
    r"iff $h^2 f'(0)^2 + 2 h \gamma < 4$; the equilibrium attracts in every game of Theorem 4.1 of Mescheder et al. "
    r"with "
    r"$\mathrm{Var} D$ for $E D^2$ in Assumption III(i).",
    assumptions=(
        r"$f'(0) \neq 0$",
        r"$\gamma_1, \gamma_2 > 0$",
        "$f''(0) < 0$ and III(i) with Var D for games other than the Dirac-GAN",
    ),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="eq. (12) has f'(0) under the root for f'(0)^2; the conclusion stands",
    errata=(
        Erratum(
            where="eq. (12)",
            failing=r"$\sqrt{\gamma^2/4 - f'(0)}$",
            right=r"$\sqrt{\gamma^2/4 - f'(0)^2}$",
            seen=r"The determinant of the Jacobian is $f'(0)^2$; at $f'(0) = -1$, $\gamma = 1$ the printed root is "
            r"$(\sqrt{5} - 1)/2 > 0$.",
        ),
    ),
    evidence="autograd of the relativistic game with both penalties: `tests/numeric/test_agreement.py`",
)
