"""Theorems that lemmas of the catalogue use and no ruling of the engine does."""

from __future__ import annotations

from .theorem import Theorem

LEMMA_THEOREMS: tuple[Theorem, ...] = (
    Theorem(
        "lyapunov-equation",
        "Every eigenvalue of J has negative real part: some P > 0 has P J + J^T P = -1, and every map 1 + h J + "
        "O(h^2) contracts the norm of P for all small h > 0.",
        "Lyapunov 1892; Khalil 1996, theorem 4.6",
    ),
    Theorem(
        "closed-level-curves",
        "E is C^2 near x* in the plane with grad E(x*) = 0 and E''(x*) positive definite: the level sets of E near "
        "x* are closed curves around it. If E is constant along the trajectories of a C^1 field v that vanishes "
        "near x* only at x*, each of these curves is one periodic orbit.",
        "boundary of a convex set; Arnold 1989, section 4; Hirsch & Smale 1974, chapter 11",
    ),
    Theorem(
        "hurwitz-minors",
        "All roots of a real monic polynomial of degree n have negative real part if and only if the leading "
        "principal minors of its Hurwitz matrix are positive.",
        "Hurwitz 1895; Gantmacher 1959, chapter XV",
    ),
    Theorem(
        "schur-hurwitz",
        "All roots of a real monic p of degree n have modulus below 1 if and only if (-1)^n p(-1) > 0 and the "
        "Hurwitz minors of (1 - w)^n p((1 + w)/(1 - w)) are positive. If one of these is negative, p has a root of "
        "modulus above 1.",
        "Hurwitz 1895, with z = (1 + w)/(1 - w); the second part by continuity",
    ),
    Theorem(
        "ito",
        "dX = v(X) dt + sum_i g_i(X) dB_i with independent Brownian motions, U twice continuously differentiable "
        "where X stays: dU = (grad U . v + sum_i g_i^T U'' g_i / 2) dt + sum_i grad U . g_i dB_i.",
        "Ito 1951; Mao 2007, theorem 1.6.4",
    ),
    Theorem(
        "brownian-strong-law",
        "B_t / t tends to 0 almost surely as t grows: log |X_t| = c + m t + r B_t has the exponent m.",
        "Mao 2007, theorem 1.3.4; Karatzas & Shreve 1991, problem 2.9.3",
    ),
    Theorem(
        "positive-supermartingale",
        "For adapted q with locally bounded squares, the exponential of the integral of q dB less half that of q^2 "
        "dt is a positive supermartingale: almost surely it converges, and is bounded.",
        "Doob 1953; Karatzas & Shreve 1991, problem 1.3.16",
    ),
    Theorem(
        "geometric-brownian-mean",
        "dV = m V dt + r V dB with V_0 > 0 has the mean E V_t = V_0 exp(m t).",
        "Mao 2007, section 3.4",
    ),
    Theorem(
        "monotone-exit",
        "v is continuous on 0 <= x1 <= c, x2 >= 0 with unique solutions, v1 > 0 where x2 > 0, v2 > 0 where x2 = 0 "
        "and 0 < x1 < c, and v2 < 0 where x2 is large: every trajectory from 0 < x1 < c, x2 > 0 reaches x1 = c.",
        "x1 grows, and a limit of it would have v1 = 0 on an invariant set (LaSalle 1960)",
    ),
    Theorem(
        "van-der-pol",
        "y'' = mu (1 - y^2) y' - y with mu > 0 has exactly one closed orbit, and every trajectory but the rest "
        "at 0 tends to it.",
        "Lienard 1928; Perko 2001, section 3.8",
    ),
    Theorem(
        "kantorovich-rubinstein",
        "W1(p, q) <= E|x - y| for every coupling (x, y) of p and q, and W1(p, q) >= |E_p g - E_q g| for every g "
        "with Lipschitz constant 1.",
        "Kantorovich & Rubinstein 1958; Villani 2009, theorem 5.10",
    ),
    Theorem(
        "variational-divergences",
        "KL(p, q) >= E_p g - log E_q exp(g) for every bounded g; JS(p, q) = log 2 + sup (E_p log D + E_q log(1 - "
        "D))/2 over D with values in [0, 1].",
        "Donsker & Varadhan 1975; Goodfellow et al. 2014, theorem 1",
    ),
)
