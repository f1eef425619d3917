"""Code that is wrong where one does not look must not pass; right code in an unusual form must."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from convergan.numeric.cases import EvidenceUnavailable
from convergan.numeric.user_code.errors import CodeError
from convergan.numeric.user_code.outcome import Outcome

WRONG = {
    "images_normal": ("WGAN-GP", "not uniform"),
    "narrow_shared": ("WGAN-GP", "not uniform"),
    "clamped": ("WGAN-GP", "different values"),
    "on_a_grid": ("WGAN-GP", "different values"),
    "same_seed": ("WGAN-GP", "different values"),
    "wrong_at_small_batches": ("WGAN-GP", "not uniform"),
    "wrong_at_large_batches": ("R1", ""),
    "shared_relativistic_noise": ("relativistic noise", "the same noise"),
    "clamped_outputs": ("standard", ""),
    "clipped_weight": ("R1", ""),
    "fixed_by_partial": ("R1", "at gamma = 3"),
    "clips_parameters": ("R1", ""),
}
RIGHT = {
    "by_vmap": "R1",
    "sample_by_sample": "R1",
    "mixed_one_by_one": "WGAN-GP",
    "noise_shared_by_batch": "DRAGAN",
    "with_a_log": "WGAN-GP",
    "frozen": "standard",
    "module": "R1",
    "positional": "R1",
    "without_fakes": "R1",
    "in_single_precision": "R1",
    "leaves_gradients": "R1",
    "loops": "R1",
}


SLOW = (
    "shared_relativistic_noise",
    "narrow_shared",
    "clamped_outputs",
    "clipped_weight",
    "wrong_at_large_batches",
    "wrong_at_small_batches",
    "same_seed",
)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in WRONG]
)
def test_wrong(name: str, compared: Callable[..., Outcome]) -> None:
    proposal, cause = WRONG[name]
    outcome = compared(proposal, f"tricky.{name}")
    assert outcome.holds is False
    assert cause in " ".join(found.text for found in outcome.causes)


SLOW_RIGHT = ("mixed_one_by_one", "noise_shared_by_batch", "with_a_log", "frozen")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW_RIGHT else []) for name in RIGHT]
)
def test_right(name: str, compared: Callable[..., Outcome]) -> None:
    outcome = compared(RIGHT[name], f"tricky.{name}")
    assert outcome.holds is True, outcome
    assert not outcome.causes


def test_noise_that_hides_everything_is_no_agreement(compared: Callable[..., Outcome]) -> None:
    assert compared("R1", "tricky.noise_only").holds is not True


def test_a_generator_of_its_own_is_no_disagreement(compared: Callable[..., Outcome]) -> None:
    with pytest.raises(EvidenceUnavailable, match="a generator of its own"):
        compared("DRAGAN", "tricky.own_generator")


def test_code_that_exits_does_not_agree(compared: Callable[..., Outcome], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CodeError, match="SystemExit"):
        compared("R1", "tricky.exits")
    assert not capsys.readouterr().out


def test_what_is_left_behind_is_said(compared: Callable[..., Outcome]) -> None:
    assert any("gradients in D's parameters" in r for r in compared("R1", "tricky.leaves_gradients").remarks)
    assert any("changes D's parameters" in r for r in compared("R1", "tricky.clips_parameters").remarks)
