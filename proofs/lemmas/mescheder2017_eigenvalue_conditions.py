r"""Numerics of GANs: what curvature of the loss says about the eigenvalues of v', and what it does not.

Statement. For a zero-sum game with loss L, G descending and D ascending, at a stationary point

    J = [[-A, -K^T], [K, -Q]],    A = d^2 L/d theta^2,    Q = -d^2 L/d psi^2,    J + J^T = -2 diag(A, Q).

If A and Q are positive definite, every eigenvalue of J has negative real part; if they are positive semidefinite, none
has positive real part. For one parameter each, J is Hurwitz iff A + Q > 0 and A Q + K^2 > 0: with K != 0 one of A and Q
may vanish, as on the Dirac-GAN with R1 (A = 0), or be negative. A large imaginary part is not excluded: with A = Q = 1
the step bound is h < 2/(1 + K^2).

Derivation. For an eigenvector x = (t, p), 2 Re lambda |x|^2 = x* (J + J^T) x = -2 t* A t - 2 p* Q p.
At (t, 0) and (0, p) this is -2 t* A t and -2 p* Q p: J + J^T < 0 needs both to be definite.

What differs. Nothing: definiteness is sufficient. It is not necessary for convergence.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ...symbolic.spectrum import Z
from ..roots import inside_unit_circle, product
from .lemma import Lemma, Proof, Status

ALPHA, BETA, KAPPA, H, RE, NORM, G_FORM, D_FORM = sp.symbols("alpha beta kappa h re n g d", real=True)
A, Q, K, KT, T, TS, P, PS = sp.symbols("A Q K Kt t ts p ps", commutative=False)
THETA, PSI = sp.symbols("theta psi", real=True)

JACOBIAN = sp.ImmutableMatrix([[-A, -KT], [K, -Q]])
TRANSPOSED = sp.ImmutableMatrix([[-A, KT], [-K, -Q]])
SYMMETRIC = sp.ImmutableMatrix([[-2 * A, 0], [0, -2 * Q]])
FORM = -2 * TS * A * T - 2 * PS * Q * P
PLANE = sp.ImmutableMatrix([[-ALPHA, -KAPPA], [KAPPA, -BETA]])
DAMPING, DETERMINANT = ALPHA + BETA, ALPHA * BETA + KAPPA**2
HURWITZ = conjunction([compare(DAMPING, ">"), compare(DETERMINANT, ">")])
UNIT_BOUND = compare(H * (1 + KAPPA**2), "<", 2)
PRINTED_CURVATURE = conjunction([compare(ALPHA, ">"), compare(BETA, ">")])
INDEFINITE = {ALPHA: -sp.Integer(1), BETA: sp.Integer(2), KAPPA: sp.Integer(2)}


def derive(proof: Proof) -> None:
    """The symmetric part in words, its sign, and one parameter each."""
    loss = ALPHA * THETA**2 / 2 + KAPPA * THETA * PSI - BETA * PSI**2 / 2
    field = sp.ImmutableMatrix([-sp.diff(loss, THETA), sp.diff(loss, PSI)])
    point = sp.ImmutableMatrix([THETA, PSI])
    matrix = proof.identity(
        "v = J (theta, psi) from a quadratic loss, one parameter each", product(PLANE, point), field
    )
    column, row = sp.ImmutableMatrix([T, P]), sp.ImmutableMatrix([[TS, PS]])
    halves = [(row * half * column)[0, 0] for half in (JACOBIAN, TRANSPOSED)]
    form = proof.identity(
        "x* J x + x* J^T x at x = (t, p), for blocks of any size", sp.Add(*halves, evaluate=False), FORM
    )
    proof.identity("so J + J^T = -2 diag(A, Q)", product(row, SYMMETRIC, column), sp.Matrix([[FORM]]))
    balance = [compare(NORM, ">"), compare(2 * RE * NORM, "==", -2 * G_FORM - 2 * D_FORM)]
    both = [compare(G_FORM, ">="), compare(D_FORM, ">=")]
    strict = conjunction([*balance, *both, compare(G_FORM + D_FORM, ">")])
    definite = proof.implies("definite: Re lambda < 0", strict, compare(RE, "<"))
    proof.implies("semidefinite: Re lambda <= 0", conjunction([*balance, *both]), compare(RE, "<="))
    proof.theorem("flow-linear-stability", "x* attracts if A and Q are definite", [form, definite])
    minor = sp.Mul(Z - PLANE[0, 0], Z - PLANE[1, 1], evaluate=False) - PLANE[0, 1] * PLANE[1, 0]
    plane = proof.identity("one parameter each: det(z - J)", minor, Z**2 + DAMPING * Z + DETERMINANT)
    proof.theorem("routh-hurwitz", "both real parts are negative iff A + Q > 0 and A Q + K^2 > 0", [matrix, plane])
    still = conjunction([compare(KAPPA, "!="), compare(ALPHA, "=="), compare(BETA, ">")])
    proof.implies("A = 0 is enough where K != 0, as for R1", still, HURWITZ)
    proof.example("and A < 0 does not exclude it", HURWITZ, INDEFINITE)
    unit = (sp.eye(2) + H * PLANE).subs({ALPHA: 1, BETA: 1}).as_immutable()
    steps = proof.equivalent("A = Q = 1: the steps", compare(H, ">"), inside_unit_circle(unit), UNIT_BOUND)
    proof.theorem("schur-cohn", "both multipliers of 1 + h J are inside iff h < 2/(1 + K^2)", [*steps])


def printed_holds(proof: Proof) -> bool:
    """The form on each player's parameters alone, of any number; one parameter each; an instance by the engine."""
    instance = {
        "parameters": {"k": "real"},
        "field": {"theta": "-theta - k*psi", "psi": "k*theta - 2*psi"},
    }
    vector = sp.Matrix([THETA, PSI])
    form = (vector.T * PLANE * vector)[0, 0]
    moved = disjunction([compare(THETA, "!="), compare(PSI, "!=")])
    negative = proof.decide(
        "x^T v' x < 0 for x != 0 where the curvature is definite",
        conjunction([PRINTED_CURVATURE, moved]),
        compare(form, "<"),
    )
    symmetric = (JACOBIAN + TRANSPOSED).as_immutable()
    zero = sp.Integer(0)
    for statement, (left, right), claimed in (
        ("only there: at x = (t, 0) it is -2 t* A t, so A > 0", ((TS, zero), (T, zero)), -2 * TS * A * T),
        ("at x = (0, p) it is -2 p* Q p, so Q > 0", ((zero, PS), (zero, P)), -2 * PS * Q * P),
    ):
        word = product(sp.ImmutableMatrix([left]), symmetric, sp.ImmutableMatrix(right))
        proof.identity(statement, word, sp.Matrix([[claimed]]))
    return negative and proof.decides("A = 1, Q = 2, any coupling", instance, "converges")


LEMMA = Lemma(
    id="mescheder2017-eigenvalue-conditions",
    source="Mescheder, Nowozin & Geiger 2017, section 2 (zero-sum games), in our words",
    printed=r"For zero-sum games $v'(x)$ is negative definite if and only if $\nabla_\theta^2 L$ is positive definite "
    r"and $\nabla_\psi^2 L$ is negative definite; then all eigenvalues of $v'(x)$ have negative real part.",
    statement=r"$v' + v'^T = -2\, \mathrm{diag}(\nabla_\theta^2 L, -\nabla_\psi^2 L)$: if both are positive definite, "
    r"all eigenvalues have negative real part. This is sufficient only: for one parameter each, $v'$ is Hurwitz iff "
    r"$A + Q > 0$ and $A Q + K^2 > 0$.",
    assumptions=("a zero-sum game", "$v(x^*) = 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
