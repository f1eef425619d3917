r"""R1: all step sizes of simultaneous and alternating descent, and the best ones.

Statement. Let a = |f'(0)| > 0 and gamma > 0. R1 converges linearly on the Dirac-GAN

    simultaneous   iff h a^2 < gamma and 2 h gamma < 4 + h^2 a^2; that is, iff
                   h < gamma/a^2 (gamma < 2 a),  h < 2/(gamma/2 + sqrt(gamma^2/4 - a^2)) (gamma >= 2 a);
    alternating    iff h^2 a^2 + 2 h gamma < 4.

The best simultaneous step is gamma/(2 a^2) for gamma <= 2 a, with spectral radius sqrt(1 - gamma^2/(4 a^2)), and
2/gamma for gamma >= 2 a, with sqrt(1 - 4 a^2/gamma^2). Under alternating steps of size h <= 1/a the best weight is
gamma = 2 a - h a^2, with 1 - h a.

Derivation. Jury's conditions on 1 + h v' (trace 2 - h gamma, determinant 1 - h gamma + h^2 a^2) and on the alternating
map (trace 2 - h gamma - h^2 a^2, determinant 1 - h gamma). The radius squared is at least the determinant, and 1 - h
gamma + h^2 a^2 >= 1 - gamma^2/(4 a^2). Real multipliers 1 - h (gamma/2 +- w), w^2 = gamma^2/4 - a^2, in [-r, r] need r
>= 2 w/gamma. For alternating steps the characteristic polynomial at 1 - h a is -h^2 a (gamma - 2 a + h a^2): a larger
gamma has a multiplier above 1 - h a, a smaller one a determinant above (1 - h a)^2.

What differs. "Convergent for small enough learning rates" says nothing of the size: for gamma -> 0 simultaneous steps
have to go to 0 with gamma, alternating ones only below 2/a.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import Formula, compare, conjunction, substituted
from ...symbolic.spectrum import Z, characteristic_polynomial
from ..roots import inside_unit_circle
from .lemma import Lemma, Proof, Status

H, F1, GAMMA, A, R, ROOT = sp.symbols("h f1 gamma a r w", real=True)
R1 = {
    "parameters": {"gamma": "gamma > 0"},
    "objective": {"assume": "f1 != 0"},
    "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
}
SIMULTANEOUS, ALTERNATING = (R1 | {"training": {"update": rule}} for rule in ("simultaneous", "alternating"))

SIMULTANEOUS_PERIOD = sp.ImmutableMatrix([[1, -H * A], [H * A, 1 - H * GAMMA]])
ALTERNATING_PERIOD = sp.ImmutableMatrix([[1, -H * A], [H * A, 1 - H * GAMMA - H**2 * A**2]])
POSITIVE = conjunction([compare(H, ">"), compare(A, ">"), compare(GAMMA, ">")])
SIMULTANEOUS_STEPS = conjunction([compare(H * A**2, "<", GAMMA), compare(2 * H * GAMMA, "<", 4 + H**2 * A**2)])
ALTERNATING_STEPS = compare(H**2 * A**2 + 2 * H * GAMMA, "<", 4)
UNDERDAMPED, OVERDAMPED = compare(GAMMA, "<", 2 * A), compare(GAMMA, ">=", 2 * A)
LARGEST = (GAMMA / A**2, 2 / (GAMMA / 2 + ROOT))  # with w^2 = gamma^2/4 - a^2
BEST_STEP, BEST_SQUARE = GAMMA / (2 * A**2), 1 - GAMMA**2 / (4 * A**2)
OVERDAMPED_STEP, OVERDAMPED_RADIUS = 2 / GAMMA, 2 * ROOT / GAMMA
BEST_WEIGHT, BEST_RADIUS = 2 * A - H * A**2, 1 - H * A


def derive(proof: Proof) -> None:
    """The regions by Jury's conditions, their closed form, and the best choices."""
    maps = (
        ("simultaneous", SIMULTANEOUS, SIMULTANEOUS_PERIOD, SIMULTANEOUS_STEPS),
        ("alternating", ALTERNATING, ALTERNATING_PERIOD, ALTERNATING_STEPS),
    )
    for name, proposal, period, steps in maps:
        step = proof.derived(f"one {name} step, a = f'(0)", proposal, "update_jacobian", period.xreplace({A: F1}))
        exact = proof.equivalent(f"Jury's conditions, {name}", POSITIVE, inside_unit_circle(period), steps)
        proof.theorem("schur-cohn", f"all steps of {name} descent that converge", [step, *exact])
    under = conjunction([POSITIVE, UNDERDAMPED])
    proof.equivalent("gamma < 2 a: h < gamma/a^2", under, SIMULTANEOUS_STEPS, compare(H, "<", LARGEST[0]))
    root = conjunction([compare(ROOT, ">="), compare(ROOT**2, "==", GAMMA**2 / 4 - A**2)])
    over = conjunction([POSITIVE, OVERDAMPED, root])
    proof.equivalent("gamma >= 2 a: the larger modulus", over, SIMULTANEOUS_STEPS, compare(H, "<", LARGEST[1]))
    _best(proof, over)


