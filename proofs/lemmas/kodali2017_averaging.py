r"""What averaging the iterates does on the Dirac-GAN.

Statement. Let f(t) = t: the game psi theta is convex-concave. With steps of a fixed size e = h, from x != 0:

- simultaneous: the averages of the iterates are unbounded, for every h > 0;
- alternating, 0 < h < 2: the averages tend to (0, 0), like 1/T, though the iterates do not;
- the flow: its time averages tend to (0, 0), like 1/t.

With R1 the averages of simultaneous steps converge with the iterates, at the sublinear rate 1/T.

Derivation. One step is M = 1 + e j with j = [[0, -1], [1, 0]], j^2 = -1, and M^T = p + q j. The sum of the first T
powers is (M^T - 1)(e j)^-1, by induction. With p^2 + q^2 = R^2, R = (1 + e^2)^(T/2), the average has the norm

    |x| sqrt((p - 1)^2 + q^2)/(e T) >= |x| (R - 1)/(e T),

and (1 + d)^T >= 1 + T d + T (T - 1) d^2/2 makes it unbounded. The alternating step has determinant 1, trace 2 - e^2 and
det(1 - M) = e^2: two distinct eigenvalues on the circle, none of them 1. Along the flow x(t) - x(0) is j times the
integral of x, of norm at most 2 |x(0)|.

What differs. Averaging is promised for no-regret play, and gradient updates are called "almost this", simultaneous ones
included. Without bounds on the parameters, simultaneous steps of a fixed size are not: the averages leave.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import product
from .lemma import Erratum, Lemma, Proof, Status

E, P, Q, R, T, DELTA, H, THETA, PSI = sp.symbols("e p q r t delta h theta psi", real=True)
WGAN = {"objective": {"f": "wasserstein"}}
AVERAGED = {**WGAN, "training": {"update": "averaged"}}
AVERAGED_R1 = {
    **AVERAGED,
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
}

UNIT, TURN = sp.eye(2).as_immutable(), sp.ImmutableMatrix([[0, -1], [1, 0]])
STEP = UNIT + E * TURN
POWER = P * UNIT + Q * TURN  # M^T
SUM = product(POWER - UNIT, -TURN / E)  # 1 + M + ... + M^(T-1)
ALTERNATING = sp.ImmutableMatrix([[1, -H], [H, 1 - H**2]])
BELOW = 1 + T * DELTA + T * (T - 1) * DELTA**2 / 2  # of (1 + delta)^T
SQUARED = ((P - 1) ** 2 + Q**2) / E**2  # |sum x|^2/|x|^2
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """Simultaneous steps, alternating steps, the flow, and R1."""
    simultaneous, alternating = ({**WGAN, "training": {"update": rule}} for rule in ("simultaneous", "alternating"))
    proof.derived("a simultaneous step", simultaneous, "update_jacobian", STEP.xreplace({E: H}))
    start = SUM.doit().xreplace({P: sp.Integer(1), Q: sp.Integer(0)})
    proof.identity("the empty sum", start, sp.zeros(2).as_immutable())
    proof.identity("one more power, by induction on T", SUM.doit() + POWER, product(POWER * STEP - UNIT, -TURN / E))
    square = SUM.doit() * sp.Matrix([THETA, PSI])
    proof.identity("the sum's square", square.dot(square), SQUARED * (THETA**2 + PSI**2))
    modulus = conjunction([compare(P**2 + Q**2, "==", R**2), compare(R, ">="), compare(E, "!=")])
    proof.implies("it is at least ((R - 1)/e)^2", modulus, compare(SQUARED, ">=", (R - 1) ** 2 / E**2))
    proof.identity(
        "(1 + delta)^T is at least 1 + T delta + T (T - 1) delta^2/2, by induction: what is left over",
        BELOW * (1 + DELTA) - BELOW.xreplace({T: T + 1}),
        T * (T - 1) * DELTA**3 / 2,
    )
    growth = conjunction([compare(DELTA, ">"), compare(T, ">=", 1), compare(R, ">=", BELOW)])
    proof.implies("(R - 1)/T grows without bound", growth, compare((R - 1) / T, ">=", (T - 1) * DELTA**2 / 2))
    proof.decided("the averages of simultaneous steps", AVERAGED, "does-not-converge")
    matrix = proof.derived("an alternating step", alternating, "update_jacobian", ALTERNATING)
    unit = proof.identity("its determinant", ALTERNATING.det(), sp.Integer(1))
    apart = proof.identity("det(1 - M): no eigenvalue is 1", (UNIT - ALTERNATING).det(), H**2)
    window = conjunction([compare(H, ">"), compare(H, "<", 2)])
    circle = proof.implies("two conjugate eigenvalues", window, compare(ALTERNATING.trace() ** 2, "<", 4))
    proof.theorem("linear-averages", "its averages tend to (0, 0)", [matrix, unit, apart, circle])
    state = sp.Matrix([THETA, PSI])
    around = sp.Add(*(2 * x * row for x, row in zip(state, TURN * state, strict=True)), evaluate=False)
    proof.identity("the flow x' = j x keeps theta^2 + psi^2: it is bounded", around, sp.Integer(0))
    proof.identity("the flow: x(t) - x(0) is j times the integral of x, and j is orthogonal", TURN.T * TURN, UNIT)
    proof.decided("the averages with R1", AVERAGED_R1, "converges", "sublinear")


def printed_holds(proof: Proof) -> bool:
    """Simultaneous gradient updates on the convex-concave game psi theta, averaged."""
    return proof.decides("the averaged iterates converge, WGAN", AVERAGED, PRINTED_VERDICT)


LEMMA = Lemma(
    id="kodali2017-averaging",
    source="Kodali et al. 2017, section 2.2 and footnote 1, in our words",
    printed="If both players use no-regret algorithms, their averaged iterates converge to an equilibrium pair; GAN "
    "training by alternating (or simultaneous) gradient updates is almost this.",
    statement=r"On the WGAN's Dirac game $\psi \theta$ the averages of simultaneous steps of a fixed size $h$ are at "
    "least $|x_0| ((1 + h^2)^{T/2} - 1)/(h T)$, unbounded; those of alternating steps with $h < 2$ and of the flow "
    "tend to the equilibrium. With $R_1$ the averages converge with the iterates, like $1/T$.",
    assumptions=("$f(t) = t$", "$h > 0$ fixed", r"$x_0 \neq 0$", "no bounds on the parameters"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="simultaneous steps of a fixed size on the convex-concave game psi theta have averages that grow; those "
    "of alternating steps converge",
    errata=(
        Erratum(
            where="section 2.2, remark on gradient updates, and footnote 1",
            failing="the averages of simultaneous gradient updates converge in the convex-concave case",
            right="on the WGAN's Dirac game alternating ones do, for $h < 2$; simultaneous ones do not, for any "
            "fixed $h$",
            seen=r"the sum of the iterates is $(M^T - 1)(M - 1)^{-1} x_0$, and $|M^T x| = (1 + h^2)^{T/2} |x|$",
            said=True,
        ),
    ),
)
