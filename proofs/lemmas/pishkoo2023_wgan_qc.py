r"""WGAN-QC on the slides: the printed Jacobian cannot prove convergence; a signed penalty converges.

Statement. -v' = [[M_DD + M_R, M_GD], [0, 0]], as printed, has the eigenvalue 0 once per parameter of G, whatever the
blocks: its stability is not decided by it. On the Dirac-GAN, D(x) = psi x high on real samples, a batch of one and the
transport potentials H_y = 0, H_x = -theta^2/2, with the *signed* slope of D against y - x = -theta,

    v = (psi, -(psi theta + theta^2/2) theta - lam (psi + theta)),    v'(0, 0) = [[0, 1], [-lam, -lam]],

stable for every lam > 0: z^2 + lam z + lam. With norms as printed, (|psi| - |theta|)^2, every trajectory from the
sector psi > 0, 0 < theta, theta^2 < 2 lam reaches theta^2 = 2 lam: (0, 0) is unstable.

Derivation. (0, 1) is a left null vector of the printed matrix. |H_x - H_y| <= theta^2/2, and H_y - H_x is maximal at
H_x = -theta^2/2. D descends (psi theta - H_x)^2/2 + lam (psi + theta)^2/2, G descends -psi theta: its row of v' is (0,
1), not 0. With norms, psi theta > 0 has psi' = -(psi theta + theta^2/2) theta - lam (psi - theta), of linear part [[0,
1], [lam, -lam]] with determinant -lam; on the edge psi = 0 it is theta (lam - theta^2/2) > 0 and theta' = psi >= 0, so
the sector is left through theta^2 = 2 lam only; theta never falls in it, psi is bounded, and no point of it is at rest.

What differs. Both: the generator's row of v', and norms in the penalty, which do not see the sign of D's slope.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z
from ..roots import COMPANION, D, T, inside_left_half_plane, product, same_spectrum
from .lemma import Erratum, Lemma, Proof, Status

LAM, THETA, PSI, LOW, M, N = sp.symbols("lam theta psi low m n", real=True)
M_DD, M_R, M_GD = sp.symbols("M_DD M_R M_GD", commutative=False)
SIGNED = {
    "parameters": {"lam": "lam > 0"},
    "field": {"theta": "psi", "psi": "-(psi*theta + theta**2/2)*theta - lam*(psi + theta)"},
}

PRINTED = sp.ImmutableMatrix([[-M_DD - M_R, -M_GD], [0, 0]])  # v' in the order D, G
PRINTED_DIRAC = sp.ImmutableMatrix([[-M, -N], [0, 0]])
POTENTIAL = -(THETA**2) / 2  # H_x, with H_y = 0
SIGNED_LOSS = (PSI * THETA - POTENTIAL) ** 2 / 2 + LAM * (PSI + THETA) ** 2 / 2
NORMED_LOSS = (PSI * THETA - POTENTIAL) ** 2 / 2 + LAM * (PSI - THETA) ** 2 / 2  # psi theta > 0
FIELD = sp.ImmutableMatrix([PSI, -(PSI * THETA + THETA**2 / 2) * THETA - LAM * (PSI + THETA)])
JACOBIAN = sp.ImmutableMatrix([[0, 1], [-LAM, -LAM]])
POLYNOMIAL = Z**2 + LAM * Z + LAM
NORMED = sp.ImmutableMatrix([[0, 1], [LAM, -LAM]])
POSITIVE = compare(LAM, ">")
SECTOR = conjunction([POSITIVE, compare(THETA, ">"), compare(PSI, ">"), compare(THETA**2, "<", 2 * LAM)])
COUNTEREXAMPLE: dict[sp.Symbol, sp.Expr] = {
    M: sp.Integer(1),
    N: sp.Integer(-1),
    T: sp.Integer(-1),
    D: sp.Integer(0),
}


def derive(proof: Proof) -> None:
    """The printed matrix, the signed field, and the sector of the field with norms."""
    row = sp.ImmutableMatrix([[0, 1]])
    proof.identity("(0, 1) is a left null vector of the printed matrix", product(row, PRINTED), sp.zeros(1, 2))
    feasible = compare(LOW**2, "<=", THETA**4 / 4)
    proof.implies(
        "|H_x| <= theta^2/2, H_y = 0: -theta^2/2 makes H_y - H_x maximal", feasible, compare(LOW, ">=", POTENTIAL)
    )
    gradients = sp.ImmutableMatrix([sp.diff(PSI * THETA, THETA), -sp.diff(SIGNED_LOSS, PSI)])
    proof.identity("the field of the losses, with the signed slope", gradients, FIELD)
    rest = proof.derived("v vanishes at (0, 0)", SIGNED, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("its Jacobian", SIGNED, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", SIGNED, "characteristic_polynomial", POLYNOMIAL)
    known = conjunction([POSITIVE, same_spectrum(JACOBIAN)])
    stable = proof.implies("Routh-Hurwitz, by trace T and determinant D", known, inside_left_half_plane(COMPANION))
    proof.theorem("flow-linear-stability", "the flow converges for every lam > 0", [rest, jacobian, stable])
    proof.judged("the signed penalty", SIGNED, simultaneous="converges linear", alternating="converges linear")
    field = sp.ImmutableMatrix([PSI, -sp.diff(NORMED_LOSS, PSI)])
    linear = field.jacobian([THETA, PSI]).subs({THETA: 0, PSI: 0})
    proof.identity("with norms, psi theta > 0: the linear part", linear, NORMED)
    known = conjunction([POSITIVE, same_spectrum(NORMED)])
    proof.implies("its determinant D is negative: a positive eigenvalue", known, compare(D, "<"))
    edge = conjunction([POSITIVE, compare(THETA, ">"), compare(THETA**2, "<", 2 * LAM)])
    inward = proof.implies("psi grows on the edge psi = 0", edge, compare(field[1].subs(PSI, 0), ">"))
    above = conjunction([SECTOR, compare(PSI, ">", THETA)])
    bounded = proof.implies("psi falls where psi > theta", above, compare(field[1], "<"))
    proof.theorem(
        "monotone-exit", "v1 = psi: theta^2 = 2 lam is reached from the sector, however near", [inward, bounded]
    )


def printed_holds(proof: Proof) -> bool:
    """The printed v' has only eigenvalues with negative real part?"""
    known = conjunction([compare(M, ">"), compare(N, "!="), same_spectrum(PRINTED_DIRAC)])
    claim = "v' as printed, one parameter each, of trace T and determinant D, has negative real parts only"
    return proof.decide(claim, known, inside_left_half_plane(COMPANION), COUNTEREXAMPLE)


