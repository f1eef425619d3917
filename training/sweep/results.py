"""What came of a study: final values per run, and the bars of Figure 5, from the database alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from ..plots.bars import Bar
from .database import Database
from .study import Run


@dataclass(frozen=True)
class Outcome:
    """One run, as far as it is.

    Attributes:
        place: Its place in the study.
        run: What was trained.
        step: Steps done.
        final: Means of all quantities over the measurements of the last stretch; empty until the run is done.
        diverged: The step of divergence, or None.
        cause: Why it diverged, or "".
    """

    place: int
    run: Run
    step: int
    final: Mapping[str, float]
    diverged: int | None
    cause: str

    @property
    def done(self) -> bool:
        """Whether it came to its end."""
        return self.step == self.run.iterations


def outcomes(database: Database) -> tuple[Outcome, ...]:
    """All runs in order."""
    found = []
    for place, run, step, diverged, cause in database.runs():
        last = run.schedule.final(run.iterations)[0]
        final = database.means(place, last) if step == run.iterations else {}
        found.append(Outcome(place, run, step, final, diverged, cause))
    return tuple(found)


def bars(results: Iterable[Outcome], *, architecture: str | None = None) -> tuple[Bar, ...]:
    """W1 by method, optimiser and law, of the runs that are done.

    A setting is a step size, parameter values and an architecture; its W1 is the mean over its seeds, and it has
    diverged if one of them has.

    Args:
        results: The runs.
        architecture: Only this one's; the paper has a small bar for each.

    Returns:
        A bar for each of them with a finished run, in the study's order; ``best`` is infinite where all settings
        diverged.
    """
    grouped: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in results:
        run = outcome.run
        if "w1" in outcome.final and architecture in (None, run.architecture):
            grouped.setdefault((run.method, run.optimizer, run.specification.data), []).append(outcome)
    return tuple(_bar(*key, rows) for key, rows in grouped.items())


def _bar(method: str, optimizer: str, data: str, rows: list[Outcome]) -> Bar:
    settings: dict[object, list[Outcome]] = {}
    for row in rows:
        given = row.run.specification
        key = row.run.group, row.run.architecture, given.step, tuple(given.values.items())
        settings.setdefault(key, []).append(row)
    stayed = [own for own in settings.values() if all(row.diverged is None for row in own)]
    values = tuple(fmean(row.final["w1"] for row in own) for own in stayed)
    floors = [row.final["w1_floor"] for row in rows if "w1_floor" in row.final]
    floor = fmean(floors) if floors else 0.0  # that of a point mass
    return Bar(method, optimizer, data, min(values, default=float("inf")), values, floor, len(settings) - len(stayed))
