"""Random numbers: independent of chunks, different for every purpose and seed, distributed as they should."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch

from convergan.training.data.circle import Circle
from convergan.training.data.segment import Segment
from convergan.training.stacked.draws import MEASURING, PURPOSES, STARTING, TRAINING, Draws, Sizes

SIZES = Sizes(minibatches=2, samples=8, latent=3, dimension=2)
CPU = torch.device("cpu")


def draws(purpose: str, seeds: list[int], laws: list | None = None, chunk: int = 4) -> Draws:
    return Draws(purpose, seeds, laws or [Circle()] * len(seeds), SIZES, torch.float64, CPU, chunk)


def numbers(stream: Draws, period: int, place: int = 0) -> torch.Tensor:
    stream.advance(period)
    return stream.minibatch(place).clone()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_periods_come_in_any_order(purpose: str) -> None:
    first, second = draws(purpose, [1, 2]), draws(purpose, [1, 2])
    forward = [numbers(first, period) for period in range(9)]
    for period in (7, 0, 8, 3):
        assert torch.equal(numbers(second, period), forward[period])
    assert all(not torch.equal(a, b) for a, b in combinations(forward, 2))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_stream_belongs_to_its_seed(purpose: str) -> None:
    together = numbers(draws(purpose, [5, 1, 5, 9]), 2)
    assert torch.equal(together[0], together[2])
    assert not torch.equal(together[0], together[1])
    for place, seed in enumerate((5, 1, 5, 9)):
        assert torch.equal(numbers(draws(purpose, [seed]), 2)[0], together[place])


def test_purposes_and_minibatches_have_streams_of_their_own() -> None:
    found = {p: numbers(draws(p, [0]), 0).flatten()[:8] for p in PURPOSES}
    assert all(not torch.equal(a, b) for a, b in combinations(found.values(), 2))
    stream = draws("latent", [0])
    assert not torch.equal(numbers(stream, 0, 0), numbers(stream, 0, 1))


def test_data_follow_each_members_law() -> None:
    laws = [Circle(), Segment(), Circle()]
    x = numbers(draws("real", [0, 0, 1], laws), 0)
    for points, law in zip(x, laws, strict=True):
        assert law.distance(points).max() < 1e-12
    assert not torch.equal(x[0], x[2])


@pytest.mark.parametrize(
    ("purpose", "mean", "variance"), [("latent", 0.0, 1.0), ("noise:real", 0.0, 1.0), ("mix", 0.5, 1 / 12)]
)
def test_moments(purpose: str, mean: float, variance: float) -> None:
    stream = draws(purpose, list(range(40)))
    x = torch.cat([numbers(stream, period).flatten() for period in range(60)])
    # Five standard deviations of the mean; the fourth moment of both laws is at most 3 variance^2.
    assert abs(x.mean() - mean) < 5 * (variance / len(x)) ** 0.5
    assert abs(x.var() - variance) < 5 * variance * (2 / len(x)) ** 0.5


def test_what_is_measured_is_fresh() -> None:
    """NumPy fills keys up with zeros: [0, 1] and [0, 1, 0] are one key, and the leading words keep kinds apart."""
    keys = [(TRAINING, seed, purpose, chunk) for seed in range(4) for purpose in range(3) for chunk in range(3)]
    keys += [(MEASURING, seed, purpose) for seed in range(4) for purpose in range(3)]
    keys += [(STARTING, seed, player) for seed in range(4) for player in range(2)]
    states = {tuple(np.random.SeedSequence(key).generate_state(4)) for key in keys}
    assert len(states) == len(keys)
    bare = {tuple(np.random.SeedSequence(key[1:]).generate_state(4)) for key in keys}
    assert len(bare) < len(keys)
