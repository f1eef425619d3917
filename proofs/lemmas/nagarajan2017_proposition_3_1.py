r"""Proposition 3.1: the GAN objective can be concave in the generator's parameters as well.

Statement. Let f'' <= 0. On the Dirac-GAN, L(theta, psi) = f(theta psi) + f(0) has

    d^2 L/d theta^2 = psi^2 f''(theta psi) <= 0,    d^2 L/d psi^2 = theta^2 f''(theta psi) <= 0:

L is concave in each player's parameter, everywhere. Where f'' < 0 and psi != 0 it is strictly concave in theta, at
points arbitrarily near the equilibrium, so that L is not convex-concave in any neighbourhood of (0, 0). On the uniform
example, p = U[-1, 1], G = theta z, D = psi x^2, with a quadratic f, f1 = f'(0) and f2 = f'' <= 0, L is concave in theta
where psi f1 <= 0, strictly where psi f1 < 0. On the other half it is strictly convex in theta where
9 |f2 psi| theta^2 < 5 |f1|, so near the equilibrium if f1 != 0, and everywhere if f2 = 0.

Derivation. With f(t0 + s) = f0 + b s + c s^2/2 + O(s^3) at t0 = theta psi, a change u of theta gives s = psi u, and a
change u of psi gives s = theta u: the coefficients of u^2/2 are psi^2 c and theta^2 c. On the uniform example
E z^2 = 1/3 and E z^4 = 1/5 give the second derivative 2 psi f1/3 + 6 psi^2 theta^2 f2/5 for a quadratic f.

What differs. Nothing. Our D is high on fakes, theirs on real samples: psi changes its sign.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from .lemma import Lemma, Proof, Status

THETA, PSI, S, U, F1, F2, EPS = sp.symbols("theta psi s u f1 f2 epsilon", real=True)
F, B, C = sp.symbols("f b c", real=True)  # f, f' and f'' at theta psi
DIRAC = {"training": {"update": "flow"}}
UNIFORM = {"game": {"prototype": "uniform"}, "training": {"update": "flow"}}

FIELD = sp.ImmutableMatrix([-PSI * S, THETA * S])
IN_GENERATOR = PSI**2 * C
IN_DISCRIMINATOR = THETA**2 * C
MOMENTS = (sp.Rational(1, 3), sp.Rational(1, 5))  # E z^2, E z^4
UNIFORM_JACOBIAN = sp.ImmutableMatrix([[0, -2 * F1 / 3], [2 * F1 / 3, 2 * F2 / 5]])
UNIFORM_IN_GENERATOR = 2 * PSI * F1 / 3 + 6 * PSI**2 * THETA**2 * F2 / 5
CONCAVE = compare(C, "<=")
UNIFORM_CONCAVE = compare(F2, "<=")
UNIFORM_NEAR = compare(81 * (F2 * PSI * THETA**2) ** 2, "<", 25 * F1**2)


def near(change: sp.Expr) -> sp.Expr:
    """The function f near theta psi, to second order."""
    return F + B * change + C * change**2 / 2


def derive(proof: Proof) -> None:
    """The second derivatives in each player's parameter, and their signs."""
    proof.derived("the gradients, with s = f'(theta psi): (-dL/dtheta, dL/dpsi)", DIRAC, "vector_field", FIELD)
    for name, slope, claimed in (("theta", PSI, IN_GENERATOR), ("psi", THETA, IN_DISCRIMINATOR)):
        differences = sp.Add(near(slope * U), near(-slope * U), -2 * near(sp.Integer(0)), evaluate=False)
        statement = f"the second difference of L in {name}, with c = f''(theta psi), to second order"
        proof.identity(statement, differences, claimed * U**2)
    both = conjunction([compare(IN_GENERATOR, "<="), compare(IN_DISCRIMINATOR, "<=")])
    proof.implies("concave in each player's parameter", CONCAVE, both)
    strict = conjunction([compare(C, "<"), compare(EPS, ">"), compare(PSI, "==", EPS)])
    proof.implies(
        "strictly concave in theta at psi = epsilon, for every epsilon > 0", strict, compare(IN_GENERATOR, "<")
    )
    proof.derived("the Jacobian of the uniform example at (1, 0)", UNIFORM, "jacobian", UNIFORM_JACOBIAN)
    mean, fourth = MOMENTS
    loss = F1 * (PSI * THETA**2 - PSI) * mean + F2 * (PSI**2 * THETA**4 + PSI**2) * fourth / 2
    field = sp.ImmutableMatrix([-sp.diff(loss, THETA), sp.diff(loss, PSI)])
    there = field.jacobian([THETA, PSI]).subs({THETA: 1, PSI: 0})
    proof.identity("the same from E f(D) + E f(-D), by the moments of z", there, UNIFORM_JACOBIAN)
    proof.identity("L's second derivative in theta there", sp.diff(loss, THETA, 2), UNIFORM_IN_GENERATOR)
    half = conjunction([UNIFORM_CONCAVE, compare(PSI * F1, "<=")])
    proof.implies("concave in theta on the half psi f'(0) <= 0 of D's space", half, compare(UNIFORM_IN_GENERATOR, "<="))
    inner = conjunction([UNIFORM_CONCAVE, compare(PSI * F1, "<")])
    proof.implies("strictly where psi f'(0) < 0", inner, compare(UNIFORM_IN_GENERATOR, "<"))
    other = conjunction([UNIFORM_CONCAVE, compare(PSI * F1, ">"), UNIFORM_NEAR])
    proof.implies("strictly convex on the other half, near the equilibrium", other, compare(UNIFORM_IN_GENERATOR, ">"))


