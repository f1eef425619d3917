"""Predictions for members of a trainer, and the comparison with the series that were measured on them.

The Dirac-GAN is compared in rate, turn and radius from the series of its distance and of two coordinates; networks in
the verdict's words, from W1 beside its floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from json import dumps, loads

import numpy as np
from numpy.typing import NDArray

from ...symbolic.proposal_reader import read_proposal
from ..data.dirac import Dirac as PointMass
from ..measures.decay import behaviour, rounding_level
from ..measures.rotation import fit_rotation
from ..networks.linear import Linear
from ..networks.point import Point
from ..stacked.block import start_of
from ..stacked.losses import Method
from ..stacked.member import Architecture, Member
from .comparison import Comparison, compare
from .dirac import Dirac
from .dispatch import predict
from .measured import Measured, measured_runs
from .networks import NetworkGame
from .pinning import PredictionError
from .prediction import Behaviour, Prediction

Array = NDArray[np.float64]
# By quantity: what was measured at the marks, of shape [T].
Series = Mapping[str, Array]
# Of a number type: the relative size of one rounding.
ROUNDING = {"float32": 2.0**-23, "float64": 2.0**-52}


def prediction_of(member: Member, architecture: Architecture, periods: int) -> Prediction:
    """What theory says of a member; where it is silent, a prediction without statements that says why.

    Args:
        member: The run.
        architecture: Its networks.
        periods: How long it is trained.
    """
    moving = member.proposal.training.options.get("optimizer", "sgd") != "sgd" and not member.frozen
    law = member.law
    if moving:
        return _silent("second moments follow the gradients here, and are frozen in the analysis")
    game: Dirac | NetworkGame = NetworkGame(density=law.intrinsic == law.dimension)
    if isinstance(law, PointMass) and is_dirac_gan(architecture):
        if np.any(np.asarray(law.at)):
            return _silent("the Dirac-GAN is predicted with its data at 0")
        if Method.of(member.proposal).noises:
            return _silent("minibatches of noise drive it, and the analysed map has exact expectations")
        theta, psi = (tuple(map(float, part)) for part in start_of(member, architecture))
        game = Dirac(theta, psi, periods)
    proposal = member.proposal
    return _predicted(dumps(proposal.source), proposal.name, tuple(member.values.items()), member.step, game)


@lru_cache(maxsize=1024)
def _predicted(
    source: str, name: str, values: tuple[tuple[str, Fraction], ...], step: Fraction, game: Dirac | NetworkGame
) -> Prediction:
    """Members of a study ask the same again and again, and an answer takes seconds."""
    try:
        return predict(read_proposal(loads(source), name), dict(values), step, game)
    except PredictionError as error:
        return _silent(str(error))


def is_dirac_gan(architecture: Architecture) -> bool:
    """Whether G is a point and D is linear."""
    return isinstance(architecture.generator, Point) and isinstance(architecture.discriminator, Linear)


def measured_of(steps: Array, series: Series, prediction: Prediction, dtype: str = "float64") -> Measured:
    """What a member's series show.

    Args:
        steps: The periods of the marks, increasing, of shape [T].
        series: By quantity, each of shape [T], NaN where it was not measured.
        prediction: Tells how strongly rounding is damped.
        dtype: What it was trained in.
    """
    if "distance" in series:
        distance = series["distance"][:, None]
        damping = 1 - prediction.factor.value if prediction.factor is not None else 1.0
        size = np.nanmax(distance, axis=0)
        level = rounding_level(size, ROUNDING[dtype], contraction=min(1.0, max(damping, 1e-6)))
        seen = behaviour(steps, distance, rounding=level)
        plane = np.stack([series["theta"], series["psi"]], axis=1)[:, None]
        turning = fit_rotation(steps, plane, first=seen.first, last=seen.last)
        return replace(measured_runs(seen, turning)[0], gap=float(np.diff(steps).max()))
    ratio, gradient, at_floor = (_finite(series.get(name)) for name in ("w1_ratio", "gradient_real", "at_floor"))
    found = Measured()
    if len(ratio) > 1 and len(at_floor):
        found = replace(found, w1_ratio=float(ratio[-1]), w1_before=float(ratio[0]), at_floor=bool(at_floor[-1] == 1))
    return replace(found, gradient=float(gradient[-1])) if len(gradient) else found


def compared(
    name: str, member: Member, architecture: Architecture, steps: Array, series: Series, dtype: str
) -> tuple[Comparison, ...]:
    """The rows of one member: every quantity that was predicted or measured.

    Args:
        name: The run's.
        member: The run.
        architecture: Its networks.
        steps: The periods of the marks, increasing, of shape [T].
        series: By quantity, each of shape [T].
        dtype: What it was trained in.
    """
    prediction = prediction_of(member, architecture, int(steps[-1]))
    return compare(name, prediction, measured_of(steps, series, prediction, dtype))


def _silent(because: str) -> Prediction:
    return Prediction("", "", "", Behaviour.UNDECIDED, f"no statement: {because}")


def _finite(values: Array | None) -> Array:
    return np.empty(0) if values is None else values[np.isfinite(values)]
