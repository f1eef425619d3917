r"""Which block Jacobians are stable: exactly those whose damping sees every direction.

Statement. Let v' = [[0, -B^T], [B, -Q]], B real of full column rank, Q = C^T C symmetric and semi-definite. Every
eigenvalue of v' has negative real part iff no eigenvector of B B^T lies in ker Q; that is, iff (C, B B^T) is
observable. Q > 0 is sufficient and not necessary: the Dirac-GAN with a biased D and the data at c != 0 has det Q = 0.

Derivation. If: let lambda x = -B^T y and lambda y = B x - Q y with Re(lambda) >= 0, (x, y) != 0. Then Re(lambda) (|x|^2
+ |y|^2) = -y* Q y <= 0 gives y* Q y = 0, so Q y = 0, and Re(lambda) = 0, lambda = i w. The rows give B B^T y =
-lambda^2 y - lambda Q y = w^2 y; y = 0 would leave B x = 0, and x = 0 by rank. So y is an eigenvector of B B^T in ker
Q. Only if: let B B^T y = m y, Q y = 0, y != 0; m >= 0. For m = 0, B^T y = 0 and v' (0, y) = 0. For m > 0 put lambda = i
sqrt(m) and x = -B^T y/lambda: then B x - Q y = -m y/lambda = lambda y.

What differs. Theorem A.7 of Mescheder et al. 2018 asks for Q > 0; that is not needed. It explains why data away from 0
converge without a penalty (data-away-from-zero).
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_left_half_plane, product
from .lemma import Erratum, Lemma, Proof, Status

B, BT, Q, X, Y, XS, YS = sp.symbols("B Bt Q x y xs ys", commutative=False)
LAM, RE, IM, SIZE, DAMPING, ROOT = sp.symbols("lam re im size damping root", real=True)
F1, F2, C = sp.symbols("f1 f2 c", real=True)
BIASED = {
    "parameters": {"c": "c != 0"},
    "game": {"prototype": "bias", "data": "c"},
    "objective": {"assume": "f1 != 0 and f2 < 0"},
}

JACOBIAN = sp.ImmutableMatrix([[0, -BT], [B, -Q]])
TRANSPOSED = sp.ImmutableMatrix([[0, BT], [-B, -Q]])
ROWS = (LAM * X + BT * Y, LAM * Y - B * X + Q * Y)  # both 0 at an eigenvector
EIGENVECTOR = B * BT * Y + LAM**2 * Y + LAM * Q * Y  # of B B^T, where Q y = 0 and lam^2 = -w^2
UNSEEN = sp.ImmutableMatrix([-BT * Y / LAM, Y])
BIASED_B = sp.ImmutableMatrix([F1, 0])
BIASED_Q = -2 * F2 * sp.ImmutableMatrix([[C**2, C], [C, 1]])
BIASED_JACOBIAN = sp.ImmutableMatrix([[0, -F1, 0], [F1, 2 * C**2 * F2, 2 * C * F2], [0, 2 * C * F2, 2 * F2]])
ASSUMED = conjunction([compare(F1, "!="), compare(F2, "<"), compare(C, "!=")])
COUNTEREXAMPLE: dict[sp.Symbol, sp.Expr] = {F1: sp.Integer(1), F2: sp.Integer(-1), C: sp.Integer(1)}


def derive(proof: Proof) -> None:
    """Both directions in words, and an instance with a singular Q."""
    vector, adjoint = sp.ImmutableMatrix([X, Y]), sp.ImmutableMatrix([[XS, YS]])
    eigen = sp.ImmutableMatrix([[LAM * X], [LAM * Y]]) - (JACOBIAN * vector)
    rows = proof.identity("the rows of lambda - v' on (x, y)", eigen, sp.ImmutableMatrix(ROWS))
    form = proof.identity(
        "(x*, y*) (v' + v'^T) (x, y) = -2 y* Q y",
        product(adjoint, JACOBIAN + TRANSPOSED, vector),
        sp.Matrix([[-2 * YS * Q * Y]]),
    )
    known = [compare(RE * SIZE, "==", -DAMPING), compare(SIZE, ">"), compare(DAMPING, ">="), compare(RE, ">=")]
    still = conjunction([compare(DAMPING, "=="), compare(RE, "==")])
    undamped = proof.implies("Re(lambda) >= 0 leaves y* Q y = 0 and Re(lambda) = 0", conjunction(known), still)
    seen = proof.identity("B row 1 + lambda row 2", B * ROWS[0] + LAM * ROWS[1], EIGENVECTOR)
    rank = proof.identity("y = 0 leaves B x", ROWS[1].subs(Y, 0), -B * X)
    proof.theorem(
        "flow-linear-stability", "no eigenvector of B B^T in ker Q: stable", [rows, form, undamped, seen, rank]
    )
    found = sp.ImmutableMatrix(JACOBIAN * UNSEEN - LAM * UNSEEN)
    proof.identity(
        "only if: v' - lambda on (-B^T y/lambda, y), which is 0 where Q y = 0 and B B^T y = -lambda^2 y",
        found,
        sp.ImmutableMatrix([sp.Integer(0), -(B * BT * Y + LAM**2 * Y) / LAM - Q * Y]),
    )
    proof.identity("m > 0: lambda = i sqrt(m) has lambda^2 = -m", (sp.I * ROOT) ** 2, -(ROOT**2))
    null = product(JACOBIAN, sp.ImmutableMatrix([sp.Integer(0), Y]))
    proof.identity("m = 0: v' on (0, y), which is 0 where B^T y = 0", null, sp.ImmutableMatrix([-BT * Y, -Q * Y]))
    _instance(proof)


def _instance(proof: Proof) -> None:
    top = sp.Matrix.hstack(sp.zeros(1, 1), -BIASED_B.T)
    block = sp.Matrix.vstack(top, sp.Matrix.hstack(BIASED_B, -BIASED_Q)).as_immutable()
    proof.identity("the biased D, data at c: the blocks", block, BIASED_JACOBIAN)
    proof.derived("from the engine", BIASED, "jacobian", BIASED_JACOBIAN)
    proof.identity("det Q = 0", BIASED_Q.det(), sp.Integer(0))
    first, second = sp.symbols("first second", real=True)
    kernel = BIASED_Q * sp.Matrix([first, second])
    image = BIASED_B * BIASED_B.T * sp.Matrix([first, second])
    parallel = image[0] * second - image[1] * first
    unseen = conjunction([ASSUMED, *(compare(e, "==") for e in kernel), compare(parallel, "==")])
    nothing = conjunction([compare(first, "=="), compare(second, "==")])
    proof.implies("no eigenvector of B B^T lies in ker Q", unseen, nothing)
    proof.decided("it converges", BIASED, "converges", "linear")


def printed_holds(proof: Proof) -> bool:
    """Is Q > 0 needed? Sylvester's determinant, at a stable v'."""
    stable = conjunction([ASSUMED, inside_left_half_plane(BIASED_JACOBIAN)])
    return proof.decide("stability asks for Q > 0", stable, compare(BIASED_Q.det(), ">"), COUNTEREXAMPLE)


LEMMA = Lemma(
    id="observability",
    source="derived here; Mescheder et al. 2018, Theorem A.7 (as restated by Huang et al. 2024), has Q positive "
    "definite",
    printed=r"$v' = \begin{pmatrix} 0 & -B^T \\ B & -Q \end{pmatrix}$ with $B$ of full column rank has only "
    "eigenvalues with negative real part where $Q$ is positive definite, read as a condition that is needed.",
    statement=r"For $Q = C^T C$ and $B$ of full column rank all eigenvalues have negative real part iff no eigenvector "
    r"of $B B^T$ lies in $\ker Q$, that is iff $(C, B B^T)$ is observable. $Q$ may be singular: the Dirac-GAN with a "
    r"biased discriminator and the data at $c \neq 0$.",
    assumptions=("$B$ has full column rank", r"$Q = Q^T \geq 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="Q > 0 is sufficient; what is needed is that no eigenvector of B B^T lies in ker Q",
    errata=(
        Erratum(
            where="Theorem A.7 and Assumptions of Theorem 4.1, read as needed",
            failing="$Q$ positive definite",
            right=r"no eigenvector of $B B^T$ in $\ker Q$",
            seen=r"$B = (a, 0)^T$, $Q = -2 b (c, 1)^T (c, 1)$: $\det Q = 0$, and $v'$ is stable",
            said=True,
        ),
    ),
)
