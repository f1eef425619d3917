r"""MMD-GAN on the Dirac-GAN, Gaussian kernel: theta tends to 0, psi to a value other than 0.

Statement. With the features psi x and the kernel exp(-(a - b)^2/2), the squared MMD of delta_theta and delta_0 is
L = 2 (1 - q), q = exp(-psi^2 theta^2/2), which D ascends and G descends:

    v = (-2 psi^2 theta q, 2 theta^2 psi q).

v'(0, 0) = 0, and theta^2 + psi^2 is constant along the flow. Both axes consist of equilibria. At (0, psi*) the
eigenvalues are -2 psi*^2 and 0: the axis theta = 0 attracts, the generator is right there and D is any. At (theta*,
0) they are 2 theta*^2 and 0: the axis psi = 0 repels. So a trajectory of the flow off the axes runs on its circle to
theta = 0, psi = +-r; none tends to (0, 0). A simultaneous step has |x + h v|^2 = |x|^2 + h^2 |v|^2.

Derivation. dq/dtheta = -psi^2 theta q and dq/dpsi = -theta^2 psi q. On the axes q = 1 and one derivative of v is
left.

What differs. Nothing; no paper states it. x* = (0, 0) is judged with D = 0: that the generator alone tends to the right
value, and D to some other, is weaker.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import from_roots
from .lemma import Lemma, Proof, Status

THETA, PSI, Q, H = sp.symbols("theta psi q h", real=True)
MMD = {
    "field": {
        "theta": "-2*psi**2*theta*exp(-psi**2*theta**2/2)",
        "psi": "2*theta**2*psi*exp(-psi**2*theta**2/2)",
    }
}

LOSS = 2 * (1 - Q)
Q_SLOPES = (-(PSI**2) * THETA * Q, -(THETA**2) * PSI * Q)  # dq/dtheta, dq/dpsi
FIELD = sp.ImmutableMatrix([[-2 * PSI**2 * THETA * Q], [2 * THETA**2 * PSI * Q]])
FIRST_INTEGRAL = THETA**2 + PSI**2
ON_THETA_0 = (-2 * PSI**2, sp.Integer(0))
ON_PSI_0 = (2 * THETA**2, sp.Integer(0))
RULES = ("flow", "simultaneous", "alternating")
PRINTED_VERDICT = "does-not-converge"


def total(expression: sp.Expr, place: int) -> sp.Expr:
    """The derivative in theta (0) or psi (1), q being a function of both."""
    return sp.diff(expression, (THETA, PSI)[place]) + sp.diff(expression, Q) * Q_SLOPES[place]


def derive(proof: Proof) -> None:
    """The field, its first integral, and the two axes."""
    signs = (-1, 1)
    rows = sp.ImmutableMatrix([sign * total(LOSS, place) for place, sign in enumerate(signs)])
    proof.identity("v from the loss", rows, FIELD)
    proof.derived("the Jacobian at (0, 0)", MMD, "jacobian", sp.zeros(2).as_immutable())
    change = sp.diff(FIRST_INTEGRAL, THETA) * FIELD[0] + sp.diff(FIRST_INTEGRAL, PSI) * FIELD[1]
    flat = proof.identity("theta^2 + psi^2 does not change", change, sp.Integer(0))
    away = compare(FIRST_INTEGRAL, ">")
    level = proof.implies("it differs from its value at (0, 0)", conjunction([compare(THETA, "!=")]), away)
    proof.theorem("first-integral", "no trajectory of the flow tends to (0, 0)", [flat, level])
    off_axes = conjunction([compare(Q, ">"), compare(THETA, "!="), compare(PSI, "!=")])
    proof.implies("theta^2 falls off the axes", off_axes, compare(2 * THETA * FIELD[0], "<"))
    jacobian = sp.ImmutableMatrix(2, 2, lambda i, j: total(FIELD[i], j))
    z = sp.Symbol("z", real=True)
    for name, zero, roots in (("theta", THETA, ON_THETA_0), ("psi", PSI, ON_PSI_0)):
        at = {zero: sp.Integer(0)}
        rest = proof.identity(f"v vanishes on {name} = 0", FIELD.xreplace(at), sp.zeros(2, 1).as_immutable())
        matrix = jacobian.xreplace(at).xreplace({Q: sp.Integer(1)})
        polynomial = (z * sp.eye(2) - matrix).det()
        found = proof.identity(f"the eigenvalues on {name} = 0, where q = 1", polynomial, from_roots(roots))
        relation, key = ("<", "manifold-linear-stability") if name == "theta" else (">", "manifold-linear-instability")
        other = PSI if name == "theta" else THETA
        sign = proof.implies(f"their sign on {name} = 0", compare(other, "!="), compare(roots[0], relation))
        words = "attracts" if name == "theta" else "repels"
        proof.theorem(key, f"the axis {name} = 0 {words}, off (0, 0)", [rest, found, sign])
    step = sp.ImmutableMatrix([THETA, PSI]) + H * FIELD
    proof.identity("|x + h v|^2 = |x|^2 + h^2 |v|^2", (step.T * step)[0], FIRST_INTEGRAL + H**2 * (FIELD.T * FIELD)[0])


def printed_holds(proof: Proof) -> bool:
    """The engine's verdicts for the three rules."""
    verdicts = [
        proof.decides(f"MMD-GAN, {rule}", MMD | {"training": {"update": rule}}, PRINTED_VERDICT) for rule in RULES
    ]
    return all(verdicts)


LEMMA = Lemma(
    id="li2017-mmd",
    source="Li et al. 2017 (the loss); on the Dirac-GAN with a Gaussian kernel: derived here",
    printed="MMD-GAN with a Gaussian kernel does not converge on the Dirac-GAN: its Jacobian is 0.",
    statement=r"$v = (-2 \psi^2 \theta q, 2 \theta^2 \psi q)$ with $q = \exp(-\psi^2 \theta^2/2)$, so that $v'(0, 0) = "
    r"0$ and $\theta^2 + \psi^2$ is constant along the flow. The axis $\theta = 0$ consists of equilibria with the "
    r"eigenvalues $-2 \psi^2, 0$ and attracts, the axis $\psi = 0$ has $2 \theta^2, 0$ and repels: "
    r"$\theta \to 0$, the right generator, and $\psi$ tends to $\pm r \neq 0$, no trajectory to $(0, 0)$.",
    assumptions=(r"$\theta \psi \neq 0$ at the start, for the generator",),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
