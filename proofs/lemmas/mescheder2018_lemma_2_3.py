r"""Lemma 2.3: the gradient flow of the Dirac-GAN moves on circles.

Statement. Let f'(t) != 0 for all t. Every solution of (theta, psi)' = v(theta, psi) exists for all t >= 0 and keeps
theta^2 + psi^2; so no solution tends to the equilibrium (0, 0), except the one that rests there.

Derivation. With s = f'(theta psi), whatever f is: v = (-psi s, theta s). For E = theta^2 + psi^2,

    dE/dt = E_theta v1 + E_psi v2 = -2 theta psi s + 2 psi theta s = 0.

A solution that keeps E is bounded, and continues for all times since v is continuous. E(0, 0) = 0 and E > 0
elsewhere: as a first integral, E separates the equilibrium from every other start.

What differs. Nothing; that the equilibrium itself rests (and so converges trivially) goes without saying in print.
Uniqueness of solutions is not used: f need only be C^1.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from .lemma import Lemma, Proof, Status

THETA, PSI, S, C, COS, SIN = sp.symbols("theta psi s c C S", real=True)
UNREGULARISED = {"training": {"update": "flow"}}

FIELD = sp.ImmutableMatrix([-PSI * S, THETA * S])
FIRST_INTEGRAL = THETA**2 + PSI**2
STARTS = disjunction([compare(THETA, "!="), compare(PSI, "!=")])  # every start but the equilibrium
PRINTED_CONSTANT = THETA**2 + PSI**2


def along(function: sp.Expr) -> sp.Expr:
    """The derivative of a function along the field, its two terms side by side."""
    terms = (sp.diff(function, x) * row for x, row in zip((THETA, PSI), FIELD, strict=True))
    return sp.Add(*terms, evaluate=False)


def derive(proof: Proof) -> None:
    """A first integral that is positive off the equilibrium."""
    field = proof.derived("the gradient vector field, with s = f'(theta psi)", UNREGULARISED, "vector_field", FIELD)
    constant = proof.identity("theta^2 + psi^2 is constant along v, for every f", along(FIRST_INTEGRAL), sp.Integer(0))
    bounded = proof.implies(
        "where it has the value c^2, both parameters are bounded by |c|",
        compare(FIRST_INTEGRAL, "==", C**2),
        conjunction([compare(THETA**2, "<=", C**2), compare(PSI**2, "<=", C**2)]),
    )
    proof.theorem("bounded-solutions-continue", "solutions exist for all t >= 0", [field, constant, bounded])
    rest = FIRST_INTEGRAL.xreplace({THETA: sp.Integer(0), PSI: sp.Integer(0)})
    apart = proof.implies("any other start has another value than (0, 0)", STARTS, compare(FIRST_INTEGRAL, "!=", rest))
    proof.theorem("first-integral", "no solution from another start tends to (0, 0)", [constant, apart])


def printed_holds(proof: Proof) -> bool:
    """The printed constant is one on the circles c (C, S), C' = -s S and S' = s C, and the engine's verdict."""
    circle = compare(COS**2 + SIN**2, "==", 1)
    on_circle = PRINTED_CONSTANT.xreplace({THETA: C * COS, PSI: C * SIN})
    constant = proof.decide("the printed theta^2 + psi^2 is c^2 on the circle", circle, compare(on_circle, "==", C**2))
    return constant and proof.decides("the flow does not converge", UNREGULARISED, "does-not-converge")


LEMMA = Lemma(
    id="mescheder2018-lemma-2.3",
    source="Mescheder, Geiger & Nowozin 2018, Lemma 2.3",
    printed="The integral curves of the gradient vector field do not converge to the Nash-equilibrium. More "
    r"specifically, every integral curve satisfies $\theta(t)^2 + \psi(t)^2 = \mathrm{const}$ for all $t \in [0, "
    r"\infty)$.",
    statement=r"Every integral curve exists for all $t \in [0, \infty)$ and keeps $\theta^2 + \psi^2$; none "
    "converges to the equilibrium, except the one that rests there.",
    assumptions=(r"$f$ is $C^1$",),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
