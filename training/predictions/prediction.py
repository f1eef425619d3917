"""Predictions as values: numbers with their errors, limit cycles, and one sentence that justifies each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .nonlinearity import Nonlinearity


class Behaviour(Enum):
    """What a run is expected to do; the words of ``training.measures``, and one of our own."""

    CONVERGING = "converging"
    CIRCLING = "circling"
    LEAVING = "leaving"
    ELSEWHERE = "elsewhere"  # it comes to rest, or nearly so, away from x*
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A predicted number.

    Attributes:
        value: The number.
        error: How far the predicted number itself may be off; not what a measurement adds.
        because: One sentence.
    """

    value: float
    error: float
    because: str


@dataclass(frozen=True, slots=True)
class Cycle:
    """A closed orbit, or what the motion settles on: distances |(theta, psi) - x*| along it.

    Attributes:
        least: The smallest distance.
        mean: The mean over periods.
        greatest: The largest one.
        turn: Periods of the rule that one turn takes; None where there is none.
        attracting: Whether starts nearby end on it as well; if not, it is the orbit of this start only.
        because: One sentence.
    """

    least: Estimate
    mean: Estimate
    greatest: Estimate
    turn: Estimate | None
    attracting: bool
    because: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What theory says of one run.

    Attributes:
        game: The game, in words.
        verdict: What was proved of this game at these values: a word of ``symbolic`` ("converges",
            "does-not-converge", ...), for networks one of Table 1 ("not-always", ...); empty where nothing is asked.
        rate: ``linear``, ``sublinear`` or an empty string, as proved.
        behaviour: What should be seen.
        factor: By what the distance to x* is multiplied in one period of the rule, near x*; None: no statement.
        turn: Periods of the rule that one turn around x* takes, 2 pi/|arg mu|; None where the motion does not turn.
        cycle: Where the motion ends that does not converge.
        nonlinearity: What factor and turn may differ by at a distance from x*; None without a linearisation.
        because: Why this behaviour is expected, one sentence.
    """

    game: str
    verdict: str
    rate: str
    behaviour: Behaviour
    because: str
    factor: Estimate | None = None
    turn: Estimate | None = None
    cycle: Cycle | None = None
    nonlinearity: Nonlinearity | None = None
