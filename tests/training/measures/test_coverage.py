"""Modes that samples hit, against a plain loop over samples and modes, and shares on supports."""

from __future__ import annotations

import math

import pytest
import torch

from convergan.training.data import Law, read_data
from convergan.training.measures import mode_coverage, share_on_support

Tensor = torch.Tensor
MIXTURES = ["eight-gaussians", "twenty-five-gaussians", "four-segments", "four-squares"]


def real(law: Law, members: int, count: int) -> Tensor:
    return torch.stack([law.sample(count, seed) for seed in range(members)])


def counted(law: Law, samples: Tensor) -> list[list[int]]:
    """Sample by sample, in plain Python."""
    centres = law.modes()
    assert centres is not None
    rows = []
    for member in samples.tolist():
        counts = [0] * len(centres)
        for x in member:
            gaps = [math.dist(x, c) for c in centres.tolist()]
            if min(gaps) <= law.spread:
                counts[gaps.index(min(gaps))] += 1
        rows.append(counts)
    return rows


@pytest.mark.parametrize("name", MIXTURES)
@pytest.mark.parametrize("blur", [0.0, 0.1])
def test_counts_are_those_of_a_plain_loop(name: str, blur: float) -> None:
    law = read_data(name)
    x = real(law, 2, 200)
    x = x + blur * torch.randn(x.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = mode_coverage(law, x)
    assert found is not None
    assert found.counts.tolist() == counted(law, x)
    assert found.inside.tolist() == [sum(row) / 200 for row in counted(law, x)]
    due = 0.25 * 200 / found.modes
    assert found.hit.tolist() == [sum(c >= due for c in row) for row in counted(law, x)]


@pytest.mark.parametrize("name", MIXTURES)
def test_data_hit_all_modes_and_a_collapsed_generator_does_not(name: str) -> None:
    law = read_data(name)
    centres = law.modes()
    assert centres is not None
    x = real(law, 3, 2048)
    found = mode_coverage(law, x)
    assert found is not None
    assert found.hit.tolist() == [len(centres)] * 3
    assert (found.inside > 0.98).all()
    # All samples on the first k modes; one stray sample on another mode is no hit.
    fakes = torch.stack([centres[torch.arange(2048) % k] for k in (1, 2, 3)])
    fakes[:, 0] = centres[-1]
    collapsed = mode_coverage(law, fakes)
    assert collapsed is not None
    assert collapsed.hit.tolist() == [1, 2, 3]
    nowhere = mode_coverage(law, x + 100)
    assert nowhere is not None
    assert nowhere.hit.tolist() == [0, 0, 0]
    assert nowhere.inside.tolist() == [0, 0, 0]


def test_few_samples_hit_by_at_least_one() -> None:
    law = read_data("twenty-five-gaussians")
    found = mode_coverage(law, torch.full((1, 3, 2), 1e6))
    assert found is not None
    assert found.hit.tolist() == [0]


def test_samples_that_are_not_finite_are_in_no_mode() -> None:
    law = read_data("eight-gaussians")
    x = real(law, 2, 64)
    before = mode_coverage(law, x)
    x[1] = torch.nan
    found = mode_coverage(law, x)
    assert before is not None
    assert found is not None
    assert found.hit.tolist() == [before.hit[0].item(), 0]
    assert share_on_support(read_data("circle"), x, 1.0)[1] == 0


def test_a_law_of_one_piece_has_no_modes() -> None:
    assert mode_coverage(read_data("circle"), torch.zeros(1, 4, 2)) is None


@pytest.mark.parametrize("name", ["circle", "segment", "four-segments", "swiss-roll", "affine-subspace"])
def test_the_share_on_the_support(name: str) -> None:
    law = read_data(name)
    x = real(law, 1, 400).repeat(3, 1, 1)
    x[1, :100] += 50
    x[2, :] += 50
    assert share_on_support(law, x, 1e-6).tolist() == [1.0, 0.75, 0.0]
    assert share_on_support(law, x, 1e6).tolist() == [1.0, 1.0, 1.0]
