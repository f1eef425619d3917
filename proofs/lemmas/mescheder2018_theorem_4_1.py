r"""Theorem 4.1: simultaneous and alternating descent with R1 or R2, for any data and any architecture.

Statement. Let Assumptions I to III hold at (theta*, psi*) and gamma > 0. There

    J = [[0, -K^T], [K, -Q]],    K = f'(0) d_theta E_(p_theta)[d_psi D],    Q = L_DD - K_DD,
    K_DD = 2 f''(0) E_(p_D)[d_psi D d_psi D^T],    L_DD = gamma E_(p_D)[A A^T],    A = d_psi grad_x D,

for R1 and for R2. On the quotient by the tangent space of M_G x M_D all eigenvalues of J have negative real part, and
for every small enough h simultaneous and alternating descent converge to M_G x M_D near (theta*, psi*) at a linear
rate.

Derivation. Let theta move along a curve with parameter s, psi = psi* + p_v v, and let u = d_v D. D = 0 near the data,
so D = p_v u + p_v^2 r/2 + ..., and the two laws agree at s = 0; to second order L = f1 s p_v d_s E u + f2 p_v^2 E u^2,
and both penalties are gamma/2 p_v^2 E |grad u|^2. That is J along (w, v). Then

    J + J^T = -diag(0, 2 Q),    v^T Q v = -2 f2 E u^2 + gamma E |grad u|^2,

which is 0 only where d_v^2 h = 2 (E u^2 + E |grad u|^2) is 0: v is tangent to M_D (III(i)). All points of M_G x M_D are
equilibria, so J and J^T vanish on its tangent space T, and J acts on the complement of T. An eigenvector (t, p) there
has Re lambda (|t|^2 + |p|^2) = -p* Q p: either Re lambda < 0, or p = 0, and then K t = 0, so that t is 0 by III(ii).
With P J + J^T P = -1, P > 0, the form P falls by h + O(h^2) along x -> (1 + h J + h^2 N) x: simultaneous descent has
N = 0, alternating descent N = -diag(0, K K^T).

All of M_G x M_D are equilibria: there grad D = 0 at every sample and E_(p_theta) = E_(p_D), factors of every term of v.

III(ii) is needed. D = psi x^2 on the Dirac-GAN has D = grad D = 0 at the datum for every psi: R1 is 0, M_D is the line,
and g(theta) = theta^2 has the slope 0. v' at (0, psi) is diag(-2 psi f'(0), 0), so that points of M_G x M_D as near to
(0, 0) as one likes repel, and others attract as slowly as one likes. The flow keeps theta^2/2 + psi^2: off theta = 0 it
tends exponentially to (0, psi_inf) with psi_inf f'(0) > 0, but at the rate 2 psi_inf f'(0), which has no lower bound.

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import product
from .lemma import Lemma, Proof, Status

F1, F2, F3, GAMMA, S, P_, H, THETA, PSI, X = sp.symbols("f1 f2 f3 gamma s p_v h theta psi x", real=True)
U, U2, R, A2, G, RS, U2S, A2S = sp.symbols("u u2 r a2 g r_s u2_s a2_s", real=True)  # E u, E u^2, ..., and their d/ds
RE, NORM, Q_VALUE = sp.symbols("re n q", real=True)
K, KT, Q, P, J, JT, N, NT, T_, TS, V, VS = sp.symbols("K Kt Q P J Jt N Nt t ts p ps", commutative=False)

E_FAKE, E_REAL, D_X, G_THETA, D_XPSI, RATE = sp.symbols("e_fake e_real d_x g_theta d_xpsi rate", real=True)

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
    """(L, R) to second order in (s, p_v) and beyond; ``law`` is s for R2, 0 for R1."""
    fake = F1 * (P_ * (U + S * G) + P_**2 * (R + S * RS) / 2) + F2 * P_**2 * (U2 + S * U2S) / 2
    real = -F1 * (P_ * U + P_**2 * R / 2) + F2 * P_**2 * U2 / 2
    return fake + real, GAMMA / 2 * P_**2 * (A2 + law * A2S)


def derive(proof: Proof) -> None:
    """The block, its kernel, the maps, the engine's verdicts, and a game without III(ii)."""
    for name, law, second in (("R1", sp.Integer(0), F1 * RS + F2 * U2S), ("R2", S, F1 * RS + F2 * U2S - GAMMA * A2S)):
        loss, penalty = second_variation(law)
        field = sp.ImmutableMatrix([-sp.diff(loss, S), sp.diff(loss - penalty, P_)])
        rest = sp.ImmutableMatrix([-(P_**2) * (F1 * RS + F2 * U2S) / 2, S * P_ * second])
        linear = BLOCK * sp.ImmutableMatrix([S, P_])
        words = f"v along a curve of generators and a direction v of psi: J (s, p_v) and terms of second order, {name}"
        proof.identity(words, field, linear + rest)
    proof.implies("Q >= 0", ASSUMED, compare(FORM, ">="))
    kernel = proof.equivalent(
        "v^T Q v = 0 iff d_v^2 h = 0: v is tangent to M_D, by III(i)",
        ASSUMED,
        compare(FORM, "=="),
        compare(VARIATION, "=="),
    )
    flat = conjunction([compare(D_X, "=="), compare(E_FAKE, "==", E_REAL)])
    field = (F1 * D_X * G_THETA, F1 * (E_FAKE - E_REAL) - GAMMA * D_X * D_XPSI)  # along w, and along v
    still = proof.implies(
        "v = 0 on M_G x M_D, where grad D = 0 at every sample and E_(p_theta)[d_v D] = E_(p_D)[d_v D]",
        flat,
        conjunction(compare(row, "==") for row in field),
    )
    manifold(proof, [still, *kernel])
    for name, proposal in (("R1", R1), ("R2", R2)):
        for case in CASES:
            proof.case(f"{name}, {case.replace('_', ' ')} case", proposal, case, "converges")
    proof.decided("R1 on a segment in the plane, simultaneous descent", R1 | SEGMENT, "converges", "linear")
    _without_expressiveness(proof)


