r"""Section 2.1: what the eigenvalues of v' say about the flow, simultaneous and alternating descent.

Statement. Let v(x*) = 0 and lambda run through the eigenvalues of v'(x*). Simultaneous descent has the multipliers
1 + h lambda. It converges linearly for some h > 0 iff every Re lambda < 0, and then for every small enough h: if some
Re lambda >= 0 with lambda != 0, x* is unstable for every h, and lambda = 0 leaves the multiplier 1. On a centre,
lambda = +- i w, its multipliers have modulus sqrt(1 + h^2 w^2) > 1 for every h. Alternating descent can
converge linearly where no Re lambda is negative: for v' = [[-g, -a], [a, g]] with 0 < g < a, lambda^2 = g^2 - a^2, and
its multipliers lie inside the unit circle iff h^2 (a^2 + g^2) < 4. For linear F the rate is O(|mu_max|^k) if F' is
diagonalisable; in general it is O(k^(m-1) |mu_max|^k), m the size of the largest Jordan block of all eigenvalues of
modulus |mu_max|.

Derivation. |1 + h (x + i y)|^2 = 1 + 2 h x + h^2 (x^2 + y^2). A linear rate |F^k(x) - x*| <= C q^k |x - x*|, q < 1, is
inherited by F'^k, which has no eigenvalue 1. The alternating map is [[1 - h g, -h a], [h a (1 - h g),
1 + h g - h^2 a^2]], of trace 2 - h^2 a^2 and determinant 1 - h^2 g^2 < 1. At the critical weight of R1 (Lemma 3.3)
and e = h f'(0), F' = (1 - e) 1 + e N with N = [[1, -1], [1, -1]], N^2 = 0, and

    F'^k = (1 - e)^k (1 + k e/(1 - e) N).

What differs. "If and only if" is said of simultaneous descent, where it is right; it does not carry over to alternating
descent. The rate O(|lambda_max|^k) does not hold for Jordan blocks, even where F is linear (f(t) = t): at e = 1/2 the
first entry of F'^k / mu^k is 1 + k.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ..roots import conjugate, inside_unit_circle, product
from .lemma import Erratum, Lemma, Proof, Status

H, X, Y, U, W, A, G, E, K, C = sp.symbols("h x y u w a g e k c", real=True)
FIELD = {
    "parameters": {"g": "g > 0", "a": "a > g"},
    "field": {"theta": "-g*theta - a*psi", "psi": "a*theta + g*psi"},
}
JACOBIAN = sp.ImmutableMatrix([[-G, -A], [A, G]])
SQUARES = G**2 - A**2  # lambda^2
ALTERNATING = sp.ImmutableMatrix([[1 - H * G, -H * A], [H * A * (1 - H * G), 1 + H * G - H**2 * A**2]])
ALTERNATING_STEPS = compare(H**2 * (A**2 + G**2), "<", 4)
VERDICTS = {
    "flow": "does-not-converge",
    "simultaneous": "does-not-converge",
    "alternating": "converges linear",
}
MULTIPLIER = 1 + H * (X + sp.I * Y)
MODULUS_SQUARED = 1 + 2 * H * X + H**2 * (X**2 + Y**2)
CRITICAL = sp.ImmutableMatrix([[1, -E], [E, 1 - 2 * E]])  # F' of R1 at gamma = 2 f'(0), e = h f'(0)
BLOCK = sp.ImmutableMatrix([[1, -1], [1, -1]])
POWER = sp.eye(2) + K * E / (1 - E) * BLOCK  # F'^k / (1 - e)^k
HALF = sp.Rational(1, 2)
PRINTED_STABLE = compare(X, "<")
PRINTED_GROWTH = sp.Integer(1)  # |F'^k| <= C |mu_max|^k


def derive(proof: Proof) -> None:
    """Simultaneous steps, a centre, the counterexample for alternating steps, and the Jordan block."""
    squared = proof.identity(
        "|1 + h lambda|^2 at lambda = x + i y", MULTIPLIER * conjugate(MULTIPLIER), MODULUS_SQUARED
    )
    step, left = compare(H, ">"), compare(X, "<")
    small = conjunction([step, left, compare(H * (X**2 + Y**2), "<", -2 * X)])
    inside = proof.implies("Re lambda < 0: inside for every small h", small, compare(MODULUS_SQUARED, "<", 1))
    proof.theorem("map-linear-stability", "if every Re lambda < 0: linear for every small h", [squared, inside])
    right = conjunction([step, compare(X, ">=")])
    proof.implies("Re lambda >= 0: never inside", right, compare(MODULUS_SQUARED, ">=", 1))
    nonzero = conjunction([right, disjunction([compare(X, "!="), compare(Y, "!=")])])
    outside = proof.implies("outside unless lambda = 0", nonzero, compare(MODULUS_SQUARED, ">", 1))
    proof.theorem("map-linear-instability", "Re lambda >= 0, lambda != 0: unstable for every h", [squared, outside])
    centre = MODULUS_SQUARED.subs({X: 0, Y: W})
    proof.implies("on a centre: outside for every h", conjunction([step, compare(W, "!=")]), compare(centre, ">", 1))
    proof.derived("v' of the counterexample", FIELD, "jacobian", JACOBIAN)
    proof.identity("v'^2 = lambda^2 for both eigenvalues", product(JACOBIAN, JACOBIAN), SQUARES * sp.eye(2))
    admissible = conjunction([step, compare(G, ">"), compare(A, ">", G)])
    proof.implies("they are imaginary", admissible, compare(SQUARES, "<"))
    rule = FIELD | {"training": {"update": "alternating"}}
    matrix = proof.derived("F' of alternating descent", rule, "update_jacobian", ALTERNATING)
    steps = proof.equivalent("Schur-Cohn", admissible, inside_unit_circle(ALTERNATING), ALTERNATING_STEPS)
    inside = proof.theorem("schur-cohn", "both multipliers are inside for small h", [matrix, *steps])
    proof.theorem("map-linear-stability", "alternating descent converges linearly", [inside])
    proof.judged("the engine", FIELD, **VERDICTS)
    proof.identity("N^2 = 0", product(BLOCK, BLOCK), sp.zeros(2, 2))
    once = product((1 - E) * sp.eye(2), POWER.subs({K: 1}))
    proof.identity("R1 at the critical weight: F' = (1 - e) 1 + e N, as F'^1", once, CRITICAL)
    one_more = (POWER.subs({K: K + 1}) * (1 - E)).as_immutable()
    proof.identity("F' F'^k, by induction on k", product(CRITICAL, POWER), one_more)


def printed_holds(proof: Proof) -> bool:
    """The condition for simultaneous steps, by the disc |u + i w| < 1 of 1 + h lambda, and the rate."""
    disc = compare(U**2 + W**2, "<", 1)
    steps = conjunction([compare(H, ">"), compare(U, "==", 1 + H * X), compare(W, "==", H * Y)])
    middle = compare(H * (X**2 + Y**2), "==", -X)  # the point of the ray nearest to 0
    condition = proof.decide(
        "simultaneous descent: where a step is inside, Re lambda is as printed",
        conjunction([steps, disc]),
        PRINTED_STABLE,
    ) and proof.decide(
        "simultaneous descent: Re lambda as printed puts the step h = -x/(x^2 + y^2) inside",
        conjunction([PRINTED_STABLE, steps, middle]),
        disc,
    )
    entry = POWER.subs({E: HALF})[0, 0]
    rate = proof.decide(
        "an entry of F'^k is at most C |mu_max|^k, whatever C: at R1 with the critical weight, h f'(0) = 1/2, k = C",
        conjunction([compare(C, ">=", 1), compare(K, "==", C)]),
        compare(entry, "<=", C * PRINTED_GROWTH),
    )
    return condition and rate


LEMMA = Lemma(
    id="mescheder2018-section-2.1",
    source="Mescheder, Geiger & Nowozin 2018, section 2.1",
    printed=r"If all eigenvalues of $F_h'$ have absolute value smaller than 1, training converges with linear rate "
    r"$O(|\lambda_{max}|^k)$. For simultaneous gradient descent linear convergence can be achieved if and only if all "
    "eigenvalues of the Jacobian of the gradient vector field have negative real part.",
    statement=r"Simultaneous descent has the multipliers $1 + h \lambda$ and converges linearly for some $h$ iff every "
    r"$\mathrm{Re} \lambda < 0$; if $\mathrm{Re} \lambda \geq 0$, $\lambda \neq 0$, it is unstable for every $h$; on a "
    r"centre they have modulus $\sqrt{1 + h^2 w^2}$. For alternating descent that is "
    r"not necessary: $v' = \begin{pmatrix} -g & -a \\ a & g \end{pmatrix}$, $0 < g < a$, is a centre, and it converges "
    r"linearly iff $h^2 (a^2 + g^2) < 4$. For linear $F_h$ the rate is $O(|\mu_{max}|^k)$ if $F_h'$ is diagonalisable, "
    r"and $O(k^{m-1} |\mu_{max}|^k)$ with $m$ the size of the largest Jordan block of modulus $|\mu_{max}|$.",
    assumptions=("$v(x^*) = 0$", "$h > 0$", "$0 < g < a$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the rate needs a diagonalisable F_h'; a Jordan block, as at the critical weight of R1, gives k |mu|^k, "
    "for linear F_h already; "
    "the condition is right for simultaneous descent, and not necessary for alternating descent",
    errata=(
        Erratum(
            where="section 2.1, linear rate, for linear $F_h$",
            failing=r"rate $O(|\lambda_{max}|^k)$",
            right=r"$O(k^{m-1} |\lambda_{max}|^k)$, $m$ the size of the largest Jordan block of all eigenvalues of "
            r"modulus $|\lambda_{max}|$",
            seen=r"R1 at $\gamma = 2 |f'(0)|$: $F_h'^k = \mu^k (1 + k N / \mu)$ with $N \neq 0$",
        ),
    ),
)
