"""Each assumption dropped in turn gives failing games, on all random games and not on a chosen one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from convergan.numeric.realisable import (
    VIOLATIONS,
    Failure,
    RealisableField,
    fitted,
    left_of,
    measured,
    random_games,
    right_of,
    tangents,
    theorem_cases,
    theorem_numbers,
)

COUNT = 8
# A real part of 0 is told from a negative one by this much, relative to J off the tangent space.
NEUTRAL = 1e-6


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda v: f"{v.assumption}: {v.words}")
def test_a_dropped_assumption_makes_games_fail(violation, penalised, penalties):
    proposal = penalised(penalties["R1"])
    games, cases = random_games(violation.shape, COUNT, 1), theorem_cases(COUNT, 2)
    changed, changed_cases = violation.apply(games, cases)
    normal = None if violation.normal is None else violation.normal(changed)
    found = measured(
        RealisableField(proposal, changed),
        changed_cases,
        theorem_numbers(changed_cases),
        tangent=tangents(changed, normal=normal),
    )
    size = np.linalg.norm(found.quotient, axis=(1, 2))
    not_left = right_of(found.quotient, found.radius, -NEUTRAL * size)
    assert (found.block <= 1).all() if violation.block else (found.block > 1).all()
    match violation.fails:
        case Failure.STATIONARY:
            assert (found.stationary > 1).all()
        case Failure.UNSTABLE:
            assert (found.stationary <= 1).all()
            assert found.diverges.all()
        case Failure.NEUTRAL:
            assert (found.stationary <= 1).all()
            assert not (found.converges | found.diverges).any()
            assert not_left.all()
    if violation.fails is not Failure.STATIONARY:
        assert not found.converges.any()


@pytest.mark.parametrize("start", dict.fromkeys(violation.shape for violation in VIOLATIONS), ids=repr)
def test_the_games_they_start_from_do_not_fail(start, penalised, penalties):
    games, cases = random_games(start, COUNT, 1), theorem_cases(COUNT, 2)
    found = measured(RealisableField(penalised(penalties["R1"]), games), cases, theorem_numbers(cases))
    assert found.holds.all()


@pytest.mark.parametrize("violation", [v for v in VIOLATIONS if v.assumption.startswith("III")], ids=lambda v: v.words)
def test_assumption_iii_is_seen_to_fail(violation):
    games, cases = random_games(violation.shape, COUNT, 1), theorem_cases(COUNT, 2)
    changed = violation.apply(games, cases)[0]
    found = tangents(changed)
    broken, whole = (
        (found.variation, found.coupling) if violation.assumption == "III(i)" else (found.coupling, found.law)
    )
    assert not found.resolved.any()
    assert not broken.resolved.any()
    assert whole.resolved.all()


def test_without_penalty_densities_converge(penalised):
    games, cases = random_games(fitted(1, 1, maps="split"), COUNT, 1), theorem_cases(COUNT, 2)
    free = replace(cases, parameters={"gamma": np.zeros(COUNT)})
    found = measured(RealisableField(penalised("0"), games), free, theorem_numbers(free))
    assert found.holds.all()


def test_a_bowl_of_the_other_sign_is_an_energy_solution(penalised, penalties):
    """J is not of the block form either, and yet stable: supplement E of the paper, LITERATURE 2.8."""
    (bowl,) = (v for v in VIOLATIONS if "D is not 0 near it" in v.words)
    games, cases = random_games(bowl.shape, COUNT, 1), theorem_cases(COUNT, 2)
    changed, _ = bowl.apply(games, cases)
    turned = changed.changed(bowl=-changed.tables["bowl"])
    found = measured(RealisableField(penalised(penalties["R1"]), turned), cases, theorem_numbers(cases))
    assert (found.block > 1).all()
    assert left_of(found.quotient, found.radius).all()
