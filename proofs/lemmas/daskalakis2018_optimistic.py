r"""Optimistic gradient descent on the Dirac-GAN converges iff h |f'(0)| < 1/sqrt(3).

Statement. A step x + 2 h v(x) - h v(x_previous) has, for each eigenvalue lambda of v', two multipliers, the roots of

    mu^2 - (1 + 2 h lambda) mu + h lambda.

On the Dirac-GAN lambda = +- i a, a = f'(0), and all four are inside the unit circle iff 3 h^2 a^2 < 1; at equality (1
+- i sqrt(3))/2 are two of them, on the circle. For a real lambda < 0 the two are inside iff h |lambda| < 2/3, where
gradient descent allows 2.

Derivation. On eigenvectors, mu^2 x = mu x + 2 h lambda mu x - h lambda x. For lambda = +- i a the product of the two
polynomials is z^2 (z - 1)^2 + e^2 (2 z - 1)^2, e = h a. For real lambda, Schur-Cohn on trace 1 + 2 h lambda and
determinant h lambda.

What differs. Nothing: the last iterates converge. The bound on a bilinear game is exact.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z, characteristic_polynomial
from ..roots import inside_unit_circle
from .lemma import Lemma, Proof, Status

F1, H, LAMBDA = sp.symbols("f1 h lam", real=True)
OPTIMISTIC = {"objective": {"f": "any", "assume": "f1 != 0"}, "training": {"update": "optimistic"}}
BILINEAR = {"objective": {"f": "wasserstein"}, "training": {"update": "optimistic"}}

ROOTS = (sp.I * F1, -sp.I * F1)
STEPS = compare(3 * H**2 * F1**2, "<", 1)
REAL_STEPS = compare(-H * LAMBDA, "<", sp.Rational(2, 3))
ON_CIRCLE = (1 + sp.I * sp.sqrt(3)) / 2
PRINTED_VERDICT = "converges"


def factor(root: sp.Expr) -> sp.Expr:
    """The polynomial of the two multipliers that belong to an eigenvalue."""
    return Z**2 - (1 + 2 * H * root) * Z + H * root


def derive(proof: Proof) -> None:
    """The polynomial, the steps, the boundary, and real eigenvalues."""
    polynomial = sp.Mul(*(factor(root) for root in ROOTS), evaluate=False)
    proof.derived("the polynomial of a period is the product of two", OPTIMISTIC, "update_polynomial", polynomial)
    proof.region("the steps that converge", OPTIMISTIC, "step_size", STEPS)
    boundary = factor(ROOTS[0]).xreplace({H: 1 / (sp.sqrt(3) * F1), Z: ON_CIRCLE})
    proof.identity("at h f'(0) = 1/sqrt(3) a root is (1 + i sqrt(3))/2", boundary, sp.Integer(0))
    proof.identity("which is on the unit circle", ON_CIRCLE * (1 - sp.I * sp.sqrt(3)) / 2, sp.Integer(1))
    companion = sp.ImmutableMatrix([[1 + 2 * H * LAMBDA, -H * LAMBDA], [1, 0]])
    proof.identity("a real eigenvalue: the companion matrix", characteristic_polynomial(companion), factor(LAMBDA))
    damped = conjunction([compare(H, ">"), compare(LAMBDA, "<")])
    criterion = proof.equivalent("Schur-Cohn: the steps", damped, inside_unit_circle(companion), REAL_STEPS)
    proof.theorem("schur-cohn", "both multipliers are inside iff h |lambda| < 2/3", criterion)


def printed_holds(proof: Proof) -> bool:
    """The engine's verdict on the bilinear game psi theta."""
    return proof.decides("the last iterate converges on psi theta", BILINEAR, PRINTED_VERDICT)


LEMMA = Lemma(
    id="daskalakis2018-optimistic",
    source="Daskalakis et al. 2018, last-iterate convergence on bilinear games; the exact step sizes: derived here",
    printed=r"On the WGAN's Dirac game $\psi \theta$ the last iterate of optimistic gradient descent converges for "
    r"small "
    "enough steps.",
    statement=r"The multipliers are the roots of $\mu^2 - (1 + 2 h \lambda) \mu + h \lambda$, $\lambda = \pm i f'(0)$; "
    r"optimistic steps converge iff $h |f'(0)| < 1/\sqrt{3}$. For real $\lambda < 0$ the bound is "
    r"$h |\lambda| < \frac{2}{3}$.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="multipliers against exact Gaussian numbers: `tests/symbolic/test_rule_boundaries.py`",
)
