"""What autograd computes at a batch of cases, with a derived bound of its rounding errors.

On the Dirac-GAN the bound comes from a second evaluation, by Taylor series with magnitudes (``rounding``), elsewhere
from a running error analysis of the operations that torch carries out (``running``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import rounding
from .cases import Cases
from .jets import EPS

if TYPE_CHECKING:
    from .field import TorchField

Array = NDArray[np.float64]
# theta and psi, of shape [cases] or [cases, k].
Points = tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class Measurement:
    """Entries of v or J, row by row; all of shape [cases, entries].

    Attributes:
        value: What autograd computes.
        error: How far rounding may have moved it.
        magnitude: The sum of the absolute values of the terms it sums; where that is not known, the case's largest
            entry.
        decided: Where no kink lies within rounding.
    """

    value: Array
    error: Array
    magnitude: Array
    decided: NDArray[np.bool_]


def measured(
    game: TorchField, points: Points, cases: Cases, output_blur: Array, *, jacobian_blur: Array | None = None
) -> Measurement:
    """v, or J, by autograd.

    Args:
        game: The proposal in torch.
        points: Where.
        cases: Parameter values and objectives.
        output_blur: How far d* may be off, of shape [cases].
        jacobian_blur: For J: how far the points may be off, of shape [cases, coordinates]; v if not given.

    Raises:
        EvidenceUnavailable: If torch carries out an operation whose rounding is not known.
    """
    jacobian = jacobian_blur is not None
    count = len(cases)
    if game.proposal.prototype == "dirac":
        theta, psi = (np.reshape(part, (count,)) for part in points)
        value = game.jacobian(theta, psi, cases) if jacobian else game.field(theta, psi, cases)
        limits = rounding.bounds(game.proposal, theta, psi, cases, jacobian=jacobian)
        sizes, decided = limits.magnitude.reshape(count, -1), limits.decided.reshape(count, -1)
        error = EPS * rounding.operations(game.proposal, 1 + jacobian) * sizes
        return Measurement(value.reshape(count, -1), error, sizes, decided)
    blur = np.zeros((count, sum(game.sizes))) if jacobian_blur is None else jacobian_blur
    value, error = (
        entries.reshape(count, -1)
        for entries in game.bounded(*points, cases, jacobian=jacobian, blur=blur, output_blur=output_blur)
    )
    largest = np.broadcast_to(np.abs(value).max(axis=1, keepdims=True), value.shape)
    return Measurement(value, error, largest, np.isfinite(error))
