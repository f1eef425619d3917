r"""Extragradient steps on the Dirac-GAN converge iff h |f'(0)| < 1.

Statement. A step x + h v(x + h v(x)) has the multipliers mu = 1 + h lambda + h^2 lambda^2, where lambda runs through
the eigenvalues of v'. On the Dirac-GAN lambda = +- i a, a = f'(0), and with e = h a

    |mu|^2 = 1 - e^2 + e^4 = 3/4 + (e^2 - 1/2)^2,

below 1 iff 0 < |e| < 1, smallest at e^2 = 1/2.

Derivation. F'(x*) = 1 + h J (1 + h J); J^2 = -a^2.

What differs. Nothing: Korpelevich's condition h < 1/L, L the Lipschitz constant of v, is here exact, since L = |a|
for f(t) = a t.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import conjugate, from_roots, product
from .lemma import Lemma, Proof, Status

F1, H, LIPSCHITZ = sp.symbols("f1 h L", real=True)
EXTRAGRADIENT = {"objective": {"f": "any", "assume": "f1 != 0"}, "training": {"update": "extragradient"}}

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
PERIOD = sp.ImmutableMatrix([[1 - H**2 * F1**2, -H * F1], [H * F1, 1 - H**2 * F1**2]])
MULTIPLIERS = tuple(1 + H * root + H**2 * root**2 for root in (sp.I * F1, -sp.I * F1))
MODULUS_SQUARED = 1 - H**2 * F1**2 + H**4 * F1**4
BEST = sp.Rational(3, 4)
STEPS = compare(H**2 * F1**2, "<", 1)
PRINTED_STEPS = conjunction([compare(H, ">"), compare(LIPSCHITZ * H, "<", 1)])


def derive(proof: Proof) -> None:
    """The multipliers, their modulus, and the steps."""
    proof.derived("the Jacobian of v at (0, 0)", EXTRAGRADIENT, "jacobian", JACOBIAN)
    unit = sp.eye(2)
    proof.identity("1 + h J (1 + h J)", product(H * JACOBIAN, unit + H * JACOBIAN) + unit, PERIOD)
    proof.derived("the same from the rule", EXTRAGRADIENT, "update_jacobian", PERIOD)
    proof.derived("its characteristic polynomial", EXTRAGRADIENT, "update_polynomial", from_roots(MULTIPLIERS))
    for name, root in zip(("+", "-"), MULTIPLIERS, strict=True):
        proof.identity(f"|1 {name} i e - e^2|^2", root * conjugate(root), MODULUS_SQUARED)
    least = BEST + (H**2 * F1**2 - sp.Rational(1, 2)) ** 2
    proof.identity("it is smallest at e^2 = 1/2", MODULUS_SQUARED, least)
    proof.region("the steps that converge", EXTRAGRADIENT, "step_size", STEPS)
    proof.decided("every small enough step converges", EXTRAGRADIENT, "converges", "linear")


def printed_holds(proof: Proof) -> bool:
    """Steps h < 1/L with L = |f'(0)|, the norm of v': both singular values are |f'(0)|."""
    norm = proof.equal("the trace of J^T J is 2 f'(0)^2", (JACOBIAN.T * JACOBIAN).trace(), 2 * F1**2)
    known = conjunction([compare(LIPSCHITZ, ">"), compare(LIPSCHITZ**2, "==", F1**2), PRINTED_STEPS])
    inside = compare(MODULUS_SQUARED, "<", 1)
    return proof.decide("0 < h < 1/L puts both multipliers inside the unit circle", known, inside) and norm


LEMMA = Lemma(
    id="korpelevich1976-extragradient",
    source="Korpelevich 1976 (monotone, L-Lipschitz fields); on the Dirac-GAN: derived here",
    printed=r"On the Dirac-GAN with $f(t) = a t$, whose field has the Lipschitz constant $L = |a|$, the extragradient "
    r"method converges for every step size $0 < h < 1/L$.",
    statement=r"The multipliers are $1 \pm i h f'(0) - h^2 f'(0)^2$, of squared modulus $1 - h^2 f'(0)^2 + "
    r"h^4 f'(0)^4$: extragradient steps converge iff $h |f'(0)| < 1$, fastest at $h^2 f'(0)^2 = \frac{1}{2}$ with "
    r"$|\mu|^2 = \frac{3}{4}$.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="multipliers against exact Gaussian numbers: `tests/symbolic/test_rule_boundaries.py`",
)
