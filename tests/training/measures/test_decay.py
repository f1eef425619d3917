"""Words, rates and radii of series whose behaviour is known, and of maps that are iterated; with negative controls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from convergan.training.measures import Behaviour, behaviour, rounding_level

Array = NDArray[np.float64]
STEPS = 2001
T = np.arange(STEPS) * 1.0


def ellipse(frequency: float, ratio: float = 0.3, phase: float = 0.0) -> Array:
    """The distances of points that turn on an ellipse with half axes 1 and ``ratio``."""
    angle = frequency * T + phase
    return np.sqrt(np.cos(angle) ** 2 + ratio**2 * np.sin(angle) ** 2)


def noise(size: float, seed: int = 0) -> Array:
    return np.exp(size * np.random.default_rng(seed).normal(size=STEPS))


def iterated(start: float, step: Callable[[float], float]) -> Array:
    values = [start]
    for _ in range(STEPS - 1):
        values.append(step(values[-1]))
    return np.abs(np.array(values))


def spiral(h: float, gamma: float = 0.0, start: tuple[float, float] = (1.0, 0.5)) -> Array:
    """Simultaneous steps of the linear Dirac-GAN with f'(0) = 1 and R1."""
    matrix = np.array([[1, -h], [h, 1 - h * gamma]])
    state, values = np.array(start), []
    for _ in range(STEPS):
        values.append(np.hypot(*state))
        state = matrix @ state
    return np.array(values)


# Distances, word, shape and the rate (None: no claim).
SERIES: dict[str, tuple[Array, str, str, float | None]] = {
    "geometric": (np.exp(-0.005 * T), "converging", "linear", -0.005),
    "fast": (np.exp(-0.1 * T), "converging", "linear", -0.1),
    "fast, to rounding": (np.exp(-0.1 * T) + 1e-15 * noise(1), "converging", "linear", -0.1),
    "slow": (np.exp(-2e-5 * T), "converging", "linear", -2e-5),
    "rippled": (np.exp(-0.005 * T) * ellipse(0.05), "converging", "linear", -0.005),
    "deeply rippled": (np.exp(-0.005 * T) * ellipse(0.2, 0.01), "converging", "linear", -0.005),
    "noisy": (np.exp(-0.005 * T) * noise(0.2), "converging", "linear", -0.005),
    "two rates": (np.exp(-0.005 * T) + 100 * np.exp(-0.03 * T), "converging", "linear", -0.005),
    "exactly there": (np.where(T > 400, 0.0, np.exp(-0.01 * T)), "converging", "linear", -0.01),
    "at once": (np.where(T > 3, 0.0, 1.0), "converging", "linear", None),
    "square root": ((1 + T) ** -0.5, "converging", "sublinear", None),
    "square root, late": ((1 + 0.01 * T) ** -0.5, "converging", "sublinear", None),
    "reciprocal": ((1 + 0.1 * T) ** -1.0, "converging", "sublinear", None),
    "cubic damping": (iterated(0.5, lambda x: x - 0.05 * x**3), "converging", "sublinear", None),
    "a circle": (np.full(STEPS, 0.7), "circling", "linear", 0.0),
    "an ellipse": (ellipse(0.05), "circling", "linear", 0.0),
    "a blurred circle": (noise(0.1), "circling", "linear", 0.0),
    "to a cycle from outside": (0.3 + np.exp(-0.005 * T), "circling", "levelling", None),
    "to a cycle from inside": (0.3 - 0.29 * np.exp(-0.004 * T), "circling", "levelling", None),
    "to a cycle on an ellipse": ((0.3 + np.exp(-0.005 * T)) * ellipse(0.05), "circling", "linear", None),
    "logistic": (iterated(1e-3, lambda r: r + 0.01 * r * (1 - r * r)), "circling", "levelling", None),
    "slow growth": (np.exp(2e-5 * T), "leaving", "linear", 2e-5),
    "slower growth": (np.exp(1e-7 * T), "leaving", "linear", 1e-7),
    "rippled growth": (np.exp(2e-3 * T) * ellipse(0.05), "leaving", "linear", 2e-3),
    "fast growth": (np.exp(0.3 * T), "leaving", "linear", 0.3),
    "overflow": (np.where(T > 1500, np.inf, np.exp(0.1 * T)), "leaving", "linear", 0.1),
    "not a number": (np.where(T > 900, np.nan, 1.0), "leaving", "linear", None),
    "less than a turn": (ellipse(0.0005), "undecided", "levelling", None),
    "a wide noise": (noise(1.0), "undecided", "linear", None),
    "a random walk": (np.exp(np.cumsum(np.log(noise(0.02)))), "undecided", "linear", None),
    "slowing or settling": (np.exp(-3e-5 * T) * noise(0.002), "undecided", "linear", -3e-5),
    "not yet on the cycle": (0.3 + np.exp(-0.0005 * T), "undecided", "unclear", None),
}
FOUND = behaviour(T, np.stack([row[0] for row in SERIES.values()], axis=1))
INDEX = {name: k for k, name in enumerate(SERIES)}


