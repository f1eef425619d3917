r"""The slides on alternating descent: never both eigenvalues strictly inside the unit circle.

Statement. Let f'(0) != 0, h > 0 and alpha^2 = n_g n_d h^2 f'(0)^2. F_h'(0, 0) has determinant 1 and trace 2 - alpha^2:
the eigenvalues are 1 - alpha^2/2 +- sqrt((1 - alpha^2/2)^2 - 1), and never both inside the unit circle, for any h, n_g
and n_d. The linear part does not decide for |alpha| < 2: with n_g = n_d = 1 and small steps f = -exp(-t) converges, at
a sublinear rate; where f'''(0) != 0 the sign of f'(0) f'''(0) decides (alternating-drift).

Derivation. n_g steps of G have [[1, -n_g h f1], [0, 1]] and n_d steps of D [[1, 0], [n_d h f1, 1]], both of determinant
1. Two eigenvalues of product 1 cannot both have modulus below 1.

What differs. Nothing: the eigenvalues and "cannot be strictly inside the unit circle" are right. The lemma's title,
alternating descent does not converge, stands over f(x) = -log(1 + e^-x). That the eigenvalues lie on the circle does
not show it: f = -exp(-t), which is ours, has the same eigenvalues (with f'(0) = 1) and converges by its third-order
terms. For f(x) = -log(1 + e^-x), where f''' = 0, `convergan check` finds growth in the fifth order (no step here).
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, negation
from ...symbolic.spectrum import Z, characteristic_polynomial
from ..roots import from_roots, inside_unit_circle, product
from .lemma import Lemma, Proof, Status

F1, H, N_G, N_D, ALPHA, FIRST, SECOND = sp.symbols("f1 h n_g n_d alpha first second", real=True)
COUNTED = {"training": {"update": "alternating", "g_steps": 3, "d_steps": 2}}
COUNTS = {N_G: sp.Integer(3), N_D: sp.Integer(2)}
EXPONENTIAL = {"objective": {"f": "-exp(-t)"}, "training": {"update": "alternating"}}

GENERATOR = sp.ImmutableMatrix([[1, -N_G * H * F1], [0, 1]])
DISCRIMINATOR = sp.ImmutableMatrix([[1, 0], [N_D * H * F1, 1]])
SQUARE = N_G * N_D * H**2 * F1**2  # alpha^2
PERIOD = sp.ImmutableMatrix([[1, -N_G * H * F1], [N_D * H * F1, 1 - SQUARE]])
RADICAND = (1 - ALPHA**2 / 2) ** 2 - 1
MULTIPLIERS = (1 - ALPHA**2 / 2 + sp.sqrt(RADICAND), 1 - ALPHA**2 / 2 - sp.sqrt(RADICAND))
TRACE = 2 - ALPHA**2
PRINTED_MULTIPLIERS = MULTIPLIERS
BY_ALPHA = {N_G: ALPHA**2 / (N_D * H**2 * F1**2)}  # alpha^2 = n_g n_d h^2 f'(0)^2


def derive(proof: Proof) -> None:
    """The map, its determinant, and what the linear part leaves open."""
    matrix = proof.identity("n_g steps of G, then n_d of D", product(DISCRIMINATOR, GENERATOR), PERIOD)
    proof.derived("the same from the engine, n_g = 3, n_d = 2", COUNTED, "update_jacobian", PERIOD.xreplace(COUNTS))
    unit = proof.identity("its determinant is 1", PERIOD.det(), sp.Integer(1))
    trace = proof.identity("its trace is 2 - alpha^2", PERIOD.trace(), 2 - SQUARE)
    proof.identity("so its polynomial", characteristic_polynomial(PERIOD), Z**2 - (2 - SQUARE) * Z + 1)
    proof.identity("the eigenvalues for trace 2 - alpha^2", Z**2 - TRACE * Z + 1, from_roots(MULTIPLIERS))
    moduli = conjunction([compare(FIRST, ">="), compare(SECOND, ">="), compare(FIRST * SECOND, "==", 1)])
    inside = conjunction([moduli, compare(FIRST, "<", 1)])
    never = proof.implies("of two moduli of product 1, one is at least 1", inside, compare(SECOND, ">", 1))
    proof.theorem("schur-cohn", "not both are inside, for any h, n_g and n_d", [matrix, unit, trace, never])
    proof.decided("f = -exp(-t), on the unit circle", EXPONENTIAL, "converges", "sublinear")


def printed_holds(proof: Proof) -> bool:
    """The eigenvalues by trace and determinant, and the conclusion by Schur-Cohn."""
    roots = proof.equal("their sum is the trace", sum(PRINTED_MULTIPLIERS), PERIOD.trace().xreplace(BY_ALPHA))
    unit = proof.equal("their product is the determinant", sp.Mul(*PRINTED_MULTIPLIERS, evaluate=False), PERIOD.det())
    steps = conjunction([compare(symbol, ">") for symbol in (H, N_G, N_D)])
    never = negation(inside_unit_circle(PERIOD))
    return proof.decide("the eigenvalues cannot be strictly inside the unit circle", steps, never) and roots and unit


LEMMA = Lemma(
    id="pishkoo2023-alternating",
    source="Pishkoo & Khoshjoo 2023, slides, lemma on alternating gradient descent, $f(x) = -\\log(1 + e^{-x})$",
    printed="$F_h$ has the eigenvalues $1 - \\frac{\\alpha^2}{2} \\pm "
    r"\sqrt{(1 - \frac{\alpha^2}{2})^2 - 1}$, $\alpha = \sqrt{n_g n_d} h f'(0)$, which implies that eigenvalues cannot "
    "be strictly inside the unit circle.",
    statement=r"The eigenvalues are as printed and $\det F_h' = 1$: they are never both strictly inside the unit "
    "circle. That does not decide on convergence: for $n_g = n_d = 1$ and small $h$ alternating descent converges "
    "sublinearly with $f = -e^{-t}$, which is no $f$ of the slides.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$", r"integers $n_g, n_d \geq 1$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
