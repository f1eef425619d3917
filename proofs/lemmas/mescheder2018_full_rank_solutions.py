r"""Section 4.3, full-rank solutions: where the objective itself damps every direction of D.

Statement. Let J = [[0, -K^T], [K, K_DD]] as in Theorem 4.1 without a penalty, with K injective and -K_DD symmetric and
positive definite. Then every eigenvalue of J has negative real part. It is enough that -K_DD >= 0 and that no
eigenvector of K K^T lies in its kernel; and if one does, J has an imaginary eigenvalue or the eigenvalue 0.
On the Dirac-GAN with the datum at c, K_DD = 2 f''(0) c^2: for f''(0) < 0 training converges linearly iff c != 0.

Derivation. With Q = -K_DD an eigenvector (t, p) has Re lambda (|t|^2 + |p|^2) = -p* Q p <= 0, and p = 0 would give
K t = 0. If Re lambda = 0, then Q p = 0, lambda p = K t and lambda t = -K^T p, so lambda^2 p = -K K^T p, and p != 0.
Conversely let Q p = 0 and K K^T p = m p. If m > 0, lambda^2 = -m has J (-K^T p, lambda p) = lambda (-K^T p, lambda p);
if m = 0, then K^T p = 0 and J (0, p) = 0. With the datum at c, L = f(psi theta) + f(-psi c), and
d^2 L/d psi^2 = 2 f''(0) c^2 at (c, 0).

What differs. Nothing: the paper says that such equilibria may exist. c = 0 is the one datum with K_DD = 0.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_left_half_plane, product
from .lemma import Lemma, Proof, Status

F0, F1, F2, F3, THETA, PSI, C, RE, NORM, FORM, LAM = sp.symbols("f0 f1 f2 f3 theta psi c re n q lam", real=True)
K, KT, Q, T, TS, V, VS = sp.symbols("K Kt Q t ts p ps", commutative=False)
AT_C = {"parameters": {"c": "c != 0"}, "game": {"data": "c"}}
ANYWHERE = {"parameters": {"c": "real"}, "game": {"data": "c"}, "objective": {"f": "standard"}}

JACOBIAN = sp.ImmutableMatrix([[0, -KT], [K, -Q]])
TRANSPOSED = sp.ImmutableMatrix([[0, KT], [-K, -Q]])
DAMPING = -2 * VS * Q * V
CRITICAL_VECTOR = sp.ImmutableMatrix([-KT * V, LAM * V])
DIRAC_JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 2 * F2 * C**2]])
STABLE = compare(C, "!=")
VERDICTS = dict.fromkeys(("flow", "alternating"), "converges linear")
PRINTED_CONDITION = STABLE


def derive(proof: Proof) -> None:
    """The damping as words, when it fails, and the Dirac-GAN off the origin."""
    column, row = sp.ImmutableMatrix([T, V]), sp.ImmutableMatrix([[TS, VS]])
    value = product(row, JACOBIAN + TRANSPOSED, column)
    words = "2 Re lambda (|t|^2 + |p|^2) = -2 p* Q p, sizes of any kind"
    damping = proof.identity(words, value, sp.ImmutableMatrix([[DAMPING]]))
    balance = [compare(NORM, ">"), compare(2 * RE * NORM, "==", -2 * FORM)]
    negative = conjunction([*balance, compare(FORM, ">")])
    strict = proof.implies("so Re lambda < 0 where p* Q p > 0", negative, compare(RE, "<"))
    still = product(JACOBIAN, sp.ImmutableMatrix([T, 0]))
    injective = proof.identity("p = 0 gives (0, K t), which is 0 only for t = 0", still, sp.ImmutableMatrix([0, K * T]))
    proof.theorem("flow-linear-stability", "the equilibrium attracts without a penalty", [damping, strict, injective])
    image = (JACOBIAN * CRITICAL_VECTOR).as_immutable()
    defect = sp.ImmutableMatrix([0, LAM**2 * V + K * KT * V + LAM * Q * V])
    proof.identity(
        "J (-K^T p, lambda p) - lambda (-K^T p, lambda p) = -(0, (lambda^2 + K K^T + lambda Q) p): 0 if Q p = 0 and "
        "K K^T p = -lambda^2 p",
        image - LAM * CRITICAL_VECTOR,
        -defect,
    )
    null = product(JACOBIAN, sp.ImmutableMatrix([0, V]))
    proof.identity("J (0, p) = -(K^T p, Q p): 0 if both are", null, -sp.ImmutableMatrix([KT * V, Q * V]))
    _dirac(proof)


def _dirac(proof: Proof) -> None:
    def objective(t: sp.Expr) -> sp.Expr:
        return F0 + F1 * t + F2 * t**2 / 2 + F3 * t**3 / 6

    loss = objective(PSI * THETA) + objective(-PSI * C)
    field = sp.ImmutableMatrix([-sp.diff(loss, THETA), sp.diff(loss, PSI)])
    far, sums = THETA - C, THETA**2 + THETA * C + C**2
    higher = sp.ImmutableMatrix(
        [-(PSI**2) * THETA * (F2 + F3 * PSI * THETA / 2), PSI * far * (F2 * (THETA + C) + F3 * PSI * sums / 2)]
    )
    matrix = proof.identity(
        "the Dirac-GAN with the datum at c: v = J (theta - c, psi) and terms of second order",
        field,
        DIRAC_JACOBIAN * sp.ImmutableMatrix([far, PSI]) + higher,
    )
    assumed = conjunction([compare(F1, "!="), compare(F2, "<")])
    signs = proof.equivalent("Routh-Hurwitz", assumed, inside_left_half_plane(DIRAC_JACOBIAN), STABLE)
    hurwitz = proof.theorem("routh-hurwitz", "both real parts are negative iff c != 0", [matrix, *signs])
    proof.theorem("flow-linear-stability", "training converges without a penalty", [matrix, hurwitz])
    proof.judged("the engine", AT_C, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """The engine's region, and convergence at one instance."""
    flow = ANYWHERE | {"training": {"update": "flow"}}
    proof.region("where the flow converges, for the standard objective", flow, "condition", PRINTED_CONDITION)
    instance = {"game": {"data": "1"}, "objective": {"f": "standard"}, "training": {"update": "flow"}}
    return proof.decides("a stable equilibrium without a penalty", instance, "converges")


LEMMA = Lemma(
    id="mescheder2018-full-rank-solutions",
    source="Mescheder, Geiger & Nowozin 2018, section 4.3 and supplement E.2; read as: K_DD is nonsingular",
    printed="This does not rule out the existence of stable equilibria for every GAN architecture (Full-Rank "
    "Solutions).",
    statement=r"If $-K_{DD}$ is positive definite and $K_{DG}$ injective, $J = \begin{pmatrix} 0 & -K_{DG}^T \\ K_{DG} "
    r"& K_{DD} \end{pmatrix}$ has only eigenvalues with negative real part, without any penalty. An eigenvector of "
    r"$K_{DG} K_{DG}^T$ in the kernel of $K_{DD}$ gives one on the axis. On the Dirac-GAN with the datum at $c$, "
    r"$K_{DD} = 2 f''(0) c^2$, and training converges linearly iff $c \neq 0$.",
    assumptions=("$f'(0) \\neq 0$", "$f''(0) < 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="the block Jacobian on games with several parameters: `tests/symbolic/general/test_blocks.py`",
)
