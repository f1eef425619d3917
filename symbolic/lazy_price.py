r"""What lazy penalties cost: the exact condition on (h, gamma, k, f1), beside that of the penalty at every step.

On a centre with a penalty that damps psi alone, v' = [[0, -p], [q, -g]] with p q > 0 and v' = [[0, -p], [q, 0]] without
the penalty, let e^2 = h^2 p q and w = h k g. By the lemma ``lazy-r1`` a period of k steps converges linearly

    alternating, for e < 2 sin(pi/(2 k)):   iff   w (1 + tan(phi/2) tan(k phi/2)) < 2,    e = 2 sin(phi/2);
    simultaneous:   iff   R - R^{1-k} < w,    w (R^{k-1} +- p_{k-1}) < 1 + R^k +- 2 p_k,

with R = 1 + e^2 and p_n = R^{n/2} cos(n atan e). Beyond 2 sin(pi/(2 k)) alternating steps have further windows. With
the penalty at every step the first condition reads h g (1 + tan(phi/2)^2) < 2, so that the price of being lazy is a
largest step that is about k times smaller; for small steps both damp alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .decision.prover import Prover
from .formula import Formula, compare, conjunction
from .regions import step_size_region
from .updates import Alternating, Linearisation, Simultaneous, Stepwise, period_matrix


@dataclass(frozen=True, slots=True)
class LazyPrice:
    """A lazy penalty and the same one at every step.

    Attributes:
        every: k.
        window: The steps 0 < h that converge linearly, in closed form; for alternating steps those below ``limit``.
        limit: Where that ends: an upper bound on h; None if it does not.
        at_every_step: The steps that do with the penalty at every step.
    """

    every: int
    window: Formula
    limit: Formula | None
    at_every_step: Formula | None


def lazy_price(rule: Stepwise, at: Linearisation, h: sp.Symbol, assumed: Formula, prover: Prover) -> LazyPrice | None:
    """The closed form, for gradient steps on a centre with a penalty that damps psi alone.

    Args:
        rule: A lazy rule.
        at: v'(x*) with and without the penalty.
        h: The step size.
        assumed: The hypotheses.
        prover: Proves that the case is this one.

    Returns:
        The conditions; None for other rules and games.
    """
    plain, free, k = type(rule)(), at.free, rule.lazy
    if free is None or rule != type(rule)(lazy=k):
        return None
    (a, b, c, d), (_, p, q, damping) = free, at.field - free
    damping = -damping
    product = sp.expand(-b * c)
    same = all(sp.expand(e) == 0 for e in (a, d, p, q, at.field[0, 0]))
    turns = conjunction([compare(product, ">"), compare(damping, ">")])
    if not same or not prover.proves(assumed, turns, "a centre that is damped"):
        return None
    square = h**2 * product
    e, w = h * sp.sqrt(product), h * k * damping
    region = step_size_region(period_matrix(plain, Linearisation(at.field), h), h, assumed, prover)
    if isinstance(rule, Alternating):
        phi = 2 * sp.asin(e / 2)
        window = compare(w * (1 + sp.tan(phi / 2) * sp.tan(k * phi / 2)), "<", 2)
        return LazyPrice(k, window, compare(e, "<", 2 * sp.sin(sp.pi / (2 * k))), region)
    assert isinstance(rule, Simultaneous)
    ratio, angle = 1 + square, sp.atan(e)
    last, before = (ratio ** sp.Rational(n, 2) * sp.cos(n * angle) for n in (k, k - 1))
    window = conjunction(
        [
            compare(ratio - ratio ** (1 - k), "<", w),
            compare(w * (ratio ** (k - 1) + before), "<", 1 + ratio**k + 2 * last),
            compare(w * (ratio ** (k - 1) - before), "<", 1 + ratio**k - 2 * last),
        ]
    )
    return LazyPrice(k, window, None, region)
