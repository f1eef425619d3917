r"""Lazy R1 on the Dirac-GAN: the penalty at every k-th step only, at k times its weight.

Statement. Let f'(0) != 0, gamma > 0, h > 0, k >= 1, e = h f'(0), w = h k gamma, and let A be the Jacobian of a step
without the penalty.

Alternating. With c = tr A^k and d = (A^{k-1})_22, polynomials in e^2, (0, 0) is linearly stable iff

    w (1 - d) < 2 - c    and    w (1 + d) < 2 + c;

then w < 2 and |e| < 2. With |e| = 2 sin(phi/2), 0 < phi < pi, and k phi < pi this is

    h k gamma (1 + tan(phi/2) tan(k phi/2)) < 2.

Simultaneous. With R = 1 + e^2 and p_n = Re (1 + i e)^n, (0, 0) is linearly stable iff

    R - R^{1-k} < w,    w (R^{k-1} + p_{k-1}) < 1 + R^k + 2 p_k    and    w (R^{k-1} - p_{k-1}) < 1 + R^k - 2 p_k.

Derivation. The last step is A - w E with E = diag(0, 1), so a period has the Jacobian P = (A - w E) A^{k-1}, with

    tr P = tr A^k - w (A^{k-1})_22,    det P = det(A)^{k-1} (det A - w A_11),

both linear in w, and Jury's conditions are the three inequalities. For alternating steps let q + 1/q = 2 - e^2, and
Q_n = q^n; by induction A^n = [(Q_n - 1/Q_n) A - (Q_n/q - q/Q_n)] / (q - 1/q), up to a change of scale of psi. With
z^2 = q and Z^2 = Q_k (|z| = 1 for |e| < 2: z = exp(i phi/2)) the differences factorise. For |e| > 2, q < -1 is real,
and one of the two inequalities has a negative right and a positive left side; for |e| = 2 its right side is 0, by
A^n = (-1)^n (1 - n (A + 1)). For simultaneous steps A = 1 + B with B^2 = -e^2, so A^n = p_n + (Im (1 + i e)^n / e) B.

What differs. Users of lazy regularisation are told that it voids the theorem: the theorem's conclusion holds for every
k, f' != 0 and gamma > 0 all the same, with steps that are about k times smaller.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import Formula, compare, conjunction, negation
from ..roots import inside_unit_circle, product
from .lemma import Erratum, Lemma, Proof, Status

H, F1, GAMMA, E, W, Q, K, M, N, T = sp.symbols("h f1 gamma e w q k m n t", real=True)
POWER_K, M_K, N_K, ROOT, ROOT_K = sp.symbols("Q M N z Z", real=True)
BIG, SMALL, SINE, COSINE, SINE_K, COSINE_K = sp.symbols("R r sin cos sin_k cos_k", real=True)
R1 = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
}
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -GAMMA]])
DAMPED = sp.diag(0, 1)
ALTERNATING_STEP = sp.ImmutableMatrix([[1, -E], [E, 1 - E**2]])
SIMULTANEOUS_STEP = sp.ImmutableMatrix([[1, -E], [E, 1]])

# Alternating steps: psi in units of e, q + 1/q = 2 - e^2.
SCALED = sp.ImmutableMatrix([[1, (1 - Q) ** 2 / Q], [1, 1 + (1 - Q) ** 2 / Q]])
POWER = ((POWER_K - 1 / POWER_K) * SCALED - (POWER_K / Q - Q / POWER_K) * sp.eye(2)) / (Q - 1 / Q)
TRACE = POWER_K + 1 / POWER_K
ENTRY = POWER.xreplace({POWER_K: POWER_K / Q})[1, 1]
C, D = sp.symbols("c d", real=True)
ALTERNATING: Formula = conjunction(
    [compare(W * (1 - D), "<", 2 - C), compare(W * (1 + D), "<", 2 + C), compare(W, ">")]
)
FIRST_WINDOW = compare(W * (COSINE * COSINE_K + SINE * SINE_K), "<", 2 * COSINE * COSINE_K)

# Simultaneous steps: eigenvalues m, 2 - m of A, with (m - 1)^2 = -e^2.
SIMULTANEOUS_SCALED = sp.ImmutableMatrix([[1, (1 - M) ** 2], [1, 1]])
SIMULTANEOUS_POWER = (M_K + N_K) / 2 * sp.eye(2) + (M_K - N_K) / (2 * (M - 1)) * (SIMULTANEOUS_SCALED - sp.eye(2))
P_K, P_1, R_K, R_1 = sp.symbols("p_k p_1 R_k R_1", real=True)
SIMULTANEOUS: Formula = conjunction(
    [
        compare(R_1 * (BIG - W), "<", 1),
        compare(W * (R_1 + P_1), "<", 1 + R_K + 2 * P_K),
        compare(W * (R_1 - P_1), "<", 1 + R_K - 2 * P_K),
    ]
)
# A period of two alternating steps at f'(0) = 1, gamma = 1, h = 1/2: w = 1.
COUNTEREXAMPLE: dict[sp.Symbol, sp.Expr] = {E: sp.Rational(1, 2), W: sp.Integer(1)}


def derive(proof: Proof) -> None:
    """The period, its powers, and Jury's conditions for both rules."""
    proof.derived("the Jacobian of v at (0, 0)", R1, "jacobian", JACOBIAN)
    values = {E: H * F1}
    for name, step in (("alternating", ALTERNATING_STEP), ("simultaneous", SIMULTANEOUS_STEP)):
        free, last = step.xreplace(values), (step - W * DAMPED).xreplace(values)
        once = last.xreplace({W: H * GAMMA})
        proof.derived(f"{name}: a step with the penalty", R1 | {"training": {"update": name}}, "update_jacobian", once)
        lazy = R1 | {"training": {"update": name, "lazy": 3}}
        period = product(last.xreplace({W: 3 * H * GAMMA}), free, free)
        proof.derived(
            f"{name}, k = 3: two steps without it, one at three times its weight", lazy, "update_jacobian", period
        )
    _alternating(proof)
    _simultaneous(proof)


