r"""One multiplier at the boundary, the other inside: reduction to a line.

Flow: eigenvalues 0 and lambda < 0. Along r (J r = 0) there is a centre manifold, on which u' = c u^k + O(u^{k+1}) with
the first c != 0. The equilibrium is asymptotically stable iff k is odd and c < 0; otherwise it is unstable (Carr 1981).
Map: multipliers 1 and mu with |mu| < 1; u -> u + c u^k + O(u^{k+1}), with the same answer.
The manifold is found degree by degree; the calculation needs no eigenvalue beyond the trace.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..criteria import Sign
from .expansion import Expansion, Pair
from .homological import truncated


@dataclass(frozen=True, slots=True)
class Reduced:
    """The reduced equation u' = c u^k (or u -> u + c u^k).

    Attributes:
        stable: Whether the equilibrium is asymptotically stable (else it is unstable).
        power: k.
        coefficient: c.
    """

    stable: bool
    power: int
    coefficient: sp.Expr


def flow_reduction(expansion: Expansion, sign: Sign) -> Reduced | None:
    """Decides a flow with eigenvalues 0 and lambda < 0; None if the reduced field is flat up to the order.

    Args:
        expansion: The field; det J = 0 and tr J < 0 are the caller's to show.
        sign: Decides signs of parameter expressions.
    """
    return _reduced(expansion, expansion.rows, sign)


def map_reduction(expansion: Expansion, images: Pair, sign: Sign) -> Reduced | None:
    """Decides a map with multipliers 1 and mu, |mu| < 1; None if the reduced map is the identity up to the order.

    Args:
        expansion: The field.
        images: The map, in the expansion's coordinates.
        sign: Decides signs of expressions in the parameters and h.
    """
    first, second = images
    x, y = expansion.coordinates
    return _reduced(expansion, (first - x, second - y), sign)


def _reduced(expansion: Expansion, rows: Pair, sign: Sign) -> Reduced | None:
    """Works with A = J (flow) or A = M - 1 (map): A r = 0, A q = lambda q with lambda = tr A."""
    ring = expansion.ring
    a, b, c, d = (entry for row in rows for entry in expansion.linear(row))
    rate = a + d
    # r spans the kernel and q the image; of the two rows (columns) of A one is not 0.
    first_row = expansion.sign(a, sign) or expansion.sign(b, sign)
    first_column = expansion.sign(a, sign) or expansion.sign(c, sign)
    kernel = (-b, a) if first_row else (-d, c)
    image = (a, c) if first_column else (b, d)
    if expansion.sign(kernel[0] * image[1] - kernel[1] * image[0], sign) == 0:
        return None
    slow, fast = expansion.in_basis(rows, kernel, image)
    u, _ = ring.gens
    manifold = ring.zero
    for degree in range(2, expansion.order + 1):
        reduced = expansion.composed(slow, u, manifold, degree)
        coefficient = reduced.get((degree, 0), ring.domain.zero)
        value = expansion.sign(coefficient, sign)
        if value:
            return Reduced(degree % 2 == 1 and value < 0, degree, expansion.expression(coefficient))
        # Invariance: w = m(u). While the slow part is 0, the fast part has to vanish on it, for flow and map alike.
        rest = expansion.composed(fast, u, manifold, degree).get((degree, 0), ring.domain.zero)
        manifold = truncated(manifold - u**degree * (rest / rate), expansion.order)
    return None
