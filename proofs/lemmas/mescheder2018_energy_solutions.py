r"""Section 4.3, energy solutions: a D that is not flat off the data can pull G to it without any penalty.

Statement. Let D(x) = p1 x + p2 x^2 on the Dirac-GAN and a = f'(0) != 0. Every (theta, p1, p2) = (0, 0, p2) is an
equilibrium. At (0, 0, p2), with R1 of weight gamma >= 0, v' is diag(B, 0) with

    B = [[-2 a p2, -a], [a, -gamma]].

Without a penalty training converges to these equilibria near (0, 0, p2), at a linear rate, iff a p2 > 0, and they are
unstable if a p2 < 0. With R1 they attract at a linear rate iff 2 a p2 + gamma > 0 and a^2 + 2 a gamma p2 > 0; with R2
the lower left entry is a - 2 gamma p2, and only 2 a p2 + gamma > 0 is asked. With one of these signs reversed they are
unstable.

Derivation. L = f(p1 theta + p2 theta^2) + f(0), so v1 = -(p1 + 2 p2 theta) f', and the rows of D are
theta f' - gamma p1 and theta^2 f'. det B = a^2 + 2 a gamma p2, and a^2 with R2. A real part is positive where the
trace is, or where the determinant is negative; where one of them is 0 and the other is not reversed, a real part is 0,
and no rate is linear.

What differs. Nothing: the paper says that such equilibria may exist. Assumption I fails there, D is not 0 near the
datum, and the block of Theorem 4.1 has a further entry, -d^2 L/d theta^2.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ..roots import COMPANION, D, T, inside_left_half_plane, same_spectrum
from .lemma import Lemma, Proof, Status

F0, F1, F2, F3, THETA, P1, P2, P, GAMMA = sp.symbols("f0 f1 f2 f3 theta p1 p2 p gamma", real=True)
X1, X2, Y = sp.symbols("x1 x2 y", real=True)  # the eigenvalues x1 + i y, x2 - i y
IN_THE_PLANE = {  # p2 held at p, for which v' has the row 0; f(t) = f1 t
    "parameters": {"p": "real"},
    "objective": {"f": "any", "assume": "f1 != 0"},
    "field": {"theta": "-f1*(psi + 2*p*theta)", "psi": "f1*theta"},
    "training": {"update": "flow"},
}

BLOCK = sp.ImmutableMatrix([[-2 * F1 * P2, -F1], [F1, -GAMMA]])
R2_BLOCK = sp.ImmutableMatrix([[-2 * F1 * P2, -F1], [F1 - 2 * GAMMA * P2, -GAMMA]])
STABLE = compare(F1 * P2, ">")  # without a penalty
R1_STABLE = conjunction([compare(2 * F1 * P2 + GAMMA, ">"), compare(F1**2 + 2 * F1 * GAMMA * P2, ">")])
R1_REVERSED = disjunction([compare(2 * F1 * P2 + GAMMA, "<"), compare(F1**2 + 2 * F1 * GAMMA * P2, "<")])
R2_STABLE = compare(2 * F1 * P2 + GAMMA, ">")
PRINTED_STABLE = compare(F1 * P, ">")


def field(real_weight: sp.Expr, fake_weight: sp.Expr) -> sp.ImmutableMatrix:
    """The field with R1 and R2 of these weights, f to third order; the sample of R2 is no variable of D's row."""

    def objective(t: sp.Expr) -> sp.Expr:
        return F0 + F1 * t + F2 * t**2 / 2 + F3 * t**3 / 6

    loss = objective(P1 * THETA + P2 * THETA**2) + F0
    penalty = real_weight / 2 * P1**2 + fake_weight / 2 * (P1 + 2 * P2 * THETA) ** 2
    return sp.ImmutableMatrix([-sp.diff(loss, THETA), *(sp.diff(loss - penalty, p) for p in (P1, P2))])


