"""Where the spectra of batches of real matrices lie, known only up to a radius: rigorous, without eigenvalues.

Lyapunov's theorem and its inertia form (Ostrowski & Schneider 1962): if P is symmetric and C^T P + P C is negative
definite, then C has no eigenvalue on the imaginary axis, and as many of positive real part as P has negative
eigenvalues. P is computed in floating point, and what is claimed is checked afterwards with everything that rounding
and the radius can do. A symmetric matrix is positive definite if Cholesky's factorisation runs to its end after a
multiple of eps times the trace was taken from the diagonal (Rump 2006, Verification of positive definiteness, BIT 46).

Defective matrices are as good as others: nothing is diagonalised to prove stability. A failed check says nothing.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ..jets import EPS

Array = NDArray[np.float64]
Tensor = torch.Tensor
# Squarings in Smith's method; 2**_SQUARINGS steps of the Cayley transform.
_SQUARINGS = 40


def left_of(matrices: Array, radius: Array, level: Array | float = 0.0) -> NDArray[np.bool_]:
    """Where all eigenvalues are proved to have a real part below ``level``.

    Args:
        matrices: Of shape [cases, d, d].
        radius: The matrix that is meant lies within this distance in the 2-norm, of shape [cases].
        level: A real number, or one for each case.
    """
    c, within = _shifted(matrices, radius, level)
    p = _lyapunov(c)
    return (_positive(p) & _falls(c, p, within)).numpy()


def right_of(matrices: Array, radius: Array, level: Array | float = 0.0) -> NDArray[np.bool_]:
    """Where some eigenvalue is proved to have a real part above ``level``; arguments as for ``left_of``."""
    c, within = _shifted(matrices, radius, level)
    values, vectors = torch.linalg.eig(c)
    inverse = torch.linalg.pinv(vectors)
    signs = torch.where(values.real > 0, -1.0, 1.0).to(values.dtype)
    p = _symmetric((inverse.mH @ (signs[:, :, None] * inverse)).real)
    size = torch.linalg.vector_norm(p, dim=(1, 2))
    # x^T P x of the unit vector where it is least, with a rounding for every product and sum.
    x = torch.linalg.eigh(p)[1][:, :, 0]
    least = (x[:, None, :] @ p @ x[:, :, None])[:, 0, 0]
    negative = least < -4 * (len(x[0]) + 2) * EPS * size
    return (negative & _falls(c, p, within)).numpy()


def _shifted(matrices: Array, radius: Array, level: Array | float) -> tuple[Tensor, Tensor]:
    """C - level, and a radius that covers the rounding of this difference; infinite where C is not finite."""
    c = torch.from_numpy(np.array(matrices, dtype=np.float64))
    finite = c.isfinite().all(2).all(1)
    c = torch.where(finite[:, None, None], c, 0.0)
    shift = torch.as_tensor(level, dtype=c.dtype).expand(len(c))
    rounding = EPS * (torch.linalg.vector_norm(c, dim=(1, 2)) + shift.abs() * c.shape[1])
    c = c - shift[:, None, None] * torch.eye(c.shape[1], dtype=c.dtype)
    return c, torch.where(finite, torch.from_numpy(np.array(radius, dtype=np.float64)) + rounding, torch.inf)


def _lyapunov(c: Tensor) -> Tensor:
    """P with C^T P + P C near -1, by Smith's method with squaring; anything where there is no positive P."""
    one = torch.eye(c.shape[1], dtype=c.dtype)
    scale = torch.linalg.vector_norm(c, dim=(1, 2)) / c.shape[1] ** 0.5
    scale = torch.where(scale > 0, scale, 1.0)[:, None, None]
    inverse = torch.linalg.pinv(scale * one - c)
    step, p = inverse @ (scale * one + c), 2 * scale * inverse.mT @ inverse
    for _ in range(_SQUARINGS):
        p = p + step.mT @ p @ step
        step = step @ step
    return _symmetric(p)


def _falls(c: Tensor, p: Tensor, radius: Tensor) -> Tensor:
    """Whether B^T P + P B is negative definite for all B within the radius of C."""
    size = torch.linalg.vector_norm(p, dim=(1, 2))
    # The 2-norm of a symmetric matrix is at most its largest sum of a row's sizes, and at most the Frobenius norm.
    largest = torch.minimum(size, p.abs().sum(2).amax(1)) * (1 + 4 * c.shape[1] * EPS)
    product = p @ c
    rounding = 2 * (c.shape[1] + 2) * EPS * torch.linalg.vector_norm(c, dim=(1, 2)) * size
    margin = (2 * radius * largest + 2 * rounding)[:, None, None] * torch.eye(c.shape[1], dtype=c.dtype)
    return _positive(-(product + product.mT) - margin)


def _positive(a: Tensor) -> Tensor:
    """Whether symmetric matrices are positive definite; False where that is not proved."""
    finite = a.isfinite().all(2).all(1)
    a = torch.where(finite[:, None, None], a, 0.0)
    diagonal = a.diagonal(dim1=1, dim2=2)
    # gamma_(d+1)/(1 - gamma_(d+1)) times the trace, doubled for the rounding of the difference; nothing underflows.
    taken = 4 * (a.shape[1] + 2) * EPS * diagonal.clamp(min=0).sum(1)
    lower = a - taken[:, None, None] * torch.eye(a.shape[1], dtype=a.dtype)
    _, info = torch.linalg.cholesky_ex(lower)
    return finite & (info == 0) & (diagonal > 0).all(1)


def _symmetric(a: Tensor) -> Tensor:
    return (a + a.mT) / 2
