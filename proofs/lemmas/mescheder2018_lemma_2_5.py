r"""Lemma 2.5: alternating gradient descent on the Dirac-GAN, with n_g and n_d steps.

Statement. Let f'(0) != 0, h > 0, integers n_g, n_d >= 1 and alpha = sqrt(n_g n_d) h f'(0). F_h'(0, 0) has the
eigenvalues

    1 - alpha^2/2 +- sqrt((1 - alpha^2/2)^2 - 1).

|alpha| < 2: two distinct eigenvalues on the unit circle. |alpha| = 2: the double eigenvalue -1, in one Jordan block,
so that the powers of F_h'(0, 0) are unbounded. |alpha| > 2: an eigenvalue outside the unit circle, and (0, 0) is
unstable.

Derivation. v'(0, 0) = [[0, -f1], [f1, 0]], so one step of G has the Jacobian G = [[1, -h f1], [0, 1]] and one of D
has [[1, 0], [h f1, 1]]. By induction, n steps have [[1, -n h f1], [0, 1]] and [[1, 0], [n h f1, 1]]. Their product is

    M = [[1, -n_g h f1], [n_d h f1, 1 - alpha^2]],     tr M = 2 - alpha^2,     det M = 1.

The radicand (1 - alpha^2/2)^2 - 1 = alpha^2 (alpha^2 - 4)/4 is negative for 0 < |alpha| < 2, and two conjugate roots
of product 1 have modulus 1. By Cayley-Hamilton, (M + 1)^2 = (4 - alpha^2) M, which is 0 at |alpha| = 2; M + 1 is not.

What differs. The paper prints alpha <= 2 where |alpha| is meant: f'(0) may be negative, and alpha = -3 has an
eigenvalue outside. At |alpha| = 2 the eigenvalues are on the circle as printed, but the linear map is unbounded.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z, characteristic_polynomial
from ..roots import from_roots, product
from .lemma import Erratum, Lemma, Proof, Status

H, F1, N_G, N_D, N, K, ALPHA = sp.symbols("h f1 n_g n_d n k alpha", real=True)
ALTERNATING = {"training": {"update": "alternating", "g_steps": 2, "d_steps": 3}}
COUNTS = {N_G: sp.Integer(2), N_D: sp.Integer(3)}

ASSUMED = conjunction([compare(N_G, ">=", 1), compare(N_D, ">=", 1), compare(H, ">"), compare(F1, "!=")])
ROOT_ALPHA = sp.sqrt(N_G * N_D) * H * F1
GENERATOR = sp.ImmutableMatrix([[1, -N * H * F1], [0, 1]])  # n steps of G
DISCRIMINATOR = sp.ImmutableMatrix([[1, 0], [N * H * F1, 1]])  # n steps of D
PERIOD = sp.ImmutableMatrix([[1, -N_G * H * F1], [N_D * H * F1, 1 - N_G * N_D * H**2 * F1**2]])
RADICAND = (1 - ALPHA**2 / 2) ** 2 - 1
MULTIPLIERS = (1 - ALPHA**2 / 2 + sp.sqrt(RADICAND), 1 - ALPHA**2 / 2 - sp.sqrt(RADICAND))
CIRCLE = conjunction([compare(ALPHA, "!="), compare(ALPHA**2, "<", 4)])
OUTSIDE = compare(ALPHA**2, ">", 4)
CRITICAL = sp.Integer(4)  # alpha^2 at the double eigenvalue
PRINTED_MULTIPLIERS = MULTIPLIERS
PRINTED_CIRCLE = compare(ALPHA, "<=", 2)
PRINTED_OUTSIDE = compare(ALPHA, ">", 2)


def derive(proof: Proof) -> None:
    """The map for all n_g and n_d, its eigenvalues, and the three cases."""
    unit = sp.eye(2)
    jacobian = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
    proof.derived("the Jacobian of v at (0, 0)", {}, "jacobian", jacobian)
    for name, steps, row in (("G", GENERATOR, 0), ("D", DISCRIMINATOR, 1)):
        own = unit + H * sp.diag(1 - row, row) * jacobian
        proof.identity(f"no step of {name}", steps.xreplace({N: sp.Integer(0)}), unit)
        proof.identity(f"one more step of {name}, by induction on n", product(own, steps), steps.xreplace({N: N + 1}))
    period = product(DISCRIMINATOR.xreplace({N: N_D}), GENERATOR.xreplace({N: N_G}))
    matrix = proof.identity("the Jacobian M of n_g steps of G, then n_d of D", period, PERIOD)
    proof.derived("the same from the engine, n_g = 2, n_d = 3", ALTERNATING, "update_jacobian", PERIOD.xreplace(COUNTS))
    polynomial = proof.identity(
        "its characteristic polynomial, at alpha = sqrt(n_g n_d) h f'(0)",
        characteristic_polynomial(PERIOD),
        from_roots(root.xreplace({ALPHA: ROOT_ALPHA}) for root in MULTIPLIERS),
    )
    proof.implies("alpha is not 0", ASSUMED, compare(sp.expand(ROOT_ALPHA**2), ">"))
    proof.identity("the product of the eigenvalues", sp.Mul(*MULTIPLIERS, evaluate=False), sp.Integer(1))
    proof.identity("the radicand", RADICAND, ALPHA**2 * (ALPHA**2 - CRITICAL) / 4)
    proof.implies("|alpha| < 2: two conjugate eigenvalues, of product 1", CIRCLE, compare(RADICAND, "<"))
    square = product(PERIOD + unit, PERIOD + unit)
    critical = (CRITICAL - N_G * N_D * H**2 * F1**2) * PERIOD
    proof.identity("(M + 1)^2 = (4 - alpha^2) M, which is 0 at |alpha| = 2", square, critical)
    defective = PERIOD.xreplace({N_G: CRITICAL / (N_D * H**2 * F1**2)})
    block = defective + unit
    proof.identity("at |alpha| = 2, M + 1 is not 0: its first entry", block[0, 0], sp.Integer(2))
    proof.identity(
        "so M^k = (-1)^k (1 - k (M + 1)), by induction on k, is unbounded",
        product(K * block - unit, defective),
        unit - (K + 1) * block,
    )
    beyond = proof.implies("|alpha| > 2: an eigenvalue below -1", OUTSIDE, compare(MULTIPLIERS[1], "<", -1))
    proof.theorem("map-linear-instability", "(0, 0) is unstable if |alpha| > 2", [matrix, polynomial, beyond])


def printed_holds(proof: Proof) -> bool:
    """Formula (5) and the case alpha > 2 are right; alpha <= 2 admits alpha = -3.

    Of two roots with product 1, none is outside the circle iff the radicand is not positive.
    """
    formula = proof.equal(
        "formula (5) gives the roots of z^2 - (2 - alpha^2) z + 1",
        Z**2 - (2 - ALPHA**2) * Z + 1,
        from_roots(PRINTED_MULTIPLIERS),
    )
    attained = [ASSUMED, compare(ALPHA**2, "==", N_G * N_D * H**2 * F1**2), compare(ALPHA * F1, ">")]
    outside = proof.decide("for alpha > 2 an eigenvalue is below -1", PRINTED_OUTSIDE, compare(MULTIPLIERS[1], "<", -1))
    one, three = sp.Integer(1), sp.Integer(3)
    circle = proof.decide(
        "the radicand is not positive for alpha as printed: no eigenvalue is outside",
        conjunction([*attained, PRINTED_CIRCLE]),
        compare(RADICAND, "<="),
        {ALPHA: -three, H: three, F1: -one, N_G: one, N_D: one},
    )
    return formula and outside and circle


LEMMA = Lemma(
    id="mescheder2018-lemma-2.5",
    source="Mescheder, Geiger & Nowozin 2018, Lemma 2.5, eq. (5)",
    printed="For alternating gradient descent with $n_g$ generator and $n_d$ discriminator updates, the Jacobian of "
    r"$F_h$ has eigenvalues $\lambda_{1/2} = 1 - \frac{\alpha^2}{2} \pm \sqrt{(1 - \frac{\alpha^2}{2})^2 - 1}$ with "
    r"$\alpha := \sqrt{n_g n_d}\, h f'(0)$. For $\alpha \leq 2$, all eigenvalues are hence on the unit circle; for "
    r"$\alpha > 2$ there are eigenvalues outside.",
    statement=r"The eigenvalues are as printed. For $|\alpha| < 2$ they are distinct and on the unit circle; for "
    r"$|\alpha| = 2$ they are both $-1$, in one Jordan block, and the linear map is unbounded; for $|\alpha| > 2$ "
    "one is outside the unit circle and the equilibrium is unstable.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$", r"integers $n_g, n_d \geq 1$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    errata=(
        Erratum(
            where="Lemma 2.5",
            failing=r"for $\alpha \leq 2$ all eigenvalues are on the unit circle",
            right=r"for $|\alpha| \leq 2$; at $|\alpha| = 2$ they are one Jordan block at $-1$, with unbounded powers",
            seen=r"$\alpha = -3$ gives the eigenvalue $(-7 - 3 \sqrt{5})/2$",
        ),
    ),
    difference="alpha has the sign of f'(0), so |alpha| is meant: alpha = -3 has an eigenvalue outside the unit circle",
)