def _alternating(proof: Proof) -> None:
    unit = sp.eye(2)
    scale = sp.diag(1, E)
    proof.identity(
        "alternating: with psi in units of e, A has integer powers of q only; q + 1/q = 2 - e^2",
        product(scale.inv(), ALTERNATING_STEP, scale),
        SCALED.xreplace({(1 - Q) ** 2 / Q: -(E**2)}),
    )
    proof.identity("A^0", POWER.xreplace({POWER_K: sp.Integer(1)}), unit)
    proof.identity("A A^n, by induction on n", product(SCALED, POWER), POWER.xreplace({POWER_K: Q * POWER_K}))
    before = POWER.xreplace({POWER_K: POWER_K / Q})
    period = sp.ImmutableMatrix((SCALED - W * DAMPED) * before)
    trace = proof.identity("tr P = tr A^k - w (A^(k-1))_22", period.trace(), TRACE - W * ENTRY)
    determinant = proof.identity("det P = 1 - w", period.det(), 1 - W)
    matrix = sp.ImmutableMatrix([[0, W - 1], [1, C - W * D]])  # trace c - w d, determinant 1 - w
    criterion = proof.equivalent(
        "Jury's conditions are the two inequalities", compare(W, ">"), inside_unit_circle(matrix), ALTERNATING
    )
    proof.implies("then w < 2", ALTERNATING, compare(W, "<", 2))
    halves = {Q: ROOT**2, POWER_K: ROOT_K**2}
    up, down = ROOT_K / ROOT + ROOT / ROOT_K, ROOT_K / ROOT - ROOT / ROOT_K
    below, above = ROOT_K - 1 / ROOT_K, ROOT_K + 1 / ROOT_K
    around = ROOT + 1 / ROOT
    proof.identity("2 - c, with z^2 = q and Z^2 = q^k", (2 - TRACE).xreplace(halves), -(below**2))
    proof.identity("2 + c", (2 + TRACE).xreplace(halves), above**2)
    proof.identity("1 - d", (1 - ENTRY).xreplace(halves), -below * down / around)
    proof.identity("1 + d", (1 + ENTRY).xreplace(halves), above * up / around)
    proof.identity("half angles: 2 (Z/z - z/Z)", 2 * down, below * around - above * (ROOT - 1 / ROOT))
    proof.identity("half angles: 2 (Z/z + z/Z)", 2 * up, above * around - below * (ROOT - 1 / ROOT))
    angles = conjunction(
        [
            compare(SINE**2 + COSINE**2, "==", 1),
            compare(SINE_K**2 + COSINE_K**2, "==", 1),
            *(compare(x, ">") for x in (SINE, COSINE, SINE_K, COSINE_K, W)),
            compare(C, "==", 2 - 4 * SINE_K**2),
            compare((1 - D) * COSINE, "==", 2 * SINE_K * (SINE_K * COSINE - COSINE_K * SINE)),
        ]
    )
    window = proof.equivalent("for 0 < k phi < pi", angles, FIRST_WINDOW, ALTERNATING)
    _large_steps(proof)
    proof.theorem(
        "schur-cohn", "both multipliers lie inside iff the inequalities hold", [trace, determinant, *criterion]
    )
    proof.theorem(
        "map-linear-stability", "lazy R1 converges then, for every k", [trace, determinant, *criterion, *window]
    )


