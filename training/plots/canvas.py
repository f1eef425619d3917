"""Figures with panels in one style: Agg only, no global state, so that they can be made anywhere at any time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that differ in lightness as well, so that every eye and every printer can tell them apart (Okabe & Ito 2008).
REAL, FAKE = "#0072B2", "#D55E00"
AGREES, DISAGREES = "#0072B2", "#D55E00"
INK, MUTED = "#222222", "#777777"
_NAMED = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#222222", "#999933")
_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "figure.titlesize": 11,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.labelsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "figure.facecolor": "white",
}
DPI = 130
P = ParamSpec("P")


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """A function that draws a figure, in the style; artists read their sizes when they are made."""

    @wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> Figure:
        import matplotlib

        with matplotlib.rc_context(_STYLE):
            return draw(*args, **kwargs)

    return inside


def canvas(
    title: str, rows: int, columns: int, *, width: float = 3.4, square: bool = False
) -> tuple[Figure, list[Axes]]:
    """An empty figure.

    Args:
        title: Above all panels.
        rows: Of panels.
        columns: Of panels.
        width: Of a panel in inches.
        square: Whether panels are as high as they are wide; else they are flatter.

    Returns:
        The figure and its panels in reading order.
    """
    from matplotlib.figure import Figure

    height = width + 0.3 if square else 2.9
    figure = Figure(figsize=(width * columns + 0.4, height * rows + 0.9), layout="constrained", dpi=DPI)
    figure.suptitle(title)
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def legend_below(figure: Figure, axes: list[Axes]) -> None:
    """One legend for all panels, in as many columns as fit.

    Args:
        figure: The figure.
        axes: Its panels; a label that several of them have is shown once.
    """
    found = {label: handle for place in axes for handle, label in zip(*place.get_legend_handles_labels(), strict=True)}
    if not found:
        return
    # A letter is about 0.075 inches wide at this size, a handle as wide as seven of them.
    columns = figure.get_figwidth() // (0.075 * (7 + max(map(len, found))))
    columns = max(1, min(len(found), int(columns)))
    figure.legend(found.values(), found.keys(), loc="outside lower center", ncols=columns, frameon=False)


def columns_for(panels: int, most: int = 4) -> int:
    """Columns for so many panels: rows that are full, or nearly so."""
    rows = -(-panels // most)
    return -(-panels // rows)


def colours(count: int) -> list[str]:
    """So many colours: named ones while they last, then a scale from dark to light."""
    if count <= len(_NAMED):
        return list(_NAMED[:count])
    import matplotlib
    from matplotlib.colors import to_hex

    scale = matplotlib.colormaps["viridis"]
    return [to_hex(scale(0.9 * place / (count - 1))) for place in range(count)]
