"""The figures of a run: samples at a few marks, measures over the iterations, orbits where the players are small."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..data.dirac import Dirac
from ..plots.samples import panels, samples_figure
from ..plots.series import Series, series_figure
from ..plots.trajectory import Orbit, trajectory_figure
from ..predictions.prediction import Prediction
from ..predictions.runs import is_dirac_gan, prediction_of
from .journal import Row, read_journal
from .settings import Settings, labels
from .trajectory import Trajectory

if TYPE_CHECKING:
    from ..stacked.member import Member
    from ..stacked.trainer import Trainer

Array = NDArray[np.float64]
# Figures of samples on the way, the one at the end included; members shown in one, marks of the schedule permitting.
_PICTURES, _MEMBERS, _ORBITS = 5, 8, 8
# What is shown over the iterations where it was measured, and the level to compare it with.
_SHOWN = {
    "w1": ("Wasserstein-1", None),
    "w1_ratio": ("Wasserstein-1 / noise floor", 1.0),
    "gradient_real": ("|∇D| on the data", None),
    "gradient_fake": ("|∇D| on generated samples", None),
}


def draw(folder: Path, settings: Settings, trainer: Trainer, trajectory: Trajectory) -> None:
    """Draws what belongs to the present step, and at the end what belongs to the whole run.

    Args:
        folder: Where PNG files go: samples-STEP.png, series.png and trajectory.png.
        settings: Of the run.
        trainer: As it stands; its journal is written up to here.
        trajectory: Where its members went.
    """
    step = trainer.steps
    title = f"{settings.name} on {settings.data}"
    if trainer.architecture.generator.outputs == 2 and step in pictured(settings.marks):
        shown = spread(settings.members, _MEMBERS)
        words = labels(settings, varying=True)
        since, _ = trainer.divergence()
        ends = ["" if at is None else f" (diverged in step {at:,})" for at in since]
        found = panels(trainer, {k: words[k] + ends[k] for k in shown}, seed=step)
        some = f", {len(shown)} of {settings.members} members" if len(shown) < settings.members else ""
        figure = samples_figure(found, f"{title}, iteration {step:,}{some}")
        figure.savefig(folder / f"samples-{step:06}.png")
    if step == settings.iterations:
        words = labels(settings, varying=True)
        found = series_of(read_journal(folder))
        if found:
            series_figure(found, words, title).savefig(folder / "series.png")
        if trajectory and _is_dirac(trainer):
            orbits = orbits_of(trainer, trajectory, {k: words[k] for k in spread(settings.members, _ORBITS)})
            trajectory_figure(orbits, title).savefig(folder / "trajectory.png")


def pictured(marks: tuple[int, ...]) -> frozenset[int]:
    """The marks at which samples are drawn: evenly spread, the last among them, the start not."""
    return frozenset(marks[k] for k in spread(len(marks), _PICTURES + 1) if k)


def spread(count: int, most: int) -> list[int]:
    """At most so many places among ``count``, evenly spread, the first and the last among them."""
    return [round(place) for place in np.linspace(0, count - 1, min(count, most))]


def series_of(rows: list[Row]) -> list[Series]:
    """What the journal says over the iterations; measures that were nowhere finite are left out."""
    steps = sorted({row["step"] for row in rows})
    members = 1 + max(row["member"] for row in rows)
    found: dict[str, Series] = {}
    for name, (quantity, level) in _SHOWN.items():
        values = np.full((len(steps), members), np.nan)
        for row in rows:
            value = row.get(name)
            values[steps.index(row["step"]), row["member"]] = np.nan if value is None else value
        if np.isfinite(values).any():
            found[name] = Series(quantity, np.array(steps, dtype=np.float64), values, level, "noise floor")
    if "w1_ratio" in found:
        # The same curves, but for a factor.
        found.pop("w1", None)
    return list(found.values())


def orbits_of(trainer: Trainer, trajectory: Trajectory, words: dict[int, str]) -> list[Orbit]:
    """The ways of some members of a Dirac-GAN, with what theory says of them.

    Args:
        trainer: The members.
        trajectory: Where they went.
        words: By member; the others are left out.
    """
    thetas, psis = trajectory.players()
    found = []
    for place, text in words.items():
        member = trainer.members[place]
        theta, psi = thetas[:, place] - _data_point(member), psis[:, place]
        cycle, factor = _shown(prediction_of(member, trainer.architecture, trainer.steps))
        found.append(Orbit(text, trajectory.steps, theta, psi, cycle, factor))
    return found


def _is_dirac(trainer: Trainer) -> bool:
    return is_dirac_gan(trainer.architecture) and all(isinstance(member.law, Dirac) for member in trainer.members)


def _data_point(member: Member) -> Array:
    assert isinstance(member.law, Dirac)
    return np.broadcast_to(np.asarray(member.law.at, dtype=np.float64), member.law.dimension)


def _shown(prediction: Prediction) -> tuple[tuple[float, float, float] | None, float | None]:
    """The predicted cycle and factor; None where theory does not know them."""
    cycle, factor = prediction.cycle, prediction.factor
    if cycle is not None:
        return (cycle.least.value, cycle.mean.value, cycle.greatest.value), None
    return None, None if factor is None else factor.value
