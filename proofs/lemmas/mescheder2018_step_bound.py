r"""Section 2.1 and supplement: the step sizes of simultaneous descent.

Statement. Let lambda be an eigenvalue of v'(x*) with Re lambda < 0 and h > 0. Then |1 + h lambda| < 1 iff

    h < -2 Re lambda/|lambda|^2 = (1/|Re lambda|) 2/(1 + (Im lambda/Re lambda)^2).

Simultaneous descent converges linearly iff h is below the least of these bounds. |1 + h lambda| is least at half the
bound, where it is |Im lambda|/|lambda|.

Derivation. With lambda = x + i y, |1 + h lambda|^2 - 1 = h (2 x + h (x^2 + y^2)); and
|1 + h lambda|^2 = y^2/(x^2 + y^2) + (x^2 + y^2) (h + x/(x^2 + y^2))^2.

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import conjugate
from .lemma import Lemma, Proof, Status

X, Y, H, G, W = sp.symbols("x y h g w", real=True)
FOCUS = {  # lambda = -g +- i w
    "parameters": {"g": "g > 0", "w": "w > 0"},
    "field": {"theta": "-g*theta - w*psi", "psi": "w*theta - g*psi"},
}
ASSUMED = conjunction([compare(H, ">"), compare(X, "<")])
MULTIPLIER = 1 + H * (X + sp.I * Y)
BOUND = -2 * X / (X**2 + Y**2)
BEST = -X / (X**2 + Y**2)
BEST_SQUARED = Y**2 / (X**2 + Y**2)
FOCUS_BOUND = 2 * G / (G**2 + W**2)
PRINTED_BOUND = 1 / -X * 2 / (1 + (Y / X) ** 2)  # |Re lambda| = -x


def derive(proof: Proof) -> None:
    """The modulus, its bound and its least value; a field with these eigenvalues."""
    squared = MULTIPLIER * conjugate(MULTIPLIER)
    modulus = 1 + H * (2 * X + H * (X**2 + Y**2))
    proof.identity("|1 + h lambda|^2 at lambda = x + i y", squared, modulus)
    proof.equivalent("inside the unit circle", ASSUMED, compare(modulus, "<", 1), compare(H, "<", BOUND))
    proof.identity("completed to a square", modulus, BEST_SQUARED + (X**2 + Y**2) * (H - BEST) ** 2)
    proof.identity("the best step is half the bound", 2 * BEST, BOUND)
    jacobian = sp.ImmutableMatrix([[-G, -W], [W, -G]])
    proof.derived("a field with the eigenvalues -g +- i w", FOCUS, "jacobian", jacobian)
    proof.region("the step sizes that the engine finds for it", FOCUS, "step_size", compare(H, "<", FOCUS_BOUND))
    proof.identity("the same from the bound", BOUND.subs({X: -G, Y: W}), FOCUS_BOUND)


def printed_holds(proof: Proof) -> bool:
    """The printed bound is the derived one, and separates stable from unstable steps."""
    formula = proof.equal("the two forms of the bound", PRINTED_BOUND, BOUND)
    modulus = 1 + H * (2 * X + H * (X**2 + Y**2))
    return formula and all(
        proof.decide(
            f"h {relation} the printed bound: |1 + h lambda| {relation} 1",
            conjunction([ASSUMED, compare(H, relation, PRINTED_BOUND)]),
            compare(modulus, relation, 1),
        )
        for relation in ("<", ">=")
    )


LEMMA = Lemma(
    id="mescheder2018-step-bound",
    source="Mescheder, Geiger & Nowozin 2018, section 2.1 and supplement A; Mescheder, Nowozin & Geiger 2017",
    printed=r"For $\mathrm{Re} \lambda < 0$, $|1 + h \lambda| < 1$ if and only if $h < \frac{1}{|\mathrm{Re} \lambda|} "
    r"\frac{2}{1 + (\mathrm{Im} \lambda / \mathrm{Re} \lambda)^2}$.",
    statement=r"$|1 + h \lambda| < 1$ iff $h < -2 \mathrm{Re} \lambda / |\lambda|^2$, which is the printed bound; the "
    r"modulus is least at half of it, where it is $|\mathrm{Im} \lambda|/|\lambda|$.",
    assumptions=(r"$\mathrm{Re} \lambda < 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
