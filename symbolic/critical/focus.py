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

import sympy as sp
from sympy.polys.fields import FracElement
from sympy.polys.rings import PolyElement, PolyRing

from ..criteria import Sign
from ..updates import Rule, Steps
from .expansion import Expansion, substitution
from .homological import Remembered, changes, truncated


@dataclass(frozen=True, slots=True)
class Focus:
    """What the Lyapunov function says.

    Attributes:
        stable: Whether the equilibrium is asymptotically stable (else it is unstable).
        order: k; the radius decays, or grows, like the (2k-1)-th power says.
        coefficient: eta_k times the sign that makes negative stable.
    """

    stable: bool
    order: int
    coefficient: sp.Expr


def flow_focus(expansion: Expansion, sign: Sign) -> Focus | None:
    """Decides a flow with a purely imaginary pair; None if every coefficient up to the order is 0.

    Args:
        expansion: The field; tr J = 0 and det J > 0 are the caller's to show.
        sign: Decides signs of parameter expressions.
    """
    return _decided(expansion, *_flow_identities(expansion.ring, expansion.rows, expansion.order), sign)


@functools.lru_cache(maxsize=64)
def _flow_identities(
    ring: PolyRing, rows: tuple[PolyElement, PolyElement], order: int
) -> tuple[PolyElement, Remembered]:
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


def map_focus(expansion: Expansion, rule: Rule, steps: Steps, sign: Sign) -> Focus | None:
    """Decides a map with a pair of multipliers on the unit circle; None if every coefficient up to the order is 0.

    Args:
        expansion: The field; det M = 1 and |tr M| < 2 are the caller's to show.
        rule: The training rule.
        steps: Its counts.
        sign: Decides signs of expressions in the parameters and h.

    Raises:
        ZeroDivisionError: At a resonance.
    """
    images = expansion.period(rule, steps)
    return _decided(expansion, *_map_identities(expansion.ring, images, expansion.order), sign)


@functools.lru_cache(maxsize=64)
def _map_identities(
    ring: PolyRing, images: tuple[PolyElement, PolyElement], order: int
) -> tuple[PolyElement, Remembered]:
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


def linear_part(row: PolyElement, coordinate: int) -> FracElement:
    """The coefficient of x (0) or y (1)."""
    return row.get((1, 0) if coordinate == 0 else (0, 1), row.ring.domain.zero)


def _decided(expansion: Expansion, form: PolyElement, steps: Remembered, sign: Sign) -> Focus | None:
    found = next((step for step in steps if element_sign(expansion, step.eta, sign)), None)
    if found is None:
        return None
    for coefficient in found.function.coeffs():
        # A denominator that vanishes somewhere on the cell is a resonance there.
        if element_sign(expansion, expansion.ring.domain.convert(coefficient.denom), sign) == 0:
            raise ZeroDivisionError("a resonance")
    orientation = element_sign(expansion, form.get((2, 0), expansion.ring.domain.zero), sign)
    if orientation == 0:
        return None
    effective = found.eta * orientation ** (found.order + 1)
    return Focus(element_sign(expansion, effective, sign) < 0, found.order, expansion.expression(effective))


def element_sign(expansion: Expansion, element: FracElement, sign: Sign) -> int:
    """Sign of a quotient as the product of the signs of its parts, each a polynomial in the parameters and h.

    Raises:
        ZeroDivisionError: If the denominator vanishes.
    """
    if not element:
        return 0
    domain = expansion.ring.domain
    parts = [expansion.expression(domain.convert(part)) for part in (element.numer, element.denom)]
    below = sign(sp.expand(parts[1]))
    if below == 0:
        raise ZeroDivisionError("a resonance")
    return sign(sp.expand(parts[0])) * below
