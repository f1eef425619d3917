r"""Lyapunov functions degree by degree, for planar flows and maps whose linear part conserves a definite form.

Let Q be a definite quadratic form that the linear part conserves. A function V = Q + V_3 + V_4 + ... is sought with

    flow:  grad V . v       = eta_2 Q^2 + eta_3 Q^3 + ...
    map:   V(F(x)) - V(x)   = eta_2 Q^2 + eta_3 Q^3 + ...

Degree by degree this is a linear equation A V_d = R_d for a homogeneous polynomial V_d, where A V = grad V . J x for a
flow and A V = V(M x) - V(x) for a map. A is invertible in odd degrees; in even degrees its kernel is spanned by
Q^{d/2}, and one number eta_{d/2} makes the equation solvable. The first eta that is not 0 decides: with the sign of Q
it says whether |V| falls or grows along every trajectory near the equilibrium (Lyapunov), and Q^k measures the rate.

Nothing is assumed about eigenvalues: the coefficients stay in the field of the parameters, and resonances show up as
denominators that vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sympy.polys.fields import FracElement
from sympy.polys.matrices import DomainMatrix
from sympy.polys.rings import PolyElement, PolyRing


@dataclass(frozen=True, slots=True)
class LyapunovStep:
    """One even degree of the change of V.

    Attributes:
        order: k in eta_k Q^k, at least 2.
        eta: The coefficient.
        function: V up to degree 2 k.
    """

    order: int
    eta: FracElement
    function: PolyElement


def homogeneous(polynomial: PolyElement, degree: int) -> PolyElement:
    """The terms of one degree."""
    ring = polynomial.ring
    return ring.from_dict({m: c for m, c in polynomial.terms() if sum(m) == degree})


def truncated(polynomial: PolyElement, degree: int) -> PolyElement:
    """The terms up to a degree."""
    ring = polynomial.ring
    return ring.from_dict({m: c for m, c in polynomial.terms() if sum(m) <= degree})


Change = Callable[[PolyElement, int], PolyElement]


def changes(ring: PolyRing, form: PolyElement, change: Change, linear: Change, highest: int) -> Iterator[LyapunovStep]:
    """Builds V degree by degree; yields every eta, zero or not, as an identity in the parameters.

    Args:
        ring: Polynomials in (x, y) over the parameters' field.
        form: The conserved form Q.
        change: The change of a function, up to a degree: grad V . v, or V(F(x)) - V(x).
        linear: The same for the linear part of the field or map alone.
        highest: The degree up to which ``change`` is exact.

    Yields:
        The steps. The k-th counts on the part of the parameter space where all before it vanish.

    Raises:
        ZeroDivisionError: If an equation has no solution, which a resonance causes.
    """
    function, power = form, form
    total = change(form, highest)
    for degree in range(3, highest + 1):
        power = power * form if degree % 2 == 0 else power
        rest = homogeneous(total, degree)
        correction, eta = _solved(ring, linear, rest, degree, None if degree % 2 else power)
        function = function - correction
        if degree < highest:
            total = total - change(correction, highest)
        if degree % 2:
            continue
        yield LyapunovStep(degree // 2, eta, function)


def _solved(
    ring: PolyRing,
    linear: Change,
    rest: PolyElement,
    degree: int,
    power: PolyElement | None,
) -> tuple[PolyElement, FracElement]:
    """V_d and eta with A V_d + eta Q^{d/2} = R_d (eta = 0 in odd degrees)."""
    domain = ring.domain
    monomials = [(degree - k, k) for k in range(degree + 1)]
    columns = [linear(ring.from_dict({m: domain.one}), degree) for m in monomials]
    if power is not None:
        columns.append(power)
    rows = [[column.get(m, domain.zero) for column in [*columns, rest]] for m in monomials]
    reduced, pivots = DomainMatrix(rows, (len(rows), len(columns) + 1), domain).to_field().rref()
    if len(columns) in pivots:
        raise ZeroDivisionError("a resonance: the equation for the Lyapunov function has no solution")
    values = [domain.zero] * len(columns)
    dense = reduced.to_list()
    for row, pivot in enumerate(pivots):
        values[pivot] = dense[row][-1]
    if power is not None and len(columns) - 1 not in pivots:
        raise ZeroDivisionError("the conserved form is not conserved")
    solution = ring.from_dict(dict(zip(monomials, values, strict=False)))
    return solution, values[-1] if power is not None else domain.zero


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
