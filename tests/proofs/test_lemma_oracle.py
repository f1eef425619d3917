"""The lemmas' formulas against training simulated from the paper's definitions, at random rational points.

The oracle knows the loss (eq. 1 and 4), the update rules of section 2.1 and how mpmath differentiates numerically at 40
digits. It shares nothing with the derivations but the constants that it tests.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from convergan.symbolic.decision.points import holds

Map = Callable[[Any, Any], tuple[Any, Any]]
DIGITS, TOLERANCE = 40, mp.mpf(10) ** -12
CASES = range(12)


@pytest.fixture(autouse=True)
def _precision() -> Iterable[None]:
    with mp.workdps(DIGITS):
        yield


def lemma(short: str) -> Any:
    return import_module(f"convergan.proofs.lemmas.mescheder2018_lemma_{short}")


def rational(rng: random.Random, low: int = -20, high: int = 20) -> sp.Rational:
    """A rational number that is not 0."""
    while not (numerator := rng.randint(low, high)):
        pass
    return sp.Rational(numerator, rng.randint(5, 12))


def positive(rng: random.Random) -> sp.Rational:
    return rational(rng, 1)


def real(value: sp.Expr) -> Any:
    return mp.mpf(int(value.p)) / int(value.q)


def cubic(first: sp.Expr, second: sp.Expr, third: sp.Expr) -> Callable[[Any], Any]:
    """F with f'(0), f''(0), f'''(0) given."""
    a, b, c = map(real, (first, second, third))
    return lambda t: a * t + b * t**2 / 2 + c * t**3 / 6


def gauss(function: Callable[[Any], Any]) -> Any:
    """E function(e) for e ~ N(0, 1) and a polynomial of degree at most 5: Gauss-Hermite with three nodes."""
    return 2 * function(mp.mpf(0)) / 3 + (function(mp.sqrt(3)) + function(-mp.sqrt(3))) / 6


def field(f: Callable[[Any], Any], gamma: Any = 0, sigma: Any = 0) -> Map:
    """(-dL/dtheta, d/dpsi (L - gamma/2 psi^2)), by numerical differentiation of the loss."""

    def loss(theta: Any, psi: Any) -> Any:
        fake = gauss(lambda e: f(psi * (theta + sigma * e)))
        return fake + gauss(lambda e: f(-psi * sigma * e)) - gamma * psi**2 / 2

    return lambda theta, psi: (-mp.diff(loss, (theta, psi), (1, 0)), mp.diff(loss, (theta, psi), (0, 1)))


def analytic(slope: Callable[[Any], Any]) -> Map:
    """(-psi f'(theta psi), theta f'(theta psi))."""
    return lambda theta, psi: (-psi * slope(theta * psi), theta * slope(theta * psi))


def simultaneous(v: Map, h: Any) -> Map:
    def step(theta: Any, psi: Any) -> tuple[Any, Any]:
        first, second = v(theta, psi)
        return theta + h * first, psi + h * second

    return step


def alternating(v: Map, h: Any, n_g: int = 1, n_d: int = 1) -> Map:
    def period(theta: Any, psi: Any) -> tuple[Any, Any]:
        for _ in range(n_g):
            theta = theta + h * v(theta, psi)[0]
        for _ in range(n_d):
            psi = psi + h * v(theta, psi)[1]
        return theta, psi

    return period


def eigenvalues(function: Map) -> list[Any]:
    """Of the Jacobian at (0, 0), by central differences (exact for polynomials up to rounding)."""
    e = mp.mpf(10) ** -15
    ahead, behind = [function(e, 0), function(0, e)], [function(-e, 0), function(0, -e)]
    (a, c), (b, d) = (((p[0] - q[0]) / (2 * e), (p[1] - q[1]) / (2 * e)) for p, q in zip(ahead, behind, strict=True))
    root = mp.sqrt((a + d) ** 2 / 4 - (a * d - b * c))
    return [(a + d) / 2 + root, (a + d) / 2 - root]


def value(expression: sp.Expr, point: dict[str, Any]) -> Any:
    """A claimed formula at a point."""
    names = sorted(expression.free_symbols, key=str)
    return mp.mpmathify(sp.lambdify(names, expression, "mpmath")(*(real(point[str(name)]) for name in names)))


def agree(found: Sequence[Any], claimed: Sequence[Any]) -> bool:
    """As multisets."""
    straight = max(abs(found[0] - claimed[0]), abs(found[1] - claimed[1]))
    crossed = max(abs(found[0] - claimed[1]), abs(found[1] - claimed[0]))
    return min(straight, crossed) < TOLERANCE * (1 + max(map(abs, claimed)))


def values(expressions: Sequence[sp.Expr], point: dict[str, Any]) -> list[Any]:
    return [value(expression, point) for expression in expressions]


def test_the_oracle_sees_an_error() -> None:
    v = field(cubic(sp.Integer(2), sp.Integer(-1), sp.Integer(3)))
    assert agree(eigenvalues(v), [2j, -2j])
    assert not agree(eigenvalues(v), [2, -2])


@pytest.mark.parametrize("seed", CASES)
def test_lemma_2_2(seed: int) -> None:
    rng = random.Random(seed)
    f1 = rational(rng)
    v = field(cubic(f1, rational(rng), rational(rng)))
    assert agree(eigenvalues(v), values(lemma("2_2").EIGENVALUES, {"f1": f1}))


@pytest.mark.parametrize("seed", CASES[:4])
def test_lemma_2_3(seed: int) -> None:
    rng = random.Random(seed)
    v = analytic(lambda t: 1 / (1 + mp.exp(t)))
    start = [real(rational(rng, -6, 6)), real(rational(rng, -6, 6))]
    with mp.workdps(20):
        flow = mp.odefun(lambda _, x: list(v(x[0], x[1])), 0, start)
        theta, psi = flow(2)
    integral = sp.lambdify([lemma("2_3").THETA, lemma("2_3").PSI], lemma("2_3").FIRST_INTEGRAL, "mpmath")
    assert abs(theta - start[0]) + abs(psi - start[1]) > 0.01
    assert abs(integral(theta, psi) - integral(*start)) < 1e-12


@pytest.mark.parametrize("seed", CASES)
def test_lemma_2_4(seed: int) -> None:
    rng = random.Random(seed)
    f1, h, theta, psi = rational(rng), positive(rng), rational(rng), rational(rng)
    step = simultaneous(field(cubic(f1, rational(rng), rational(rng))), real(h))
    claims = lemma("2_4")
    found = eigenvalues(step)
    assert agree(found, values(claims.MULTIPLIERS, {"f1": f1, "h": h}))
    assert abs(abs(found[0]) ** 2 - value(claims.MODULUS_SQUARED, {"f1": f1, "h": h})) < TOLERANCE * abs(found[0]) ** 2
    x, y = simultaneous(analytic(lambda t: -1 / (1 + mp.exp(-t))), real(h))(real(theta), real(psi))
    slope = -1 / (1 + mp.exp(-real(theta * psi)))
    growth = sp.lambdify([claims.H, claims.S], claims.GROWTH, "mpmath")(real(h), slope)
    assert abs(x**2 + y**2 - growth * real(theta**2 + psi**2)) < TOLERANCE * growth * real(theta**2 + psi**2)
    assert growth > 1


@pytest.mark.parametrize("seed", CASES)
def test_lemma_2_5(seed: int) -> None:
    rng = random.Random(seed)
    claims = lemma("2_5")
    n_g, n_d, f1, h = rng.randint(1, 4), rng.randint(1, 4), rational(rng), positive(rng)
    slope = lambda t: real(f1) + real(rational(random.Random(seed))) * t  # noqa: E731
    found = eigenvalues(alternating(analytic(slope), real(h), n_g, n_d))
    formulas = [root.xreplace({claims.ALPHA: claims.ROOT_ALPHA}) for root in claims.MULTIPLIERS]
    point = {"n_g": sp.Integer(n_g), "n_d": sp.Integer(n_d), "h": h, "f1": f1}
    assert agree(found, values(formulas, point))
    alpha_squared = n_g * n_d * h**2 * f1**2
    largest = max(map(abs, found))
    assert (largest > 1 + TOLERANCE) == (alpha_squared > 4)
    assert alpha_squared > 4 or abs(largest - 1) < TOLERANCE


def test_lemma_2_5_at_the_boundary() -> None:
    """|alpha| = 2: on the circle, and the linear map's orbits grow without bound."""
    period = alternating(lambda theta, psi: (-psi, theta), mp.mpf(2))
    point = (mp.mpf(1), mp.mpf(0))
    norms = []
    for _ in range(200):
        point = period(*point)
        norms.append(abs(point[0]) + abs(point[1]))
    assert norms[-1] > 100
    assert all(a < b for a, b in pairwise(norms))


