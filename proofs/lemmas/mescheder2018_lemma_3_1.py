r"""Lemma 3.1: WGANs with a fixed number of steps do not converge on the Dirac-GAN.

Statement. Let f(t) = t, |psi| <= g0 (weight clipping), h > 0 and integers n_g, n_d >= 1. Neither simultaneous nor
alternating gradient descent makes (0, 0) asymptotically stable. For alternating descent with n_g n_d h^2 < 4,
iterates that keep |psi| < g0 move on an ellipse around (0, 0), so none of them tends to it, except the one that rests
there.

Derivation. v(theta, psi) = (-psi, theta) is linear, with v' = [[0, -1], [1, 0]], and the constraint is inactive in a
neighbourhood of (0, 0). There the maps are linear:

    simultaneous:  M = [[1, -n_g h], [n_d h, 1]],                |mu|^2 = det M = 1 + n_g n_d h^2 > 1;
    alternating:   M = [[1, -n_g h], [n_d h, 1 - n_g n_d h^2]],  det M = 1

(Lemma 2.5 with f'(0) = 1; simultaneous: both players take all their steps from the old values of the other one). In the
second case the multipliers have product 1, so not both are inside the unit circle; and
Q = n_d theta^2 - n_g n_d h theta psi + n_g psi^2 is invariant, and positive definite if n_g n_d h^2 < 4.

What differs. Nothing. The paper has n_g = 1 and "generally do not converge"; here that means: (0, 0) is not
asymptotically stable, whatever h, n_g and n_d are.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction, negation
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import COMPANION, conjugate, from_roots, inside_unit_circle, product, same_spectrum
from .lemma import Lemma, Proof, Status

THETA, PSI, H, N_G, N_D, N, G0, R, C = sp.symbols("theta psi h n_g n_d n g0 r c", real=True)
WGAN = {"objective": {"f": "wasserstein"}}
SIMULTANEOUS = WGAN | {"training": {"update": "simultaneous"}}
ALTERNATING = WGAN | {"training": {"update": "alternating", "d_steps": 5}}

ASSUMED = conjunction([compare(H, ">"), compare(N_G, ">=", 1), compare(N_D, ">=", 1)])
STARTS = disjunction([compare(THETA, "!="), compare(PSI, "!=")])
JACOBIAN = sp.ImmutableMatrix([[0, -1], [1, 0]])
SIMULTANEOUS_PERIOD = sp.ImmutableMatrix([[1, -N_G * H], [N_D * H, 1]])
MULTIPLIERS = (1 + sp.I * sp.sqrt(N_G * N_D) * H, 1 - sp.I * sp.sqrt(N_G * N_D) * H)
MODULUS_SQUARED = 1 + N_G * N_D * H**2
ALTERNATING_PERIOD = sp.ImmutableMatrix([[1, -N_G * H], [N_D * H, 1 - N_G * N_D * H**2]])
INVARIANT = N_D * THETA**2 - N_G * N_D * H * THETA * PSI + N_G * PSI**2
ELLIPTIC = compare(N_G * N_D * H**2, "<", 4)


def derive(proof: Proof) -> None:
    """Both maps are linear near (0, 0): one expands, the other preserves area."""
    point = sp.ImmutableMatrix([THETA, PSI])
    field = proof.derived("the vector field of the WGAN", WGAN, "vector_field", JACOBIAN * point)
    near = [compare(C, ">="), *(compare(e, ">=") for e in (R - THETA, R + THETA, R - PSI, R + PSI))]
    free = proof.implies(
        "in a ball of radius r the constraint is inactive through D's steps, of total size c",
        conjunction([*near, compare(R * (1 + C), "<", G0)]),
        conjunction([compare(PSI + C * THETA, "<", G0), compare(PSI + C * THETA, ">", -G0)]),
    )
    unit, matrix = sp.eye(2), SIMULTANEOUS_PERIOD
    single = matrix.xreplace({N_G: sp.Integer(1), N_D: sp.Integer(1)})
    proof.derived("simultaneous descent, n_g = n_d = 1", SIMULTANEOUS, "update_jacobian", single)
    sizes = product(sp.Matrix.hstack(unit, H * sp.diag(N_G, N_D)), sp.Matrix.vstack(unit, JACOBIAN))
    step = proof.identity("n_g steps of G and n_d of D from the old values: 1 + h diag(n_g, n_d) v'", sizes, matrix)
    roots = proof.identity("the characteristic polynomial", characteristic_polynomial(matrix), from_roots(MULTIPLIERS))
    modulus = proof.identity(
        "the squared modulus of its roots", MULTIPLIERS[0] * conjugate(MULTIPLIERS[0]), MODULUS_SQUARED
    )
    outside = proof.implies("is greater than 1", ASSUMED, compare(MODULUS_SQUARED, ">", 1))
    proof.theorem("map-linear-instability", "simultaneous descent: unstable", [step, roots, modulus, outside])
    generator = sp.ImmutableMatrix([[1, -N * H], [0, 1]])
    discriminator = sp.ImmutableMatrix([[1, 0], [N * H, 1]])
    for name, steps, row in (("G", generator, 0), ("D", discriminator, 1)):
        own = unit + H * sp.diag(1 - row, row) * JACOBIAN
        proof.identity(f"one more step of {name}, by induction on n", product(own, steps), steps.xreplace({N: N + 1}))
    period = product(discriminator.xreplace({N: N_D}), generator.xreplace({N: N_G}))
    matrix = ALTERNATING_PERIOD
    linear = proof.identity("alternating descent: n_g steps of G, then n_d of D", period, matrix)
    five = matrix.xreplace({N_G: sp.Integer(1), N_D: sp.Integer(5)})
    proof.derived("the same from the engine, n_g = 1, n_d = 5", ALTERNATING, "update_jacobian", five)
    area = proof.identity("M adj(M) = det M: it is 1", product(matrix, matrix.adjugate()), unit)
    proof.theorem(
        "linear-map-not-attracting", "alternating descent: not asymptotically stable", [field, free, linear, area]
    )
    moved = dict(zip(point, matrix * point, strict=True))
    invariant = proof.identity("a quadratic form is invariant", INVARIANT.xreplace(moved), INVARIANT)
    definite = proof.implies(
        "it is positive definite", conjunction([ASSUMED, ELLIPTIC, STARTS]), compare(INVARIANT, ">")
    )
    proof.theorem("first-integral", "no iterates but (0, 0) tend to it if n_g n_d h^2 < 4", [invariant, definite])


def printed_holds(proof: Proof) -> bool:
    """Schur-Cohn fails for simultaneous descent whatever the counts are; five steps of D, by the engine."""
    known = conjunction([ASSUMED, same_spectrum(SIMULTANEOUS_PERIOD)])
    outside = proof.decide(
        "simultaneous descent: not all multipliers inside", known, negation(inside_unit_circle(COMPANION))
    )
    verdict = "does-not-converge"
    return outside and proof.decides("alternating descent with five steps of D does not converge", ALTERNATING, verdict)


LEMMA = Lemma(
    id="mescheder2018-lemma-3.1",
    source="Mescheder, Geiger & Nowozin 2018, Lemma 3.1",
    printed="WGANs trained with simultaneous or alternating gradient descent with a fixed number of discriminator "
    "updates per generator update and a fixed learning rate $h > 0$ do generally not converge to the Nash "
    "equilibrium for the Dirac-GAN.",
    statement=r"For every $h > 0$ and all $n_g, n_d \geq 1$, the equilibrium is not asymptotically stable under "
    r"simultaneous or alternating gradient descent: $|\mu|^2 = 1 + n_g n_d h^2$, and $\det F_h' = 1$. For alternating "
    r"descent with $n_g n_d h^2 < 4$, no iterates that keep $|\psi| < g_0$ tend to it, except those that rest there.",
    assumptions=("$f(t) = t$", r"$|\psi| \leq g_0$ with $g_0 > 0$", "$h > 0$", r"integers $n_g, n_d \geq 1$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
