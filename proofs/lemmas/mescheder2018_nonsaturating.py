r"""The non-saturating GAN on the Dirac-GAN: the flow converges, at a sublinear rate.

Statement. Let f'(0) != 0, f''(0) < 0 and v = (-psi f'(-theta psi), theta f'(theta psi)). v'(0, 0) has the eigenvalues
+- i f'(0). Along the flow

    d/dt (theta^2 + psi^2)/2 = theta psi (f'(theta psi) - f'(-theta psi)) = 2 f''(0) (theta psi)^2 + O((theta psi)^4),

and the flow and alternating descent converge to (0, 0) at a sublinear rate; simultaneous descent does not converge for
any fixed step size.

Derivation. The objective of G is g(t) = -f(-t), so that g'(t) = f'(-t) and v'(0, 0) is that of the zero-sum game. The
second-order term of f damps: on circles the mean of d/dt V is f''(0)/2 V^2 + O(V^3), V = theta^2 + psi^2. A
simultaneous step has the multipliers 1 +- i h f'(0) of modulus sqrt(1 + h^2 f'(0)^2) > 1.

What differs. Nothing: the paper speaks of the flow. What simultaneous steps do is added here.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z, characteristic_polynomial
from ..roots import conjugate, from_roots
from .lemma import Lemma, Proof, Status

F1, F2, F3, T, H, THETA, PSI, X, Y = sp.symbols("f1 f2 f3 t h theta psi x y", real=True)
NON_SATURATING = {"objective": {"f": "any", "generator": "non-saturating"}}

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
EIGENVALUES = (sp.I * F1, -sp.I * F1)
SLOPE = F1 + F2 * T + F3 * T**2 / 2  # f'(t) to second order
ENERGY_RATE = 2 * F2 * T**2  # with t = theta psi
VERDICTS = {"flow": "converges sublinear", "simultaneous": "does-not-converge", "alternating": "converges sublinear"}
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """The linear part, the energy, and the three rules."""
    flow = NON_SATURATING | {"training": {"update": "flow"}}
    proof.derived("the Jacobian of v at (0, 0)", flow, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", flow, "characteristic_polynomial", from_roots(EIGENVALUES))
    t = THETA * PSI
    rate = THETA * (-PSI * SLOPE.xreplace({T: -t})) + PSI * (THETA * SLOPE.xreplace({T: t}))
    proof.identity(
        "d/dt (theta^2 + psi^2)/2, with f' to second order: the odd terms cancel", rate, ENERGY_RATE.xreplace({T: t})
    )
    concave = conjunction([compare(F2, "<"), compare(THETA * PSI, "!=")])
    proof.implies("it is negative off the axes", concave, compare(ENERGY_RATE.xreplace({T: t}), "<"))
    multipliers = tuple(1 + H * root for root in EIGENVALUES)
    polynomial = characteristic_polynomial(sp.eye(2) + H * JACOBIAN)
    roots = proof.identity("the multipliers of a simultaneous step", polynomial, from_roots(multipliers))
    squared = multipliers[0] * conjugate(multipliers[0])
    modulus = proof.identity("their squared modulus", squared, 1 + H**2 * F1**2)
    steps = conjunction([compare(H, ">"), compare(F1, "!=")])
    outside = proof.implies("lies outside", steps, compare(1 + H**2 * F1**2, ">", 1))
    proof.theorem("map-linear-instability", "simultaneous steps do not converge", [roots, modulus, outside])
    proof.judged("training", NON_SATURATING, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """The flow with the paper's f(t) = -log(1 + exp(-t)); no eigenvalue of v' makes it faster than sublinear."""
    standard = {"objective": {"f": "standard", "generator": "non-saturating"}, "training": {"update": "flow"}}
    converges = proof.decides("the continuous system converges", standard, PRINTED_VERDICT)
    root = sp.expand(characteristic_polynomial(JACOBIAN).subs({Z: X + sp.I * Y}))
    parts = (root.subs({sp.I: 0}), sp.expand(root - root.subs({sp.I: 0})) / sp.I)
    zero = conjunction([compare(F1, "!="), *(compare(sp.expand(part), "==") for part in parts)])
    slow = proof.decide(
        "x + i y is an eigenvalue only for x = 0: slower than every exponential", zero, compare(X, "==")
    )
    return converges and slow


LEMMA = Lemma(
    id="mescheder2018-nonsaturating",
    source="Mescheder, Geiger & Nowozin 2018, section 3 and supplement, non-saturating GAN",
    printed="The non-saturating loss leads to convergence of the continuous system, albeit with an extremely slow "
    "convergence rate.",
    statement=r"The eigenvalues are $\pm i f'(0)$, and $\frac{d}{dt} \frac{\theta^2 + \psi^2}{2} = 2 f''(0) (\theta "
    r"\psi)^2 + O((\theta \psi)^4)$: for $f''(0) < 0$ the flow and alternating steps converge, at a sublinear rate; "
    "simultaneous steps of a fixed size do not.",
    assumptions=(r"$f'(0) \neq 0$", "$f''(0) < 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
