r"""Theorem 3.2: the generator that pays for D's gradient is locally stable, with f'' = 0 too.

Statement. Let theta descend L + eta |grad_psi L|^2, with v' = [[0, -B^T], [B, -Q]] before, Q symmetric and
semi-definite and B of full column rank. Then v' = [[-2 eta B^T B, -B^T (1 - 2 eta Q)], [B, -Q]], and phi = theta + 2
eta B^T psi takes it to

    [[0, -B^T], [B, -Q - 2 eta B B^T]].

If ker Q and ker B^T meet in 0 only, every eigenvalue has negative real part for every eta > 0, and the flow
converges: for 0 < 2 eta lam_max(Q) < 1, as printed, too.

Derivation. The coordinates change by T = [[1, 2 eta B^T], [0, 1]], and T v' T^-1 is the matrix above, as words in B,
B^T and Q. As in Theorem 3.1 an eigenvector (x, y) has Re(lambda) (|x|^2 + |y|^2) = -(y* Q y + 2 eta |B^T y|^2). This is
negative unless Q y = 0 and B^T y = 0, so y = 0; then B x = 0, and x = 0.

What differs. Nothing in the statement; the bound on eta is sufficient, and not needed
(nagarajan2017-generator-penalty).
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_left_half_plane, product
from .lemma import Lemma, Proof, Status

B, BT, Q, X, Y, XS, YS = sp.symbols("B Bt Q x y xs ys", commutative=False)
ETA, RE, SIZE, CURVED, SEEN, F1, F2, C = sp.symbols("eta re size curved seen f1 f2 c", real=True)
ANYWHERE = {
    "parameters": {"eta": "eta > 0", "c": "real"},
    "game": {"data": "c"},
    "penalty": {"generator": "eta*norm(grad_psi(L))**2"},
}

JACOBIAN = sp.ImmutableMatrix([[-2 * ETA * BT * B, -BT + 2 * ETA * BT * Q], [B, -Q]])
CHANGE = sp.ImmutableMatrix([[1, 2 * ETA * BT], [0, 1]])
BACK = sp.ImmutableMatrix([[1, -2 * ETA * BT], [0, 1]])
SIMILAR = sp.ImmutableMatrix([[0, -BT], [B, -Q - 2 * ETA * B * BT]])
SIMILAR_TRANSPOSED = sp.ImmutableMatrix([[0, BT], [-B, -Q - 2 * ETA * B * BT]])
DIRAC_JACOBIAN = sp.ImmutableMatrix([[-2 * ETA * F1**2, -F1 - 4 * ETA * C**2 * F1 * F2], [F1, 2 * C**2 * F2]])
ASSUMED = conjunction([compare(F1, "!="), compare(F2, "<=")])
ETAS = compare(ETA, ">")


def derive(proof: Proof) -> None:
    """The change of coordinates, and the spectrum after it."""
    unit = sp.eye(2).as_immutable()
    inverse = proof.identity("T^-1 undoes T", product(CHANGE, BACK), unit)
    similar = proof.identity("T v' T^-1, for blocks of any size", product(CHANGE, JACOBIAN, BACK), SIMILAR)
    vector, adjoint = sp.ImmutableMatrix([X, Y]), sp.ImmutableMatrix([[XS, YS]])
    form = proof.identity(
        "its symmetric part on an eigenvector: -2 (y* Q y + 2 eta (B^T y)* (B^T y))",
        product(adjoint, SIMILAR + SIMILAR_TRANSPOSED, vector),
        sp.Matrix([[-2 * YS * Q * Y - 4 * ETA * YS * B * BT * Y]]),
    )
    known = conjunction([compare(RE * SIZE, "==", -CURVED - 2 * ETA * SEEN), compare(SIZE, ">"), ETAS])
    forms = conjunction([compare(CURVED, ">="), compare(SEEN, ">="), compare(CURVED + SEEN, ">")])
    negative = proof.implies(
        "unless Q y = 0 and B^T y = 0 the real part is negative, for every eta > 0",
        conjunction([known, forms]),
        compare(RE, "<"),
    )
    rank = proof.identity(
        "with y = 0 the rows are (0, B x): x = 0 by full column rank",
        product(SIMILAR, sp.ImmutableMatrix([X, sp.Integer(0)])),
        sp.ImmutableMatrix([sp.Integer(0), B * X]),
    )
    spectrum = [inverse, similar, form, negative, rank]
    proof.theorem("flow-linear-stability", "the flow converges exponentially for every eta > 0", spectrum)
    proof.derived(
        "on the Dirac-GAN with the data at c, B = f'(0), Q = -2 f''(0) c^2", ANYWHERE, "jacobian", DIRAC_JACOBIAN
    )
    words = {B: F1, BT: F1, Q: -2 * C**2 * F2}
    change, back = CHANGE.subs(words), BACK.subs(words)
    proof.identity("and T takes it to the matrix above", product(change, DIRAC_JACOBIAN, back), SIMILAR.subs(words))


def printed_holds(proof: Proof) -> bool:
    """One parameter each, by Routh-Hurwitz, below the printed bound 2 eta q < 1."""
    b, q = sp.symbols("b q", real=True)
    block = JACOBIAN.subs({B: b, BT: b, Q: q})
    printed = conjunction([compare(b, "!="), compare(q, ">="), ETAS, compare(2 * ETA * q, "<", 1)])
    dirac = inside_left_half_plane(DIRAC_JACOBIAN)
    held = proof.decide("stable below the printed bound", printed, inside_left_half_plane(block))
    return held and proof.decide("on the Dirac-GAN, f''(0) = 0 included", conjunction([ASSUMED, ETAS]), dirac)


LEMMA = Lemma(
    id="nagarajan2017-theorem-3.2",
    source="Nagarajan & Kolter 2017, Theorem 3.2 (the bound as we recall it)",
    printed=r"With $\eta \|\nabla_{\theta_D} V\|^2$ added to the generator's loss, both WGAN and the traditional GAN "
    r"are locally exponentially stable, for $0 < \eta < 1/(2 \lambda_{\max}(-J_{DD}))$.",
    statement=r"$v' = \begin{pmatrix} -2 \eta B^T B & -B^T (1 - 2 \eta Q) \\ B & -Q \end{pmatrix}$ is similar to "
    r"$\begin{pmatrix} 0 & -B^T \\ B & -Q - 2 \eta B B^T \end{pmatrix}$ and has only eigenvalues with negative real "
    r"part, for every $\eta > 0$.",
    assumptions=(
        "$v(x^*) = 0$",
        r"$Q \geq 0$",
        "$B$ has full column rank",
        r"$\ker Q \cap \ker B^T = 0$",
        r"$\eta > 0$",
    ),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