def second_order(fake_weight: sp.Expr) -> sp.ImmutableMatrix:
    """What is left of the field without its terms of first order in (theta, p1)."""
    t = P1 * THETA + P2 * THETA**2
    curved, slope = t * (F2 + F3 * t / 2), P1 + 2 * P2 * THETA
    last = THETA**2 * (F1 + curved) - 2 * fake_weight * THETA * slope
    return sp.ImmutableMatrix([-slope * curved, THETA * curved, last])


def derive(proof: Proof) -> None:
    """The field near (0, 0, p2), to first order in (theta, p1), and the signs of its spectrum."""
    assumed, zero = compare(F1, "!="), sp.Integer(0)
    weighted = conjunction([assumed, compare(GAMMA, ">")])
    rows = (
        ("without a penalty", zero, zero, BLOCK.subs({GAMMA: 0}), STABLE, compare(F1 * P2, "<"), assumed),
        ("with R1", GAMMA, zero, BLOCK, R1_STABLE, R1_REVERSED, weighted),
        ("with R2", zero, GAMMA, R2_BLOCK, R2_STABLE, compare(2 * F1 * P2 + GAMMA, "<"), weighted),
    )
    for words, real, fake, block, stable, reversed_, hypotheses in rows:
        linear = sp.diag(block, 0) * sp.ImmutableMatrix([THETA, P1, P2])
        matrix = proof.identity(
            f"v = diag(B, 0) (theta, p1, p2) and terms of second order in (theta, p1), {words}",
            field(real, fake),
            linear + second_order(fake),
        )
        known = conjunction([hypotheses, same_spectrum(block)])
        signs = proof.equivalent(f"Routh-Hurwitz, {words}", known, inside_left_half_plane(COMPANION), stable)
        hurwitz = proof.theorem("routh-hurwitz", f"off the line of equilibria, {words}", [matrix, *signs])
        proof.theorem("manifold-linear-stability", f"convergence to the line, {words}", [matrix, hurwitz])
        roots = [compare(X1 + X2, "==", T), compare(X1 * X2 + Y**2, "==", D), compare(Y * (X1 - X2), "==")]
        outside = proof.implies(
            f"a real part is positive where a sign is reversed, {words}",
            conjunction([known, *roots, reversed_]),
            disjunction([compare(X1, ">"), compare(X2, ">")]),
        )
        proof.theorem("manifold-linear-instability", f"(0, 0, p2) is then unstable, {words}", [matrix, outside])


def printed_holds(proof: Proof) -> bool:
    """The engine finds the same region for (theta, p1) with p2 held fast, and it is not empty."""
    proof.region("where the engine finds stability without a penalty", IN_THE_PLANE, "condition", PRINTED_STABLE)
    stable = inside_left_half_plane(BLOCK.subs({GAMMA: 0, P2: P}))
    one = {F1: sp.Integer(1), P: sp.Integer(1)}
    proof.example("a stable equilibrium without a penalty: f'(0) = p2 = 1", stable, one)
    return proof.decide("what is stable has a curved D", conjunction([compare(F1, "!="), stable]), PRINTED_STABLE)


LEMMA = Lemma(
    id="mescheder2018-energy-solutions",
    source="Mescheder, Geiger & Nowozin 2018, section 4.3 and supplement E.1; the example is derived here",
    printed="This does not rule out the existence of stable equilibria for every GAN architecture (Energy Solutions).",
    statement=r"For $D = p_1 x + p_2 x^2$ on the Dirac-GAN every $(0, 0, p_2)$ is an equilibrium, where $v' = "
    r"\mathrm{diag}(B, 0)$, $B = \begin{pmatrix} -2 f'(0) p_2 & -f'(0) \\ f'(0) & -\gamma \end{pmatrix}$ with $R_1$. "
    r"Without a penalty training converges there at a linear rate iff $f'(0) p_2 > 0$; with $R_1$, at a linear rate, "
    r"iff $2 f'(0) p_2 + \gamma > 0$ and $f'(0)^2 + 2 f'(0) \gamma p_2 > 0$, and is unstable with a sign reversed.",
    assumptions=("$f'(0) \\neq 0$", r"$\gamma \geq 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
