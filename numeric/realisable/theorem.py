"""Theorem 4.1 on random games: what its statement says of J at points of M_G x M_D, each part measured with its bound.

1. v = 0.
2. J by autograd is the block Jacobian of the moments.
3. J vanishes on T (M_G x M_D).
4. On the quotient by it all eigenvalues have negative real part. With 3 that makes T (M_G x M_D) the kernel.

J acts on the quotient as N^T J N, for an orthonormal basis N of the complement. With a computed basis N R + T S of it,
T a basis of the tangent space,

    (N R + T S)^T J (N R + T S) = R^T (N^T J N) R + S^T T^T J N R,    R^T R = 1 - S^T S + rounding,

which is N^T J N, similarly transformed, up to what ``_radius`` adds up. All of it is evidence, never a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..cases import Cases
from ..jets import EPS
from .blocks import BlockNumbers, block_jacobian
from .equilibria import Equilibria
from .field import RealisableField
from .spectrum import left_of, right_of
from .tangent_spaces import Tangents, tangents

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Measured:
    """What was found on each game; a ratio is that of a deviation to what rounding can do, at most 1 where it holds.

    Attributes:
        stationary: |v| over its bound.
        block: |J - J of the blocks| over both bounds; NaN where no blocks were given.
        kernel: |J t| over its bound, t in the tangent space; 0 where that is 0.
        converges: Whether the spectrum off the tangent space is proved to be in the open left half plane.
        diverges: Whether some eigenvalue off it is proved to be in the open right half plane.
        quotient: J on the quotient, of shape [games, d, d].
        radius: How far it may be off in the 2-norm, of shape [games].
        abscissa: The largest real part in floating point; for people.
    """

    stationary: Array
    block: Array
    kernel: Array
    converges: Flags
    diverges: Flags
    quotient: Array
    radius: Array
    abscissa: Array

    @property
    def holds(self) -> Flags:
        """Whether all four parts hold, of shape [games]; the second where it was asked."""
        parts = [self.stationary <= 1, self.kernel <= 1, np.isnan(self.block) | (self.block <= 1), self.converges]
        return np.logical_and.reduce(parts)


def measured(
    field: RealisableField,
    cases: Cases,
    blocks: BlockNumbers | None = None,
    at: Equilibria | None = None,
    *,
    steps: tuple[Array, Array] | None = None,
    shift_free: bool = False,
    tangent: Tangents | None = None,
) -> Measured:
    """The parts of the theorem on each game.

    Args:
        field: The proposal on games, one for each case.
        cases: Parameters and f.
        blocks: What the objective and the penalties are said to contribute; left out, the second part is not looked at.
        at: Points of M_G x M_D; (theta*, psi*) if not given.
        steps: Positive multiples of G's and D's rows, of shape [cases] each: a rule whose small steps follow
            diag(c_g, c_d) v converges iff that field does.
        shift_free: Whether constants of D do not count, for losses that do not see them.
        tangent: T (M_G x M_D), where it is known otherwise than by Assumption III.
    """
    games = field.games
    here = Equilibria(games.theta, games.psi, np.zeros((len(games), games.size))) if at is None else at
    exact = np.zeros(len(games))
    point = here.theta, here.psi
    v, of_v = field.bounded(*point, cases, jacobian=False, blur=here.blur, output_blur=exact)
    j, of_j = field.bounded(*point, cases, jacobian=True, blur=here.blur, output_blur=exact)
    block = np.full(len(games), np.nan)
    if blocks is not None:
        other, of_other = block_jacobian(games, blocks, *point, here.blur)
        block = _ratio(j - other, of_j + of_other)
    if steps is not None:
        scale = np.concatenate([np.tile(c[:, None], (1, size)) for c, size in zip(steps, field.sizes, strict=True)], 1)
        # One rounding more.
        j, of_j = scale[:, :, None] * j, np.abs(scale[:, :, None]) * (of_j + EPS * np.abs(j))
    found = tangents(games, *point, shift_free=shift_free) if tangent is None else tangent
    t, off = found.tangent, _tilt(found)
    with np.errstate(all="ignore"):  # where a bound is infinite, nothing is known
        size = np.linalg.norm(j, axis=(1, 2))
        slack = (off * size + _product_rounding(j))[:, None, None]
        kernel = _ratio(j @ t, of_j @ np.abs(t) + slack) if t.shape[2] else np.zeros(len(games))
        quotient, radius = _radius(j, of_j, found, off)
        abscissa = np.linalg.eigvals(np.nan_to_num(quotient)).real.max(axis=1)
    return Measured(
        _ratio(v, of_v),
        block,
        kernel,
        left_of(quotient, radius),
        right_of(quotient, radius),
        quotient,
        radius,
        abscissa,
    )


def _ratio(deviation: Array, bound: Array) -> Array:
    """The largest |deviation|/bound of each case, 0/0 being 0; infinite where nothing is known."""
    size = np.abs(deviation).reshape(len(deviation), -1)
    limit = bound.reshape(len(bound), -1)
    with np.errstate(all="ignore"):
        ratio = np.where(size == 0, 0.0, size / limit)
    return np.where(np.isfinite(size) & np.isfinite(limit), ratio, np.inf).max(axis=1)


def _tilt(found: Tangents) -> Array:
    """|S|: how far computed tangent spaces are turned, a perturbation over the gap (Wedin)."""
    parts = [(rank.rest + rank.rounding) / rank.least for rank in (found.law, found.variation)]
    return np.maximum(*parts)


def _product_rounding(j: Array) -> Array:
    """Of products with orthonormal bases, in the Frobenius norm."""
    d = j.shape[1]
    return 4 * (d + 2) * d * EPS * np.linalg.norm(j, axis=(1, 2))


def _radius(j: Array, of_j: Array, found: Tangents, off: Array) -> tuple[Array, Array]:
    """J on the quotient, and how far it may be off."""
    n, t = found.normal, found.tangent
    transposed = n.swapaxes(1, 2)
    quotient = transposed @ j @ n
    size = np.linalg.norm(j, axis=(1, 2))
    error = np.linalg.norm(np.abs(transposed) @ of_j @ np.abs(n), axis=(1, 2)) + _product_rounding(j)
    left = np.linalg.norm(t.swapaxes(1, 2) @ j, axis=(1, 2)) + np.linalg.norm(of_j, axis=(1, 2)) + off * size
    gram = np.linalg.norm(transposed @ n - np.eye(n.shape[2]), axis=(1, 2)) + EPS * n.shape[1] * n.shape[2]
    turned = off * left + 2 * (gram + off**2) * np.linalg.norm(quotient, axis=(1, 2))
    return quotient, error + turned
