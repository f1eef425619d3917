r"""The uniform example: linear stability of the GAN, a centre of the WGAN.

Statement. Data x from U[-1, 1], G(z) = A z with z from U[-1, 1], D(x) = w x^2 high on *real* samples, as in the paper:
V = E f(D(x)) + E f(-D(G(z))), ascended by w and descended by A. At (A, w) = (1, 0), with a = f'(0) and b = f''(0),

    v' = [[0, 2a/3], [-2a/3, 2b/5]],    z^2 - (2b/5) z + 4a^2/9.

It is stable iff b < 0 (a != 0): for the logistic f (a = 1/2, b = -1/4) it is [[0, 1/3], [-1/3, -1/10]]. The WGAN (a =
1, b = 0) has the eigenvalues +- 2i/3.

Derivation. With f(t) = a t + b t^2/2, E x^2 = 1/3 and E x^4 = 1/5, V = a w (1 - A^2)/3 + b w^2 (1 + A^4)/10; terms of
higher order in w do not enter v' at w = 0. The engine's prototype `uniform` has D high on fakes: psi = -w, and
S = diag(1, -1) takes one matrix to the other.

What differs. Nothing; the sign convention of D changes v', not its spectrum.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z
from ..roots import from_roots, inside_left_half_plane, product
from .lemma import Lemma, Proof, Status

A, X, W, F1, F2 = sp.symbols("A x w f1 f2", real=True)
GAME = {"game": {"prototype": "uniform"}}
ANY = {**GAME, "objective": {"assume": "f1 != 0"}}
LOGISTIC = {**GAME, "objective": {"f": "standard"}}
WGAN = {**GAME, "objective": {"f": "wasserstein"}}

SIGN = sp.diag(1, -1).as_immutable()  # psi = -w
JACOBIAN = sp.ImmutableMatrix([[0, 2 * F1 / 3], [-2 * F1 / 3, 2 * F2 / 5]])
POLYNOMIAL = Z**2 - 2 * F2 / 5 * Z + 4 * F1**2 / 9
LOGISTIC_VALUES = {F1: sp.Rational(1, 2), F2: -sp.Rational(1, 4)}
LOGISTIC_JACOBIAN = sp.ImmutableMatrix([[0, sp.Rational(1, 3)], [-sp.Rational(1, 3), -sp.Rational(1, 10)]])
WGAN_VALUES = {F1: sp.Integer(1), F2: sp.Integer(0)}
WGAN_EIGENVALUES = (2 * sp.I / 3, -2 * sp.I / 3)
STABLE = compare(F2, "<")
PRINTED_JACOBIAN = JACOBIAN


def derive(proof: Proof) -> None:
    """The engine's matrix in the paper's sign, its sign condition, and the two objectives."""
    ours = product(SIGN, JACOBIAN, SIGN)
    proof.derived("the engine's Jacobian, D high on fakes, is S v' S", ANY, "jacobian", ours.doit())
    polynomial = proof.derived("its characteristic polynomial", ANY, "characteristic_polynomial", POLYNOMIAL)
    stable = inside_left_half_plane(JACOBIAN)
    assumed = conjunction([compare(F1, "!="), STABLE])
    signs = proof.implies("both coefficients are positive if f''(0) < 0", assumed, stable)
    proof.theorem("routh-hurwitz", "linearly stable iff f''(0) < 0, as p = -2 f''(0)/5", [polynomial, signs])
    proof.identity("the logistic f", JACOBIAN.xreplace(LOGISTIC_VALUES), LOGISTIC_JACOBIAN)
    proof.decided("it converges", LOGISTIC, "converges", "linear")
    proof.identity("the WGAN's polynomial", POLYNOMIAL.xreplace(WGAN_VALUES), from_roots(WGAN_EIGENVALUES))
    proof.judged("the WGAN", WGAN, flow="does-not-converge", simultaneous="does-not-converge")


def printed_holds(proof: Proof) -> bool:
    """From V itself, with the paper's signs."""
    value = F1 * W * (1 - A**2) / 3 + F2 * W**2 * (1 + A**4) / 10  # E x^2 = 1/3, E x^4 = 1/5
    field = (-sp.diff(value, A), sp.diff(value, W))
    linear = PRINTED_JACOBIAN * sp.ImmutableMatrix([X, W])
    above = (  # terms of order 2 and more
        2 * F1 * X * W / 3 - 2 * F2 * W**2 * (1 + X) ** 3 / 5,
        -F1 * X**2 / 3 + F2 * X * W * (4 + 6 * X + 4 * X**2 + X**3) / 5,
    )
    rows = zip(("A", "w"), field, linear, above, strict=True)
    equal = all(
        proof.equal(
            f"v' (x, w) and higher terms of v at (1 + x, w), from V: {name}", row.xreplace({A: 1 + X}), low + high
        )
        for name, row, low, high in rows
    )
    logistic = conjunction(compare(symbol, "==", number) for symbol, number in LOGISTIC_VALUES.items())
    stable = inside_left_half_plane(PRINTED_JACOBIAN)
    return equal and proof.decide("the traditional GAN, f logistic, is linearly stable", logistic, stable)


LEMMA = Lemma(
    id="nagarajan2017-uniform-example",
    source="Nagarajan & Kolter 2017, the uniform example (Figure 3)",
    printed=r"Data uniform on $[-1, 1]$, $D(x) = w x^2$, $G(z) = A z$: at $(w, A) = (0, 1)$ the traditional GAN is "
    r"locally stable, with $v'(A, w) = \begin{pmatrix} 0 & \frac{2}{3} f'(0) \\ -\frac{2}{3} f'(0) & \frac{2}{5} "
    r"f''(0) \end{pmatrix}$.",
    statement=r"$v'$ is as printed, with characteristic polynomial $z^2 - \frac{2}{5} f''(0) z + \frac{4}{9} f'(0)^2$: "
    r"linearly stable iff $f''(0) < 0$; the WGAN has the eigenvalues $\pm \frac{2}{3} i$.",
    assumptions=(r"$f'(0) \neq 0$",),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