@pytest.mark.parametrize("name", SERIES)
def test_the_word(name: str) -> None:
    assert FOUND.word[INDEX[name]] == SERIES[name][1]


@pytest.mark.parametrize("name", SERIES)
def test_the_shape(name: str) -> None:
    if name not in ("less than a turn",):
        assert FOUND.shape[INDEX[name]] == SERIES[name][2]


@pytest.mark.parametrize("name", [name for name, row in SERIES.items() if row[3] is not None])
def test_the_rate_lies_in_its_interval(name: str) -> None:
    rate, k = SERIES[name][3], INDEX[name]
    assert rate is not None
    assert abs(FOUND.rate[k] - rate) <= FOUND.rate_uncertainty[k]
    assert FOUND.factor_low[k] <= np.exp(rate) <= FOUND.factor_high[k]
    if SERIES[name][1] != "circling":
        # The interval says something: it does not hold twice the rate, nor half of it.
        assert FOUND.rate_uncertainty[k] < abs(rate) / 2


@pytest.mark.parametrize(("name", "power"), [("square root", 0.5), ("square root, late", 0.5), ("reciprocal", 1.0)])
def test_the_power_of_a_sublinear_decay(name: str, power: float) -> None:
    k = INDEX[name]
    assert abs(FOUND.exponent[k] - power) <= 0.01 * power
    assert FOUND.exponent_low[k] * 0.99 <= power <= FOUND.exponent_high[k] * 1.01


def test_cubic_damping_decays_like_a_square_root() -> None:
    k = INDEX["cubic damping"]
    assert abs(FOUND.exponent[k] - 0.5) <= 0.01


@pytest.mark.parametrize("name", ["to a cycle from outside", "to a cycle from inside"])
def test_the_radius_of_a_limit_cycle(name: str) -> None:
    k, tail = INDEX[name], SERIES[name][0][1000:]
    assert abs(FOUND.limit[k] - 0.3) <= 3e-5  # the grid of speeds is 1 % fine
    assert (FOUND.radius_low[k], FOUND.radius_high[k]) == (tail.min(), tail.max())
    assert abs(FOUND.radius[k] - tail.mean()) <= 1e-12
    assert abs(FOUND.radius[k] - 0.3) <= 0.01


def test_the_mean_radius_lies_in_its_interval() -> None:
    """Of an ellipse: 2/pi E(1 - k^2), with the complete elliptic integral."""
    from scipy.special import ellipe

    phases = np.linspace(0, np.pi, 40)
    found = behaviour(T, np.stack([ellipse(0.05, 0.3, phase) for phase in phases], axis=1))
    exact = 2 / np.pi * ellipe(1 - 0.09)
    assert (np.abs(found.radius - exact) <= found.radius_uncertainty).all()
    assert (found.radius_uncertainty < 0.1).all()
    assert (found.word == "circling").all()


@pytest.mark.parametrize("h", [0.02, 0.1])
def test_simultaneous_steps_of_the_unregularised_game_leave(h: float) -> None:
    """|mu| = sqrt(1 + h^2), however small h is: never taken for a circle."""
    found = behaviour(T, spiral(h)[:, None])
    assert found.word[0] == "leaving"
    assert abs(found.factor[0] - np.sqrt(1 + h * h)) <= 1e-12


