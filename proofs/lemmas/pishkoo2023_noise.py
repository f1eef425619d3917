r"""The slides on noise: it makes descent convergent if f''(0) < 0.

Statement. Let f'(0) != 0, sigma > 0 and Gaussian noise of standard deviation sigma be added to real and generated
samples of the Dirac-GAN. v'(0, 0) = [[0, -f1], [f1, 2 f2 sigma^2]] has the eigenvalues

    f2 sigma^2 +- sqrt(f2^2 sigma^4 - f1^2),

both of negative real part iff f''(0) < 0. With f''(0) >= 0 no simultaneous steps converge; with f(t) = t (WGAN) noise
does nothing.

Derivation. Noise adds E f(psi (theta + sigma z)) and E f(-psi sigma z), whose second psi-derivatives at (0, 0) are
f2 sigma^2 each. Routh-Hurwitz asks for -2 f2 sigma^2 > 0 and f1^2 > 0.

What differs. "Adding noise makes both distributions continuous, thus making the gradient descent convergent" leaves out
f''(0) < 0, which the slides have in the next line. Densities alone are not enough: the WGAN has them and circles.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import from_roots, inside_left_half_plane
from .lemma import Erratum, Lemma, Proof, Status

F1, F2, SIGMA = sp.symbols("f1 f2 sigma", real=True)
NOISE = {"parameters": {"sigma": "sigma > 0"}}
ANY = {**NOISE, "objective": {"f": "any", "assume": "f1 != 0", "instance_noise": "sigma"}}
CONCAVE = {**NOISE, "objective": {"f": "any", "assume": "f1 != 0 and f2 < 0", "instance_noise": "sigma"}}
CONVEX = {**NOISE, "objective": {"f": "any", "assume": "f1 != 0 and f2 > 0", "instance_noise": "sigma"}}
WGAN = {**NOISE, "objective": {"f": "wasserstein", "instance_noise": "sigma"}}

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 2 * F2 * SIGMA**2]])
RADICAND = F2**2 * SIGMA**4 - F1**2
EIGENVALUES = (F2 * SIGMA**2 + sp.sqrt(RADICAND), F2 * SIGMA**2 - sp.sqrt(RADICAND))
ASSUMED = conjunction([compare(F1, "!="), compare(SIGMA, ">")])
STABLE = compare(F2, "<")
COUNTEREXAMPLE: dict[sp.Symbol, sp.Expr] = {F1: sp.Integer(1), F2: sp.Integer(0), SIGMA: sp.Integer(1)}


def derive(proof: Proof) -> None:
    """The spectrum, its sign, and the three signs of f''(0)."""
    jacobian = proof.derived("the Jacobian of v at (0, 0)", ANY, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", ANY, "characteristic_polynomial", from_roots(EIGENVALUES))
    signs = proof.equivalent("Routh-Hurwitz holds iff f''(0) < 0", ASSUMED, inside_left_half_plane(JACOBIAN), STABLE)
    proof.theorem("routh-hurwitz", "both have negative real part iff f''(0) < 0", [jacobian, *signs])
    proof.decided("f''(0) < 0", CONCAVE, "converges", "linear")
    proof.decided("f''(0) > 0", CONVEX, "does-not-converge")
    proof.judged("f(t) = t", WGAN, flow="does-not-converge", simultaneous="does-not-converge")


def printed_holds(proof: Proof) -> bool:
    """Noise alone, then noise and f''(0) < 0."""
    stable = inside_left_half_plane(JACOBIAN)
    lemma = proof.decide("noise and f''(0) < 0 give negative real parts", conjunction([ASSUMED, STABLE]), stable)
    return proof.decide("noise gives negative real parts", ASSUMED, stable, COUNTEREXAMPLE) and lemma


LEMMA = Lemma(
    id="pishkoo2023-noise",
    source="Pishkoo & Khoshjoo 2023, slides, creating convergent procedures",
    printed="Adding independent Gaussian noise to data points will make both distributions continuous, thus making the "
    r"gradient descent convergent. The eigenvalues are $f''(0) \sigma^2 \pm \sqrt{f''(0)^2 \sigma^4 - f'(0)^2}$; if "
    "$f''(0) < 0$ both have negative real parts.",
    statement=r"The eigenvalues are as printed, and have negative real parts if and only if $f''(0) < 0$. For $f''(0) "
    "> 0$ simultaneous descent does not converge, and for $f(t) = t$ noise has no effect.",
    assumptions=(r"$f'(0) \neq 0$", r"$\sigma > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="noise makes descent convergent if f''(0) < 0; with f(t) = t it changes nothing",
    errata=(
        Erratum(
            where="creating convergent procedures, first item",
            failing="noise makes the distributions continuous, thus gradient descent convergent",
            right="if $f''(0) < 0$",
            seen="the WGAN, $f''(0) = 0$, keeps the eigenvalues $\\pm i$",
        ),
    ),
)