LEMMA = Lemma(
    id="pishkoo2023-wgan-qc",
    source="Pishkoo & Khoshjoo 2023, slides on WGAN-QC (Liu et al. 2019)",
    printed=r"$-v'(\theta^*, \psi^*) = \begin{pmatrix} M_{DD} + M_R & M_{GD} \\ 0 & 0 \end{pmatrix}$ makes WGAN-QC "
    r"convergent; the penalty is $\frac{\lambda}{2} E (\|\nabla_x D\| - \|y - x\|)^2$.",
    statement=r"The printed matrix has an eigenvalue 0 for every parameter of the generator. On the Dirac-GAN with the "
    r"signed slope $v' = \begin{pmatrix} 0 & 1 \\ -\lambda & -\lambda \end{pmatrix}$, with $z^2 + \lambda z + "
    r"\lambda$: it converges for every $\lambda > 0$. With norms every trajectory from the sector $\psi, "
    r"\theta > 0$, $\theta^2 < 2 \lambda$ reaches $\theta^2 = 2 \lambda$.",
    assumptions=(r"$\lambda > 0$", "a batch of one"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the printed matrix has the eigenvalue 0; the generator's row is (0, 1) on the Dirac-GAN, and the "
    "penalty has to see the sign of D's slope",
    errata=(
        Erratum(
            where="the Jacobian of WGAN-QC",
            failing=r"a generator's row of zeros in $v'$",
            right=r"$(0, 1)$ on the Dirac-GAN, since $v_1 = \psi$",
            seen="a matrix with a row of zeros has the eigenvalue 0",
        ),
        Erratum(
            where="the gradient regularisation",
            failing=r"$(\|\nabla_x D\| - \|y - x\|)^2$",
            right=r"the signed $\|\nabla_x D - (y - x)\|^2$",
            seen=r"in the sector $\psi, \theta > 0$ the linear part has determinant $-\lambda$",
        ),
    ),
)
