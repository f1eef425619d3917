"""Eigenvalues of many small real matrices at once, with bounds of their errors.

2 x 2, with m = (a + d)/2 and q = (a - d)/2, by the closed form

    lambda = m +- sqrt(D),    D = q^2 + b c.

D cancels where eigenvalues nearly meet, so it is summed in twice the working precision (Dekker 1971): its error is
eps |D| + 8 eps^2 (q^2 + |b c|), and since ``|sqrt(x) - sqrt(y)| <= min(|x - y|/|sqrt(y)|, sqrt(|x - y|))``, the error
of an eigenvalue stays within some eps of the matrix where LAPACK's grows to sqrt(eps). Of two real eigenvalues the
larger one is m + sign(m) sqrt(D), the smaller one det/larger, with the determinant summed in the same way: no digits
are lost there either.

Larger matrices go to LAPACK, and the bound comes afterwards: with computed eigenvectors V, eigenvalues w and X near
1/V, A is similar to diag(w) + F with F = V^-1 (A V - V diag(w)), whose rows sum to at most rho. Every eigenvalue of A
is within rho of a computed one (Gershgorin), and all can be paired within (2n - 1) rho (Stewart & Sun 1990, Matrix
Perturbation Theory, section IV.1). Where V is numerically singular, eigenvalues move by the n-th root of a backward
error, for which LAPACK's p(n) eps is taken with p(n) = 10 n (LAPACK Users' Guide, section 4.8): 4 (|A| + |B|)^(1 - 1/n)
|A - B|^(1/n) (Bhatia, Elsner & Krause 1990).

Everything runs on the CPU: for matrices as small as these, a GPU's eigenvalue routines are slower by orders of
magnitude, and results of ``TorchField`` come as NumPy arrays from whatever device.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .batches import BATCH, slices
from .jets import EPS

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
# Larger than every error that underflow adds, of matrices whose largest entry is between 1/2 and 1.
_UNDERFLOW = 2.0**-1060
_SMALLEST = float(np.finfo(np.float64).smallest_subnormal)
# LAPACK's backward error is at most this times n times eps times the Frobenius norm.
_BACKWARD = 10
# Sets of so many eigenvalues are matched over all their subsets.
_MOST_MATCHED = 12


@dataclass(frozen=True, slots=True)
class Spectra:
    """The eigenvalues of a batch of matrices.

    Attributes:
        values: Of shape [..., n], in no particular order; NaN for a matrix that has an entry that is not finite.
        error: Of the same shape: the exact eigenvalues can be paired with the computed ones within these distances.
    """

    values: Complex
    error: Array

    @property
    def abscissa(self) -> tuple[Array, Array]:
        """The largest real part and a bound of its error, each of shape [...]: negative means that a flow is stable."""
        return self.values.real.max(axis=-1), self.error.max(axis=-1)

    @property
    def radius(self) -> tuple[Array, Array]:
        """The largest modulus and a bound of its error, each of shape [...]: below 1 means that a map is stable."""
        return np.abs(self.values).max(axis=-1), self.error.max(axis=-1)

    def agrees(self, other: Spectra) -> NDArray[np.bool_]:
        """Whether both can be the spectra of the same matrices, as far as the errors tell; of shape [...].

        Near a multiple eigenvalue errors are larger, in inverse proportion to the gap (2 x 2) or to how far the
        eigenvectors are from dependent: differences count in units of what rounding can do there.
        """
        return matching_distance(self.values, other.values) <= self.error.max(axis=-1) + other.error.max(axis=-1)


def spectra(matrices: ArrayLike, error: ArrayLike = 0.0) -> Spectra:
    """Eigenvalues with bounds.

    Args:
        matrices: Real, of shape [..., n, n].
        error: How far each entry may be off; broadcasts with ``matrices``.

    Raises:
        ValueError: For arrays of another shape.
    """
    a = _matrices(matrices)
    off = np.broadcast_to(np.asarray(error, dtype=np.float64), a.shape)
    shape, size = a.shape[:-1], a.shape[-1]
    flat, off = a.reshape(-1, size, size), off.reshape(-1, size, size)
    parts = [_bounded(flat[part], off[part]) for part in slices(max(len(flat), 1), BATCH)]
    values, bound = (np.concatenate(column).reshape(shape) for column in zip(*parts, strict=True))
    return Spectra(values, bound)


def _bounded(matrices: Array, error: Array) -> tuple[Complex, Array]:
    """(values, errors) of matrices of shape [N, n, n]."""
    known = np.asarray(np.isfinite(matrices).all(axis=(-2, -1)))
    # Matrices that are not finite would stop the others.
    clean = np.where(known[:, None, None], matrices, 0.0)
    with np.errstate(all="ignore"):
        scaled, off, exponent = _scaled(clean, error)
        values, bound = (_planar if matrices.shape[-1] == 2 else _general)(scaled, off)
        exponent = exponent[:, None]
        values = np.ldexp(values.real, exponent) + 1j * np.ldexp(values.imag, exponent)
        # Back among the smallest numbers, values and bounds are rounded again; what overflows has no bound.
        bound = np.where(np.isfinite(values), np.ldexp(bound, exponent) + _SMALLEST, np.inf)
    # Where an error is not known, neither is the bound.
    bound = np.where(np.isnan(bound), np.inf, bound)
    missing = ~known[:, None]
    return np.where(missing, np.nan, values), np.where(missing, np.nan, bound)


def eigenvalues(matrices: ArrayLike) -> Complex:
    """The same values without bounds, of shape [..., n]: for more than two rows, several times as fast.

    Args:
        matrices: Real, of shape [..., n, n].

    Raises:
        ValueError: For arrays of another shape.
    """
    a = _matrices(matrices)
    if a.shape[-1] == 2:
        return spectra(a).values
    known = np.asarray(np.isfinite(a).all(axis=(-2, -1)))
    values = np.linalg.eigvals(np.where(known[..., None, None], a, 0.0))
    return np.where(known[..., None], values, np.nan + 0j)


def matching_distance(one: ArrayLike, other: ArrayLike) -> Array:
    """The smallest largest distance over all pairings of two sets of numbers, of shape [...]; NaN where one is NaN.

    Args:
        one: Of shape [..., n].
        other: Of the same shape.

    Raises:
        ValueError: For different shapes, or more than 12 numbers to a set.
    """
    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape:
        raise ValueError(f"sets of shapes {first.shape} and {second.shape}; they must be the same, [..., n]")
    size = first.shape[-1]
    if size > _MOST_MATCHED:
        raise ValueError(f"{size} numbers to a set, at most {_MOST_MATCHED} are matched: compare coefficients instead")
    with np.errstate(all="ignore"):
        distance = np.abs(first[..., :, None] - second[..., None, :])
    # By the number of pairs: the smallest largest distance of the first so many numbers and a subset of the others.
    best: dict[tuple[int, ...], Array] = {(): np.zeros(first.shape[:-1])}
    for row in range(size):
        best = {
            chosen: np.minimum.reduce(
                [
                    np.maximum(best[chosen[:place] + chosen[place + 1 :]], distance[..., row, last])
                    for place, last in enumerate(chosen)
                ]
            )
            for chosen in combinations(range(size), row + 1)
        }
    return best[tuple(range(size))]


def _matrices(matrices: ArrayLike) -> Array:
    a = np.asarray(matrices)
    if a.ndim < 2 or a.shape[-1] != a.shape[-2] or a.shape[-1] == 0 or np.iscomplexobj(a):
        raise ValueError(f"an array of shape {a.shape} and type {a.dtype}; real matrices [..., n, n] are needed")
    return a.astype(np.float64, copy=False)


def _scaled(matrices: Array, error: Array) -> tuple[Array, Array, NDArray[np.int32]]:
    """Matrices and errors times a power of two, so that the largest entry is between 1/2 and 1, and its exponent."""
    exponent = np.frexp(np.abs(matrices).max(axis=(-2, -1)))[1]
    by = -exponent[..., None, None]
    return np.ldexp(matrices, by), np.ldexp(error, by), exponent


# -- two rows --------------------------------------------------------------------------------------------------------


def _planar(matrices: Array, error: Array) -> tuple[Complex, Array]:
    """(values, errors) of 2 x 2 matrices with entries of moderate size; EPS is twice the unit roundoff."""
    (a, b, c, d), (da, db, dc, dd) = ([part[..., i, j] for i in (0, 1) for j in (0, 1)] for part in (matrices, error))
    mean, moved = (a + d) / 2, (da + dd) / 2
    across = np.abs(b) * dc + np.abs(c) * db + db * dc
    discriminant, slack = _discriminant(a, b, c, d)
    slack += np.abs(a - d) * moved + moved * moved + across
    root = np.sqrt(np.abs(discriminant))
    root_error = EPS * root + np.minimum(np.where(root > 0, slack / root, np.inf), np.sqrt(slack))
    both_error = EPS * np.abs(mean) + moved + root_error

    root = np.where(mean < 0, -root, root)
    larger, smaller = mean + root, mean - root
    larger_error, smaller_error = (both_error + EPS * np.abs(value) for value in (larger, smaller))
    determinant, loss = _determinant(a, b, c, d)
    loss += np.abs(a) * dd + np.abs(d) * da + da * dd + across
    # From x y = det: |dy| (1 - |dx/x|) <= |y dx/x| + |d(det)/x| + a rounding. If x is not known, neither is smaller.
    sure = 2 * larger_error < np.abs(larger)
    quotient = determinant / larger
    quotient_error = 2 * ((np.abs(quotient) * larger_error + loss) / np.abs(larger) + EPS * np.abs(quotient))
    smaller, smaller_error = np.where(sure, quotient, smaller), np.where(sure, quotient_error, smaller_error)

    real = (discriminant >= 0)[..., None]
    pair = np.stack([larger, smaller], axis=-1), np.stack([mean + 1j * root, mean - 1j * root], axis=-1)
    errors = np.stack([larger_error, smaller_error], axis=-1), np.stack([both_error, both_error], axis=-1)
    return np.where(real, *pair), np.where(real, *errors)


def _discriminant(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """((a - d)/2)^2 + b c in twice the working precision, and a bound of its error."""
    difference, rest = _sum(a, -d)
    q, rest = difference / 2, rest / 2
    square, lost_square = _product(q, q)
    cross, lost_cross = _product(b, c)
    total, lost = _sum(square, cross)
    value = total + (lost + (lost_square + lost_cross) + 2 * q * rest)
    return value, EPS * np.abs(value) + 8 * EPS**2 * (square + np.abs(cross)) + _UNDERFLOW


def _determinant(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """The determinant a d - b c, in the same way."""
    along, lost_along = _product(a, d)
    cross, lost_cross = _product(b, c)
    total, lost = _sum(along, -cross)
    value = total + (lost + (lost_along - lost_cross))
    return value, EPS * np.abs(value) + 4 * EPS**2 * (np.abs(along) + np.abs(cross)) + _UNDERFLOW


def _sum(x: Array, y: Array) -> tuple[Array, Array]:
    """The rounded sum and what it lost, exactly (Knuth)."""
    total = x + y
    second = total - x
    return total, (x - (total - second)) + (y - second)


def _product(x: Array, y: Array) -> tuple[Array, Array]:
    """The rounded product and what it lost, exactly up to underflow (Dekker, Veltkamp)."""
    product = x * y
    (x_high, x_low), (y_high, y_low) = _halves(x), _halves(y)
    return product, ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _halves(x: Array) -> tuple[Array, Array]:
    """A number as the sum of two with half as many digits each."""
    shifted = (2.0**27 + 1) * x
    high = shifted - (shifted - x)
    return high, x - high


# -- more rows -------------------------------------------------------------------------------------------------------


def _general(matrices: Array, error: Array) -> tuple[Complex, Array]:
    """(values, errors) by LAPACK, and the residual of its eigenvectors."""
    size = matrices.shape[-1]
    values, vectors = np.linalg.eig(matrices)
    spread = np.abs(vectors)
    # A complex product of rows of n: 2 (n + 4) roundings of the terms' sizes, with what is subtracted.
    rounding = 2 * (size + 4) * EPS
    sizes = np.abs(matrices) @ spread + spread * np.abs(values)[..., None, :]
    residual = np.abs(matrices @ vectors - vectors * values[..., None, :]) + rounding * sizes + error @ spread
    # An exactly singular matrix would stop the others.
    singular = np.linalg.slogdet(vectors)[0] == 0
    inverse = np.linalg.inv(np.where(singular[:, None, None], np.eye(size), vectors))
    defect = np.abs(inverse @ vectors - np.eye(size)) + rounding * (np.abs(inverse) @ spread)
    short = 1 - defect.sum(axis=-1).max(axis=-1)
    rho = np.where((short > 0) & ~singular, (np.abs(inverse) @ residual).sum(axis=-1).max(axis=-1) / short, np.inf)
    norm, moved = (np.sqrt((part * part).sum(axis=(-2, -1))) for part in (matrices, error))
    moved = moved + _BACKWARD * size * EPS * norm
    crowded = 4 * (2 * norm + moved) ** (1 - 1 / size) * moved ** (1 / size)
    bound = np.minimum((2 * size - 1) * rho, crowded)
    return values + 0j, np.broadcast_to(bound[..., None], values.shape)
