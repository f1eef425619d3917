r"""Section 3.2: the critical noise level of instance noise on the Dirac-GAN.

Statement. Let f'(0) != 0, f''(0) < 0 and w = -f''(0) sigma^2 > 0. The eigenvalues of v'(0, 0) (Lemma 3.2) meet iff

    sigma^2 = |f'(0)|/|f''(0)|;

below that level they are not real, above it they are real and distinct. v'(0, 0) is that of R1 with gamma = 2 w, so
that the critical level is the critical weight. The flow's rate is w below the level, |f'(0)| at it, and
w - sqrt(w^2 - f'(0)^2) < |f'(0)| above it: it is best at the critical level. The best step of simultaneous descent
below it is h = w/f'(0)^2, with |mu|^2 = 1 - w^2/f'(0)^2, which is 0 at the critical level; there F' != 0 and F'^2 = 0.

Derivation. v'(0, 0) = [[0, -f1], [f1, -2 w]] and tr^2/4 - det = w^2 - f1^2. Where the multipliers are conjugate,
|mu|^2 = det(1 + h v') = 1 - 2 h w + h^2 f1^2 = 1 - w^2/f1^2 + f1^2 (h - w/f1^2)^2.

What differs. Nothing in the critical level. The sentence on it promises quadratic convergence for h = 1/|f'(0)|: the
multipliers are both 0, but F' is a Jordan block, and a step is superlinear only together with the next one.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_coefficients
from ..roots import product
from .lemma import Erratum, Lemma, Proof, Status

F1, F2, SIGMA, W, A, H, RATE = sp.symbols("f1 f2 sigma w a h r", real=True)
NOISE = {"parameters": {"sigma": "sigma > 0"}, "objective": {"instance_noise": "sigma"}}
R1 = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
}
GAMMA = sp.Symbol("gamma", real=True)

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 2 * F2 * SIGMA**2]])
R1_JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -GAMMA]])
WEIGHT = -2 * F2 * SIGMA**2  # gamma
CRITICAL = compare(SIGMA**2, "==", sp.Abs(F1) / sp.Abs(F2))
RADICAND = W**2 - A**2  # a = |f'(0)|
BEST_STEP = W / A**2
BEST_SQUARED = 1 - W**2 / A**2
SLOW_RATE = W - sp.sqrt(RADICAND)
ASSUMED = conjunction([compare(F1, "!="), compare(F2, "<"), compare(SIGMA, ">")])
PRINTED_LEVEL = sp.Abs(F1) / sp.Abs(F2)


def derive(proof: Proof) -> None:
    """The level, the weight of R1 that it is, and the rates on both sides of it."""
    proof.derived("v'(0, 0) with noise", NOISE, "jacobian", JACOBIAN)
    proof.derived("v'(0, 0) with R1", R1, "jacobian", R1_JACOBIAN)
    proof.identity("they are equal at gamma = -2 f''(0) sigma^2", R1_JACOBIAN.xreplace({GAMMA: WEIGHT}), JACOBIAN)
    proof.region("where the eigenvalues meet", NOISE, "critical", CRITICAL)
    _, minus_trace, determinant = characteristic_coefficients(JACOBIAN)
    values = {W: -F2 * SIGMA**2, A: F1}
    proof.identity("tr^2/4 - det", minus_trace**2 / 4 - determinant, RADICAND.xreplace(values))
    positive = conjunction([compare(W, ">"), compare(A, ">")])
    above = conjunction([positive, compare(W, ">", A)])
    below = conjunction([positive, compare(W, "<", A)])
    proof.implies("above the level the eigenvalues are real and distinct", above, compare(RADICAND, ">"))
    proof.implies("below it they are not real, and the rate w is less than a", below, compare(RADICAND, "<"))
    root = conjunction([above, compare(RATE, ">="), compare(RATE**2, "==", RADICAND)])
    slow = SLOW_RATE.xreplace({sp.sqrt(RADICAND): RATE})
    proof.implies("above it the slow rate is less than a", root, compare(slow, "<", A))
    matrix = sp.ImmutableMatrix([[1, -H * A], [H * A, 1 - 2 * H * W]])
    square = BEST_SQUARED + A**2 * (H - BEST_STEP) ** 2
    proof.identity("|mu|^2 = det(1 + h v') below the level, least at h = w/a^2", matrix.det(), square)
    at_level = matrix.subs({W: A, H: 1 / A}).as_immutable()
    proof.identity("at the level, h = 1/a: F'^2 = 0", product(at_level, at_level), sp.zeros(2, 2))
    proof.judged("training", NOISE, simultaneous="converges linear")


def printed_holds(proof: Proof) -> bool:
    """The level and what is real, then quadratic convergence, which needs F' = 0."""
    discriminant = (F2 * SIGMA**2) ** 2 - F1**2
    level = all(
        proof.decide(
            f"sigma^2 {relation} the critical level: tr^2/4 - det {relation} 0",
            conjunction([ASSUMED, compare(SIGMA**2, relation, PRINTED_LEVEL)]),
            compare(discriminant, relation),
        )
        for relation in ("<", "==", ">")
    )
    entry = (sp.eye(2) + H * JACOBIAN)[0, 1]
    quadratic = proof.decide(
        "F' = 0 at the critical level with h = 1/|f'(0)|, as quadratic convergence needs",
        conjunction([ASSUMED, compare(SIGMA**2, "==", PRINTED_LEVEL), compare(H * sp.Abs(F1), "==", 1)]),
        compare(entry, "=="),
        {F1: sp.Integer(1), F2: -sp.Integer(1), SIGMA: sp.Integer(1), H: sp.Integer(1)},
    )
    return level and quadratic


LEMMA = Lemma(
    id="mescheder2018-critical-noise",
    source="Mescheder, Geiger & Nowozin 2018, section 3.2 after Lemma 3.2",
    printed=r"There is a critical noise level $\sigma_{critical}^2 = |f'(0)|/|f''(0)|$: below it the eigenvalues have "
    "non-zero imaginary part, above it they are real-valued; at it we can even achieve quadratic convergence for $h = "
    "|f'(0)|^{-1}$.",
    statement=r"The critical level is as printed, and is the critical weight of $R_1$ with $\gamma = -2 f''(0) "
    r"\sigma^2$; the flow is fastest there, at the rate $|f'(0)|$. Below it, with $w = -f''(0) \sigma^2$, the best "
    r"step of simultaneous descent is $h = w/f'(0)^2$ with $|\mu|^2 = 1 - w^2/f'(0)^2$. At the level and "
    r"$h = 1/|f'(0)|$, $F_h' \neq 0$ and $F_h'^2 = 0$: superlinear in two steps.",
    assumptions=("$f'(0) \\neq 0$", "$f''(0) < 0$", r"$\sigma > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the critical level is right; there F_h' is a Jordan block to the eigenvalue 0, not 0, so that "
    "convergence is superlinear in two steps and not quadratic in one",
    errata=(
        Erratum(
            where="section 3.2, after Lemma 3.2",
            failing="quadratic convergence for $h = |f'(0)|^{-1}$",
            right="$F_h' \\neq 0$, $F_h'^2 = 0$",
            seen="the off-diagonal entries of $F_h'$ are $\\mp h f'(0)$",
        ),
    ),
)
