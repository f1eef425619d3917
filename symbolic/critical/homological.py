r"""Lyapunov functions degree by degree, for planar flows and maps whose leading part conserves a definite function.

Count x with weight 1 and y with weight n + 1, and let the leading part conserve a definite H of weight 2n + 2: for
n = 0 a quadratic form and a linear part that rotates, for n > 0 the function y^2/2 + c x^{2n+2} and the nilpotent field
(y, -(2n+2) c x^{2n+1}). A function V = H + V_{2n+3} + V_{2n+4} + ... is sought with

    flow:  grad V . v       = sum of eta_w x^p H^i
    map:   V(F(x)) - V(x)   = sum of eta_w x^p H^i,        w = p + (2n+2) i > 2n + 2.

Weight by weight this is a linear equation A V_{w-n} = R_w for a quasi-homogeneous polynomial, where A is the derivative
along the leading field (for a map with n = 0: A V = V(M x) - V(x)). The polynomials x^p H^i with p <= 2n complement the
image of A, so that one number eta_w makes the equation solvable. The first eta_w that is not 0 decides if p is even:
then x^p H^i is nowhere negative and has a positive mean along the closed orbits of the leading part, and the sign of
eta_w says whether V falls or grows along every trajectory near the equilibrium, up to a further change of V (Lyapunov).
For odd p the mean is 0, and V would have to leave the polynomials.

Nothing is assumed about eigenvalues: the coefficients stay in the field of the parameters, and resonances show up as
denominators that vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sympy.polys.matrices import DomainMatrix
from sympy.polys.rings import PolyElement, PolyRing

Weights = tuple[int, int]
_PLAIN: Weights = (1, 1)


@dataclass(frozen=True, slots=True)
class LyapunovStep:
    """One weight of the change of V.

    Attributes:
        power: i in eta_w x^p H^i.
        rest: p.
        eta: The coefficient.
        function: V as far as it is determined.
    """

    power: int
    rest: int
    eta: Any
    function: PolyElement


def homogeneous(polynomial: PolyElement, degree: int, weights: Weights = _PLAIN) -> PolyElement:
    """The terms of one weight."""
    p, q = weights
    return polynomial.ring.from_dict({m: c for m, c in polynomial.terms() if p * m[0] + q * m[1] == degree})


def truncated(polynomial: PolyElement, degree: int, weights: Weights = _PLAIN) -> PolyElement:
    """The terms up to a weight."""
    p, q = weights
    return polynomial.ring.from_dict({m: c for m, c in polynomial.terms() if p * m[0] + q * m[1] <= degree})


Change = Callable[[PolyElement, int], PolyElement]


def changes(
    ring: PolyRing, form: PolyElement, change: Change, leading: Change, highest: int, n: int = 0
) -> Iterator[LyapunovStep]:
    """Builds V weight by weight; yields every eta, zero or not, as an identity in the parameters.

    Args:
        ring: Polynomials in (x, y) over the parameters' field.
        form: The conserved function H.
        change: The change of a function, up to a weight: grad V . v, or V(F(x)) - V(x).
        leading: The same for the leading part of the field or map alone.
        highest: The weight up to which ``change`` is exact.
        n: y has the weight n + 1.

    Yields:
        The steps. The k-th counts on the part of the parameter space where all before it vanish.

    Raises:
        ZeroDivisionError: If an equation has no solution, which a resonance causes.
    """
    weights, period = (1, n + 1), 2 * n + 2
    function, total = form, change(form, highest)
    for weight in range(period + n + 1, highest + 1):
        power, rest = divmod(weight, period)
        complement = None if rest == period - 1 else ring.gens[0] ** rest * form**power
        wanted = homogeneous(total, weight, weights)
        correction, eta = _solved(ring, leading, wanted, weight, complement, n)
        function = function - correction
        if weight < highest:
            total = total - change(correction, highest)
        if complement is not None:
            yield LyapunovStep(power, rest, eta, function)


def _solved(
    ring: PolyRing, leading: Change, wanted: PolyElement, weight: int, complement: PolyElement | None, n: int
) -> tuple[PolyElement, Any]:
    """V_{w-n} and eta with A V_{w-n} + eta x^p H^i = R_w (eta = 0 where nothing has to be complemented)."""
    domain = ring.domain
    monomials = _monomials(weight - n, n)
    columns = [leading(ring.from_dict({m: domain.one}), weight) for m in monomials]
    if complement is not None:
        columns.append(complement)
    rows = [[column.get(m, domain.zero) for column in [*columns, wanted]] for m in _monomials(weight, n)]
    reduced, pivots = DomainMatrix(rows, (len(rows), len(columns) + 1), domain).to_field().rref()
    if len(columns) in pivots:
        raise ZeroDivisionError("a resonance: the equation for the Lyapunov function has no solution")
    values = [domain.zero] * len(columns)
    dense = reduced.to_list()
    for row, pivot in enumerate(pivots):
        values[pivot] = dense[row][-1]
    if complement is not None and len(columns) - 1 not in pivots:
        raise ZeroDivisionError("the conserved function is not conserved")
    solution = ring.from_dict(dict(zip(monomials, values, strict=False)))
    return solution, values[-1] if complement is not None else domain.zero


def _monomials(weight: int, n: int) -> list[tuple[int, int]]:
    """Exponents of the monomials of a weight, x with weight 1 and y with weight n + 1."""
    return [(weight - (n + 1) * j, j) for j in range(weight // (n + 1) + 1)]


class Remembered:
    """An iterator's values, kept, so that several cells can walk through the same costly identities.

    An interruption in the middle of a step loses that step only: the next walk starts the iterator anew.

    Args:
        start: Makes the iterator.
    """

    def __init__(self, start: Callable[[], Iterator[LyapunovStep]]) -> None:
        self._start, self._values = start, start()
        self._known: list[LyapunovStep] = []

    def __iter__(self) -> Iterator[LyapunovStep]:
        position = 0
        while True:
            if position == len(self._known):
                try:
                    self._known.append(next(self._values))
                except StopIteration:
                    return
                except BaseException:
                    self._values, self._known = self._start(), []
                    raise
            yield self._known[position]
            position += 1
