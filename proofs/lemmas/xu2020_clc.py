r"""CLC-GAN on the Dirac-GAN: a squared penalty on D's output.

Statement. Let f'(t) != 0 for all t, lam > 0, and D be penalised by (lam/2)(E_real[D^2] + E_fake[D^2]). With the data
at 0 the Jacobian is that of the unregularised GAN, with the eigenvalues +- i f'(0), and along the flow

    d/dt (theta^2 + psi^2)/2 = -lam theta^2 psi^2,

so that the flow converges, from every start, at a sublinear rate. Alternating steps of small fixed size do so near
(0, 0), simultaneous steps never. With the data at c != 0, v' = [[0, -a], [a, 2 (b - lam) c^2]] (a = f'(0), b =
f''(0)), and for b <= 0 training converges linearly; a penalty on generated samples only gives (2 b - lam) c^2.

Derivation. D(0) = 0 and D(theta) = psi theta, so v = (-psi s, theta s - lam theta^2 psi) with s = f'(theta psi).
Where the energy does not fall, on the axes, v is not tangent to them: v2 = theta s on psi = 0 and v1 = -psi s on
theta = 0. At x = c the penalty is lam/2 (psi^2 c^2 + psi^2 theta^2), of second derivative 2 lam c^2.

What differs. Feedback of psi itself, psi' = ... - lam psi, is R1 and gives exponential convergence; the penalty on
D's output is that only where D is not 0 on the data.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import from_roots, inside_left_half_plane
from .lemma import Lemma, Proof, Status

F1, F2, LAM, C, THETA, PSI, S = sp.symbols("f1 f2 lam c theta psi s", real=True)
CLC = {
    "parameters": {"lam": "lam > 0"},
    "penalty": {"discriminator": "lam/2*(E_real(D**2) + E_fake(D**2))"},
}
OFF_ORIGIN = CLC | {"parameters": {"lam": "lam > 0", "c": "c != 0"}, "game": {"data": "c"}}
FAKE_ONLY = OFF_ORIGIN | {"penalty": {"discriminator": "lam/2*E_fake(D**2)"}}

FIELD = sp.ImmutableMatrix([[-PSI * S], [THETA * S - LAM * THETA**2 * PSI]])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
EIGENVALUES = (sp.I * F1, -sp.I * F1)
ENERGY_RATE = -LAM * THETA**2 * PSI**2
DAMPING = 2 * (F2 - LAM) * C**2
DAMPING_FAKE_ONLY = (2 * F2 - LAM) * C**2
VERDICTS = {"simultaneous": "does-not-converge", "alternating": "converges sublinear"}
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """The energy along the flow, the steps, and the data off the origin."""
    flow = CLC | {"training": {"update": "flow"}}
    proof.derived("v, with s = f'(theta psi)", flow, "vector_field", FIELD)
    proof.derived("the Jacobian of v at (0, 0)", flow, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", flow, "characteristic_polynomial", from_roots(EIGENVALUES))
    rate = proof.identity("d/dt (theta^2 + psi^2)/2", THETA * FIELD[0] + PSI * FIELD[1], ENERGY_RATE)
    falls = proof.implies("it does not rise", compare(LAM, ">"), compare(ENERGY_RATE, "<="))
    leaves = [
        proof.implies(
            f"where {axis} = 0 the flow leaves that axis",
            conjunction([compare(S, "!="), compare(other, "!="), compare(axis, "==")]),
            compare(row, "!="),
        )
        for axis, other, row in ((PSI, THETA, FIELD[1]), (THETA, PSI, FIELD[0]))
    ]
    off_axes = conjunction([compare(LAM, ">"), compare(THETA, "!="), compare(PSI, "!=")])
    strictly = proof.implies("off the axes it falls", off_axes, compare(ENERGY_RATE, "<"))
    proof.theorem("energy-lasalle", "the flow converges from every start", [rate, falls, strictly, *leaves])
    proof.judged("training", CLC, **VERDICTS)
    damped = JACOBIAN + sp.diag(0, DAMPING)
    proof.derived("the Jacobian with the data at c", OFF_ORIGIN, "jacobian", damped)
    fake_only = JACOBIAN + sp.diag(0, DAMPING_FAKE_ONLY)
    proof.derived("the same with a penalty on generated samples only", FAKE_ONLY, "jacobian", fake_only)
    concave = conjunction([compare(LAM, ">"), compare(C, "!="), compare(F1, "!="), compare(F2, "<=")])
    for name, matrix in (("both", damped), ("generated", fake_only)):
        proof.implies(f"Routh-Hurwitz at c != 0, {name} samples", concave, inside_left_half_plane(matrix))


def printed_holds(proof: Proof) -> bool:
    """The engine's verdict on the flow, by its Lyapunov coefficient."""
    return proof.decides("the penalty makes the flow converge", CLC | {"training": {"update": "flow"}}, PRINTED_VERDICT)


LEMMA = Lemma(
    id="xu2020-clc",
    source="Xu et al. 2020 (CLC-GAN), the squared penalty on D's output; its analysis on the Dirac-GAN: derived here",
    printed="A squared penalty on the discriminator's output, as negative feedback, makes the dynamics of GANs "
    "asymptotically stable.",
    statement=r"With the data at $0$ the eigenvalues stay $\pm i f'(0)$ and $\frac{d}{dt} \frac{\theta^2 + \psi^2}{2} "
    r"= -\lambda \theta^2 \psi^2$: the flow and small alternating steps converge at a sublinear rate, simultaneous "
    r"steps do not. With the data at $c \neq 0$ the lower right entry of $v'$ is $2 (f''(0) - \lambda) c^2$, and "
    r"convergence is linear for $f''(0) \leq 0$.",
    assumptions=(r"$f' \neq 0$", r"$f''(0) \leq 0$", r"$\lambda > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    difference="on the Dirac-GAN with the data at 0 it is stable for the flow and alternating steps only, at a "
    "sublinear rate; feedback of psi itself would be R1",
)
