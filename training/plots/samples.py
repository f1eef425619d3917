"""Generated and real samples over the discriminator's field, as the papers show them.

The ground is D, the arrows are grad D. Every panel has its own scale, which is written under its title: a discriminator
that has gone flat looks like any other otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .canvas import FAKE, INK, REAL, canvas, columns_for, legend_below, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..stacked.trainer import Trainer

Array = NDArray[np.float64]
SAMPLES = 512
_GRID = 61
_BETWEEN_ARROWS = 4
_LEVELS = 16
# In distances between arrows.
_LONGEST_ARROW = 1.3
# Points that the discriminators of all members see at once.
_LARGEST_BATCH = 1 << 20


@dataclass(frozen=True)
class Panel:
    """One member at one time.

    Attributes:
        title: Above the panel.
        real: Real samples, of shape [n, 2].
        fake: Generated samples, of shape [n, 2].
        axis: Coordinates of the grid on both axes, of shape [g].
        values: D on the grid, of shape [g, g], the second coordinate first.
        gradients: grad D on the grid, of shape [g, g, 2].
    """

    title: str
    real: Array
    fake: Array
    axis: Array
    values: Array
    gradients: Array


def panels(trainer: Trainer, titles: Mapping[int, str], *, samples: int = SAMPLES, seed: int = 0) -> list[Panel]:
    """What is to be seen of members of a trainer in the plane.

    Args:
        trainer: In its present state.
        titles: By member; the others are not shown.
        samples: Samples of each kind.
        seed: Of the samples.

    Raises:
        ValueError: For data that do not lie in the plane.
    """
    import torch

    dimension = trainer.architecture.generator.outputs
    if dimension != 2:
        raise ValueError(f"data in R^{dimension} have no picture in the plane; samples are drawn for R^2")
    extents = torch.tensor([m.law.extent for m in trainer.members], dtype=trainer.dtype, device=trainer.device)
    line = torch.linspace(-1, 1, _GRID, dtype=trainer.dtype, device=trainer.device)
    square = torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=-1).reshape(-1, 2)
    found = []
    for piece in square.split(max(1, _LARGEST_BATCH // len(trainer.members))):
        x = (extents[:, None, None] * piece).requires_grad_()
        values = trainer.discriminate(x)
        # Members and samples do not meet, so that one gradient of the sum has everyone's own.
        gradients = torch.autograd.grad(values.sum(), x)[0]
        found.append((values.detach(), gradients))
    values = torch.cat([part[0] for part in found], dim=1).double().cpu().numpy().reshape(-1, _GRID, _GRID)
    gradients = torch.cat([part[1] for part in found], dim=1).double().cpu().numpy().reshape(-1, _GRID, _GRID, 2)
    fakes, reals = (part.double().cpu().numpy() for part in trainer.samples(samples, seed))
    axes = extents.double().cpu().numpy()[:, None] * np.linspace(-1, 1, _GRID)
    return [Panel(title, reals[k], fakes[k], axes[k], values[k], gradients[k]) for k, title in titles.items()]


@styled
def samples_figure(shown: Sequence[Panel], title: str) -> Figure:
    """Panels side by side.

    Args:
        shown: The panels, in reading order.
        title: Of the figure.
    """
    columns = columns_for(len(shown))
    figure, axes = canvas(title, -(-len(shown) // columns), columns, square=True)
    for place, panel in zip(axes, shown, strict=False):
        _draw(place, panel)
    for place in axes[len(shown) :]:
        place.set_visible(False)
    legend_below(figure, axes[:1])
    return figure


def _draw(place: Axes, panel: Panel) -> None:
    axis, values, gradients = panel.axis, panel.values, panel.gradients
    low, high = axis[0], axis[-1]
    steepness = np.hypot(gradients[..., 0], gradients[..., 1])
    if np.isfinite(values).all() and np.isfinite(steepness).all():
        least, span = float(values.min()), max(float(np.ptp(values)), 1e-30)
        # From white to a middle grey, on which colours stand out.
        levels = least + span * np.linspace(0, 1, _LEVELS)
        place.contourf(axis, axis, values, levels=levels, cmap="Greys", vmin=least, vmax=least + 2 * span, zorder=0)
        inner = slice(_BETWEEN_ARROWS // 2, None, _BETWEEN_ARROWS)
        arrows = gradients[inner, inner] / max(float(steepness.max()), 1e-30)
        place.quiver(
            axis[inner],
            axis[inner],
            arrows[..., 0],
            arrows[..., 1],
            angles="xy",
            scale=1 / (_LONGEST_ARROW * _BETWEEN_ARROWS * (axis[1] - axis[0])),
            scale_units="xy",
            width=0.003,
            color=INK,
            alpha=0.55,
            zorder=1,
        )
        scale = f"D from {values.min():.2g} to {values.max():.2g}, |∇D| up to {steepness.max():.2g}"
    else:
        scale = "D is not finite"
    for points, colour, name in ((panel.real, REAL, "data"), (panel.fake, FAKE, "generated")):
        place.scatter(*points.T, s=5, color=colour, alpha=0.7, linewidths=0, zorder=2)
        place.plot([], [], "o", color=colour, ms=4, label=name)
    outside = int((~(np.abs(panel.fake) <= high).all(axis=1)).sum())
    note = f"\n{outside} of {len(panel.fake)} generated samples lie outside" if outside else "\n"
    place.set(xlim=(low, high), ylim=(low, high), aspect="equal", xticks=[], yticks=[])
    place.set_title(panel.title)
    place.set_xlabel(scale + note)
