"""Measures over the iterations, a line per member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .canvas import MUTED, canvas, colours, legend_below, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
# Lines that can be told apart, and have room in a legend.
_MOST_NAMED = 8


@dataclass(frozen=True)
class Series:
    """One measure of all members.

    Attributes:
        quantity: On the axis.
        steps: Periods done, of shape [T].
        values: Of shape [T, E]; NaN where there is none.
        level: A value to compare with, such as the noise floor, or None.
        level_name: What that is.
    """

    quantity: str
    steps: Array
    values: Array
    level: float | None = None
    level_name: str = ""


@styled
def series_figure(series: Sequence[Series], labels: Sequence[str], title: str) -> Figure:
    """A panel per measure.

    Args:
        series: The measures, all of the same members.
        labels: The members in words.
        title: Of the figure.
    """
    figure, axes = canvas(title, 1, len(series))
    named = len(labels) <= _MOST_NAMED
    shades = colours(len(labels))
    for place, one in zip(axes, series, strict=True):
        for member, label in enumerate(labels):
            width, alpha = (1.4, 1.0) if named else (0.8, 0.5)
            values = one.values[:, member]
            place.plot(one.steps, values, color=shades[member], lw=width, alpha=alpha, label=label, marker=".", ms=3)
        if one.level is not None:
            place.axhline(one.level, color=MUTED, ls="--", lw=1, label=one.level_name if named else None)
        seen = one.values[np.isfinite(one.values)]
        if seen.size and (seen > 0).all():
            place.set_yscale("log")
        place.set(xlabel="iterations", title=one.quantity)
    if named:
        legend_below(figure, axes)
    else:
        figure.supxlabel(f"{len(labels)} members, from the first (dark) to the last (light)", fontsize="small")
    return figure
