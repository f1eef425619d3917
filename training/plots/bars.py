"""Final distances per method, as Figure 5 of Mescheder et al. 2018 shows them, and what that figure hides.

A bar is the best of many settings: it says what a method can do when it is tuned. All settings beside it say how much
tuning that took, and how many of them diverged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from .canvas import INK, MUTED, canvas, colours, columns_for, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GROUP = 0.8


@dataclass(frozen=True)
class Bar:
    """What one method under one optimiser came to on one law.

    Attributes:
        method: As the study calls it.
        optimizer: As the study calls it.
        data: The law.
        best: W1 of the best setting.
        values: W1 of every setting that did not diverge.
        floor: W1 between two samples of the law.
        diverged: Settings that diverged.
    """

    method: str
    optimizer: str
    data: str
    best: float
    values: tuple[float, ...]
    floor: float
    diverged: int = 0


@styled
def bars_figure(rows: Sequence[Bar], title: str, *, every_setting: bool, reconstructed: Sequence[str] = ()) -> Figure:
    """A panel per law, a group of bars per method, a bar per optimiser.

    Args:
        rows: The bars; methods, optimisers and laws are shown in the order in which they appear.
        title: Of the figure.
        every_setting: Whether every setting is shown (points, box from quartile to quartile, median), not only the
            best one.
        reconstructed: Settings that could not be read in the source; named under the figure.

    Raises:
        ValueError: If there are no rows, or two for the same bar.
    """
    keys = [(row.method, row.optimizer, row.data) for row in rows]
    if not rows or len(set(keys)) < len(keys):
        raise ValueError(f"{len(rows)} rows for {len(set(keys))} bars; give one row per method, optimiser and law")
    methods, optimizers, laws = (list(dict.fromkeys(key[k] for key in keys)) for k in range(3))
    columns = columns_for(len(laws), most=2)
    figure, axes = canvas(title, -(-len(laws) // columns), columns, width=1.2 + 0.55 * len(methods) * len(optimizers))
    for place, law in zip(axes, laws, strict=False):
        _draw(place, [row for row in rows if row.data == law], methods, optimizers, every_setting)
        place.set_title(law)
    for place in axes[len(laws) :]:
        place.set_visible(False)
    handles, words = axes[0].get_legend_handles_labels()
    figure.legend(handles, words, loc="outside upper right", ncols=len(words), frameon=False)
    caption = "Points: every setting; boxes: quartiles and median; ×: settings that diverged." if every_setting else ""
    if reconstructed:
        caption += f" Reconstructed, since the paper does not state them: {', '.join(reconstructed)}."
    if caption:
        figure.supxlabel(fill(caption.strip(), 110), fontsize="small", color=INK)
    return figure


def _draw(
    place: Axes, rows: Sequence[Bar], methods: Sequence[str], optimizers: Sequence[str], every_setting: bool
) -> None:
    shades = colours(len(optimizers))
    width = _GROUP / len(optimizers)
    for number, optimizer in enumerate(optimizers):
        own = [row for row in rows if row.optimizer == optimizer]
        centres = [methods.index(row.method) + (number + 0.5) * width - _GROUP / 2 for row in own]
        bests = [row.best if np.isfinite(row.best) else 0.0 for row in own]
        place.bar(
            centres, bests, 0.9 * width, color=shades[number], alpha=0.45 if every_setting else 1, label=optimizer
        )
        for centre, row in zip(centres, own, strict=True):
            if every_setting:
                _settings(place, centre, width, row, shades[number])
            elif not np.isfinite(row.best):
                place.annotate("×", (centre, 0), ha="center", va="bottom", color=INK)
    floor = max(row.floor for row in rows)
    place.axhline(floor, color=INK, ls="--", lw=1, label="noise floor")
    if every_setting:
        place.set_yscale("log")
        seen = [value for row in rows for value in (*row.values, row.floor) if value > 0]
        place.set_ylim(0.7 * min(seen), 3 * max(seen))
    place.set_xticks(range(len(methods)), [name.replace(" ", "\n") for name in methods])
    place.set_ylabel("Wasserstein-1")
    place.tick_params(axis="x", length=0)


def _settings(place: Axes, centre: float, width: float, row: Bar, colour: str) -> None:
    """Every setting: points side by side in order, a box behind them."""
    values = np.sort(np.array([value for value in row.values if np.isfinite(value)]))
    if values.size:
        spots = centre + 0.6 * width * (np.arange(values.size) / max(values.size - 1, 1) - 0.5)
        place.scatter(spots, values, s=4, color=colour, linewidths=0, zorder=3)
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        place.bar([centre], [high - low], 0.7 * width, [low], fill=False, edgecolor=INK, lw=0.8, zorder=2)
        place.hlines([middle], centre - 0.35 * width, centre + 0.35 * width, color=INK, lw=1.2, zorder=4)
    if row.diverged:
        where = (centre, 0.99)
        across = ("data", "axes fraction")
        place.annotate(f"{row.diverged}×", where, xycoords=across, ha="center", va="top", color=MUTED, fontsize="small")
