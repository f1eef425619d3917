"""Random points at which fields are compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..symbolic import expression as ex
from ..symbolic.proposal import Proposal
from . import rounding
from .batches import random_source
from .cases import Cases
from .quadrature import gauss_hermite, node_count

Array = NDArray[np.float64]
# Beyond this argument of f the family's exponentials and sixth powers drown everything else.
_LARGEST_OUTPUT = 12.0


def random_points(proposal: Proposal, cases: Cases, seed: int, batch: int = 0) -> tuple[Array, Array]:
    """Points (theta, psi) from 1e-3 to 10 away from the equilibrium, with D's output kept moderate.

    Args:
        proposal: Whose data and noise set the scale.
        cases: Parameter values.
        seed: The result is a function of it.
        batch: The cases' number, if they are one of several batches.

    Returns:
        theta and psi, each of shape [cases], or [cases, k] for a player with k parameters.

    Raises:
        EvidenceUnavailable: If the proposal's prototype has no torch form.
    """
    random = random_source(seed, batch, 1)
    if proposal.prototype == "dirac":
        away = _away(random, (2, len(cases)))
        data, sigma = _data(proposal, cases), _noise(proposal, cases)
        theta = data + away[0]
        reach = np.abs(theta) + np.abs(data) + sigma * gauss_hermite(node_count(proposal)).positions.max()
        return theta, away[1] * np.minimum(1.0, _LARGEST_OUTPUT / np.maximum(np.abs(away[1]) * reach, 1e-300))
    from .field import TorchField  # here, since it imports torch

    field = TorchField(proposal)
    theta, psi = field.start(_data(proposal, cases))
    theta = theta + _away(random, theta.shape)
    step = _away(random, psi.shape)
    largest = field.reach(theta, psi + step, cases)
    # D is affine in psi, and d* at the start.
    step *= np.minimum(1.0, _LARGEST_OUTPUT / np.maximum(largest, 1e-300))[:, None]
    first, second = (part[:, 0] if part.shape[1] == 1 else part for part in (theta, psi + step))
    return first, second


def _away(random: np.random.Generator, shape: tuple[int, ...]) -> Array:
    exponents = np.where(random.random(shape) < 0.7, random.uniform(-1, 0.5, shape), random.uniform(-3, 1, shape))
    return random.choice([-1.0, 1.0], shape) * 10.0**exponents


def _data(proposal: Proposal, cases: Cases) -> Array:
    return rounding.scalar(proposal.data, cases.parameters, len(cases))


def _noise(proposal: Proposal, cases: Cases) -> Array:
    noise = ex.ZERO if proposal.objective is None else proposal.objective.noise
    return np.abs(rounding.scalar(noise, cases.parameters, len(cases)))
