r"""Theorem 4.1: simultaneous and alternating descent with R1 or R2, for any data and any architecture.

Statement. Let Assumptions I to III hold at (theta*, psi*) and gamma > 0. There

    J = [[0, -K^T], [K, -Q]],    K = f'(0) d_theta E_(p_theta)[d_psi D],    Q = L_DD - K_DD,
    K_DD = 2 f''(0) E_(p_D)[d_psi D d_psi D^T],    L_DD = gamma E_(p_D)[A A^T],    A = d_psi grad_x D,

for R1 and for R2. On the quotient by the tangent space of M_G x M_D all eigenvalues of J have negative real part, and
for every small enough h simultaneous and alternating descent converge to M_G x M_D near (theta*, psi*) at a linear
rate.

Derivation. Let theta move along a curve with parameter s, psi = psi* + p v, and let u = d_v D. D = 0 near the data,
so D = p u + p^2 r/2 + ..., and the two laws agree at s = 0; to second order L = f1 s p d_s E u + f2 p^2 E u^2, and both
penalties are gamma/2 p^2 E |grad u|^2. That is J along (w, v). Then

    J + J^T = -diag(0, 2 Q),    v^T Q v = -2 f2 E u^2 + gamma E |grad u|^2,

which is 0 only where d_v^2 h = 2 (E u^2 + E |grad u|^2) is 0: v is tangent to M_D (III(i)). All points of M_G x M_D are
equilibria, so J and J^T vanish on its tangent space T, and J acts on the complement of T. An eigenvector (t, p) there
has Re lambda (|t|^2 + |p|^2) = -p* Q p: either Re lambda < 0, or p = 0, and then K t = 0, so that t is 0 by III(ii).
With P J + J^T P = -1, P > 0, the form P falls by h + O(h^2) along x -> (1 + h J + h^2 N) x: simultaneous descent has
N = 0, alternating descent N = -diag(0, K K^T).

III(ii) is needed. D = psi x^2 on the Dirac-GAN has D = grad D = 0 at the datum for every psi: R1 is 0, M_D is the line,
and g(theta) = theta^2 has the slope 0. v' at (0, psi) is diag(-2 psi f'(0), 0), so that points of M_G x M_D as near to
(0, 0) as one likes repel. The flow keeps theta^2/2 + psi^2 and still ends on M_G x M_D, but at no linear rate.

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..proof import Value
from .lemma import Lemma, Proof, Status

F1, F2, F3, GAMMA, S, P_, H, THETA, PSI, X = sp.symbols("f1 f2 f3 gamma s p h theta psi x", real=True)
U, U2, R, A2, G, RS, U2S, A2S = sp.symbols("u u2 r a2 g r_s u2_s a2_s", real=True)  # E u, E u^2, ..., and their d/ds
RE, NORM, Q_VALUE = sp.symbols("re n q", real=True)
K, KT, Q, P, J, JT, N, NT, T_, TS, V, VS = sp.symbols("K Kt Q P J Jt N Nt t ts p ps", commutative=False)

BLOCK = sp.ImmutableMatrix([[0, -F1 * G], [F1 * G, 2 * F2 * U2 - GAMMA * A2]])  # J along (w, v)
JACOBIAN = sp.ImmutableMatrix([[0, -KT], [K, -Q]])
TRANSPOSED = sp.ImmutableMatrix([[0, KT], [-K, -Q]])
DAMPING = sp.ImmutableMatrix([[0, 0], [0, -2 * Q]])  # J + J^T
FORM = -2 * F2 * U2 + GAMMA * A2  # v^T Q v
VARIATION = 2 * (U2 + A2)  # d_v^2 h
ALTERNATING_TERM = sp.ImmutableMatrix([[0, 0], [0, -K * KT]])  # N
ASSUMED = conjunction([compare(F2, "<"), compare(GAMMA, ">"), compare(U2, ">="), compare(A2, ">=")])
FLAT_DISCRIMINATOR = PSI * X**2
FLAT_JACOBIAN = sp.ImmutableMatrix([[-2 * F1 * PSI, 0], [0, 0]])  # at (0, psi)
FLAT_ENERGY = THETA**2 / 2 + PSI**2

WEIGHT = {"parameters": {"gamma": "gamma > 0"}}
R1 = WEIGHT | {"penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}}
R2 = WEIGHT | {"penalty": {"discriminator": "gamma/2 * E_fake(norm(grad(D))**2)"}}
CASES = ("general", "absolutely_continuous")
SEGMENT = {"game": {"prototype": "segment", "degree": 2}}  # nine parameters
PRINTED_VERDICT = "converges"


def second_variation(law: sp.Symbol | sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(L, R) to second order in (s, p) and beyond; ``law`` is s for R2, 0 for R1."""
    fake = F1 * (P_ * (U + S * G) + P_**2 * (R + S * RS) / 2) + F2 * P_**2 * (U2 + S * U2S) / 2
    real = -F1 * (P_ * U + P_**2 * R / 2) + F2 * P_**2 * U2 / 2
    return fake + real, GAMMA / 2 * P_**2 * (A2 + law * A2S)