def _best(proof: Proof, over: Formula) -> None:
    determinant = SIMULTANEOUS_PERIOD.det()
    proof.implies("radius^2 >= det >= 1 - gamma^2/(4 a^2)", POSITIVE, compare(determinant, ">=", BEST_SQUARE))
    best = characteristic_polynomial(SIMULTANEOUS_PERIOD).xreplace({H: BEST_STEP})
    proof.identity("at h = gamma/(2 a^2) the determinant is that", determinant.xreplace({H: BEST_STEP}), BEST_SQUARE)
    discriminant = sp.discriminant(best, Z)
    proof.implies("and no multiplier is real", conjunction([POSITIVE, UNDERDAMPED]), compare(discriminant, "<"))
    inside = [compare(1 - H * (GAMMA / 2 + ROOT), ">=", -R), compare(1 - H * (GAMMA / 2 - ROOT), "<=", R)]
    bound = compare(R, ">=", OVERDAMPED_RADIUS)
    proof.implies("gamma >= 2 a: real multipliers in [-r, r] need r >= 2 w/gamma", conjunction([over, *inside]), bound)
    for sign in (1, -1):
        multiplier = 1 - OVERDAMPED_STEP * (GAMMA / 2 - sign * ROOT)
        proof.identity("at h = 2/gamma they are +- 2 w/gamma", multiplier, sign * OVERDAMPED_RADIUS)
    polynomial = characteristic_polynomial(ALTERNATING_PERIOD)
    there = polynomial.xreplace({GAMMA: BEST_WEIGHT})
    proof.identity("alternating, gamma = 2 a - h a^2: a double multiplier", there, (Z - BEST_RADIUS) ** 2)
    value = polynomial.xreplace({Z: BEST_RADIUS})
    proof.identity("the polynomial at 1 - h a", value, -(H**2) * A * (GAMMA - BEST_WEIGHT))
    small = conjunction([POSITIVE, compare(H * A, "<=", 1)])
    more = conjunction([small, compare(GAMMA, ">", BEST_WEIGHT)])
    proof.implies("more weight: negative there, so a multiplier lies above 1 - h a", more, compare(value, "<"))
    less = conjunction([small, compare(GAMMA, "<", BEST_WEIGHT)])
    product = ALTERNATING_PERIOD.det()
    proof.implies("less weight: the determinant is above (1 - h a)^2", less, compare(product, ">", BEST_RADIUS**2))


def printed_holds(proof: Proof) -> bool:
    """The engine's regions, and that small enough steps are among them."""
    rules = (("simultaneous", SIMULTANEOUS, SIMULTANEOUS_STEPS), ("alternating", ALTERNATING, ALTERNATING_STEPS))
    for name, proposal, steps in rules:
        claimed = substituted(steps, {A: F1})
        proof.region(f"the region of {name} descent that the engine found", proposal, "step_size", claimed)
    small = conjunction([POSITIVE, compare(H * A**2, "<", GAMMA), compare(H * GAMMA, "<", 1), compare(H * A, "<", 1)])
    both = conjunction([SIMULTANEOUS_STEPS, ALTERNATING_STEPS])
    return proof.decide("small enough learning rates converge", small, both)


LEMMA = Lemma(
    id="r1-step-sizes",
    source="derived here; Mescheder et al. 2018, Lemma 3.3, has small enough learning rates",
    printed="With $R_1$, simultaneous and alternating gradient descent are both locally convergent for small enough "
    "learning rates.",
    statement=r"With $a = |f'(0)|$: simultaneous descent converges iff $h a^2 < \gamma$ and $2 h \gamma < 4 + h^2 "
    r"a^2$, alternating descent iff $h^2 a^2 + 2 h \gamma < 4$. The best simultaneous steps are $\frac{\gamma}{2 a^2}$ "
    r"for $\gamma \leq 2 a$, with radius $\sqrt{1 - \gamma^2/(4 a^2)}$, and $\frac{2}{\gamma}$ for $\gamma \geq 2 a$, "
    r"with $\sqrt{1 - 4 a^2/\gamma^2}$; the best alternating weight at $h a \leq 1$ is $2 a - h a^2$, with radius $1 - "
    "h a$.",
    assumptions=(r"$f'(0) \neq 0$", r"$\gamma > 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