@pytest.mark.parametrize("gamma", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("h", [0.02, 0.1])
def test_regularised_steps_converge_at_their_spectral_radius(gamma: float, h: float) -> None:
    """Ripples of a matrix that is not normal; at gamma = 2 a Jordan block, whose factor t hides in the rate."""
    multipliers = np.linalg.eigvals(np.array([[1, -h], [h, 1 - h * gamma]]))
    found = behaviour(T, spiral(h, gamma)[:, None])
    assert found.word[0] == "converging"
    radius = np.abs(multipliers).max()
    assert found.factor_low[0] <= radius <= found.factor_high[0] or gamma == 2
    assert abs(np.log(found.factor[0] / radius)) <= 0.1 * abs(np.log(radius))


@pytest.mark.parametrize("period", [1, 4])
def test_factors_are_per_period(period: int) -> None:
    found = behaviour(T, SERIES["geometric"][0][:, None], period=period)
    assert abs(found.factor[0] - np.exp(-0.005 * period)) <= 1e-9
    assert found.factor_low[0] <= found.factor[0] <= found.factor_high[0]


@pytest.mark.parametrize("schedule", ["every seventh", "random", "geometric"])
def test_any_schedule_of_steps(schedule: str) -> None:
    kept = {
        "every seventh": np.arange(0, STEPS, 7),
        "random": np.flatnonzero(np.random.default_rng(0).random(STEPS) < 0.2),
        "geometric": np.unique(np.geomspace(1, STEPS - 1, 300).astype(int)),
    }[schedule]
    names = ["geometric", "noisy", "a circle", "to a cycle from outside", "slow growth", "square root"]
    found = behaviour(T[kept], np.stack([SERIES[name][0][kept] for name in names], axis=1))
    assert found.word.tolist() == [SERIES[name][1] for name in names]
    assert abs(found.rate[0] + 0.005) <= found.rate_uncertainty[0]


def test_single_precision() -> None:
    """The level where float32 stops is told by its eps, and is no limit cycle."""
    x, values = np.float32(1.0), []
    for _ in range(STEPS):
        values.append(abs(float(x) - 1 / 3))
        x = np.float32(x - np.float32(0.05) * (x - np.float32(1 / 3)))
    series = np.array(values)[:, None]
    level = rounding_level(1.0, 2.0**-23, contraction=0.05)
    assert behaviour(T, series, rounding=level).word[0] == "converging"
    assert abs(behaviour(T, series, rounding=level).rate[0] - np.log(0.95)) <= 1e-3
    # Negative control: with the level of float64 what is left looks like a circle.
    assert behaviour(T, series).word[0] == "circling"


def test_members_do_not_depend_on_one_another() -> None:
    def same(member: int, alone: Behaviour) -> bool:
        return all(
            np.array_equal(getattr(FOUND, name)[member : member + 1], getattr(alone, name), equal_nan=values)
            for name in Behaviour.__slots__
            for values in [getattr(alone, name).dtype.kind == "f"]
        )

    assert all(same(k, behaviour(T, row[0][:, None])) for k, row in enumerate(SERIES.values()) if k % 4 == 0)


def test_scale_does_not_matter() -> None:
    names = [name for name in SERIES if name not in ("fast growth", "overflow")]
    found = behaviour(T, 2.0**-300 * np.stack([SERIES[name][0] for name in names], axis=1))
    assert found.word.tolist() == [SERIES[name][1] for name in names]


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_short_series_are_undecided(count: int) -> None:
    found = behaviour(T[:count], np.exp(-0.1 * T[:count])[:, None])
    assert found.word[0] == "undecided"
    assert np.isinf(found.rate_uncertainty[0])


def test_a_growing_spiral_is_never_a_circle() -> None:
    """With noise the word waits, but it is not `circling` while the growth is beyond what counts as none."""
    growth = np.array([3e-4, 1e-3, 3e-3])
    random = np.random.default_rng(5)
    distance = np.exp(growth * T[:, None, None] + 0.1 * random.normal(size=(STEPS, 50, 3))).reshape(STEPS, -1)
    words = behaviour(T, distance).word.reshape(50, 3)
    assert not (words == "circling").any()
    assert not (words == "converging").any()
    assert (words[:, 2] == "leaving").all()


WRONG: dict[str, tuple[Array, Array, dict[str, float], str]] = {
    "shapes": (T, np.ones((5, 2)), {}, "step"),
    "one axis": (T, T, {}, "step"),
    "order": (T[::-1], np.ones((STEPS, 1)), {}, "increase"),
    "negative": (T, -np.ones((STEPS, 1)), {}, "negative"),
    "tail": (T, np.ones((STEPS, 1)), {"tail": 0.0}, "tail must be in"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_series(case: str) -> None:
    step, distance, options, message = WRONG[case]
    with pytest.raises(ValueError, match=message):
        behaviour(step, distance, **options)
