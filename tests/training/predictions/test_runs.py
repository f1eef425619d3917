"""Members of the trainer beside what theory says of them; and beside what it says of others, which must be noticed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from convergan.training.predictions.runs import compared, prediction_of
from convergan.training.runs.measuring import measured
from convergan.training.stacked import Member, Specification, Trainer

R1 = {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}}
ALTERNATING = {"training": {"update": "alternating"}}
PERIODS, EVERY = 1200, 10


def specification(document: dict[str, Any], **changes: Any) -> Specification:
    given = {
        "values": {"gamma": "1/2"} if "parameters" in document else {},
        "step": "1/10",
        "data": "dirac:dimension=2",
        "generator": "point",
        "discriminator": "linear",
        "latent": 1,
        "batch": 1,
    }
    return Specification(document, **(given | changes))


def series_of(trainer: Trainer) -> tuple[np.ndarray, list[dict[str, np.ndarray]]]:
    """Marks, and the members' series by quantity."""
    rows = [measured(trainer, samples=1)]
    for _ in range(PERIODS // EVERY):
        trainer.run(EVERY)
        rows.append(measured(trainer, samples=1))
    members = range(len(trainer.members))
    found = [{name: np.array([row[k][name] for row in rows]) for name in rows[0][k]} for k in members]
    return np.arange(0.0, PERIODS + 1, EVERY), found


@pytest.fixture(scope="module")
def runs() -> tuple[Trainer, np.ndarray, list[dict[str, np.ndarray]]]:
    """R1 with two weights, the unregularised game, and extragradient, all trained together."""
    wanted = [
        specification(R1 | ALTERNATING),
        specification(R1 | ALTERNATING, values={"gamma": "1/4"}),
        specification(ALTERNATING),
    ]
    trainer = Trainer([w.member() for w in wanted], wanted[0].architecture(), dtype=torch.float64)
    return trainer, *series_of(trainer)


def rows_of(runs: Any, place: int, member: Member | None = None) -> dict[str, bool | None]:
    trainer, steps, series = runs
    chosen = member or trainer.members[place]
    found = compared("run", chosen, trainer.architecture, steps, series[place], "float64")
    return {row.quantity: row.agrees for row in found}


@pytest.mark.parametrize("place", [0, 1])
def test_r1_converges_at_the_predicted_rate(runs: Any, place: int) -> None:
    found = rows_of(runs, place)
    assert found["behaviour"] is True
    assert found["factor per period"] is True
    assert found["periods per turn"] is True


def test_the_unregularised_game_circles_with_the_predicted_radius(runs: Any) -> None:
    found = rows_of(runs, 2)
    assert found["behaviour"] is True
    assert found["radius"] is True
    assert found["periods per turn"] is True


def test_the_prediction_for_another_run_is_contradicted(runs: Any) -> None:
    trainer = runs[0]
    slower = replace(trainer.members[0], values={"gamma": Fraction(1, 10)})
    assert rows_of(runs, 0, slower)["factor per period"] is False
    slower_step = replace(trainer.members[2], step=Fraction(1, 20))
    assert rows_of(runs, 2, slower_step)["periods per turn"] is False
    assert rows_of(runs, 2, trainer.members[0])["behaviour"] is False
    assert rows_of(runs, 0, trainer.members[2])["behaviour"] is False


def test_where_theory_is_silent_it_says_why() -> None:
    given = specification(R1 | {"training": {"optimizer": "rmsprop"}})
    assert "second moments" in prediction_of(given.member(), given.architecture(), 10).because
    given = specification(R1, data="dirac:dimension=2,at=1")
    assert "data at 0" in prediction_of(given.member(), given.architecture(), 10).because


def test_averages_beside_the_iterates_are_not_what_is_predicted() -> None:
    given = specification(R1 | {"training": {"update": "alternating", "ema": "99/100"}}, values={"gamma": "1"})
    trainer = Trainer([given.member()], given.architecture(), dtype=torch.float64)
    found = rows_of((trainer, *series_of(trainer)), 0)
    assert found["factor per period"] is True


def test_noise_that_drives_the_run_is_not_in_the_analysed_map() -> None:
    given = specification({"objective": {"f": "standard", "instance_noise": "1"}}, batch=16)
    assert "minibatches of noise" in prediction_of(given.member(), given.architecture(), 10).because


def test_networks_are_told_what_the_general_case_says() -> None:
    networks = {"data": "circle", "generator": "mlp:width=4", "discriminator": "mlp:width=4", "latent": 2}
    given = specification(R1, **networks)
    assert prediction_of(given.member(), given.architecture(), 10).behaviour.value == "converging"
    given = specification({}, **networks)
    assert prediction_of(given.member(), given.architecture(), 10).behaviour.value == "undecided"