def manifold(proof: Proof, uses: list[int]) -> None:
    """J and both rules off T, in words; ``uses`` are the steps on v = 0 on M_G x M_D and on the kernel of Q."""
    damping = proof.identity("J + J^T, as words in matrices of any size", JACOBIAN + TRANSPOSED, DAMPING)
    column, row = sp.ImmutableMatrix([T_, V]), sp.ImmutableMatrix([[TS, VS]])
    value = product(row, JACOBIAN + TRANSPOSED, column)
    quadratic = sp.ImmutableMatrix([[-2 * VS * Q * V]])
    form = proof.identity("2 Re lambda (|t|^2 + |p|^2) = -2 p* Q p on an eigenvector (t, p)", value, quadratic)
    eigenvalue = conjunction([compare(NORM, ">"), compare(Q_VALUE, ">"), compare(2 * RE * NORM, "==", -2 * Q_VALUE)])
    sign = proof.implies("so Re lambda < 0 where p* Q p > 0", eigenvalue, compare(RE, "<"))
    still = product(JACOBIAN, sp.ImmutableMatrix([T_, 0]))
    injective = proof.identity(
        "where p = 0, J (t, 0) = (0, K t): t = 0 by III(ii)", still, sp.ImmutableMatrix([0, K * T_])
    )
    players = (sp.ImmutableMatrix([[1, -H * KT], [0, 1]]), sp.ImmutableMatrix([[1, 0], [H * K, 1 - H * Q]]))
    period = product(players[1], players[0])
    step = sp.eye(2) + H * JACOBIAN + H**2 * ALTERNATING_TERM
    alternating = proof.identity("alternating descent: 1 + h J + h^2 N", period, step.as_immutable())
    expanded = H * (P * J + JT * P) + H**2 * (JT * P * J + P * N + NT * P)
    rest = H**3 * (JT * P * N + NT * P * J) + H**4 * NT * P * N
    fall = proof.identity(
        "with P J + J^T P = -1 the form P changes by -h + O(h^2): (1 + h J + h^2 N)^T P (1 + h J + h^2 N) - P",
        (1 + H * JT + H**2 * NT) * P * (1 + H * J + H**2 * N) - P,
        expanded + rest,
    )
    spectrum = [damping, form, sign, injective]
    norm = proof.theorem("lyapunov-equation", "off T the form P exists, and falls for every small h", [*spectrum, fall])
    proof.theorem(
        "manifold-linear-stability",
        "every trajectory near (theta*, psi*) tends to M_G x M_D",
        [*uses, *spectrum, alternating, norm],
    )


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
    higher = sp.ImmutableMatrix(
        [-(THETA**3) * PSI**2 * (2 * F2 + F3 * PSI * THETA**2), THETA**2 * (F1 + F2 * t + F3 * t**2 / 2)]
    )
    linear = FLAT_JACOBIAN * sp.ImmutableMatrix([THETA, 0])
    words = "v is 0 at (0, psi), and v' diag(-2 psi f'(0), 0): v to first order in theta, f to third order"
    matrix = proof.identity(words, field, linear + higher)
    rate = -FLAT_JACOBIAN[0, 0]
    sign = proof.implies("theta grows where psi f'(0) < 0", compare(PSI * F1, "<"), compare(rate, "<"))
    proof.theorem("flow-linear-instability", "(0, psi) repels for psi f'(0) < 0", [matrix, sign])
    near = conjunction([compare(PSI * F1, ">"), compare(PSI**2 * 4 * F1**2, "<", RATE**2), compare(RATE, ">")])
    slow = proof.implies(
        "0 < psi f'(0), |psi| < r/(2 |f'(0)|): theta falls, at a rate below r",
        near,
        conjunction([compare(rate, ">"), compare(rate, "<", RATE)]),
    )
    proof.theorem("manifold-linear-stability", "(0, psi) attracts there, as slowly as one likes", [matrix, slow])
    change = sp.diff(FLAT_ENERGY, THETA) * field[0] + sp.diff(FLAT_ENERGY, PSI) * field[1]
    proof.identity("theta^2/2 + psi^2 is constant", change, sp.Integer(0))


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
    "rate. Without III(ii) no rate holds near $(\\theta^*, \\psi^*)$: for $D = \\psi x^2$ on the Dirac-GAN points $(0, "
    "\\psi)$ as near as one likes repel, and others attract at rates without a lower bound.",
    assumptions=(
        r"I: $p_{\theta^*} = p_D$, $D_{\psi^*} = 0$ near the data",
        "II: $f'(0) \\neq 0$, $f''(0) < 0$",
        r"III: $\mathcal{M}_G$, $\mathcal{M}_D$ are manifolds; (i) $\partial_v^2 h \neq 0$ off $T \mathcal{M}_D$; (ii) "
        r"$\partial_w g \neq 0$ off $T \mathcal{M}_G$",
        r"$\gamma > 0$",
        "$v$ is smooth",
    ),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="the block Jacobian on random games: `tests/symbolic/general/test_blocks.py`",
)