def _large_steps(proof: Proof) -> None:
    """|e| >= 2: q <= -1 is real, z = i sqrt(-q)."""
    beyond = conjunction([compare(SMALL, ">", 1), compare(BIG, ">", 1), compare(W, ">")])
    ratio = (BIG - 1 / BIG) * (BIG / SMALL + SMALL / BIG) / (SMALL - 1 / SMALL)
    for parity, side, sign in (("even", "1 - d", -1), ("odd", "1 + d", 1)):
        root_k = {Q: -(SMALL**2), POWER_K: -sign * BIG**2}
        proof.identity(
            f"|e| > 2, k {parity}: {side}, with q = -r^2 and q^k = {'-' if sign > 0 else ''}R^2",
            (1 + sign * ENTRY).xreplace(root_k),
            ratio,
        )
        proof.identity("its right side", (2 + sign * TRACE).xreplace(root_k), -((BIG - 1 / BIG) ** 2))
    proof.implies("so that inequality fails", beyond, compare(W * ratio, ">", -((BIG - 1 / BIG) ** 2)))
    critical = sp.ImmutableMatrix([[1, -4], [1, -3]])
    powers = sp.eye(2) - N * (critical + sp.eye(2))
    proof.identity(
        "|e| = 2: -A (1 - n (A + 1)) = 1 - (n + 1) (A + 1), by induction on n",
        product(-critical, powers),
        powers.xreplace({N: N + 1}),
    )
    proof.identity("|e| = 2: (-1)^(k-1) d", powers.xreplace({N: K - 1})[1, 1], 2 * K - 1)
    proof.identity("|e| = 2: (-1)^k c", powers.trace(), sp.Integer(2))
    proof.implies(
        "|e| = 2: so w (1 + (2 k - 1)) < 2 - 2 is asked, which fails",
        conjunction([compare(K, ">=", 1), compare(W, ">")]),
        compare(W * 2 * K, ">="),
    )


def _simultaneous(proof: Proof) -> None:
    unit, other = sp.eye(2), 2 - M
    proof.identity("simultaneous: A^0", SIMULTANEOUS_POWER.xreplace({M_K: sp.Integer(1), N_K: sp.Integer(1)}), unit)
    proof.identity(
        "A A^n, by induction on n; m and 2 - m are the eigenvalues of A",
        product(SIMULTANEOUS_SCALED, SIMULTANEOUS_POWER),
        SIMULTANEOUS_POWER.xreplace({M_K: M * M_K, N_K: other * N_K}),
    )
    proof.identity("det A = m (2 - m) = 1 + e^2", SIMULTANEOUS_SCALED.det(), M * other)
    before = SIMULTANEOUS_POWER.xreplace({M_K: M_K / M, N_K: N_K / other})
    period = sp.ImmutableMatrix((SIMULTANEOUS_SCALED - W * DAMPED) * before)
    trace = proof.identity("tr P = 2 p_k - w p_(k-1)", period.trace(), M_K + N_K - W * (M_K / M + N_K / other) / 2)
    determinant = proof.identity("det P = R^(k-1) (R - w)", period.det(), M_K * N_K / (M * other) * (M * other - W))
    matrix = sp.ImmutableMatrix([[0, -R_1 * (BIG - W)], [1, 2 * P_K - W * P_1]])
    known = conjunction([compare(R_K, "==", R_1 * BIG), compare(BIG, ">", 1), compare(R_1, ">=", 1)])
    criterion = proof.equivalent(
        "Jury's conditions are the three inequalities", known, inside_unit_circle(matrix), SIMULTANEOUS
    )
    proof.theorem(
        "schur-cohn", "both multipliers lie inside iff the inequalities hold", [trace, determinant, *criterion]
    )


def printed_holds(proof: Proof) -> bool:
    """They do converge at f'(0) = 1, gamma = 1, k = 2, h = 1/2."""
    converges = inside_unit_circle((ALTERNATING_STEP - W * DAMPED) * ALTERNATING_STEP)
    return proof.decide("lazy R1 with k = 2 never converges", compare(W, ">"), negation(converges), COUNTEREXAMPLE)


LEMMA = Lemma(
    id="lazy-r1",
    source="said in discussions of Karras et al. 2020 and Huang et al. 2024; derived here",
    printed="Lazy regularisation, the penalty at every $k$-th step only, voids the convergence theorem for $R_1$.",
    statement=r"With $e = h f'(0)$, $w = h k \gamma$ and $A$ the Jacobian of a step without the penalty, lazy $R_1$ is "
    r"linearly stable under alternating steps iff $w (1 - d) < 2 - c$ and $w (1 + d) < 2 + c$, where "
    r"$c = \mathrm{tr} A^k$ and $d = (A^{k-1})_{22}$; in particular for $k \varphi < \pi$, "
    r"$|e| = 2 \sin(\varphi/2)$, iff $h k \gamma (1 + \tan\frac{\varphi}{2} \tan\frac{k \varphi}{2}) < 2$. Under "
    r"simultaneous steps it is iff $R - R^{1-k} < w$ and $w (R^{k-1} \pm p_{k-1}) < 1 + R^k \pm 2 p_k$, with "
    r"$R = 1 + e^2$ and $p_n = \mathrm{Re} (1 + i e)^n$.",
    assumptions=(r"$f'(0) \neq 0$", r"$\gamma > 0$", "$h > 0$", r"integer $k \geq 1$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    errata=(
        Erratum(
            where="lazy regularisation",
            failing="a penalty at every $k$-th step voids the theorem",
            right=r"it converges for every $k$; for $k \varphi < \pi$ exactly where "
            r"$h k \gamma (1 + \tan\frac{\varphi}{2} \tan\frac{k \varphi}{2}) < 2$",
            seen=r"$k = 2$ and $f'(0) = \gamma = 1$, $h = 1/2$ converge",
            said=True,
        ),
    ),
    difference="the theorem's conclusion holds for every k, with steps that are about k times smaller",
)
