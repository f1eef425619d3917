r"""Section 4.3, energy solutions: a D that is not flat off the data can pull G to it without any penalty.

Statement. Let D(x) = p1 x + p2 x^2 on the Dirac-GAN and a = f'(0) != 0. Every (theta, p1, p2) = (0, 0, p2) is an
equilibrium. At (0, 0, p2), with R1 of weight gamma >= 0, v' is diag(B, 0) with

    B = [[-2 a p2, -a], [a, -gamma]].

Without a penalty training converges to these equilibria near (0, 0, p2), at a linear rate, if a p2 > 0, and they are
unstable if a p2 < 0. With R1 they attract iff 2 a p2 + gamma > 0 and a^2 + 2 a gamma p2 > 0; with R2 the lower left
entry is a - 2 gamma p2, and only 2 a p2 + gamma > 0 is asked.

Derivation. L = f(p1 theta + p2 theta^2) + f(0), so v1 = -(p1 + 2 p2 theta) f', and the rows of D are
theta f' - gamma p1 and theta^2 f'. det B = a^2 + 2 a gamma p2, and a^2 with R2.

What differs. Nothing: the paper says that such equilibria may exist. Assumption I fails there, D is not 0 near the
datum, and the block of Theorem 4.1 has a further entry, -d^2 L/d theta^2.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_left_half_plane
from .lemma import Lemma, Proof, Status

F0, F1, F2, F3, THETA, P1, P2, P, GAMMA = sp.symbols("f0 f1 f2 f3 theta p1 p2 p gamma", real=True)
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
R2_STABLE = compare(2 * F1 * P2 + GAMMA, ">")
PRINTED_STABLE = compare(F1 * P, ">")


def field(real_weight: sp.Expr, fake_weight: sp.Expr) -> sp.ImmutableMatrix:
    """The field with R1 and R2 of these weights, f to third order; the sample of R2 is no variable of D's row."""

    def objective(t: sp.Expr) -> sp.Expr:
        return F0 + F1 * t + F2 * t**2 / 2 + F3 * t**3 / 6

    loss = objective(P1 * THETA + P2 * THETA**2) + F0
    penalty = real_weight / 2 * P1**2 + fake_weight / 2 * (P1 + 2 * P2 * THETA) ** 2
    return sp.ImmutableMatrix([-sp.diff(loss, THETA), *(sp.diff(loss - penalty, p) for p in (P1, P2))])


def derive(proof: Proof) -> None:
    """The Jacobian at (0, 0, p2), and the signs of its spectrum."""
    assumed, zero = compare(F1, "!="), sp.Integer(0)
    at = {THETA: 0, P1: 0}
    rows = (
        ("without a penalty", field(zero, zero), BLOCK.subs({GAMMA: 0}), STABLE, assumed),
        ("with R1", field(GAMMA, zero), BLOCK, R1_STABLE, conjunction([assumed, compare(GAMMA, ">")])),
        ("with R2", field(zero, GAMMA), R2_BLOCK, R2_STABLE, conjunction([assumed, compare(GAMMA, ">")])),
    )
    for words, v, block, stable, hypotheses in rows:
        rest = proof.identity(f"v is 0 at every (0, 0, p2), {words}", v.subs(at), sp.zeros(3, 1))
        jacobian = v.jacobian([THETA, P1, P2]).subs(at)
        matrix = proof.identity(f"v' there, {words}", jacobian, sp.diag(block, 0).as_immutable())
        signs = proof.equivalent(f"Routh-Hurwitz, {words}", hypotheses, inside_left_half_plane(block), stable)
        hurwitz = proof.theorem("routh-hurwitz", f"off the line of equilibria, {words}", [matrix, *signs])
        proof.theorem("manifold-linear-stability", f"convergence to the line, {words}", [rest, matrix, hurwitz])
    free = BLOCK.subs({GAMMA: 0})
    trace = proof.identity("the trace without a penalty", free.trace(), -2 * F1 * P2)
    polynomial = proof.identity("its determinant", free.det(), F1**2)
    outside = proof.implies(
        "a p2 < 0: the sum of the real parts is positive", compare(F1 * P2, "<"), compare(free.trace(), ">")
    )
    rest = proof.identity("v is 0 on the line", field(zero, zero).subs(at), sp.zeros(3, 1))
    uses = [rest, trace, polynomial, outside]
    proof.theorem("manifold-linear-instability", "(0, 0, p2) is unstable if a p2 < 0", uses)


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
    r"Without a penalty training converges there at a linear rate iff $f'(0) p_2 > 0$ (for $p_2 \neq 0$); with $R_1$ "
    r"iff $2 f'(0) p_2 + \gamma > 0$ and $f'(0)^2 + 2 f'(0) \gamma p_2 > 0$.",
    assumptions=("$f'(0) \\neq 0$", r"$\gamma \geq 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
