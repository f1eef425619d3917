"""Predictions against measurements for the runs of a study, from its database."""

from __future__ import annotations

import numpy as np

from ..predictions.comparison import Comparison, sorted_rows
from ..predictions.runs import compared
from .database import Database

# What a comparison reads of a run's measurements.
_QUANTITIES = ("distance", "theta", "psi", "w1_ratio", "at_floor", "gradient_real")


def comparisons(database: Database) -> list[Comparison]:
    """The rows of all runs that are done and did not diverge, disagreements first.

    A run that diverged is shown as such; that says nothing against a statement about what happens near x*.
    """
    series = {name: database.series(name) for name in _QUANTITIES}
    found: list[Comparison] = []
    for place, run, step, diverged, _ in database.runs():
        if step < run.iterations or diverged is not None:
            continue
        seen = (of_all[place][0] for of_all in series.values() if place in of_all)
        marks = np.array(sorted(set().union(*seen)), dtype=np.float64)
        own = {}
        for name, of_all in series.items():
            if place in of_all:
                steps, values = of_all[place]
                column = np.full(len(marks), np.nan)
                column[np.searchsorted(marks, steps)] = values
                own[name] = column
        if len(marks):
            given = run.specification
            found += compared(run.label, given.member(), given.architecture(), marks, own, run.dtype)
    return sorted_rows(found)
