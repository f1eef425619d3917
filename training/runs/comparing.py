"""Predictions against measurements for the members of a run that has ended."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data.dirac import Dirac
from ..predictions.comparison import Comparison, sorted_rows
from ..predictions.runs import compared, is_dirac_gan
from ..stacked.trainer import Trainer
from .journal import Row
from .trajectory import Trajectory

_QUANTITIES = ("w1_ratio", "at_floor", "gradient_real")


def comparisons(
    trainer: Trainer, trajectory: Trajectory, rows: Sequence[Row], labels: Sequence[str], dtype: str
) -> tuple[Comparison, ...]:
    """The rows of all members that did not diverge, disagreements first.

    Args:
        trainer: At its end.
        trajectory: Where its members went.
        rows: Its whole journal.
        labels: The members' names.
        dtype: "float32" or "float64".
    """
    found: list[Comparison] = []
    since, _ = trainer.divergence()
    for place, (member, label, diverged) in enumerate(zip(trainer.members, labels, since, strict=True)):
        if diverged is not None:
            continue
        if trajectory and is_dirac_gan(trainer.architecture) and isinstance(member.law, Dirac):
            theta, psi = (part[:, place] for part in trajectory.players())
            theta = theta - np.asarray(member.law.at, dtype=np.float64)
            distance = np.sqrt((theta**2).sum(1) + (psi**2).sum(1))
            steps, series = trajectory.steps, {"distance": distance, "theta": theta[:, 0], "psi": psi[:, 0]}
        else:
            own = [row for row in rows if row["member"] == place]
            steps = np.array([row["step"] for row in own], dtype=np.float64)
            series = {
                name: np.array([np.nan if row.get(name) is None else row[name] for row in own], dtype=np.float64)
                for name in _QUANTITIES
                if any(row.get(name) is not None for row in own)
            }
        found += compared(label, member, trainer.architecture, steps, series, dtype)
    return tuple(sorted_rows(found))
