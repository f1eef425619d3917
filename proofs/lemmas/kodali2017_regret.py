r"""No-regret play in the convex-concave case: the averages are almost optimal.

Statement. Let J be convex in phi and concave in theta, on convex compact sets, with value V. After T rounds with mean
payoff s and mean regrets r1 (of phi) and r2 (of theta) the averages of the iterates satisfy

    V - r2 <= max J(avg phi, .) - r2 <= min J(., avg theta) + r1 <= V + r1,
    0 <= max J(avg phi, .) - min J(., avg theta) <= r1 + r2.

Online gradient descent of step eta, from k_1, against any u, with |g_t| <= G and |k_1 - u| <= D, has mean regret at
most

    D^2/(2 eta T) + eta G^2/2,

which is D G/sqrt(T) at eta = D/(G sqrt(T)) and does not tend to 0 for a fixed eta.

Derivation. By Jensen J(avg phi, theta) <= mean of J(phi_t, theta), by induction on T from two points; so max J(avg phi,
.) <= s + r2 by the definition of r2, and min J(., avg theta) >= s - r1. V lies between the two. For gradient descent,
with d = k_t - u, |d - eta g|^2 = |d|^2 - 2 eta <g, d> + eta^2 |g|^2, and L_t(k_t) - L_t(u) <= <g, d> by convexity; the
squares telescope.

What differs. Nothing: the printed chain is right. With a fixed learning rate the bound on the regret stops at eta
G^2/2, and without compact sets there is none (kodali2017-averaging).
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import product
from .lemma import Lemma, Proof, Status

TOP, BOTTOM, BEST_PHI, BEST_THETA, S, V, R_1, R_2 = sp.symbols("top bottom best_phi best_theta s V r1 r2", real=True)
T, OLD, NEW, MEAN, AT = sp.symbols("t old new mean at", real=True)
ETA, D, G, ROOT, GAIN, BEFORE, AFTER, SLOPE = sp.symbols("eta D G root gain before after slope", real=True)
X, XS, Y, YS = sp.symbols("d ds g gs", commutative=False)

# top = max J(avg phi, .), bottom = min J(., avg theta); best_* = the means under the best fixed reply.
JENSEN = conjunction([compare(TOP, "<=", BEST_THETA), compare(BOTTOM, ">=", BEST_PHI)])
REGRETS = conjunction([compare(BEST_THETA, "==", S + R_2), compare(BEST_PHI, "==", S - R_1)])
VALUE = conjunction([compare(V, "<=", TOP), compare(V, ">=", BOTTOM)])
GAP = conjunction([compare(TOP - BOTTOM, ">="), compare(TOP - BOTTOM, "<=", R_1 + R_2)])
SQUARE = XS * X - ETA * (XS * Y + YS * X) + ETA**2 * YS * Y
BOUND = D**2 / (2 * ETA * T) + ETA * G**2 / 2
BEST_BOUND = D * G / ROOT  # root^2 = T
PRINTED_CHAIN = (
    compare(V - R_2, "<=", TOP - R_2),
    compare(TOP - R_2, "<=", BOTTOM + R_1),
    compare(BOTTOM + R_1, "<=", V + R_1),
)


def derive(proof: Proof) -> None:
    """Jensen by induction, the gap, and the regret of gradient descent."""
    average = (T * OLD + NEW) / (T + 1)
    proof.identity("the average of t + 1 points from that of t", average - OLD, (NEW - OLD) / (T + 1))
    two_points = compare(AT * (T + 1), "<=", T * MEAN + NEW)
    convex = conjunction([compare(T, ">=", 1), compare(OLD, "<=", MEAN), compare(AT * (T + 1), "<=", T * OLD + NEW)])
    proof.implies("Jensen, by induction: convexity at weights t/(t+1) and 1/(t+1)", convex, two_points)
    proof.implies("the duality gap of the averages", conjunction([JENSEN, REGRETS, VALUE]), GAP)
    moved, adjoint = sp.ImmutableMatrix([[X - ETA * Y]]), sp.ImmutableMatrix([[XS - ETA * YS]])
    proof.identity("|d - eta g|^2", product(adjoint, moved), sp.ImmutableMatrix([[SQUARE]]))
    step = conjunction(
        [
            compare(ETA, ">"),
            compare(AFTER, "==", BEFORE - 2 * ETA * SLOPE + ETA**2 * NEW),
            compare(NEW, "<=", G**2),
            compare(GAIN, "<=", SLOPE),
        ]
    )
    once = compare(GAIN, "<=", (BEFORE - AFTER) / (2 * ETA) + ETA * G**2 / 2)
    proof.implies("one round's regret is at most the fall of |d|^2/(2 eta), and eta G^2/2", step, once)
    fixed = conjunction([compare(ETA, ">"), compare(T, ">"), compare(G, "!=")])
    proof.identity("its sum over T rounds, divided by T", (D**2 / (2 * ETA) + T * ETA * G**2 / 2) / T, BOUND)
    best = BOUND.xreplace({ETA: D / (G * ROOT), T: ROOT**2})
    proof.identity("at eta = D/(G sqrt(T))", best, BEST_BOUND)
    proof.implies("for a fixed eta the bound stays above eta G^2/2", fixed, compare(BOUND, ">=", ETA * G**2 / 2))


def printed_holds(proof: Proof) -> bool:
    """The chain: V lies between min and max, the middle is Jensen's and the regrets'."""
    known = conjunction([JENSEN, REGRETS, VALUE])
    return proof.decide("the printed chain", known, conjunction(PRINTED_CHAIN))


LEMMA = Lemma(
    id="kodali2017-regret",
    source="Kodali et al. 2017, section 2.2 (after Freund & Schapire 1999)",
    printed=r"$V^* - \frac{R_2(T)}{T} \leq \max_\theta J(\bar{\phi}_T, \theta) - \frac{R_2(T)}{T} \leq \min_\phi "
    r"J(\phi, \bar{\theta}_T) + \frac{R_1(T)}{T} \leq V^* + \frac{R_1(T)}{T}$.",
    statement=r"The printed chain holds, so the duality gap of the averages is at most $\frac{R_1(T) + R_2(T)}{T}$. "
    r"Online gradient descent has $\frac{R(T)}{T} \leq \frac{D^2}{2 \eta T} + \frac{\eta G^2}{2}$: $\frac{D "
    r"G}{\sqrt{T}}$ at the best $\eta$; for a fixed $\eta$ the bound does not tend to 0.",
    assumptions=(r"$J$ convex in $\phi$, concave in $\theta$", "convex compact sets", r"$\|g_t\| \leq G$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
