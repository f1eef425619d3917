"""The Dirac-GAN on its way: orbits in the plane of generator and discriminator, and the distance to the equilibrium."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .canvas import INK, MUTED, canvas, colours, legend_below, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
_MOST = 8


@dataclass(frozen=True)
class Orbit:
    """The way of one member.

    Attributes:
        label: The member in words.
        steps: Periods done, of shape [T].
        theta: The generator's point less the data point, of shape [T, n].
        psi: The discriminator's slope, of shape [T, n].
        cycle: Predicted distances on the limit cycle: least, mean and greatest; None where none is predicted.
        factor: The predicted factor by which the distance shrinks in a period; None where there is none.
    """

    label: str
    steps: Array
    theta: Array
    psi: Array
    cycle: tuple[float, float, float] | None = None
    factor: float | None = None

    @property
    def distances(self) -> Array:
        """|(theta, psi) - x*|, of shape [T]."""
        return np.sqrt((self.theta**2).sum(1) + (self.psi**2).sum(1))


@styled
def trajectory_figure(orbits: Sequence[Orbit], title: str) -> Figure:
    """The plane on the left, distances on the right.

    In n dimensions the plane shows the components along the direction in which theta and psi vary most.

    Args:
        orbits: The members; of more than 8 the first 8 are shown.
        title: Of the figure.

    Raises:
        ValueError: If there are no orbits.
    """
    if not orbits:
        raise ValueError("no orbits to draw")
    figure, (plane, distance) = canvas(title, 1, 2, width=4.6)
    for orbit, colour in zip(orbits[:_MOST], colours(min(len(orbits), _MOST)), strict=False):
        _plane(plane, orbit, colour)
        _distance(distance, orbit, colour)
    dimension = orbits[0].theta.shape[1]
    suffix = "" if dimension == 1 else "·e"
    plane.set(xlabel=f"θ{suffix}", ylabel=f"ψ{suffix}", aspect="equal", title="generator and discriminator")
    plane.plot([0], [0], "+", color=INK, ms=9, zorder=5)
    distance.set(xlabel="iterations", yscale="log", title="distance to equilibrium")
    legend_below(figure, [distance])
    return figure


def _plane(place: Axes, orbit: Orbit, colour: str) -> None:
    direction = np.linalg.svd(np.concatenate([orbit.theta, orbit.psi]), full_matrices=False)[2][0]
    x, y = orbit.theta @ direction, orbit.psi @ direction
    place.plot(x, y, color=colour, lw=0.9)
    place.plot(x[:1], y[:1], "o", color=colour, ms=5)
    # A distance in R^2n is a circle in this plane only if this plane is everything.
    if orbit.cycle is not None and orbit.theta.shape[1] == 1:
        turn = np.linspace(0, 2 * np.pi, 200)
        for radius, width in zip(orbit.cycle, (0.7, 1.4, 0.7), strict=True):
            place.plot(radius * np.cos(turn), radius * np.sin(turn), color=MUTED, ls="--", lw=width, zorder=4)


def _distance(place: Axes, orbit: Orbit, colour: str) -> None:
    steps, distances = orbit.steps, orbit.distances
    place.plot(steps, distances, color=colour, lw=1.2, label=orbit.label)
    if orbit.cycle is not None:
        least, mean, greatest = orbit.cycle
        place.axhspan(least, greatest, color=MUTED, alpha=0.2, lw=0)
        place.axhline(mean, color=MUTED, ls="--", lw=1.2, label="predicted final distance")
    if orbit.factor is not None and orbit.factor > 0:
        predicted = distances[0] * np.exp(np.log(orbit.factor) * (steps - steps[0]))
        seen = predicted >= 0.1 * distances[distances > 0].min(initial=distances[0])
        place.plot(steps[seen], predicted[seen], color=INK, ls=":", lw=1.4, label="predicted rate")
