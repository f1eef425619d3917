"""The stationary covariance against NumPy's linear algebra, and against simulations of the Dirac-GAN itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic.advice import DampedCentre, SampledNoise, Schedule, Stationary, sampled_noise, stationary
from convergan.symbolic.formula import conjunction, substituted

BOTH = pytest.mark.parametrize("schedule", list(Schedule))
H, B = sp.symbols("h batch", real=True)
P, Q, G, S, V = sp.symbols("p q g additive slope", real=True)
ZERO = sp.Integer(0)
Field = Callable[..., tuple[np.ndarray, np.ndarray]]


def matrices(schedule: Schedule, p: float, q: float, g: float, h: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """F', and the derivatives of a step by D's slope and by D's gradient, step by step."""
    kick = np.array([[0.0], [h]])
    slope = np.array([[0.0, 0.0], [0.0, h]])
    if schedule is Schedule.SIMULTANEOUS:
        return np.array([[1, -h * p], [h * q, 1 - h * g]]), slope, kick
    first = np.array([[1, -h * p], [0, 1]])
    second = np.array([[1, 0], [h * q, 1 - h * g]])
    return second @ first, slope @ first, kick


def fixed_point(schedule: Schedule, values: dict[sp.Symbol, float]) -> tuple[np.ndarray, float]:
    """The covariance from the vectorised recursion, and the spectral radius of that recursion."""
    p, q, g, h, b = (values[s] for s in (P, Q, G, H, B))
    linear, slope, kick = matrices(schedule, p, q, g, h)
    operator = np.kron(linear, linear) + values[V] / b * np.kron(slope, slope)
    right = values[S] / b * (kick @ kick.T).ravel()
    return np.linalg.solve(np.eye(4) - operator, right).reshape(2, 2), np.abs(np.linalg.eigvals(operator)).max()


@BOTH
def test_covariance_solves_the_recursion_and_settles_where_it_says(schedule: Schedule) -> None:
    found = stationary(schedule, DampedCentre(P, Q, G, "psi"), SampledNoise(S, V), H, B)
    sides = set()
    for g, h, b, v, (p, q) in itertools.product(
        (0.1, 0.9, 2.6), (0.02, 0.3, 0.9), (1, 16), (0.0, 0.7, 9.0), ((0.6, 0.6), (0.5, 1.5), (-0.4, -1.1))
    ):
        values = {P: p, Q: q, G: g, H: h, B: b, S: 0.8, V: v}
        expected, radius = fixed_point(schedule, values)
        exact = {symbol: sp.Rational(str(value)) for symbol, value in values.items()}
        settles = substituted(found.settles, exact) == conjunction(())
        assert settles is bool(radius < 1)
        sides.add(settles)
        if settles:
            covariance = np.array(found.covariance.xreplace(exact).tolist(), float)
            np.testing.assert_allclose(covariance, expected, rtol=1e-9, atol=1e-15)
    assert sides == {True, False}


@BOTH
def test_small_steps_and_large_batches(schedule: Schedule) -> None:
    found = stationary(schedule, DampedCentre(P, Q, G, "psi"), SampledNoise(S, V), H, B)
    assert sp.limit(found.covariance[1, 1] / H, H, 0).equals(found.leading / H)
    assert sp.limit(found.covariance[1, 1], B, sp.oo) == 0


def test_damped_generators_are_refused() -> None:
    with pytest.raises(ValueError, match="D has to be"):
        stationary(Schedule.SIMULTANEOUS, DampedCentre(P, Q, G, "theta"), SampledNoise(S, V), H, B)


# -- simulations ---------------------------------------------------------------------------------------------------


def simulated(
    schedule: Schedule, gradient: Field, start: np.ndarray, h: float, steps: int, rng: np.random.Generator
) -> np.ndarray:
    """Means of (theta^2, theta psi, psi^2) over chains after so many steps, with standard errors; shape (2, 3)."""
    theta, psi = start.copy()
    for _ in range(steps):
        g_step, d_step = gradient(theta, psi, rng)
        if schedule is Schedule.ALTERNATING:
            theta = theta + h * g_step
            d_step = gradient(theta, psi, rng)[1]
            psi = psi + h * d_step
        else:
            theta, psi = theta + h * g_step, psi + h * d_step
    products = np.stack([theta**2, theta * psi, psi**2])
    return np.stack([products.mean(-1), products.std(-1) / np.sqrt(products.shape[-1])])


def started(covariance: np.ndarray, chains: int, rng: np.random.Generator) -> np.ndarray:
    return np.linalg.cholesky(covariance) @ rng.standard_normal((2, chains))


