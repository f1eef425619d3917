"""Samples of laws of data, one panel a law."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .canvas import MUTED, REAL, canvas, columns_for, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..data import Law

Array = NDArray[np.float64]
# A panel in inches, and the area of a point: small panels, as there are many, and points that do not hide a spread.
_WIDTH, _AREA = 2.1, 3.0


@styled
def laws_figure(laws: Sequence[Law], samples: int = 2048, seed: int = 0) -> Figure:
    """Samples of laws: in the plane as they are, in R^n on two principal axes, of which one leaves a flat support.

    Args:
        laws: One for each panel.
        samples: Points of each.
        seed: Of the samples.

    Raises:
        ValueError: For no laws, and for fewer than two samples, which have no principal axes.
    """
    if not laws or samples < 2:
        raise ValueError(f"{len(laws)} laws and {samples} samples; give at least one law and two samples")
    columns = columns_for(len(laws))
    figure, axes = canvas("Laws of data", -(-len(laws) // columns), columns, width=_WIDTH, square=True)
    for panel, law in zip(axes, laws, strict=False):
        _draw(panel, law, law.sample(samples, seed).numpy())
    for panel in axes[len(laws) :]:
        panel.set_visible(False)
    return figure


def projected(points: Array, second: int) -> Array:
    """Points of shape [N, n], N and n at least 2, on two principal axes, round their mean: of shape [N, 2].

    The largest entry of an axis is positive, so that the sides are determined.

    Args:
        points: The points.
        second: The number of the axis beside the first, from 2 to the smaller of N and n.
    """
    centred = points - points.mean(0)
    axes = np.linalg.svd(centred, full_matrices=False)[2][[0, second - 1]]
    axes *= np.sign(np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1))
    return centred @ axes.T


def _draw(panel: Axes, law: Law, points: Array) -> None:
    if law.dimension <= 2:
        shown, side, place = np.pad(points, ((0, 0), (0, 2 - law.dimension))), law.extent, ""
    else:
        second = min(max(law.intrinsic, 1) + 1, *points.shape)
        shown = projected(points, second)
        side, place = 1.1 * np.abs(shown).max() or 1.0, f"principal axes 1 and {second}"
    panel.scatter(shown[:, 0], shown[:, 1], s=_AREA, color=REAL, alpha=0.35, linewidths=0, rasterized=True)
    panel.set(xlim=(-side, side), ylim=(-side, side), aspect="equal")
    name, _, options = law.text.partition(":")
    panel.set_title("\n".join([name, *_lines(options)]), fontsize=8)
    panel.set_xlabel(f"{law.intrinsic}-dimensional in R^{law.dimension}\n{place}", fontsize=7, color=MUTED)
    panel.tick_params(labelsize=7, colors=MUTED)
    panel.locator_params(nbins=5)


def _lines(options: str) -> list[str]:
    """Two options in a line: more are wider than a panel."""
    parts = options.split(",") if options else []
    return [", ".join(parts[place : place + 2]) for place in range(0, len(parts), 2)]
