r"""Lookahead on the Dirac-GAN: small steps converge iff alpha < 1 - 1/k.

Statement. Let f'(0) = a != 0, k >= 2, 0 < alpha <= 1. k simultaneous steps followed by the step x + alpha (x_k - x)
have the multipliers mu = 1 - alpha + alpha (1 + i e)^k and its conjugate, e = h a, and

    |mu|^2 = 1 + alpha k (alpha k - (k - 1)) e^2 + O(e^4).

Every small enough h converges if alpha < 1 - 1/k, and diverges if alpha > 1 - 1/k. At alpha = 1 - 1/k the coefficient
of e^4 is (k - 1)^2 (k + 1)/12 > 0, and small steps diverge as well.

Derivation. By induction, with R = 1 + e^2 and p_k + i q_k = (1 + i e)^k,

    p_k = 1 - C(k,2) e^2 + C(k,4) e^4 + O(e^6),    p_k^2 + q_k^2 = R^k = 1 + k e^2 + C(k,2) e^4 + O(e^6),
    |mu|^2 = (1 - alpha)^2 + 2 alpha (1 - alpha) p_k + alpha^2 R^k.

What differs. Nothing: the inequality is strict.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import conjugate, from_roots
from .lemma import Lemma, Proof, Status

F1, H, E, K, ALPHA, P, Q, R = sp.symbols("f1 h e k alpha p q R", real=True)


def lookahead(steps: int, alpha: str) -> dict[str, Any]:
    """The proposal with k and alpha."""
    parameters = {"parameters": {"alpha": "0 < alpha <= 1"}} if alpha == "alpha" else {}
    return {
        **parameters,
        "objective": {"f": "any", "assume": "f1 != 0"},
        "training": {"update": "lookahead", "lookahead_steps": steps, "lookahead_alpha": alpha},
    }


CHOOSE_2, CHOOSE_3 = K * (K - 1) / 2, K * (K - 1) * (K - 2) / 6
CHOOSE_4 = CHOOSE_3 * (K - 3) / 4
REAL = 1 - CHOOSE_2 * E**2 + CHOOSE_4 * E**4  # p_k up to e^5
IMAGINARY = K * E - CHOOSE_3 * E**3  # q_k up to e^4
POWER = 1 + K * E**2 + CHOOSE_2 * E**4  # R^k up to e^5
MODULUS_SQUARED = (1 - ALPHA) ** 2 + 2 * ALPHA * (1 - ALPHA) * P + ALPHA**2 * R
SECOND = ALPHA * K * (ALPHA * K - (K - 1))
FOURTH = 2 * ALPHA * (1 - ALPHA) * CHOOSE_4 + ALPHA**2 * CHOOSE_2
THRESHOLD = 1 - 1 / K
AT_THRESHOLD = (K - 1) ** 2 * (K + 1) / 12
CONDITION_2 = compare(2 * ALPHA, "<", 1)


def derive(proof: Proof) -> None:
    """The multipliers, their expansion for all k, and the threshold."""
    multiplier = 1 - ALPHA + ALPHA * (P + sp.I * Q)
    square = sp.expand(multiplier * conjugate(multiplier))
    modulus = proof.identity("|mu|^2, with R = p^2 + q^2", square, MODULUS_SQUARED.xreplace({R: P**2 + Q**2}))
    for steps in (2, 3):
        root = 1 - ALPHA + ALPHA * (1 + sp.I * H * F1) ** steps
        claimed = from_roots((root, conjugate(root)))
        proof.derived(f"k = {steps}: a period of the rule", lookahead(steps, "alpha"), "update_polynomial", claimed)
    one, more = {K: sp.Integer(1)}, {K: K + 1}
    for name, series, first in (("p", REAL, sp.Integer(1)), ("q", IMAGINARY, E), ("R^k", POWER, 1 + E**2)):
        proof.identity(f"k = 1: {name}", series.xreplace(one), first)
    proof.identity("p_(k+1) = p_k - e q_k, up to e^5", REAL - E * IMAGINARY, REAL.xreplace(more))
    rest = CHOOSE_4 * E**5
    proof.identity("q_(k+1) = q_k + e p_k, up to e^4", IMAGINARY + E * REAL, IMAGINARY.xreplace(more) + rest)
    left = CHOOSE_2 * E**6
    power = (1 + E**2) * POWER
    proof.identity("R^(k+1) = (1 + e^2) R^k, up to e^5", power, POWER.xreplace(more) + left)
    expanded = MODULUS_SQUARED.xreplace({P: REAL, R: POWER})
    order = proof.identity("|mu|^2 up to e^5", expanded, 1 + SECOND * E**2 + FOURTH * E**4)
    range_ = conjunction([compare(K, ">=", 2), compare(ALPHA, ">"), compare(ALPHA, "<=", 1)])
    for relation, key in (("<", "map-linear-stability"), (">", "map-linear-instability")):
        sign, side = compare(SECOND, relation), compare(ALPHA, relation, THRESHOLD)
        signs = proof.equivalent(f"where the coefficient of e^2 is {relation} 0", range_, sign, side)
        words = "converge" if relation == "<" else "diverge"
        proof.theorem(key, f"small steps {words} if alpha {relation} 1 - 1/k", [modulus, order, *signs])
    boundary = proof.identity("alpha = 1 - 1/k: that of e^4", FOURTH.xreplace({ALPHA: THRESHOLD}), AT_THRESHOLD)
    flat = proof.identity("that of e^2 is 0 there", SECOND.xreplace({ALPHA: THRESHOLD}), sp.Integer(0))
    grows = proof.implies("that of e^4 is positive", compare(K, ">=", 2), compare(AT_THRESHOLD, ">"))
    proof.theorem(
        "map-linear-instability", "small steps diverge at alpha = 1 - 1/k", [modulus, order, boundary, flat, grows]
    )


def printed_holds(proof: Proof) -> bool:
    """The engine on k = 2: the weights that converge, and the boundary itself."""
    proof.region("k = 2: the weights that converge", lookahead(2, "alpha"), "condition", CONDITION_2)
    boundary = proof.decides("k = 2, alpha = 1/2 diverges", lookahead(2, "1/2"), "does-not-converge")
    step = sp.ImmutableMatrix([[1, -E], [E, 1]])
    period = (1 - ALPHA) * sp.eye(2) + ALPHA * step**2
    root = 1 - ALPHA + ALPHA * (1 + sp.I * E) ** 2
    roots = from_roots((root, conjugate(root)))
    return proof.equal("k = 2: the multipliers", characteristic_polynomial(period), roots) and boundary


LEMMA = Lemma(
    id="chavdarova2021-lookahead",
    source="Chavdarova et al. 2021 (Lookahead-minmax), on bilinear games; the threshold: derived here",
    printed=r"On the Dirac-GAN Lookahead with $k = 2$ small simultaneous steps converges iff $\alpha < \frac{1}{2}$.",
    statement=r"The multipliers are $1 - \alpha + \alpha (1 \pm i h f'(0))^k$, with $|\mu|^2 = 1 + \alpha k (\alpha k "
    r"- k + 1) h^2 f'(0)^2 + O(h^4)$: small steps converge iff $\alpha < 1 - \frac{1}{k}$; at $\alpha = 1 - "
    r"\frac{1}{k}$ they diverge.",
    assumptions=(r"$f'(0) \neq 0$", r"$0 < \alpha \leq 1$", r"integer $k \geq 2$", "$h > 0$ small"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="multipliers against exact Gaussian numbers: `tests/symbolic/test_rule_boundaries.py`",
)
