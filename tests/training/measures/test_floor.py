"""The noise floor has the value that theory gives where it is known; other laws are above it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from convergan.training.data import Law, read_data
from convergan.training.measures import NoiseFloor, Workers, noise_floor, relative, w1
from convergan.training.measures import floor as module

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Interval(Law):
    """Uniform on [0, length]."""

    name = "interval"
    length: float = 1.0
    dimension = 1
    normals, uniforms = 0, 1

    def _points(self, normal: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
        return self.length * uniform


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_known", {})


@pytest.mark.parametrize("length", [1.0, 3.0])
def test_the_uniform_law_has_its_known_floor(length: float) -> None:
    """E W1 = integral of E|F_n - G_n| -> sqrt(4/(pi n)) integral sqrt(x (1 - x)) dx = sqrt(pi/n)/4, on [0, 1]."""
    n, repeats = 2000, 400
    floor = noise_floor(Interval(length), n, repeats)
    expected = length * np.sqrt(np.pi / n) / 4
    # The next term of the normal limit of a binomial's mean deviation is 1/n of it, apart from the ends.
    assert abs(floor.mean - expected) <= 4 * floor.deviation / np.sqrt(repeats) + expected / np.sqrt(n)
    # Negative control: the statement is sharp enough to see the factor sqrt(2) of one sample against the law itself.
    assert abs(floor.mean - expected / np.sqrt(2)) > 4 * floor.deviation / np.sqrt(repeats) + expected / np.sqrt(n)


def test_mean_and_deviation_are_those_of_the_pairs() -> None:
    law = read_data("circle")
    pairs = [[module._sample(law, 64, 3, r, side) for side in (0, 1)] for r in range(5)]
    values = np.concatenate([w1(*pair) for pair in pairs])
    floor = noise_floor(law, 64, 5, 3)
    assert floor == NoiseFloor("circle", 64, 5, 3, values.mean(), np.sqrt(((values - values.mean()) ** 2).sum() / 4))


def test_all_samples_differ_and_depend_on_the_seed() -> None:
    law = read_data("gaussian")
    samples = {(s, r, k): module._sample(law, 8, s, r, k).tobytes() for s in (0, 1) for r in (0, 1) for k in (0, 1)}
    assert len(set(samples.values())) == 8
    assert noise_floor(law, 32, 4, 0).mean != noise_floor(law, 32, 4, 1).mean


def test_it_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = noise_floor(Interval(), 50, 3)
    monkeypatch.setattr(module, "w1", None)
    assert noise_floor(Interval(), 50, 3) is first
    with pytest.raises(TypeError):  # other arguments are measured
        noise_floor(Interval(2.0), 50, 3)


def test_worker_processes_measure_the_same() -> None:
    law = Interval()
    here = noise_floor(law, 64, 4)
    module._known.clear()
    with Workers(2) as workers:
        assert noise_floor(law, 64, 4, workers=workers) == here


def test_it_can_be_stored() -> None:
    floor = noise_floor(Interval(), 20, 3)
    assert NoiseFloor(**json.loads(json.dumps(floor.record()))) == floor


@pytest.mark.parametrize("name", ["circle", "eight-gaussians", "gaussian"])
def test_fresh_samples_are_at_the_floor_and_others_are_not(name: str) -> None:
    law = read_data(name)
    floor = noise_floor(law, 256, 16)
    fresh = np.concatenate([module._sample(law, 256, 1, r, 0) for r in range(40)])
    real = np.concatenate([module._sample(law, 256, 1, r, 1) for r in range(40)])
    good = relative(w1(fresh, real), floor)
    # Perfect samples fail in up to 1.4 % of the cases: 5 or more of 40 with probability 3e-4.
    assert (~good.at_floor).sum() <= 4
    assert np.abs(good.excess.mean()) <= 0.25
    for wrong in (fresh[:8] + 0.5 * law.extent, 0.5 * fresh[:8], fresh[:8, :1] + 0 * fresh[:8]):
        bad = relative(w1(wrong, real[:8]), floor)
        assert not bad.at_floor.any()
        assert (bad.excess > 0.5).all()
        assert (bad.deviations > 3).all()


def test_a_point_has_no_noise() -> None:
    floor = noise_floor(read_data("dirac:dimension=3"), 16, 4)
    assert (floor.mean, floor.deviation, floor.limit) == (0.0, 0.0, 0.0)
    found = relative(np.array([0.0, 1e-12, np.inf]), floor)
    assert found.at_floor.tolist() == [True, False, False]
    assert found.excess.tolist() == [0.0, np.inf, np.inf]


def test_the_limit_is_that_of_a_prediction() -> None:
    """With known quantiles of Student's distribution: one more normal value is above the limit once in 740."""
    random = np.random.default_rng(0)
    repeats, trials = 5, 200_000
    values = random.normal(size=(trials, repeats))
    limit = NoiseFloor("normal", 1, repeats, 0, 0.0, 1.0).limit
    above = random.normal(size=trials) > values.mean(axis=1) + limit * values.std(axis=1, ddof=1)
    assert abs(above.mean() - 0.00135) <= 4 * np.sqrt(0.00135 / trials)


@pytest.mark.parametrize(("samples", "repeats"), [(10, 1), (0, 4)])
def test_what_cannot_be_measured(samples: int, repeats: int) -> None:
    with pytest.raises(ValueError, match="a noise floor takes 2 repeats or more"):
        noise_floor(Interval(), samples, repeats)
