r"""Negative momentum on the Dirac-GAN: alternating steps converge with it, simultaneous steps with no momentum at all.

Statement. Let f'(0) != 0, h > 0, e = h f'(0), and let G and D have heavy-ball momentum beta1, beta2 in (-1, 1). With
q = beta1 beta2 and s = beta1 + beta2, one period has the characteristic polynomial

    (z - 1)^2 (z - beta1) (z - beta2) + e^2 z^3    (alternating),    ... + e^2 z^2    (simultaneous).

Simultaneous steps have a multiplier outside the unit circle for every h. Alternating steps have all of them inside
iff

    e^2 < 4 (1 + beta1)(1 + beta2),    e^2 < 4 (1 - q),    q e^2 < (1 - q)(2 q - s)    and
    8 (1 + q) e^2 < 16 (1 - q)(1 - beta1)(1 - beta2) + e^4,

which every small h satisfies iff s < 2 q, or s = 2 q and q < 0. For beta1 = beta2 = beta this says beta < 0, and the
steps are those with e^2 < 4 (1 + beta)^2. The multipliers near 1 have

    |z|^2 = 1 + e^2 (s - 2 q)/p^2 + O(e^3)    (alternating),    1 + e^2 (1 - q)/p^2 + O(e^3)    (simultaneous),

p = (1 - beta1)(1 - beta2).

Derivation. Both polynomials are put through z = (1 + w)/(1 - w); the Hurwitz minors factorise. For simultaneous steps
the third is -64 e^2 (1 - q)^2 < 0. For the expansions insert z = 1 + i e X + e^2 Y with X^2 p = 1.

What differs. Nothing. With two momenta, s < 2 q replaces beta < 0: it is enough that one of them is negative and the
other one 0, as in the paper's (-1/2, 0).
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.criteria import schur_expressions
from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z
from .lemma import Lemma, Proof, Status

F1, H, B1, B2, BETA, E, X, Y = sp.symbols("f1 h beta1 beta2 beta e X Y", real=True)
BOTH = {
    "parameters": {"beta1": "-1 < beta1 < 1", "beta2": "-1 < beta2 < 1"},
    "training": {"momentum_g": "beta1", "momentum_d": "beta2"},
}
NEGATIVE = {
    "parameters": {"beta": "-1 < beta < 0"},
    "training": {"update": "alternating", "momentum": "beta"},
}
POSITIVE = NEGATIVE | {"parameters": {"beta": "0 < beta < 1"}}
SIMULTANEOUS = {"parameters": {"beta": "-1 < beta < 1"}, "training": {"momentum": "beta"}}
ONE_SIDED = {"training": {"update": "alternating", "momentum_g": "-1/2"}}

Q, S, P = B1 * B2, B1 + B2, (1 - B1) * (1 - B2)
POLYNOMIALS = {
    "alternating": (Z - 1) ** 2 * (Z - B1) * (Z - B2) + E**2 * Z**3,
    "simultaneous": (Z - 1) ** 2 * (Z - B1) * (Z - B2) + E**2 * Z**2,
}
GROWTH = {"alternating": (S - 2 * Q) / P**2, "simultaneous": (1 - Q) / P**2}  # |z|^2 = 1 + e^2 (...) + O(e^3)
ASSUMED = conjunction([compare(E, ">"), *(compare(b**2, "<", 1) for b in (B1, B2))])
# What has to be positive; the Hurwitz minors are the multiples by FACTORS of the first four, and e^2.
STEPS = (
    4 * (1 + B1) * (1 + B2) - E**2,
    4 * (1 - Q) - E**2,
    16 * (1 - Q) * P - 8 * (1 + Q) * E**2 + E**4,
    (1 - Q) * (2 * Q - S) - Q * E**2,
)
FACTORS = (sp.Integer(1), sp.Integer(2), sp.Integer(2), 64 * E**2)
SIMULTANEOUS_MINOR = -64 * E**2 * (1 - Q) ** 2
SMALL = compare(S, "<", 2 * Q)
EQUAL_STEPS = compare(E**2, "<", 4 * (1 + BETA) ** 2)


def derive(proof: Proof) -> None:
    """The polynomials, where their roots lie, and the multipliers near 1."""
    found: dict[str, int] = {}
    for rule, polynomial in POLYNOMIALS.items():
        document = BOTH | {"training": BOTH["training"] | {"update": rule}}
        at = polynomial.xreplace({E: H * F1})
        found[rule] = proof.derived(f"{rule}: the polynomial of a period", document, "update_polynomial", at)
        _near_one(proof, rule)
    claimed = sp.ImmutableMatrix([*(f * step for f, step in zip(FACTORS, STEPS, strict=True)), E**2])
    minors = proof.identity("alternating: the minors", minors_of(POLYNOMIALS["alternating"]), claimed)
    signs = conjunction(compare(e, ">") for e in (FACTORS[3], E**2))
    positive = proof.implies("the factor 64 e^2 and the last minor e^2 are positive", ASSUMED, signs)
    proof.theorem(
        "schur-hurwitz", "alternating steps: all multipliers inside iff so", [found["alternating"], minors, positive]
    )
    other = minors_of(POLYNOMIALS["simultaneous"])[3]
    minor = proof.identity("simultaneous: the last minor but one", other, SIMULTANEOUS_MINOR)
    below = proof.implies("it is negative", ASSUMED, compare(SIMULTANEOUS_MINOR, "<"))
    proof.theorem("schur-hurwitz", "simultaneous steps: a multiplier outside", [found["simultaneous"], minor, below])
    at_zero = [step.xreplace({E: sp.Integer(0)}) for step in STEPS]
    others = conjunction(compare(step, ">") for step in at_zero[:3])
    proof.implies("as h tends to 0 three of the expressions stay positive", ASSUMED, others)
    proof.equivalent("the fourth does iff s < 2 q", ASSUMED, compare(at_zero[3], ">"), SMALL)
    proof.equivalent("it turns negative iff s > 2 q", ASSUMED, compare(at_zero[3], "<"), compare(S, ">", 2 * Q))
    proof.identity("at s = 2 q it is -q e^2", STEPS[3] - at_zero[3], -Q * E**2)
    equal = conjunction(compare(step.xreplace({B1: BETA, B2: BETA}), ">") for step in STEPS)
    negative = conjunction([compare(E, ">"), compare(BETA, "<"), compare(BETA, ">", -1)])
    proof.equivalent("beta1 = beta2 < 0: one condition is left", negative, equal, EQUAL_STEPS)


def minors_of(polynomial: sp.Expr) -> sp.ImmutableMatrix:
    """What is positive iff all roots are inside the unit circle, as a column."""
    return sp.ImmutableMatrix(schur_expressions(sp.Poly(sp.expand(polynomial), Z).all_coeffs()))


def _near_one(proof: Proof, rule: str) -> None:
    """The coefficients of e^2 and e^3 vanish at X^2 = 1/p and the Y of the claimed growth X^2 + 2 Y."""
    other = {B2: 1 - 1 / (X**2 * (1 - B1))}  # X^2 p = 1
    value = (GROWTH[rule].xreplace(other) - X**2) / 2
    expanded = sp.Poly(sp.expand(POLYNOMIALS[rule].xreplace({Z: 1 + sp.I * E * X + E**2 * Y})), E)
    for power in (2, 3):
        coefficient = expanded.coeff_monomial(E**power).xreplace(other).xreplace({Y: value})
        proof.identity(f"{rule}: the coefficient of e^{power} at z = 1 + i e X + e^2 Y", coefficient, sp.Integer(0))


def printed_holds(proof: Proof) -> bool:
    """The engine's verdicts, on the extended state."""
    negative = proof.decides("alternating steps converge with negative momentum", NEGATIVE, "converges")
    one = proof.decides("and with (-1/2, 0)", ONE_SIDED, "converges")
    positive = proof.decides("they do not with positive momentum", POSITIVE, "does-not-converge")
    never = proof.decides("simultaneous steps do not with any momentum", SIMULTANEOUS, "does-not-converge")
    return negative and one and positive and never


LEMMA = Lemma(
    id="gidel2019-negative-momentum",
    source="Gidel et al. 2019, on bilinear games; the exact step sizes: derived here",
    printed="On the Dirac-GAN alternating gradient descent with negative momentum converges for small "
    r"steps, for instance with $(\beta_1, \beta_2) = (-\frac{1}{2}, 0)$; with positive momentum it does not, nor do "
    "simultaneous steps with any momentum.",
    statement=r"With $e = h f'(0)$, $q = \beta_1 \beta_2$, $s = \beta_1 + \beta_2$ one period has the polynomial "
    r"$(z - 1)^2 (z - \beta_1)(z - \beta_2) + e^2 z^3$ (alternating) or $\ldots + e^2 z^2$ (simultaneous). "
    "Simultaneous steps have a multiplier outside the unit circle for every $h$; alternating steps converge for small "
    r"$h$ if $s < 2 q$ and diverge if $s > 2 q$; for $\beta_1 = \beta_2 = \beta < 0$ they converge iff "
    r"$e^2 < 4 (1 + \beta)^2$.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$", r"$|\beta_1|, |\beta_2| < 1$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="hand-built maps of random rules against floating-point spectra: `tests/symbolic/test_rule_spectra.py`",
)
