r"""The slides on the flow: circles around the equilibrium, and the rate of the linear theorem.

Statement. Let f'(0) != 0. v'(0, 0) has the eigenvalues +- i f'(0), and every integral curve keeps theta^2 + psi^2: none
but the one at rest tends to (0, 0). Of the theorem quoted for maps: if all eigenvalues of F'(x*) have modulus below 1,
the iterates converge, faster than c^k for every c above the largest modulus r. The rate r^k itself is attained up to a
constant if F'(x*) is diagonalisable near r, and not in general: F(x) = A x with A = [[r, 1], [0, r]] has

    A^k = [[r^k, k r^(k-1)], [0, r^k]].

Derivation. theta (-psi s) + psi theta s = 0 with s = f'(theta psi). A A^k is A^(k+1) by induction on k; its corner is
k/r times r^k. Training reaches this case: R1 with gamma = 2 |f'(0)| and simultaneous steps has 1 + h v' with the double
eigenvalue 1 - h |f'(0)| in one Jordan block.

What differs. The eigenvalues, the circles and the convergence are right. The rate O(|lambda_max|^k) holds for
diagonalisable F'(x*) only.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ..roots import from_roots, product
from .lemma import Erratum, Lemma, Proof, Status

F1, R, POWER, K, H, THETA, PSI, S, BOUND = sp.symbols("f1 r power k h theta psi s bound", real=True)
FLOW = {"objective": {"assume": "f1 != 0"}, "training": {"update": "flow"}}
R1 = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
    "training": {"update": "simultaneous"},
}

FIELD = sp.ImmutableMatrix([-PSI * S, THETA * S])
EIGENVALUES = (sp.I * F1, -sp.I * F1)
INTEGRAL = THETA**2 + PSI**2
BLOCK = sp.ImmutableMatrix([[R, 1], [0, R]])
POWERS = sp.ImmutableMatrix([[POWER, K * POWER / R], [0, POWER]])  # power = r^k
GAMMA = sp.Symbol("gamma", real=True)
PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1 - H * GAMMA]])
CRITICAL = {GAMMA: 2 * F1}  # f'(0) > 0
PRINTED_RATE = POWER * BOUND  # a constant times r^k
COUNTEREXAMPLE: dict[sp.Symbol, sp.Expr] = {
    R: sp.Rational(1, 2),
    POWER: sp.Rational(1, 16),
    K: sp.Integer(4),
    BOUND: sp.Integer(2),
}


def derive(proof: Proof) -> None:
    """Circles, and the powers of a Jordan block."""
    field = proof.derived("the field, with s = f'(theta psi)", FLOW, "vector_field", FIELD)
    proof.derived(
        "the characteristic polynomial of v'(0, 0)", FLOW, "characteristic_polynomial", from_roots(EIGENVALUES)
    )
    terms = (sp.diff(INTEGRAL, x) * row for x, row in zip((THETA, PSI), FIELD, strict=True))
    constant = proof.identity("theta^2 + psi^2 is constant", sp.Add(*terms, evaluate=False), sp.Integer(0))
    starts = disjunction([compare(THETA, "!="), compare(PSI, "!=")])
    apart = proof.implies("it is not 0 but at rest", starts, compare(INTEGRAL, ">"))
    proof.theorem("first-integral", "no other curve tends to (0, 0)", [field, constant, apart])
    first = POWERS.xreplace({POWER: sp.Integer(1), K: sp.Integer(0)})
    proof.identity("a Jordan block: A^0", first, sp.eye(2).as_immutable())
    proof.identity("A A^k, by induction on k", product(BLOCK, POWERS), POWERS.xreplace({POWER: R * POWER, K: K + 1}))
    late = conjunction([compare(POWER, ">"), compare(R, ">"), compare(BOUND, ">"), compare(K, ">", BOUND * R)])
    beyond = compare(POWERS[0, 1], ">", PRINTED_RATE)
    proof.implies("whatever the constant c: for k > c r the corner is above c r^k", late, beyond)
    step = proof.derived("R1, simultaneous: one step", R1, "update_jacobian", PERIOD)
    root = 1 - H * F1
    shifted = PERIOD.xreplace(CRITICAL) - root * sp.eye(2)
    square = proof.identity(
        "at gamma = 2 f'(0), with m = 1 - h f'(0): (F' - m)^2 = 0",
        product(shifted, shifted),
        sp.zeros(2).as_immutable(),
    )
    corner = proof.identity("and F' - m is not 0: one Jordan block", shifted[1, 0], H * F1)
    slower = conjunction([compare(H, ">"), compare(F1, ">"), compare(H * F1, "<", 1)])
    inside = proof.implies("m is inside the unit circle", slower, compare(root**2, "<", 1))
    proof.theorem("map-linear-stability", "it converges, like k m^k", [step, square, corner, inside])


def printed_holds(proof: Proof) -> bool:
    """The corner of A^k is at most a constant times r^k?"""
    known = conjunction(
        [compare(R, ">"), compare(R, "<", 1), compare(POWER, ">"), compare(K, ">="), compare(BOUND, ">")]
    )
    claim = "a bound for the corner of A^k, at whatever k, that is a fixed multiple of r^k"
    eigenvalues = proof.equal("the real part of the printed +- f'(0) i is 0", sum(EIGENVALUES), sp.Integer(0))
    return proof.decide(claim, known, compare(POWERS[0, 1], "<=", PRINTED_RATE), COUNTEREXAMPLE) and eigenvalues


LEMMA = Lemma(
    id="pishkoo2023-flow",
    source="Pishkoo & Khoshjoo 2023, slides, convergence theory and the Dirac-GAN",
    printed=r"The eigenvalues are $\pm f'(0) i$; integral curves keep $\theta^2 + \psi^2$ and do not converge to the "
    r"Nash-equilibrium. If "
    r"$|\lambda_i(F'(\bar{x}))| < 1$ then $F^{(k)}(x_0)$ converges, with $\|F^{(k)}(x_0) - \bar{x}\| \in "
    r"O(|\lambda_{\max}|^k)$.",
    statement=r"The eigenvalues and the circles are as printed; no curve but the one at rest tends to $(0, 0)$. "
    r"Iterates "
    r"converge if all moduli are below 1, like $|\lambda_{\max}|^k$ if $F'$ is diagonalisable; a Jordan block of size "
    r"2 has $k |\lambda|^{k - 1}$, as $R_1$ has at $\gamma = 2 |f'(0)|$.",
    assumptions=(r"$f'(0) \neq 0$",),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the rate O(|lambda_max|^k) is that of a diagonalisable F'(x*); a Jordan block has k |lambda|^(k-1)",
    errata=(
        Erratum(
            where="sufficient condition for local convergence",
            failing=r"$\|F^{(k)}(x_0) - \bar{x}\| \in O(|\lambda_{\max}|^k)$",
            right=r"$O(c^k)$ for every $c > |\lambda_{\max}|$; $O(|\lambda_{\max}|^k)$ for diagonalisable "
            r"$F'(\bar{x})$",
            seen=r"the powers of $\begin{pmatrix} r & 1 \\ 0 & r \end{pmatrix}$",
        ),
    ),
)