def derive(proof: Proof) -> None:
    """The block, its kernel, the maps, the engine's verdicts, and a game without III(ii)."""
    for name, law in (("R1", sp.Integer(0)), ("R2", S)):
        loss, penalty = second_variation(law)
        field = sp.Matrix([-sp.diff(loss, S), sp.diff(loss - penalty, P_)])
        along = field.jacobian([S, P_]).subs({S: 0, P_: 0})
        proof.identity(f"J along a curve of generators and a direction v of psi, {name}", along.as_immutable(), BLOCK)
    proof.identity("v^T Q v", -BLOCK[1, 1], FORM)
    proof.implies("Q >= 0", ASSUMED, compare(FORM, ">="))
    kernel = proof.equivalent(
        "v^T Q v = 0 iff d_v^2 h = 0: v is tangent to M_D, by III(i)",
        ASSUMED,
        compare(FORM, "=="),
        compare(VARIATION, "=="),
    )
    damping = proof.identity("J + J^T, as words in matrices of any size", JACOBIAN + TRANSPOSED, DAMPING)
    column, row = sp.ImmutableMatrix([T_, V]), sp.ImmutableMatrix([[TS, VS]])
    value = (row * (JACOBIAN + TRANSPOSED) * column)[0, 0]
    form = proof.identity("2 Re lambda (|t|^2 + |p|^2) = -2 p* Q p on an eigenvector (t, p)", value, -2 * VS * Q * V)
    eigenvalue = conjunction([compare(NORM, ">"), compare(Q_VALUE, ">"), compare(2 * RE * NORM, "==", -2 * Q_VALUE)])
    sign = proof.implies("so Re lambda < 0 where p* Q p > 0", eigenvalue, compare(RE, "<"))
    still: Value = (JACOBIAN * sp.ImmutableMatrix([T_, 0])).as_immutable()
    injective = proof.identity(
        "where p = 0, J (t, 0) = (0, K t): t = 0 by III(ii)", still, sp.ImmutableMatrix([0, K * T_])
    )
    players = (sp.ImmutableMatrix([[1, -H * KT], [0, 1]]), sp.ImmutableMatrix([[1, 0], [H * K, 1 - H * Q]]))
    period = (players[1] * players[0]).as_immutable()
    step = sp.eye(2) + H * JACOBIAN + H**2 * ALTERNATING_TERM
    alternating = proof.identity("alternating descent: 1 + h J + h^2 N", period, step.as_immutable())
    expanded = H * (P * J + JT * P) + H**2 * (JT * P * J + P * N + NT * P)
    rest = H**3 * (JT * P * N + NT * P * J) + H**4 * NT * P * N
    fall = proof.identity(
        "with P J + J^T P = -1 the form P changes by -h + O(h^2): (1 + h J + h^2 N)^T P (1 + h J + h^2 N) - P",
        (1 + H * JT + H**2 * NT) * P * (1 + H * J + H**2 * N) - P,
        expanded + rest,
    )
    uses = [*kernel, damping, form, sign, injective, alternating, fall]
    proof.theorem("manifold-linear-stability", "every trajectory near (theta*, psi*) tends to M_G x M_D", uses)
    for name, proposal in (("R1", R1), ("R2", R2)):
        for case in CASES:
            proof.case(f"{name}, {case.replace('_', ' ')} case", proposal, case, "converges")
    proof.decided("R1 on a segment in the plane, simultaneous descent", R1 | SEGMENT, "converges", "linear")
    _without_expressiveness(proof)


