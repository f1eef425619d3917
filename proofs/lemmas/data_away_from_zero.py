r"""The Dirac-GAN with the data at c: f''(0) damps D there, and a point mass converges without a penalty.

Statement. Let f'(0) = a != 0, b = f''(0), data a point mass at c, G a point mass at theta. With D = psi x, at (c, 0)

    v' = [[0, -a], [a, 2 b c^2]],    eigenvalues b c^2 +- sqrt(b^2 c^4 - a^2):

stable without a penalty iff b < 0 and c != 0. With D = psi1 x + psi2 the polynomial is

    z^3 - 2 b (1 + c^2) z^2 + a^2 z - 2 a^2 b,

stable iff b < 0 and c != 0 again. The WGAN (b = 0), and relativistic pairing with any f, keep the centre [[0, -a], [a,
0]] for every c.

Derivation. L = f(psi theta) + f(-psi c) has the second psi-derivative b theta^2 + b c^2 at psi = 0, which is 2 b c^2 at
theta = c. Hurwitz for z^3 + p z^2 + q z + r asks for p, r > 0 and p q > r: -2 b a^2 (1 + c^2) + 2 b a^2 = -2 a^2 b c^2
> 0. Relativistic D(fake) - D(real) = psi (theta - c) vanishes at theta = c, and its second derivative with it.

What differs. Nothing: without absolute continuity unregularised training is "not always convergent" (Mescheder et al.
2018, abstract). It does not converge at c = 0, their example, where D does not see f''; at c != 0 the same game
converges.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z
from ..roots import from_roots, inside_left_half_plane
from .lemma import Lemma, Proof, Status

F1, F2, C, THETA, PSI = sp.symbols("f1 f2 c theta psi", real=True)
ANY = {"parameters": {"c": "real"}, "game": {"data": "c"}, "objective": {"assume": "f1 != 0"}}
BIASED = {**ANY, "game": {"prototype": "bias", "data": "c"}}
AT_ZERO = {"parameters": {"c": "c == 0"}, "game": {"data": "c"}}
OFF_ZERO = {"parameters": {"c": "c != 0"}, "game": {"data": "c"}}
WGAN = {**ANY, "objective": {"f": "wasserstein"}}
RELATIVISTIC = {**ANY, "objective": {"assume": "f1 != 0", "pairing": "relativistic"}}

REGULAR = compare(F1, "!=")
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 2 * F2 * C**2]])
RADICAND = F2**2 * C**4 - F1**2
EIGENVALUES = (F2 * C**2 + sp.sqrt(RADICAND), F2 * C**2 - sp.sqrt(RADICAND))
BIASED_JACOBIAN = sp.ImmutableMatrix([[0, -F1, 0], [F1, 2 * C**2 * F2, 2 * C * F2], [0, 2 * C * F2, 2 * F2]])
BIASED_POLYNOMIAL = Z**3 - 2 * F2 * (1 + C**2) * Z**2 + F1**2 * Z - 2 * F1**2 * F2
CENTRE = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
STABLE = conjunction([compare(F2, "<"), compare(C, "!=")])
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """D without and with a bias, and where f'' is not seen."""
    t = sp.Symbol("t", real=True)
    loss = F1 * t + F2 * t**2 / 2
    value = loss.xreplace({t: PSI * THETA}) + loss.xreplace({t: -PSI * C})
    curvature = sp.diff(value, PSI, 2).xreplace({THETA: C})
    proof.identity("L's second psi-derivative at theta = c", curvature, 2 * F2 * C**2)
    proof.derived("D = psi x", ANY, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", ANY, "characteristic_polynomial", from_roots(EIGENVALUES))
    proof.equivalent("Routh-Hurwitz, D = psi x", REGULAR, inside_left_half_plane(JACOBIAN), STABLE)
    proof.derived("D = psi1 x + psi2", BIASED, "jacobian", BIASED_JACOBIAN)
    proof.derived("its characteristic polynomial", BIASED, "characteristic_polynomial", BIASED_POLYNOMIAL)
    proof.equivalent("Routh-Hurwitz, with a bias", REGULAR, inside_left_half_plane(BIASED_JACOBIAN), STABLE)
    proof.derived("the WGAN at any c", WGAN, "jacobian", CENTRE.xreplace({F1: sp.Integer(1)}))
    proof.derived("relativistic pairing at any c", RELATIVISTIC, "jacobian", CENTRE)
    proof.decided("the WGAN at any c", WGAN, "does-not-converge")


def printed_holds(proof: Proof) -> bool:
    """Point masses at c = 0 and at c != 0, Assumption II, no penalty: the engine's verdicts."""
    lost = proof.decides("the data at 0", AT_ZERO, "does-not-converge")
    return proof.decides("the data at c != 0", OFF_ZERO, PRINTED_VERDICT) and lost


LEMMA = Lemma(
    id="data-away-from-zero",
    source="derived here; Mescheder et al. 2018, abstract and Table 1",
    printed="Unregularised training on point masses is not always convergent: with $f''(0) < 0$ small simultaneous "
    "steps do "
    r"not converge with the data at $0$, and converge with the data at $c \neq 0$.",
    statement=r"With the data at $c$ and $D = \psi x$, $v' = \begin{pmatrix} 0 & -f'(0) \\ f'(0) & 2 f''(0) c^2 "
    r"\end{pmatrix}$; with a bias the polynomial is $z^3 - 2 f''(0) (1 + c^2) z^2 + f'(0)^2 z - 2 f'(0)^2 f''(0)$. "
    r"Both are stable iff $f''(0) < 0$ and $c \neq 0$. The WGAN and relativistic pairing keep a centre for every $c$.",
    assumptions=(r"$f'(0) \neq 0$",),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
