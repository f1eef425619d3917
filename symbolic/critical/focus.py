r"""Weak foci: eigenvalues +- i w of a flow, or a pair of multipliers on the unit circle.

The linear part conserves the form Q = (J21 x^2 - 2 J11 x y - J12 y^2) of a flow with tr J = 0 < det J, and
Q = (M21 x^2 + (M22 - M11) x y - M12 y^2) of a map with det M = 1 and |tr M| < 2. The first coefficient eta_k of
``homological`` that is not 0 decides. With s the sign of Q, |V| changes by s^{k+1} eta_k |Q|^k: if that is negative,
the equilibrium is asymptotically stable and r decays like t^(-1/(2k-2)); if positive, it is unstable.

For a map and "every sufficiently small h" signs are those of the lowest power of h; resonances (roots of unity among
the multipliers) are zeros of denominators, of which there are none for small h > 0.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.polys.rings import PolyElement, PolyRing

from ..criteria import Sign
from .expansion import Expansion, Pair
from .homological import Remembered, changes, truncated
from .substitution import substitution


@dataclass(frozen=True, slots=True)
class Focus:
    """What the Lyapunov function says.

    Attributes:
        stable: Whether the equilibrium is asymptotically stable (else it is unstable).
        weight: w; V changes by eta_w x^p H^i with w = p + (2n+2) i.
        coefficient: eta_w times the sign that makes negative stable.
        function: V as far as it matters.
    """

    stable: bool
    weight: int
    coefficient: sp.Expr
    function: sp.Expr


def flow_focus(expansion: Expansion, sign: Sign) -> Focus | None:
    """Decides a flow with a purely imaginary pair; None if every coefficient up to the order is 0.

    Args:
        expansion: The field; tr J = 0 and det J > 0 are the caller's to show.
        sign: Decides signs of parameter expressions.
    """
    return decided(expansion, *_flow_identities(expansion.ring, expansion.rows, expansion.order), sign)


@functools.lru_cache(maxsize=64)
def _flow_identities(ring: PolyRing, rows: Pair, order: int) -> tuple[PolyElement, Remembered]:
    """The conserved form and the changes of V along the flow; the same on every cell."""
    first, second = rows
    x, y = ring.gens
    form = linear_part(second, 0) * x**2 - 2 * linear_part(first, 0) * x * y - linear_part(first, 1) * y**2

    linear_rows = [linear_part(row, 0) * x + linear_part(row, 1) * y for row in rows]

    def change(function: PolyElement, degree: int) -> PolyElement:
        return truncated(function.diff(x) * first + function.diff(y) * second, degree)

    def linear(function: PolyElement, degree: int) -> PolyElement:
        return function.diff(x) * linear_rows[0] + function.diff(y) * linear_rows[1]

    return form, Remembered(lambda: changes(ring, form, change, linear, order + 1))


def map_focus(expansion: Expansion, images: Pair, sign: Sign) -> Focus | None:
    """Decides a map with a pair of multipliers on the unit circle; None if every coefficient up to the order is 0.

    Args:
        expansion: The field; det M = 1 and |tr M| < 2 are the caller's to show.
        images: The map, in the expansion's coordinates.
        sign: Decides signs of expressions in the parameters and h.

    Raises:
        ZeroDivisionError: At a resonance.
    """
    return decided(expansion, *_map_identities(expansion.ring, images, expansion.order), sign)


@functools.lru_cache(maxsize=64)
def _map_identities(ring: PolyRing, images: Pair, order: int) -> tuple[PolyElement, Remembered]:
    """The conserved form and the changes of V under the map; the same on every cell."""
    first, second = images
    x, y = ring.gens
    form = (
        linear_part(second, 0) * x**2
        + (linear_part(second, 1) - linear_part(first, 0)) * x * y
        - linear_part(first, 1) * y**2
    )

    forward = substitution(ring, first, second, order + 1)
    linear_x, linear_y = (linear_part(row, 0) * x + linear_part(row, 1) * y for row in images)
    forward_linear = substitution(ring, linear_x, linear_y, order + 1)

    def change(function: PolyElement, degree: int) -> PolyElement:
        return forward(function, degree) - function

    def linear(function: PolyElement, degree: int) -> PolyElement:
        return forward_linear(function, degree) - function

    return form, Remembered(lambda: changes(ring, form, change, linear, order + 1))


def linear_part(row: PolyElement, coordinate: int) -> Any:
    """The coefficient of x (0) or y (1)."""
    return row.get((1, 0) if coordinate == 0 else (0, 1), row.ring.domain.zero)


def decided(expansion: Expansion, form: PolyElement, steps: Remembered, sign: Sign) -> Focus | None:
    """What the first coefficient that is not 0 says; None if there is none, or its term has no mean.

    Args:
        expansion: Where coefficients become expressions.
        form: The conserved function H, which is definite.
        steps: The coefficients in order.
        sign: Decides signs of expressions in the parameters and h.

    Raises:
        ZeroDivisionError: At a resonance.
    """
    found = next((step for step in steps if expansion.sign(step.eta, sign)), None)
    if found is None or found.rest % 2:
        return None
    for coefficient in found.function.coeffs():
        # A denominator that vanishes somewhere on the cell is a resonance there.
        if expansion.sign(expansion.ring.domain.convert(expansion.ring.domain.denom(coefficient)), sign) == 0:
            raise ZeroDivisionError("a resonance")
    lowest = next((c for (_, j), c in form.terms() if j == 0), expansion.ring.domain.zero)
    orientation = expansion.sign(lowest, sign)
    if orientation == 0:
        return None
    # With H < 0, V falls in absolute value where it grows; x^p H^i has the sign of H^i.
    effective = found.eta * orientation ** (found.power + 1)
    weight = found.rest + found.power * max(i for i, j in form.itermonoms() if j == 0)
    stable = expansion.sign(effective, sign) < 0
    return Focus(stable, weight, expansion.expression(effective), expansion.shown(found.function))
