"""What was measured on a run, as plain numbers: from anywhere, or from ``training.measures``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..measures.decay import Behaviour
    from ..measures.rotation import Rotation


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on one run; None for what was not.

    Attributes:
        behaviour: ``converging``, ``circling``, ``leaving`` or ``undecided``.
        factor: The fitted factor of the distance per period of the rule.
        factor_error: Half the width of its confidence interval.
        distance: The largest distance from x* during the fit.
        periods: How many periods the fit spans.
        turn: Periods of one turn.
        turn_error: Half the width of its confidence interval.
        radius: The mean distance from x* at the end.
        radius_error: Half the width of its confidence interval.
        gap: The largest distance of two neighbouring marks, in periods.
        w1_ratio: W1 to the data over the mean of its noise floor, at the end.
        w1_before: The same ratio at the start.
        at_floor: Whether W1 at the end is at its floor (``measures.floor``).
        gradient: The mean norm of D's gradient on the data, at the end.
    """

    behaviour: str | None = None
    factor: float | None = None
    factor_error: float = 0.0
    distance: float | None = None
    periods: int | None = None
    turn: float | None = None
    turn_error: float = 0.0
    radius: float | None = None
    radius_error: float = 0.0
    gap: float | None = None
    w1_ratio: float | None = None
    w1_before: float | None = None
    at_floor: bool = False
    gradient: float | None = None


def measured_runs(behaviour: Behaviour, rotation: Rotation | None = None, *, period: int = 1) -> list[Measured]:
    """The members' numbers from their distances and phases.

    Args:
        behaviour: What the distances do, fitted with the same ``period``.
        rotation: What the phase of two coordinates does.
        period: Steps per period of the rule.
    """
    found = []
    for place in range(len(behaviour.word)):
        b, r = behaviour, rotation
        turns = r is not None and r.period_high[place] < float("inf")
        found.append(
            Measured(
                behaviour=str(b.word[place]),
                factor=float(b.factor[place]),
                factor_error=float(b.factor_high[place] - b.factor_low[place]) / 2,
                distance=float(b.radius_high[place]),
                periods=round((b.last[place] - b.first[place]) / period) if b.count[place] else None,
                turn=float(r.period[place]) / period if r is not None and turns else None,
                turn_error=float(r.period_high[place] - r.period_low[place]) / 2 / period if r is not None else 0.0,
                radius=float(b.radius[place]),
                radius_error=float(b.radius_uncertainty[place]),
            )
        )
    return found
