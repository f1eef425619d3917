r"""A nilpotent linear part that is not 0: both eigenvalues of the flow are 0, or both multipliers of the map are 1.

With a basis such that J e2 = e1, J e1 = 0 and with y the change of x, the flow is x' = y, y' = f(x) + g(x) y + O(y^2),
and the map x -> x + y, y -> y + f(x) + g(x) y + O(y^2). Let f = a x^m + ..., g = b x^k + ... . Then (Andreev 1958 for
the flow):

- m even, or a > 0: the index of x* is 0 or -1, but an asymptotically stable point of the plane has index 1. Unstable.
- m = 2n + 1, a < 0, and k < n, or k = n with b^2 + 4 (n+1) a >= 0: a node if k is even, stable iff b < 0; an elliptic
  sector if k is odd. For maps only k = n is used, where the leading part (y, a x^m + b x^n y) decides by its rays.
- m = 2n + 1, a < 0, k = n even, b^2 + 4 (n+1) a < 0: the leading part turns, and H = y^2/2 - a x^{2n+2}/(2n+2) changes
  by b x^n y^2: stable iff b < 0.
- m = 2n + 1, a < 0, otherwise: the leading part conserves H, and the coefficients of ``homological`` decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy.polys.rings import PolyElement

from ..criteria import Sign
from .expansion import Expansion, Pair, substitution
from .focus import decided
from .homological import Remembered, changes, truncated


@dataclass(frozen=True, slots=True)
class Nilpotent:
    """What the normal form says.

    Attributes:
        stable: Whether x* is asymptotically stable (else it is not).
        reason: In words.
    """

    stable: bool
    reason: str


def nilpotent(expansion: Expansion, rows: Pair, sign: Sign, *, is_map: bool) -> Nilpotent | None:
    """Decides a nilpotent linear part that is not 0.

    Args:
        expansion: Where the coefficients live.
        rows: The field, or the displacement F - id of the map; its linear part is nilpotent and not 0.
        sign: Decides signs of expressions in the parameters (and h).
        is_map: Whether the rows are a displacement.

    Returns:
        The conclusion; None if the terms up to the expansion's order do not decide.

    Raises:
        ZeroDivisionError: If a denominator vanishes on the cell.
    """
    domain = expansion.ring.domain
    a, b = expansion.linear(rows[0])
    c, _ = expansion.linear(rows[1])
    if expansion.sign(b, sign):
        rows = expansion.in_basis(rows, (b, -a), (domain.zero, domain.one))
    elif expansion.sign(c, sign):
        rows = expansion.in_basis(rows, (domain.zero, c), (domain.one, domain.zero))
    else:
        return None
    straight = _straightened(expansion, rows, is_map)
    f = {i: v for (i, j), v in straight.terms() if j == 0 and i >= 2}
    g = {i: v for (i, j), v in straight.terms() if j == 1 and i >= 1}
    m = next((i for i in sorted(f) if expansion.sign(f[i], sign)), None)
    if m is None:
        return None
    lead = expansion.sign(f[m], sign)
    if m % 2 == 0 or lead > 0:
        return Nilpotent(
            False, f"its normal form x' = y, y' = a x**{m} + ... has index {0 if m % 2 == 0 else -1}, not 1"
        )
    n = (m - 1) // 2
    k = next((i for i in sorted(g) if i <= n and expansion.sign(g[i], sign)), None)
    if k is None:
        return _monodromic(expansion, straight, f[m], n, sign, is_map)
    pushes = expansion.sign(g[k], sign)
    words = f"its normal form is x' = y, y' = a x**{m} + b x**{k} y + ... with a < 0, b {'<' if pushes < 0 else '>'} 0"
    turns = k == n and expansion.sign(g[k] ** 2 + f[m] * (4 * (n + 1)), sign) < 0
    if (turns and n % 2) or (k < n and is_map):
        return None
    if k % 2:
        return Nilpotent(False, f"{words}: an elliptic sector")
    return Nilpotent(
        pushes < 0, f"{words}: {'it turns and' if turns else 'a node, which'} {'attracts' if pushes < 0 else 'repels'}"
    )


def _straightened(expansion: Expansion, rows: Pair, is_map: bool) -> PolyElement:
    """The change of y in the coordinates (x, y), where y is the change of x; rows are (y + ..., ...)."""
    ring, order = expansion.ring, expansion.order
    x, y = ring.gens
    change = _change_along(expansion, rows, order, is_map)
    new = truncated(rows[0], order)
    second = change(new, order)
    # new(x, y) = y + higher terms is solved for y, degree by degree.
    old = y
    for _ in range(order):
        old = truncated(old + y - substitution(ring, x, old, order)(new, order), order)
    return substitution(ring, x, old, order)(second, order)


def _change_along(
    expansion: Expansion, rows: Pair, highest: int, is_map: bool
) -> Callable[[PolyElement, int], PolyElement]:
    """The change of a function along a field, or under the map with a displacement, up to a degree."""
    x, y = expansion.ring.gens
    ring = expansion.ring
    if is_map:
        forward = substitution(ring, x + rows[0], y + rows[1], highest)
        return lambda function, degree: truncated(forward(function, degree) - function, degree)
    return lambda function, degree: truncated(function.diff(x) * rows[0] + function.diff(y) * rows[1], degree)


def _monodromic(
    expansion: Expansion, straight: PolyElement, a: Any, n: int, sign: Sign, is_map: bool
) -> Nilpotent | None:
    ring, weights = expansion.ring, (1, n + 1)
    x, y = ring.gens
    period = 2 * n + 2
    # H / (-a): x^(2n+2)/(2n+2) - y^2/(2a), positive.
    energy = x**period * (ring.domain.one / period) - y**2 * (ring.domain.one / (2 * a))
    leading_rows = (y, x ** (period - 1) * a)

    # What is cut off at degree N + 1 has at least that weight, and y's own weight comes on top.
    highest = expansion.order + 1 + n
    whole = _change_along(expansion, (y, straight), highest, is_map)

    def change(function: PolyElement, weight: int) -> PolyElement:
        return truncated(whole(function, weight), weight, weights)

    def leading(function: PolyElement, _: int) -> PolyElement:
        return function.diff(x) * leading_rows[0] + function.diff(y) * leading_rows[1]

    found = decided(expansion, energy, Remembered(lambda: changes(ring, energy, change, leading, highest, n)), sign)
    if found is None:
        return None
    words = (
        f"its leading part x' = y, y' = a x**{period - 1} turns, and the coefficient of weight {found.weight} decides"
    )
    return Nilpotent(found.stable, words)