def printed_holds(proof: Proof) -> bool:
    """Concave in both, along chords: f((x + y)/2) is at least the mean of f(x) and f(y) for a quadratic of f'' <= 0."""
    first, other = sp.symbols("x y", real=True)

    def f(t: sp.Expr) -> sp.Expr:
        return B * t + C * t**2 / 2

    held = True
    for name, rate in (("theta", PSI), ("psi", THETA)):
        excess = f(rate * (first + other) / 2) - (f(rate * first) + f(rate * other)) / 2
        held = proof.decide(f"concave in {name}, along chords", CONCAVE, compare(excess, ">=")) and held
    close = conjunction([compare(C, "<"), compare(EPS, ">"), compare(PSI**2, "==", EPS**2), compare(THETA, "==")])
    convex = disjunction([compare(IN_GENERATOR, "<"), compare(IN_DISCRIMINATOR, ">")])
    return held and proof.decide("not convex-concave, arbitrarily close to the equilibrium", close, convex)


LEMMA = Lemma(
    id="nagarajan2017-proposition-3.1",
    source="Nagarajan & Kolter 2017, Proposition 3.1",
    printed="The GAN objective can be concave-concave, concave with respect to both the discriminator and generator "
    "parameters, for a large part of the discriminator space, including regions arbitrarily close to the equilibrium.",
    statement=r"For $f'' \leq 0$ the Dirac-GAN has $\partial_\theta^2 L = \psi^2 f''(\theta \psi) \leq 0$ and "
    r"$\partial_\psi^2 L = \theta^2 f''(\theta \psi) \leq 0$ everywhere; for $f'' < 0$ it is strictly concave in "
    r"$\theta$ wherever $\psi \neq 0$, so it is convex-concave in no neighbourhood of the equilibrium. On the uniform "
    r"example, $f$ quadratic, it is concave in $\theta$ on the half $\psi f'(0) \leq 0$ of the discriminator space, "
    r"and strictly convex on the half $\psi f'(0) > 0$ where $9 |f''(0) \psi| \theta^2 < 5 |f'(0)|$.",
    assumptions=(r"$f'' \leq 0$", "on the uniform example: $f$ quadratic"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
