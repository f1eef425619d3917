r"""Two losses on the Dirac-GAN: a centre, and the curvatures decide.

Statement. Let G descend g and D ascend f of D's output on generated samples: v = (-psi g'(u), theta f'(u)), u = theta
psi, with a_G = g'(0), a_D = f'(0) > 0 and b_G = g''(0), b_D = f''(0). v'(0, 0) has the eigenvalues +- i sqrt(a_G
a_D), and

    d/dt (a_D theta^2 + a_G psi^2)/2 = u^2 (a_G b_D - a_D b_G) + O(u^3).

The flow and alternating steps of small size converge, at a sublinear rate, if a_G b_D < a_D b_G; (0, 0) repels if a_G
b_D > a_D b_G. Simultaneous steps converge in neither case. (Steps: for quadratic g.) In the zero-sum game the two are
equal. A logistic D with a linear G converges; a linear D with a logistic G is repelled.

Derivation. a_D theta v1 + a_G psi v2 = u (a_G f'(u) - a_D g'(u)), whose terms of first order cancel.

What differs. Nothing; no paper states it. The non-saturating GAN is the case b_G = -b_D.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ..roots import from_roots
from .lemma import Lemma, Proof, Status

AG, AD, BG, BD, THETA, PSI, S = sp.symbols("aG f1 bG f2 theta psi s", real=True)
U = THETA * PSI
LOSSES = {"objective": {"f": "any", "assume": "f1 > 0", "generator": "aG*t + bG*t**2/2"}}
DAMPED = LOSSES | {"parameters": {"aG": "aG > 0", "bG": "aG*f2 < f1*bG"}}
DRIVEN = LOSSES | {"parameters": {"aG": "aG > 0", "bG": "aG*f2 > f1*bG"}}
LOGISTIC_D = {"objective": {"f": "standard", "generator": "t"}}
LOGISTIC_G = {"objective": {"f": "wasserstein", "generator": "-softplus(-t)"}}

FIELD = sp.ImmutableMatrix([[-PSI * (AG + BG * U)], [THETA * S]])
SLOPE = {S: AD + BD * U}  # s = f'(u) to first order
JACOBIAN = sp.ImmutableMatrix([[0, -AG], [AD, 0]])
ROOT = sp.sqrt(AG * AD)
EIGENVALUES = (sp.I * ROOT, -sp.I * ROOT)
ENERGY = (AD * THETA**2 + AG * PSI**2) / 2
ENERGY_RATE = U**2 * (AG * BD - AD * BG)
CONVERGES = {"flow": "converges sublinear", "simultaneous": "does-not-converge", "alternating": "converges sublinear"}
REPELS = {"flow": "does-not-converge", "simultaneous": "does-not-converge", "alternating": "does-not-converge"}


def derive(proof: Proof) -> None:
    """The centre, its energy, and the two signs."""
    jacobian = proof.derived("the Jacobian of v at (0, 0)", DAMPED, "jacobian", JACOBIAN)
    proof.derived("v for a quadratic g, with s = f'(u)", DAMPED, "vector_field", FIELD)
    polynomial = from_roots(EIGENVALUES)
    proof.derived("its characteristic polynomial", DAMPED, "characteristic_polynomial", polynomial)
    change = sp.diff(ENERGY, THETA) * FIELD[0] + sp.diff(ENERGY, PSI) * FIELD[1]
    words = "d/dt (a_D theta^2 + a_G psi^2)/2, with f' to first order"
    rate = proof.identity(words, change.xreplace(SLOPE), ENERGY_RATE)
    positive = conjunction([compare(AG, ">"), compare(AD, ">")])
    moving = conjunction([positive, compare(THETA, "!="), compare(PSI, "!=")])
    for words, relation in (("falls", "<"), ("grows", ">")):
        sign = compare(AG * BD, relation, AD * BG)
        proof.equivalent(f"off the axes the energy {words}", moving, compare(ENERGY_RATE, relation), sign)
    off = conjunction([positive, disjunction([compare(THETA, "!="), compare(PSI, "!=")])])
    definite = proof.implies("the energy is definite", off, compare(ENERGY, ">"))
    mean = "the mean of u^2 over the ellipses of v' is positive: the sign of the rate decides, for small radii"
    proof.theorem("mean-energy", mean, [jacobian, rate, definite])
    proof.judged("a_G b_D < a_D b_G", DAMPED, **CONVERGES)
    proof.judged("a_G b_D > a_D b_G", DRIVEN, **REPELS)


def printed_holds(proof: Proof) -> bool:
    """The two pairs of losses, logistic and linear."""
    flow = {"training": {"update": "flow"}}
    converges = proof.decides("logistic D, linear G: the flow converges", LOGISTIC_D | flow, "converges")
    repelled = proof.decides("linear D, logistic G: it does not", LOGISTIC_G | flow, "does-not-converge")
    return converges and repelled


LEMMA = Lemma(
    id="two-losses",
    source="derived here",
    printed="On the Dirac-GAN a logistic discriminator with a linear generator loss converges under the flow; a linear "
    "discriminator with a logistic generator loss does not.",
    statement=r"For $v = (-\psi g'(\theta \psi), \theta f'(\theta \psi))$ with $a_G = g'(0)$, $a_D = f'(0) > 0$, "
    r"$b_G = g''(0)$, $b_D = f''(0)$ the eigenvalues are $\pm i \sqrt{a_G a_D}$ and $\frac{d}{dt} \frac{a_D \theta^2 + "
    r"a_G \psi^2}{2} = (\theta \psi)^2 (a_G b_D - a_D b_G) + \ldots$: the flow and alternating steps converge, at a "
    r"sublinear rate, if $a_G b_D < a_D b_G$, and the equilibrium repels if $a_G b_D > a_D b_G$; simultaneous steps "
    "converge in neither case.",
    assumptions=("$a_G, a_D > 0$", r"$a_G b_D \neq a_D b_G$", "simultaneous and alternating steps: $g$ quadratic"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
