r"""How far a measured rate may be from the largest multiplier's: the run is at a distance from x*, and turns.

    x_(k+1) - x* = M (x_k - x*) + e_k,    |e_k| <= c |x_k - x*|^2,    rho = the spectral radius of M

A line is fitted to log |x_k - x*| over N periods that begin at the distance d (rho > 1: that end there). Points off a
line by at most B change its slope by 3 B/N for least squares (sum |t| / sum t^2 = 3/N on [-N/2, N/2]), and by
2 B/(0.29 N) for the median of all pairwise slopes, half of which lie at least (1 - 2^(-1/2)) N apart.

Where the multipliers of modulus rho have all their eigenvectors, with V those of M and kappa = cond(V):
- *turning*: the leading part moves on an ellipsoid that M/rho keeps; distances on it differ by the factor kappa_0 at
  most, B = log kappa_0;
- *nonlinearity*: |e_k| is at most kappa c |x_k - x*| of the leading part, and all of them together at most
  kappa^2 c d/(rho |1 - rho|); the slope does not change by more than kappa c d/rho either;
- *what dies first*: smaller multipliers, r times rho, add at most log(1 + kappa r^k) to point k for a start with parts
  of one size along all eigenvectors, and 6/N^2 times the sum of these to a least squares slope.

Else, for every eta > 0, |x|_P^2 = x^T P x with P - (M/s)^T P (M/s) = 1, s = (1 + eta) rho, is a norm in which M has
norm at most s; then kappa_0 = kappa = cond(P)^(1/2) and eta is added. The smallest of these bounds is taken. Without a
known N only nonlinearity counts: the rest is in the error of the fit.

c is the largest quotient over a fixed sample of points around x*: an estimate, not a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_MEDIAN = 2 / (1 - 2**-0.5)
_DOUBLINGS = 60
# eta
_MARGINS = tuple(float(10.0**-k) for k in np.arange(0.0, 10.25, 0.25))
# Moduli that differ by less count as one: the square root of the rounding of a double eigenvalue.
_SAME = 1e-7
# Eigenvectors that are nearer to dependent than this count as too few.
_DEPENDENT = 1e6
# Averages are over 2**_AVERAGED powers.
_AVERAGED = 20


@dataclass(frozen=True)
class Nonlinearity:
    """One period near x*.

    Attributes:
        matrix: M by rows: both players' parameters, then the rule's memory.
        curvature: c.
        players: The number of the players' parameters; distances are theirs.
    """

    matrix: tuple[tuple[float, ...], ...]
    curvature: float
    players: int

    @property
    def radius(self) -> float:
        """The spectral radius of M."""
        return float(np.abs(np.linalg.eigvals(np.array(self.matrix))).max())

    def log_error(self, distance: float, periods: int | None = None) -> float:
        """How far the slope of log |x_k - x*| over the periods may be from log rho.

        Args:
            distance: The largest distance from x* during the fit.
            periods: N, the length of the fit.
        """
        rho = self.radius
        if rho == 0:
            return float("inf")
        bounds = self._norms
        if self._eigenvectors is not None:
            bounds = (self._eigenvectors, *bounds)
        return min((self._bound(rho, *bound, distance, periods) for bound in bounds), default=float("inf"))

    def factor_error(self, distance: float, periods: int | None = None) -> float:
        """The same for the factor itself."""
        return self.radius * float(np.expm1(min(self.log_error(distance, periods), 700.0)))

    def turn_error(self, turn: float, distance: float) -> float:
        """How far the periods of one turn may be off: the argument of a multiplier moves by the relative change.

        Args:
            turn: 2 pi/|arg mu|.
            distance: The largest distance from x* while turns were counted.
        """
        moved, angle = self.log_error(distance), 2 * pi / turn
        return float("inf") if moved >= angle else 2 * pi / (angle - moved) - turn

    def _bound(
        self,
        rho: float,
        margin: float,
        turning: float,
        kappa: float,
        dying: float,
        distance: float,
        periods: int | None,
    ) -> float:
        pushed = kappa * self.curvature * distance / rho
        if periods is None:
            return margin + pushed
        if rho != 1:
            pushed = min(pushed, _MEDIAN * kappa * pushed / abs(1 - rho) / periods)
        return margin + pushed + _MEDIAN * log(turning) / periods + 6 * dying / periods**2

    @cached_property
    def _norms(self) -> tuple[tuple[float, float, float, float], ...]:
        """(eta, kappa_0, kappa, 0) for every eta where P is found."""
        m, rho = np.array(self.matrix), self.radius
        found = ((margin, condition(m, rho * (1 + margin))) for margin in _MARGINS)
        return tuple((margin, kappa, kappa, 0.0) for margin, kappa in found if np.isfinite(kappa))

    @cached_property
    def _eigenvectors(self) -> tuple[float, float, float, float] | None:
        """(0, kappa_0, kappa, what smaller multipliers add up to); None where eigenvectors are missing."""
        m = np.array(self.matrix)
        values, vectors = np.linalg.eig(m)
        sizes, rho = np.abs(values), self.radius
        kappa = float(np.linalg.cond(vectors))
        if not kappa < _DEPENDENT:
            return None
        leading = sizes >= (1 - _SAME) * rho
        chosen = np.asarray(vectors[:, leading], dtype=np.complex128)
        span, weight, _ = np.linalg.svd(np.concatenate([chosen.real, chosen.imag], axis=1))
        basis = span[:, : int(leading.sum())]
        if weight[int(leading.sum()) - 1] * _DEPENDENT < weight[0]:
            return None
        turning = _ellipsoid(basis.T @ m @ basis / rho, basis[: self.players].T @ basis[: self.players])
        rest = sizes[~leading] / rho
        dying = 0.0
        if len(rest) and rest.max() > 0:
            count = int(np.ceil(log(1e6 * kappa) / -log(rest.max())))
            dying = float(np.log1p(kappa * rest.max() ** np.arange(count)).sum())
        return None if turning is None else (0.0, turning, kappa, dying)


def condition(matrix: Array, radius: float) -> float:
    """cond(P)^(1/2) of the norm in which the matrix has norm at most ``radius``; infinite where it is not found."""
    step = matrix / radius
    p = np.eye(len(matrix))
    with np.errstate(all="ignore"):
        for _ in range(_DOUBLINGS):
            p, step = p + step.T @ p @ step, step @ step
            if not np.isfinite(p).all():
                return float("inf")
            if not np.abs(step).max() > 1e-200:
                break
        else:
            return float("inf")
        return float(np.sqrt(np.linalg.cond(p)))


def _ellipsoid(turn: Array, form: Array) -> float | None:
    """kappa_0: how much y^T G y varies along y, A y, A^2 y, ... for a matrix A whose powers stay bounded, else None.

    The mean Q of A^kT G A^k is kept by A, and y^T G y lies between y^T Q y times the ends of the spectrum of Q^-1 G.
    """
    mean, power = form, turn
    for _ in range(_AVERAGED):
        mean = (mean + power.T @ mean @ power) / 2
        power = power @ power
    if not np.abs(power).max() < _DEPENDENT or np.linalg.eigvalsh(mean)[0] <= 0:
        return None
    ends = np.linalg.eigvals(np.linalg.solve(mean, form)).real
    return float(np.sqrt(ends.max() / ends.min())) if ends.min() > 0 else None