def _without_expressiveness(proof: Proof) -> None:
    at_datum = {X: 0}
    slope_at_datum = sp.diff(FLAT_DISCRIMINATOR, X).subs(at_datum)
    known = sp.ImmutableMatrix([FLAT_DISCRIMINATOR.subs(at_datum), slope_at_datum])
    proof.identity("D = psi x^2: D and grad D are 0 at the datum, for every psi", known, sp.zeros(2, 1))
    expressive = sp.diff(FLAT_DISCRIMINATOR, PSI).subs({X: THETA})
    proof.identity("III(ii) fails: g'(0)", sp.diff(expressive, THETA).subs({THETA: 0}), sp.Integer(0))
    t = FLAT_DISCRIMINATOR.subs({X: THETA})
    loss = F1 * t + F2 * t**2 / 2 + F3 * t**3 / 6
    field = sp.ImmutableMatrix([-sp.diff(loss, THETA), sp.diff(loss - GAMMA / 2 * slope_at_datum**2, PSI)])
    rest = proof.identity("v is 0 on M_G x M_D, f to third order", field.subs({THETA: 0}), sp.zeros(2, 1))
    jacobian = field.jacobian([THETA, PSI]).subs({THETA: 0})
    repelling = proof.identity("v' at (0, psi)", jacobian, FLAT_JACOBIAN)
    sign = proof.implies("theta grows there", compare(PSI * F1, "<"), compare(FLAT_JACOBIAN[0, 0], ">"))
    proof.theorem(
        "flow-linear-instability", "(0, psi) repels for psi f'(0) < 0: no linear rate", [rest, repelling, sign]
    )
    rate = sp.diff(FLAT_ENERGY, THETA) * field[0] + sp.diff(FLAT_ENERGY, PSI) * field[1]
    proof.identity("theta^2/2 + psi^2 is constant", rate, sp.Integer(0))


def printed_holds(proof: Proof) -> bool:
    """The rules and the penalties that the derivation has left: alternating descent, R2."""
    line = {"game": {"prototype": "plane", "dimension": 2}}
    return all(
        proof.decides(f"{name}, {update}", {**penalty, **game, "training": {"update": update}}, PRINTED_VERDICT)
        for name, penalty, game, update in (
            ("R1 on the Dirac-GAN", R1, {}, "alternating"),
            ("R2 on the Dirac-GAN", R2, {}, "alternating"),
            ("R2 in the plane, a generator on a line", R2, line, "flow"),
        )
    )


LEMMA = Lemma(
    id="mescheder2018-theorem-4.1",
    source="Mescheder, Geiger & Nowozin 2018, Theorem 4.1",
    printed=r"Assume Assumption I, II and III hold for $(\theta^*, \psi^*)$. For small enough learning rates, "
    r"simultaneous and alternating gradient descent for $\tilde v_1$ and $\tilde v_2$ are both convergent to "
    r"$\mathcal{M}_G \times \mathcal{M}_D$ in a neighborhood of $(\theta^*, \psi^*)$. Moreover, the rate of "
    "convergence is at least linear.",
    statement=r"$J = \begin{pmatrix} 0 & -K^T \\ K & -Q \end{pmatrix}$ with $K = f'(0) \partial_\theta E_{p_\theta}"
    r"[\partial_\psi D]$ and $Q = \gamma E[A A^T] - 2 f''(0) E[\partial_\psi D\, \partial_\psi D^T]$, $A = "
    r"\partial_\psi \nabla_x D$; $J + J^T = -\mathrm{diag}(0, 2 Q)$. Modulo the tangent space of $\mathcal{M}_G \times "
    r"\mathcal{M}_D$ all eigenvalues have negative real part, and for small $h$ both rules converge to it at a linear "
    "rate. Without III(ii) the rate fails: $D = \\psi x^2$ on the Dirac-GAN.",
    assumptions=(
        r"I: $p_{\theta^*} = p_D$, $D_{\psi^*} = 0$ near the data",
        "II: $f'(0) \\neq 0$, $f''(0) < 0$",
        r"III: $\mathcal{M}_G$, $\mathcal{M}_D$ are manifolds; (i) $\partial_v^2 h \neq 0$ off $T \mathcal{M}_D$; (ii) "
        r"$\partial_w g \neq 0$ off $T \mathcal{M}_G$",
        r"$\gamma > 0$",
    ),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="the block Jacobian on random games: `tests/symbolic/general/test_blocks.py`",
)