def at(found: Stationary, h: float, batch: int) -> np.ndarray:
    return np.array(found.covariance.xreplace({H: sp.Rational(str(h)), B: sp.Integer(batch)}).tolist(), float)


@BOTH
def test_linearised_training_with_sampled_noise(schedule: Schedule) -> None:
    """Least squares without its terms in psi theta: what is simulated are samples, not the variances of the theory."""
    rng, sigma, h, batch, chains = np.random.default_rng(1), 0.6, 0.5, 2, 60_000
    gamma, data = 0.3, 0.4

    def gradient(theta: np.ndarray, psi: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        fake, real = data + sigma * rng.standard_normal((2, batch, len(theta)))
        return -psi, theta - data + (fake - real - psi * (fake**2 + real**2)).mean(0) - gamma * psi

    curvature = (sp.Integer(-1), sp.Integer(-1))
    variance, c = sp.Rational("0.36"), sp.Rational("0.4")
    centre = DampedCentre(sp.Integer(1), sp.Integer(1), sp.Rational("0.3") + 2 * (variance + c**2), "psi")
    noise = sampled_noise(centre, variance, curvature, sp.Integer(1), c, False)
    covariance = at(stationary(schedule, centre, noise, H, B), h, batch)
    start = started(covariance, chains, rng) + np.array([[data], [0]])
    theta_psi = simulated(schedule, gradient, start, h, 25, rng)
    # The means are about (theta, psi) = (c, 0).
    expected = np.array([covariance[0, 0] + data**2, covariance[0, 1], covariance[1, 1]])
    assert (np.abs(theta_psi[0] - expected) < 5 * theta_psi[1]).all()
    # Half or twice the noise, and no multiplicative noise, would be seen.
    psi_squared, error = theta_psi[:, 2]
    without = at(stationary(schedule, centre, SampledNoise(noise.additive, ZERO), H, B), h, batch)[1, 1]
    for wrong in (covariance[1, 1] / 2, covariance[1, 1] * 2, without):
        assert abs(psi_squared - wrong) > 10 * error


def relativistic_pair(sigma: float, batch: int) -> Field:
    def gradient(theta: np.ndarray, psi: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        difference = sigma * (rng.standard_normal((batch, len(theta))) - rng.standard_normal((batch, len(theta))))
        return -psi, theta + (difference - psi * difference**2).mean(0)

    return gradient


@BOTH
def test_relativistic_pairs(schedule: Schedule) -> None:
    rng, h, batch = np.random.default_rng(2), 0.25, 2
    variance, minus = sp.Rational("0.25"), sp.Integer(-1)
    centre = DampedCentre(sp.Integer(1), sp.Integer(1), 2 * variance, "psi")
    noise = sampled_noise(centre, variance, (minus, minus), sp.Integer(1), ZERO, True)
    covariance = at(stationary(schedule, centre, noise, H, B), h, batch)
    found = simulated(schedule, relativistic_pair(0.5, batch), started(covariance, 60_000, rng), h, 30, rng)
    expected = covariance[np.triu_indices(2)]
    assert (np.abs(found[0] - expected) < 5 * found[1]).all()


@BOTH
def test_the_logistic_dirac_gan_itself_never_settles(schedule: Schedule) -> None:
    """The nonlinear game, f(t) = -log(1 + exp(-t)): near the linearised answer, in proportion to h / B."""
    rng, sigma, h, batch, chains = np.random.default_rng(3), 1.0, 0.04, 4, 12_000

    def slope(t: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(t))

    def gradient(theta: np.ndarray, psi: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        fake, real = sigma * rng.standard_normal((2, batch, len(theta)))
        fake = fake + theta
        on_fake = slope(psi * fake)
        return -psi * on_fake.mean(0), (on_fake * fake - slope(-psi * real) * real).mean(0)

    half = sp.Rational(1, 2)
    centre = DampedCentre(half, half, half, "psi")
    noise = sampled_noise(centre, sp.Integer(1), (-half / 2, -half / 2), sp.Integer(1), ZERO, False)
    result = stationary(schedule, centre, noise, H, B)
    covariance = at(result, h, batch)
    found = simulated(schedule, gradient, started(covariance, chains, rng), h, 300, rng)
    expected = covariance[np.triu_indices(2)]
    assert (np.abs(found[0] - expected) < 5 * found[1] + 6 * h / batch * covariance[1, 1]).all()
    leading = float(result.leading.xreplace({H: sp.Rational("0.04"), B: sp.Integer(4)}))
    assert leading == pytest.approx(0.25 * h / (2 * 0.25 * batch))
    assert covariance[1, 1] == pytest.approx(leading, rel=0.2)
