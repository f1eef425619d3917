r"""A bias in D on the Dirac-GAN: with the data at 0 it decouples, elsewhere it costs nothing.

Statement. D = psi1 x + psi2, data at c, f'(0) = a != 0, f''(0) = b. v' at (c, 0, 0) has the polynomial

    z^3 - 2 b (1 + c^2) z^2 + a^2 z - 2 a^2 b,

whose roots all have negative real part iff b < 0 and c != 0. At c = 0 it is (z^2 + a^2)(z - 2 b): the centre of the
plain game and an eigenvalue 2 b for the bias, 0 for the WGAN, where D is determined up to a constant only.

Derivation. With u = c psi1 + psi2 the value of D at the data, D's rows have 2 b (c, 1)^T (c, 1); G sees psi1 only.
Hurwitz: -2 b (1 + c^2) > 0, -2 a^2 b > 0, and -2 b (1 + c^2) a^2 + 2 a^2 b = -2 a^2 b c^2 > 0.

What differs. Nothing; no paper states it.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.criteria import hurwitz_expressions
from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z, characteristic_coefficients, characteristic_polynomial
from ..roots import from_roots, product
from .lemma import Lemma, Proof, Status

F1, F2, C = sp.symbols("f1 f2 c", real=True)
BIAS = {
    "parameters": {"c": "real"},
    "game": {"prototype": "bias", "data": "c"},
    "objective": {"f": "any", "assume": "f1 != 0"},
}
AT_0 = {"game": {"prototype": "bias"}}
WGAN = AT_0 | {"objective": {"f": "wasserstein"}}
CONCAVE = {"parameters": {"c": "real"}, "game": {"prototype": "bias", "data": "c"}}  # f''(0) < 0

JACOBIAN = sp.ImmutableMatrix([[0, -F1, 0], [F1, 2 * F2 * C**2, 2 * F2 * C], [0, 2 * F2 * C, 2 * F2]])
POLYNOMIAL = Z**3 - 2 * F2 * (1 + C**2) * Z**2 + F1**2 * Z - 2 * F1**2 * F2
STABLE = conjunction([compare(F2, "<"), compare(C, "!=")])
EIGENVALUES_AT_0 = (sp.I * F1, -sp.I * F1, 2 * F2)
WGAN_EIGENVALUES = (sp.I, -sp.I, sp.Integer(0))


def derive(proof: Proof) -> None:
    """The matrix, its polynomial, and Hurwitz's minors."""
    features = sp.ImmutableMatrix([[C], [1]])
    rows = 2 * F2 * product(features, features.T).doit()
    proof.identity("D's own block is 2 b (c, 1)^T (c, 1)", JACOBIAN[1:, 1:].as_immutable(), rows)
    found = proof.derived("the Jacobian of v at (c, 0, 0)", BIAS, "jacobian", JACOBIAN)
    polynomial = proof.identity("its characteristic polynomial", characteristic_polynomial(JACOBIAN), POLYNOMIAL)
    minors = conjunction(compare(e, ">") for e in hurwitz_expressions(characteristic_coefficients(JACOBIAN)))
    signs = proof.equivalent("Hurwitz's minors are positive iff b < 0, c != 0", compare(F1, "!="), minors, STABLE)
    hurwitz = proof.theorem("hurwitz-minors", "all real parts are negative iff so", [found, polynomial, *signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly then", [hurwitz])
    proof.derived("c = 0: it decouples", AT_0, "characteristic_polynomial", from_roots(EIGENVALUES_AT_0))
    proof.derived("the WGAN at c = 0", WGAN, "characteristic_polynomial", from_roots(WGAN_EIGENVALUES))
    proof.decided("simultaneous steps at c = 0", AT_0, "does-not-converge")


def printed_holds(proof: Proof) -> bool:
    """The engine's condition for small simultaneous steps, f''(0) < 0 being assumed."""
    proof.region("the places c at which small steps converge", CONCAVE, "condition", compare(C, "!="))
    return proof.decides("the WGAN does not converge at c = 0", WGAN, "does-not-converge")


LEMMA = Lemma(
    id="discriminator-bias",
    source="derived here",
    printed="With a bias in the discriminator and $f''(0) < 0$ the Dirac-GAN converges iff the data are not at $0$.",
    statement=r"With $D = \psi_1 x + \psi_2$ and the data at $c$ the characteristic polynomial is $z^3 - 2 f''(0) (1 + "
    r"c^2) z^2 + f'(0)^2 z - 2 f'(0)^2 f''(0)$, stable iff $f''(0) < 0$ and $c \neq 0$. At $c = 0$ it is $(z^2 + "
    r"f'(0)^2)(z - 2 f''(0))$: the bias decouples, with the eigenvalue $2 f''(0)$, which is $0$ for the WGAN.",
    assumptions=(r"$f'(0) \neq 0$",),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