@pytest.mark.parametrize("seed", CASES)
def test_lemma_3_1(seed: int) -> None:
    rng = random.Random(seed)
    claims = lemma("3_1")
    n_g, n_d, h, g0 = rng.randint(1, 3), rng.randint(1, 5), positive(rng) / 5, mp.mpf(1)

    def wgan(theta: Any, psi: Any) -> tuple[Any, Any]:
        return -psi, theta

    def clipped(theta: Any, psi: Any) -> tuple[Any, Any]:
        for _ in range(n_g):
            theta = theta + real(h) * wgan(theta, psi)[0]
        for _ in range(n_d):
            psi = max(-g0, min(g0, psi + real(h) * wgan(theta, psi)[1]))
        return theta, psi

    point = {"n_g": sp.Integer(n_g), "n_d": sp.Integer(n_d), "h": h}
    found = eigenvalues(clipped)
    assert abs(found[0] * found[1] - 1) < TOLERANCE
    assert max(map(abs, found)) > 1 - TOLERANCE
    together = eigenvalues(lambda t, p: (t - n_g * real(h) * p, p + n_d * real(h) * t))
    assert agree(together, values(claims.MULTIPLIERS, point))
    invariant = sp.lambdify(
        [claims.THETA, claims.PSI],
        claims.INVARIANT.subs({s: point[str(s)] for s in claims.INVARIANT.free_symbols if str(s) in point}),
        "mpmath",
    )
    theta, psi = mp.mpf("1e-3"), mp.mpf("-2e-3")
    start = invariant(theta, psi)
    for _ in range(50):
        theta, psi = clipped(theta, psi)
        if abs(psi) >= g0:
            break
        assert abs(invariant(theta, psi) - start) < TOLERANCE * (1 + theta**2 + psi**2)


