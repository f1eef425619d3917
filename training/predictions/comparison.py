"""Predictions against measurements: one row per quantity, disagreements first.

A measurement is a plain number with its own error. How far it may be from the prediction adds up from three parts, none
of them chosen: the error of the fit, the error of the prediction, and what the distance from x* does to a linearised
number (``nonlinearity``). A row that nothing can be said of has ``agrees = None`` and says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from .measured import Measured
from .prediction import Behaviour, Cycle, Estimate, Prediction

# In units of the floor: a run that starts below has nowhere to come from.
_FAR = 2.0
# Marks have to be at most three eighths of a turn apart for its sense and size to be seen.
_ALIASED = 8 / 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row.

    Attributes:
        run: Which run.
        quantity: What is compared.
        predicted: A number or a word; None where theory is silent.
        measured: Likewise; None where nothing was measured.
        uncertainty: How far the two may be apart; None for words.
        agrees: Whether they are not farther apart; None where that cannot be said.
        why: One sentence: what the prediction rests on, or why there is no comparison.
    """

    run: str
    quantity: str
    predicted: float | str | None
    measured: float | str | None
    uncertainty: float | None
    agrees: bool | None
    why: str

    @property
    def excess(self) -> float:
        """How many times the uncertainty the two are apart; 0 for words."""
        if not isinstance(self.predicted, float) or not isinstance(self.measured, float):
            return 0.0
        gap = abs(self.predicted - self.measured)
        return gap / self.uncertainty if self.uncertainty else (0.0 if gap == 0 else float("inf"))


def compare(run: str, prediction: Prediction, measured: Measured) -> tuple[Comparison, ...]:
    """The rows of one run: every quantity that was predicted or measured.

    Args:
        run: Its name.
        prediction: What theory says.
        measured: What was seen.
    """
    rows = [
        _behaviour(run, prediction, measured),
        _factor(run, prediction, measured),
        _turn(run, prediction, measured),
        _radius(run, prediction.cycle, measured),
        _floor(run, prediction, measured),
        _gradient(run, prediction, measured),
    ]
    return tuple(row for row in rows if row is not None)


def sorted_rows(rows: Iterable[Comparison]) -> list[Comparison]:
    """Disagreements first, the largest first; then what agrees; then what says nothing."""
    order = {False: 0, True: 1, None: 2}
    return sorted(rows, key=lambda row: (order[row.agrees], -row.excess, row.run, row.quantity))


# -- quantities ------------------------------------------------------------------------------------------------------


def _behaviour(run: str, prediction: Prediction, measured: Measured) -> Comparison | None:
    if measured.behaviour is None:
        return None
    expected, seen = prediction.behaviour, measured.behaviour
    agrees: bool | None = expected.value == seen
    # Rest away from x* is no word of a measurement: it is seen in the distance.
    if Behaviour.UNDECIDED.value in (expected.value, seen) or expected is Behaviour.ELSEWHERE:
        agrees = None
    return Comparison(run, "behaviour", expected.value, seen, None, agrees, prediction.because)


def _factor(run: str, prediction: Prediction, measured: Measured) -> Comparison | None:
    predicted, seen = prediction.factor, measured.factor
    if predicted is None or seen is None:
        return _one_sided(run, "factor per period", predicted, seen, prediction)
    silent = ""
    if prediction.rate == "sublinear" or predicted.value == 1:
        silent = "on the unit circle the distance has no factor: it changes like a power of the time, or not at all"
    elif prediction.cycle is not None:
        silent = "the factor is one near x*, and the run is expected on its cycle"
    if silent:
        return Comparison(run, "factor per period", predicted.value, seen, None, None, silent)
    allowed, why = measured.factor_error + predicted.error, predicted.because
    if prediction.nonlinearity is not None and measured.distance is not None:
        allowed += prediction.nonlinearity.factor_error(measured.distance, measured.periods)
    else:
        why += "; what the distance from x* does to it is not known"
    return _numbers(run, "factor per period", predicted, seen, allowed, why, abs(1 - predicted.value))


def _turn(run: str, prediction: Prediction, measured: Measured) -> Comparison | None:
    cycle = prediction.cycle
    on_cycle = cycle is not None and cycle.turn is not None and measured.behaviour == Behaviour.CIRCLING.value
    predicted = cycle.turn if cycle is not None and on_cycle else prediction.turn
    if predicted is None or measured.turn is None:
        return _one_sided(run, "periods per turn", predicted, measured.turn, prediction)
    if measured.gap is not None and predicted.value < _ALIASED * measured.gap:
        why = "the marks are too far apart to tell how often it turns between them"
        return Comparison(run, "periods per turn", predicted.value, measured.turn, None, None, why)
    allowed, why = measured.turn_error + predicted.error, predicted.because
    if not on_cycle and prediction.nonlinearity is not None and measured.distance is not None:
        allowed += prediction.nonlinearity.turn_error(predicted.value, measured.distance)
    return _numbers(run, "periods per turn", predicted, measured.turn, allowed, why, predicted.value)


def _radius(run: str, cycle: Cycle | None, measured: Measured) -> Comparison | None:
    if cycle is None or measured.radius is None:
        return None
    return _numbers(run, "radius", cycle.mean, measured.radius, measured.radius_error + cycle.mean.error, cycle.because)


def _floor(run: str, prediction: Prediction, measured: Measured) -> Comparison | None:
    """W1 in units of its floor: a run that comes there from far away does what a local theorem promises.

    One that does not come there contradicts nothing, for it may never have been near an equilibrium.
    """
    if measured.w1_ratio is None:
        return None
    floor = 1.0 if prediction.behaviour is Behaviour.CONVERGING else None
    came = measured.at_floor and measured.w1_before is not None and measured.w1_before > _FAR
    if floor is None:
        agrees, why = None, prediction.because
    elif came:
        agrees, why = True, prediction.because
    elif measured.at_floor:
        agrees, why = None, f"it was near its floor from the start, so that this says nothing; {prediction.because}"
    else:
        agrees, why = None, f"not at its floor, and the statement is one about starts near x*; {prediction.because}"
    return Comparison(run, "W1 over its floor", floor, measured.w1_ratio, None, agrees, why)


def _gradient(run: str, prediction: Prediction, measured: Measured) -> Comparison | None:
    """The gradient on the data: shown, and never judged, for minibatches keep it away from 0 by an unknown amount."""
    if measured.gradient is None:
        return None
    expected = 0.0 if prediction.behaviour is Behaviour.CONVERGING else None
    why = "minibatches keep it away from 0, and by how much is not known"
    return Comparison(run, "gradient on the data", expected, measured.gradient, None, None, why)


def _numbers(
    run: str, quantity: str, predicted: Estimate, seen: float, allowed: float, why: str, scale: float = float("inf")
) -> Comparison:
    """Two numbers; within the scale they tell something, beyond it they agree with anything."""
    if not isfinite(seen):
        return Comparison(run, quantity, predicted.value, seen, None, None, "no finite number was measured")
    agrees: bool | None = abs(predicted.value - seen) <= allowed
    if agrees and allowed >= scale:
        agrees, why = None, f"too near to a number that means something else, or too far from x*, to tell; {why}"
    return Comparison(run, quantity, predicted.value, seen, allowed, agrees, why)


def _one_sided(
    run: str, quantity: str, predicted: Estimate | None, seen: float | None, prediction: Prediction
) -> Comparison | None:
    if predicted is None and seen is None:
        return None
    why = "not measured" if seen is None else f"no statement: {prediction.because}"
    return Comparison(run, quantity, None if predicted is None else predicted.value, seen, None, None, why)
