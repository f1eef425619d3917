r"""Equations (1) to (4): the loss, the gradient vector field, the flow, and the Dirac-GAN.

Statement. G descends and D ascends L, so v = (-grad_theta L, grad_psi L); simultaneous descent is x + h v(x), and the
flow is x' = v(x). On the Dirac-GAN L = f(psi theta) + f(0) and v = (-psi f'(theta psi), theta f'(theta psi)), with
v'(0, 0) = [[0, -f'(0)], [f'(0), 0]].

Derivation. (4) is (1) with one sample each, at D(theta) = psi theta and D(0) = 0; differentiate.

What differs. Equation (3) prints the flow as (-grad_psi L, grad_theta L). Where the players have different numbers of
parameters that is no vector field at all. On the Dirac-GAN it is (-theta f', psi f'), with the Jacobian
diag(-f'(0), f'(0)): a saddle, which contradicts Lemma 2.2, and not the limit of (2) for small steps.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, disjunction
from ...symbolic.spectrum import Z, characteristic_polynomial
from .lemma import Erratum, Lemma, Proof, Status

F0, F1, F2, F3, H, THETA, PSI, T = sp.symbols("f0 f1 f2 f3 h theta psi t", real=True)
SLOPE_AT = sp.Symbol("s", real=True)  # f'(theta psi)
FLOW = {"training": {"update": "flow"}}
OBJECTIVE = F0 + F1 * T + F2 * T**2 / 2 + F3 * T**3 / 6
LOSS = OBJECTIVE.xreplace({T: PSI * THETA}) + F0  # equation (4), f to third order

FIELD = sp.ImmutableMatrix([-PSI * SLOPE_AT, THETA * SLOPE_AT])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
PRINTED_FLOW = sp.ImmutableMatrix([-THETA * SLOPE_AT, PSI * SLOPE_AT])  # (-grad_psi L, grad_theta L)
SWAPPED_JACOBIAN = sp.ImmutableMatrix([[-F1, 0], [0, F1]])


def derive(proof: Proof) -> None:
    """The field from L, from the engine and as the limit of a step; what (3) says instead."""
    slope = sp.diff(OBJECTIVE, T).xreplace({T: PSI * THETA})
    gradient = sp.ImmutableMatrix([sp.diff(LOSS, THETA), sp.diff(LOSS, PSI)])
    signs = sp.diag(-1, 1)
    proof.identity("(-grad_theta L, grad_psi L) of (4)", signs * gradient, FIELD.xreplace({SLOPE_AT: slope}))
    proof.derived("the same from the engine", FLOW, "vector_field", FIELD)
    point = sp.ImmutableMatrix([THETA, PSI])
    proof.derived("equation (2): a step, which tends to this flow", {}, "update", point + H * FIELD)
    proof.derived("v'(0, 0)", FLOW, "jacobian", JACOBIAN)
    proof.identity("its eigenvalues are +- i f'(0)", characteristic_polynomial(JACOBIAN), Z**2 + F1**2)
    exchanged = signs * sp.ImmutableMatrix([gradient[1], gradient[0]])
    proof.identity("(-grad_psi L, grad_theta L)", exchanged, PRINTED_FLOW.xreplace({SLOPE_AT: slope}))
    origin = {THETA: 0, PSI: 0}
    saddle = proof.identity("its Jacobian at (0, 0)", exchanged.jacobian(point).subs(origin), SWAPPED_JACOBIAN)
    positive = disjunction(compare(SWAPPED_JACOBIAN[i, i], ">") for i in range(2))
    sign = proof.implies("one of the eigenvalues is positive", compare(F1, "!="), positive)
    proof.theorem("flow-linear-instability", "(0, 0) would be a saddle", [saddle, sign])


def printed_holds(proof: Proof) -> bool:
    """Whether the right side of (3) is the field of (2) on the Dirac-GAN."""
    return all(
        proof.equal(f"equation (3) is the flow of (2), the row of {player}", printed, right)
        for player, printed, right in zip(("theta", "psi"), PRINTED_FLOW, FIELD, strict=True)
    )


LEMMA = Lemma(
    id="mescheder2018-equation-3",
    source="Mescheder, Geiger & Nowozin 2018, eq. (1) to (4)",
    printed=r"$\begin{pmatrix} \dot\theta \\ \dot\psi \end{pmatrix} = \begin{pmatrix} -\nabla_\psi L \\ "
    r"\nabla_\theta L \end{pmatrix}$ (3)",
    statement=r"$\begin{pmatrix} \dot\theta \\ \dot\psi \end{pmatrix} = \begin{pmatrix} -\nabla_\theta L \\ "
    r"\nabla_\psi L \end{pmatrix} = v(\theta, \psi)$; on the Dirac-GAN $L = f(\psi \theta) + f(0)$, $v = (-\psi "
    r"f'(\theta \psi), \theta f'(\theta \psi))$ and $v'(0, 0) = \begin{pmatrix} 0 & -f'(0) \\ f'(0) & 0 "
    r"\end{pmatrix}$.",
    assumptions=("$f'(0) \\neq 0$",),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="equation (3) has the two gradients swapped: the Dirac-GAN would have a saddle with the Jacobian "
    "diag(-f'(0), f'(0))",
    errata=(
        Erratum(
            where="eq. (3)",
            failing=r"$\dot\theta = -\nabla_\psi L$, $\dot\psi = \nabla_\theta L$",
            right=r"$\dot\theta = -\nabla_\theta L$, $\dot\psi = \nabla_\psi L$",
            seen="equation (2), and Lemma 2.2: the printed flow has real eigenvalues on the Dirac-GAN",
        ),
    ),
)
