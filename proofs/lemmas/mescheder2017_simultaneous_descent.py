r"""Numerics of GANs: simultaneous and alternating descent near an equilibrium, by the eigenvalues of v'.

Statement. Let v(x*) = 0, J = v'(x*), with any number of parameters, and let all eigenvalues of J have negative real
part. Then simultaneous and alternating descent converge linearly near x* for every small enough h. Simultaneous
descent has the multipliers 1 + h lambda; alternating descent has F' = 1 + h J + h^2 N with N = B A, where A and B are
the rows of J that belong to G and to D. If some Re lambda > 0, simultaneous descent is unstable for every h > 0.

Derivation. G's step is 1 + h A and D's step 1 + h B, with A + B = J, so the period is (1 + h B)(1 + h A). Take P > 0
with P J + J^T P = -1 (Lyapunov). The form P changes along F' by -h + O(h^2), and falls for small h: all multipliers
are inside the unit circle. For 2 parameters Schur-Cohn gives the step sizes: with T = tr J < 0, D = det J > 0,
simultaneous descent converges iff h D < -T and 0 < 4 + 2 h T + h^2 D.

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import conjugate, inside_unit_circle
from .lemma import Lemma, Proof, Status

H, X, Y, T, D, C, M, LAM = sp.symbols("h x y t d c m lam", real=True)
ENTRIES = sp.symbols("j11 j12 j21 j22", real=True)
P, J, JT, N, NT, A, B, V = sp.symbols("P J Jt N Nt A B v", commutative=False)
DAMPED = {  # lambda = -1 +- 2 i
    "field": {"theta": "-theta - 2*psi", "psi": "2*theta - psi"},
}

SIMULTANEOUS = 1 + H * J
PERIOD = 1 + H * (A + B) + H**2 * B * A
CHANGE = H * (P * J + JT * P) + H**2 * (JT * P * J + P * N + NT * P)  # up to h^2
REST = H**3 * (JT * P * N + NT * P * J) + H**4 * NT * P * N
MODULUS_SQUARED = 1 + 2 * H * X + H**2 * (X**2 + Y**2)
STEPS = conjunction([compare(H * D, "<", -T), compare(4 + 2 * H * T + H**2 * D, ">")])
VERDICTS = {"simultaneous": "converges linear", "alternating": "converges linear"}
PRINTED_SMALL = conjunction([compare(T, "<"), compare(D, ">")])  # both real parts are negative


def derive(proof: Proof) -> None:
    """The period in words, its Lyapunov function, and the plane."""
    residual = SIMULTANEOUS * V - (1 + H * LAM) * V
    vector = proof.identity("J v = lambda v gives (1 + h J) v = (1 + h lambda) v", residual, H * (J * V - LAM * V))
    multiplier = 1 + H * (X + sp.I * Y)
    modulus = proof.identity("its squared modulus", multiplier * conjugate(multiplier), MODULUS_SQUARED)
    growing = conjunction([compare(H, ">"), compare(X, ">")])
    outside = proof.implies("Re lambda > 0: outside for every h", growing, compare(MODULUS_SQUARED, ">", 1))
    proof.theorem("map-linear-instability", "simultaneous descent is unstable there", [vector, modulus, outside])
    period = proof.identity("G's step, then D's", (1 + H * B) * (1 + H * A), PERIOD)
    change = proof.identity(
        "the change of P along F' = 1 + h J + h^2 N",
        (1 + H * JT + H**2 * NT) * P * (1 + H * J + H**2 * N) - P,
        CHANGE + REST,
    )
    small = conjunction([compare(H, ">"), compare(C, ">"), compare(H * C, "<", 1), compare(M, "<=", -H + C * H**2)])
    falls = proof.implies("-h + c h^2 < 0 for h < 1/c: P falls", small, compare(M, "<"))
    contracts = proof.theorem("lyapunov-equation", "this P exists, and falls for both rules", [period, change, falls])
    proof.theorem("map-linear-stability", "both rules converge for small h", [contracts])
    matrix = sp.ImmutableMatrix([[1, -H * D], [H, 1 + H * T]])  # 1 + h J, J = [[0, -d], [1, t]]
    planar = conjunction([PRINTED_SMALL, compare(H, ">")])
    steps = proof.equivalent("two parameters: the step sizes", planar, inside_unit_circle(matrix), STEPS)
    proof.theorem("schur-cohn", "both multipliers are inside iff these hold", [*steps])
    proof.judged("an example, lambda = -1 +- 2 i", DAMPED, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """Two parameters: with negative real parts every small step is inside, for both rules."""
    small = conjunction([PRINTED_SMALL, compare(H, ">"), compare(H * D, "<", -T), compare(-H * T, "<", 1)])
    simultaneous = sp.ImmutableMatrix([[1, -H * D], [H, 1 + H * T]])
    j11, j12, j21, j22 = ENTRIES
    trace, own, cross = j11 + j22, j11 * j22, j12 * j21
    alternating = sp.ImmutableMatrix([[1, 0], [H * j21, 1 + H * j22]]) * sp.ImmutableMatrix(
        [[1 + H * j11, H * j12], [0, 1]]
    )
    stable = conjunction([compare(trace, "<"), compare(own - cross, ">"), compare(H, ">")])
    bounds = [compare(H * own, "<", -trace), compare(-H * trace, "<", 1), compare(H**2 * (own + cross), ">", -1)]
    bounded = conjunction([stable, *bounds])
    return proof.decide(
        "simultaneous descent is inside for small h", small, inside_unit_circle(simultaneous)
    ) and proof.decide("alternating descent is inside for small h, any J", bounded, inside_unit_circle(alternating))


LEMMA = Lemma(
    id="mescheder2017-simultaneous-descent",
    source="Mescheder, Nowozin & Geiger 2017, section 3; Mescheder et al. 2018, supplement A; in our words",
    printed="If the Jacobian $v'(x^*)$ at a stationary point has only eigenvalues with negative real part, "
    "simultaneous and alternating gradient descent converge locally to $x^*$ for small enough $h$, at a linear rate.",
    statement=r"As printed, in any dimension: $F_h' = 1 + h J$ (simultaneous) and $(1 + h B)(1 + h A)$, $A + B = J$, "
    r"(alternating) both decrease a form $P > 0$ with $P J + J^T P = -1$ for small $h$. If some $\mathrm{Re} \lambda > "
    "0$, simultaneous descent is unstable for every $h > 0$.",
    assumptions=("$v(x^*) = 0$", "$v$ is differentiable at $x^*$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