@pytest.mark.parametrize("seed", CASES)
def test_lemma_3_2(seed: int) -> None:
    rng = random.Random(seed)
    claims = lemma("3_2")
    f1, f2, sigma, h = rational(rng), rational(rng), positive(rng), positive(rng) / 2
    v = field(cubic(f1, f2, rational(rng)), sigma=real(sigma))
    point = {"f1": f1, "f2": f2, "sigma": sigma, "h": h}
    found = eigenvalues(v)
    assert agree(found, values(claims.EIGENVALUES, point))
    assert (max(mp.re(z) for z in found) < 0) == true_at(claims.STABLE, point)
    check_steps(claims, v, point)
    level, critical = value(claims.LEVEL, point), value(claims.CRITICAL, point)
    assert (abs(mp.im(found[0])) > TOLERANCE) == (level < critical)


def test_lemma_3_2_at_the_critical_level() -> None:
    """Not 0 and nilpotent: two steps gain an order, one does not."""
    f = cubic(sp.Integer(-2), sp.Integer(-1), sp.Integer(1))
    v = field(f, sigma=mp.sqrt(2))
    e = mp.mpf(10) ** -6
    once = simultaneous(v, mp.mpf(1) / 2)
    first = once(e, e)
    second = once(*first)
    assert max(map(abs, first)) > e / 2
    assert max(map(abs, second)) < 100 * e**2


@pytest.mark.parametrize("seed", CASES)
def test_lemma_3_3(seed: int) -> None:
    rng = random.Random(seed)
    claims = lemma("3_3")
    f1, gamma, h = rational(rng), positive(rng), positive(rng) / 2
    v = field(cubic(f1, rational(rng), rational(rng)), gamma=real(gamma))
    point = {"f1": f1, "gamma": gamma, "h": h}
    found = eigenvalues(v)
    assert agree(found, values(claims.EIGENVALUES, point))
    assert max(mp.re(z) for z in found) < 0
    check_steps(claims, v, point)
    assert (abs(mp.im(found[0])) > TOLERANCE) == (real(gamma) < value(claims.CRITICAL, point))


def check_steps(claims: Any, v: Map, point: dict[str, Any]) -> None:
    """The claimed step sizes are those with both multipliers inside, at this h and on a grid of others."""
    for factor in (sp.Rational(1, 16), sp.Rational(1, 4), sp.Integer(1), sp.Integer(3)):
        here = point | {"h": point["h"] * factor}
        h = real(here["h"])
        for rule, claimed in ((simultaneous, claims.SIMULTANEOUS_STEPS), (alternating, claims.ALTERNATING_STEPS)):
            largest = max(map(abs, eigenvalues(rule(v, h))))
            assert abs(largest - 1) > TOLERANCE
            assert (largest < 1) == true_at(claimed, here)


def true_at(formula: Any, point: dict[str, Any]) -> bool | None:
    return holds(formula, {sp.Symbol(name, real=True): number for name, number in point.items()})
