"""Predicted against measured numbers: what lies on the diagonal agrees."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from .canvas import AGREES, DISAGREES, MUTED, canvas, columns_for, legend_below, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# More names than that cannot be read; the table has all of them.
_MOST_NAMED = 5


class Compared(Protocol):
    """One row of ``training.predictions.compare``."""

    @property
    def run(self) -> str:
        """Which run."""
        ...

    @property
    def quantity(self) -> str:
        """What was compared."""
        ...

    @property
    def predicted(self) -> Any:
        """A number, or a word."""
        ...

    @property
    def measured(self) -> Any:
        """A number, or a word."""
        ...

    @property
    def uncertainty(self) -> Any:
        """How far the two may be apart."""
        ...

    @property
    def agrees(self) -> bool | None:
        """None: no statement."""
        ...


@styled
def predictions_figure(rows: Sequence[Compared], title: str) -> Figure:
    """A panel per quantity: the prediction to the right, the measurement upwards.

    Args:
        rows: The comparisons; those of words are passed over.
        title: Of the figure.

    Raises:
        ValueError: If no row has numbers.
    """
    numeric = [row for row in rows if _is_number(row.predicted) and _is_number(row.measured)]
    if not numeric:
        raise ValueError(f"none of {len(rows)} comparisons is one of finite numbers; there is nothing to draw")
    quantities = list(dict.fromkeys(row.quantity for row in numeric))
    columns = columns_for(len(quantities), most=3)
    figure, axes = canvas(title, -(-len(quantities) // columns), columns, square=True)
    for place, quantity in zip(axes, quantities, strict=False):
        _draw(place, [row for row in numeric if row.quantity == quantity])
        place.set_title(quantity)
    for place in axes[len(quantities) :]:
        place.set_visible(False)
    legend_below(figure, axes)
    return figure


def _draw(place: Axes, rows: Sequence[Compared]) -> None:
    kinds = {True: ("agrees", "o", AGREES), False: ("disagrees", "X", DISAGREES), None: ("no statement", "o", MUTED)}
    for agrees, (name, marker, colour) in kinds.items():
        own = [row for row in rows if row.agrees is agrees]
        if not own:
            continue
        x, y = (np.array([float(getattr(row, key)) for row in own]) for key in ("predicted", "measured"))
        error = np.array([abs(float(row.uncertainty)) if _is_number(row.uncertainty) else 0.0 for row in own])
        place.errorbar(
            x, y, yerr=error, fmt=marker, color=colour, ms=6 if agrees is False else 4, lw=0.8, alpha=0.85, label=name
        )
        if agrees is False:
            for row in own[:_MOST_NAMED]:
                spot = float(row.predicted), float(row.measured)
                place.annotate(row.run, spot, (5, 5), textcoords="offset points", color=colour, fontsize="small")
    place.axline((1, 1), (2, 2), color=MUTED, lw=1, zorder=0)
    numbers = np.array([float(number) for row in rows for number in (row.predicted, row.measured)])
    if (numbers > 0).all() and numbers.max() > 30 * numbers.min():
        place.set(xscale="log", yscale="log")
        low, high = numbers.min() / 1.5, numbers.max() * 1.5
    else:
        margin = 0.08 * (np.ptp(numbers) or abs(numbers[0]) or 1.0)
        low, high = numbers.min() - margin, numbers.max() + margin
    place.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel="predicted", ylabel="measured")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and bool(np.isfinite(float(value)))
