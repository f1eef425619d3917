r"""Two parallel lines: W1, JS and KL as functions of their distance.

Statement. P_theta is the law of (theta, Z), Z from U(0, 1). For theta != 0

    W1(P_0, P_theta) = |theta|,    JS = log 2,    KL(P_0, P_theta) = infinity,

and all three are 0 at theta = 0. W1 is continuous in theta; JS and KL jump at 0.

Derivation. Let A be the line x1 = 0: P_0(A) = 1 and P_theta(A) = 0 for theta != 0, disjoint supports. W1: coupled by
one and the same Z, the points are |theta| apart; and +-x1 is 1-Lipschitz, of means 0 and +-theta. JS: D = 1 on A and 0
off it has log D = 0 for P_0 and log(1 - D) = 0 for P_theta, so the supremum, of logarithms that are never positive, is
0. KL: g = n on A and 0 off it has E_0 g = n and E_theta exp(g) = 1, so KL >= n for every n.

What differs. Nothing, if the printed I_{0}(theta) is read as the indicator of convex analysis, 0 at 0 and infinite
elsewhere; one line above it, 1_{theta != 0} is 0 or 1.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import TRUE, compare, conjunction
from .lemma import Lemma, Proof, Status

THETA, Z, N, EXP_N, LOG_2, KL, LOG_D, LOG_E, EPS, W1 = sp.symbols(
    "theta z n exp_n log_2 KL log_D log_E eps W1", real=True
)

REAL, FAKE = sp.ImmutableMatrix([0, Z]), sp.ImmutableMatrix([THETA, Z])  # coupled by one and the same Z
DISTANCE = sp.Abs(THETA)
MASSES = (sp.Integer(1), sp.Integer(0))  # of A = {x1 = 0} under P_0 and P_theta, theta != 0
JENSEN_SHANNON = LOG_2
APART = compare(THETA, "!=")


def mean(mass: sp.Expr, on: sp.Expr, off: sp.Expr) -> sp.Expr:
    """The mean of a function that is constant on A and off it."""
    return mass * on + (1 - mass) * off


def derive(proof: Proof) -> None:
    """A coupling and a test function for W1; the set A for JS and KL."""
    zero, one = sp.Integer(0), sp.Integer(1)
    difference = FAKE - REAL
    coupled = proof.identity("the squared distance of coupled points", difference.dot(difference), THETA**2)
    length = conjunction([compare(W1, ">="), compare(W1**2, "==", THETA**2)])
    above = proof.implies("so W1 is at most |theta|", length, compare(W1, "==", DISTANCE))
    below = proof.identity("the means of x1 differ by theta", FAKE[0] - REAL[0], THETA)
    proof.theorem("kantorovich-rubinstein", "W1 = |theta|", [coupled, above, below])
    change = sp.Abs(THETA + EPS) - DISTANCE
    within = conjunction(compare(sign * change, "<=", sp.Abs(EPS)) for sign in (1, -1))
    proof.implies("it is continuous", TRUE, within)
    first = sp.Symbol("x1", real=True)
    fake = conjunction([APART, compare(first, "==", FAKE[0])])
    disjoint = proof.implies("A = {x1 = 0} has no point (theta, z)", fake, compare(first, "!="))
    mine, other = MASSES
    sharp = proof.identity(
        "D = 1 on A, 0 off it: E_0 log D = 0 and E_theta log(1 - D) = 0, whatever stands on the set of no mass",
        sp.Matrix([mean(mine, zero, LOG_D), mean(other, LOG_D, zero)]),
        sp.zeros(2, 1),
    )
    logs = conjunction([compare(LOG_D, "<="), compare(LOG_E, "<=")])
    most = proof.implies("no D has more than 0", logs, compare(LOG_2 + (LOG_D + LOG_E) / 2, "<=", JENSEN_SHANNON))
    proof.theorem("variational-divergences", "JS = log 2", [disjoint, sharp, most])
    gain = proof.identity("g = n on A: E_0 g", mean(mine, N, zero), N)
    price = proof.identity("E_theta exp(g) = 1, so that its logarithm is 0", mean(other, EXP_N, one), one)
    proof.theorem(
        "variational-divergences", "KL(P_0, P_theta) >= n for every n: it is infinite", [disjoint, gain, price]
    )
    same = FAKE.xreplace({THETA: zero}) - REAL
    proof.identity("theta = 0: one and the same law, all three are 0", same, sp.zeros(2, 1))


def printed_holds(proof: Proof) -> bool:
    """The printed W1 by Lipschitz functions, JS by the mixture, KL against every finite value."""
    lipschitz, density, sign = sp.symbols("lip density sign", real=True)
    chord = conjunction([compare(lipschitz**2, "<=", THETA**2)])
    first = proof.decide("no 1-Lipschitz function gains more than |theta|", chord, compare(lipschitz, "<=", DISTANCE))
    signs = conjunction([compare(sign**2, "==", 1), compare(sign * THETA, ">=")])
    reached = proof.decide("and sign(theta) x1 gains it", signs, compare(sign * THETA, "==", DISTANCE))
    mixture = (density + mean(MASSES[1], density, sp.Integer(0))) / 2
    second = proof.equal(
        "on A the mixture's density is half that of P_0: log(p/m) = log 2", density / mixture, sp.Integer(2)
    )
    third = proof.decide("KL is no number: none is at least each n", compare(N, "==", KL + 1), compare(KL, "<", N))
    return first and reached and second and third


LEMMA = Lemma(
    id="pishkoo2023-parallel-lines",
    source="Pishkoo & Khoshjoo 2023, slides, the manifold hypothesis (after Arjovsky et al. 2017, example 1)",
    printed=r"$W_1(P_0, P_\theta) = |\theta|$, $JS(P_0, P_\theta) = \log 2 \cdot 1_{\{\theta \neq 0\}}$, $D_{KL}(P_0, "
    r"P_\theta) = \mathbb{I}_{\{0\}}(\theta)$.",
    statement=r"For $\theta \neq 0$: $W_1 = |\theta|$, $JS = \log 2$ and $KL = \infty$; all are 0 at $\theta = 0$. "
    r"$\mathbb{I}_{\{0\}}$ is the indicator of convex analysis: 0 at 0, infinite elsewhere.",
    assumptions=(r"$P_\theta$ is the law of $(\theta, Z)$, $Z$ uniform on $(0, 1)$",),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)
