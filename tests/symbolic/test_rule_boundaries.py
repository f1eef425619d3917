"""Games whose multipliers lie on the unit circle exactly, and next to it.

A game [[x, -y], [y, x]] is the complex number lambda = x + i y, and most rules multiply it by a number mu, or have a
polynomial in z and lambda. With z rational on the unit circle, lambda is rational as well.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from convergan.symbolic.criteria import Spectrum, classify_map
from convergan.symbolic.spectrum import characteristic_coefficients, cleared
from convergan.symbolic.updates import UPDATES, Alternating, Linearisation, Rule, Simultaneous, period_matrix
from convergan.symbolic.updates.steppers import Adam, HeavyBall, Nesterov, Preconditioned

STABLE, CRITICAL, UNSTABLE = Spectrum.STABLE, Spectrum.CRITICAL, Spectrum.UNSTABLE
STEP = sp.Symbol("h", real=True)
# Closer to 1 than doubles are.
NEAR = Fraction(1, 10**20)


class Gauss:
    """A complex number with rational parts."""

    def __init__(self, x: Any, y: Any = 0) -> None:
        self.x, self.y = Fraction(x), Fraction(y)

    def __add__(self, other: Any) -> Gauss:
        other = gauss(other)
        return Gauss(self.x + other.x, self.y + other.y)

    def __neg__(self) -> Gauss:
        return Gauss(-self.x, -self.y)

    def __sub__(self, other: Any) -> Gauss:
        return self + (-gauss(other))

    def __mul__(self, other: Any) -> Gauss:
        other = gauss(other)
        return Gauss(self.x * other.x - self.y * other.y, self.x * other.y + self.y * other.x)

    def __truediv__(self, other: Any) -> Gauss:
        other = gauss(other)
        return self * Gauss(other.x / other.square, -other.y / other.square)

    def __pow__(self, count: int) -> Gauss:
        return gauss(1) if count == 0 else self * self ** (count - 1)

    __radd__, __rmul__ = __add__, __mul__

    @property
    def square(self) -> Fraction:
        """|z|^2."""
        return self.x**2 + self.y**2


def gauss(value: Any) -> Gauss:
    return value if isinstance(value, Gauss) else Gauss(value)


def exact(value: Fraction | int) -> sp.Rational:
    return sp.Rational(Fraction(value).numerator, Fraction(value).denominator)


def matrix(rows: Any) -> sp.ImmutableMatrix:
    if isinstance(rows, Gauss):
        rows = [[rows.x, -rows.y], [rows.y, rows.x]]
    return sp.ImmutableMatrix(2, 2, [exact(entry) for row in rows for entry in row])


def sign(expression: sp.Expr) -> int:
    assert expression.is_Rational, expression
    return int(sp.sign(expression))


def spectrum(rule: Rule, h: Fraction | int, field: Any, free: Any = None, opponents: Any = None) -> Spectrum:
    """As the analysis does it: with a symbol for h, denominators cleared."""
    at = Linearisation(*(None if part is None else matrix(part) for part in (field, free, opponents)))
    coefficients = cleared(characteristic_coefficients(period_matrix(rule, at, STEP)), STEP)
    return classify_map([c.xreplace({STEP: exact(h)}) for c in coefficients], sign)


def rational(draw: random.Random, low: int = 1, high: int = 24) -> Fraction:
    return Fraction(draw.randint(low, high), draw.randint(1, 12))


def on_circle(draw: random.Random) -> Gauss:
    """Neither 1 nor -1."""
    t = rational(draw) * draw.choice((-1, 1))
    return Gauss((1 - t**2) / (1 + t**2), 2 * t / (1 + t**2))


def by_moduli(*multipliers: Gauss) -> Spectrum:
    largest = max(z.square for z in multipliers)
    return UNSTABLE if largest > 1 else CRITICAL if largest == 1 else STABLE


DRAWS = 12


def draws(name: str) -> Iterator[random.Random]:
    yield from (random.Random(f"{name} {count}") for count in range(DRAWS))


# -- two eigenvalues of each pair on the circle by choice of lambda ---------------------------------------------------


def optimistic(z: Gauss, h: Fraction, draw: random.Random) -> tuple[Rule, Gauss, Gauss]:
    """z^2 - (1 + 2 h lambda) z + h lambda = 0; the other root is h lambda / z."""
    move = z * (z - 1) / (2 * z - 1)
    return UPDATES[draw.choice(("optimistic", "past-extragradient"))](), move / h, move / z


def heavy_ball(z: Gauss, h: Fraction, draw: random.Random) -> tuple[Rule, Gauss, Gauss]:
    """(z - 1)(z - beta) = h lambda z."""
    beta = Fraction(draw.randint(-11, 11), 12)
    move = (z - 1) * (z - beta) / z
    return Simultaneous(HeavyBall(exact(beta)), HeavyBall(exact(beta))), move / h, gauss(beta) / z


def nesterov(z: Gauss, h: Fraction, draw: random.Random) -> tuple[Rule, Gauss, Gauss]:
    """z^2 - (1 + beta) z + beta = h lambda ((1 + beta) z - beta); the product of the roots is beta (1 + h lambda)."""
    beta = Fraction(draw.randint(-11, 11), 12)
    move = (z - 1) * (z - beta) / ((1 + beta) * z - beta)
    return Simultaneous(Nesterov(exact(beta)), Nesterov(exact(beta))), move / h, beta * (move + 1) / z


def adam(z: Gauss, h: Fraction, draw: random.Random) -> tuple[Rule, Gauss, Gauss]:
    """(z - 1)(z - beta) = h c (1 - beta) lambda z."""
    beta, scale = Fraction(draw.randint(-11, 11), 12), rational(draw)
    move = (z - 1) * (z - beta) / z / (scale * (1 - beta))
    stepper = Adam(exact(scale), exact(beta))
    return Simultaneous(stepper, stepper), move / h, gauss(beta) / z


def descent(z: Gauss, h: Fraction, draw: random.Random) -> tuple[Rule, Gauss, Gauss]:
    return draw.choice((Simultaneous(), UPDATES["averaged"]())), (z - 1) / h, Gauss(0)


def averaged(z: Gauss, h: Fraction, draw: random.Random) -> tuple[Rule, Gauss, Gauss]:
    """Averages beside the iterates: their decay as a double multiplier."""
    decay = Fraction(draw.randint(-15, 15), 12)
    return Simultaneous(ema=exact(decay)), (z - 1) / h, Gauss(decay)


def preconditioned(z: Gauss, h: Fraction, draw: random.Random) -> tuple[Rule, Gauss, Gauss]:
    scale = rational(draw)
    return Simultaneous(Preconditioned(exact(scale)), Preconditioned(exact(scale))), (z - 1) / (h * scale), Gauss(0)


SCALAR = (optimistic, heavy_ball, nesterov, adam, descent, averaged, preconditioned)


@pytest.mark.parametrize("kind", SCALAR, ids=lambda kind: kind.__name__)
def test_rules_that_multiply(kind: Callable[..., tuple[Rule, Gauss, Gauss]]) -> None:
    seen = set()
    for draw in draws(kind.__name__):
        z, h = on_circle(draw), rational(draw)
        for radius in (1, 1 - NEAR, 1 + NEAR):
            rule, game, other = kind(z * radius, h, draw)
            expected = by_moduli(z * radius, other)
            assert spectrum(rule, h, game) is expected, (rule, h)
            seen.add(expected)
    assert seen == {STABLE, CRITICAL, UNSTABLE}


# -- one step x + h K x: on the circle at h = -2 Re K / |K|^2 ----------------------------------------------------------


def directions(draw: random.Random) -> Iterator[tuple[Rule, Gauss, Gauss, Gauss | None]]:
    """Rules, the game, its K, and the opponents' gradients; J_o is i y."""
    at = Gauss(-rational(draw), rational(draw) * draw.choice((-1, 1)))
    weight, shaped = rational(draw), rational(draw)
    turn = Gauss(0, at.y)
    yield UPDATES["consensus"](exact(weight)), at, at - weight * at.square, None
    # (v' - v'^T) / 2 is i y as well.
    yield UPDATES["symplectic"](exact(weight)), at, at + weight * (turn * at), None
    yield UPDATES["look-ahead-gradient"](exact(weight)), at, at + weight * (turn * at), None
    # d C_G/d psi = o theta, d C_D/d theta = -o psi: J_o^T (...) = y o.
    yield UPDATES["lola"](exact(weight)), at, at + weight * (turn * at) - weight * shaped * at.y, Gauss(shaped)


def test_single_steps() -> None:
    count = 0
    for draw in draws("single steps"):
        for rule, game, direction, shaped in directions(draw):
            h = -2 * direction.x / direction.square
            if h <= 0:
                continue
            count += 1
            opponents = None if shaped is None else [[shaped.x, 0], [0, -shaped.x]]
            for factor, expected in ((1, CRITICAL), (1 - NEAR, STABLE), (1 + NEAR, UNSTABLE)):
                assert spectrum(rule, h * factor, game, opponents=opponents) is expected, (rule, game.x, game.y)
    assert count >= 3 * DRAWS


# -- rules in particular ---------------------------------------------------------------------------------------------


def centre(a: Fraction) -> list[list[Any]]:
    return [[0, -a], [a, 0]]


def r1(a: Fraction, gamma: Fraction) -> list[list[Any]]:
    return [[0, -a], [a, -gamma]]


def test_extragradient_on_a_centre() -> None:
    """At h |a| = 1: 1 + i - 1 = i."""
    for draw in draws("extragradient"):
        a = rational(draw) * draw.choice((-1, 1))
        for factor, expected in ((1, CRITICAL), (1 - NEAR, STABLE), (1 + NEAR, UNSTABLE)):
            assert spectrum(UPDATES["extragradient"](), factor / abs(a), centre(a)) is expected


def test_extragradient_on_real_eigenvalues() -> None:
    """1 + u + u^2 = 1 at u = -1, and 3/4 at least."""
    for u, expected in ((Fraction(-1), CRITICAL), (-1 + NEAR, STABLE), (-1 - NEAR, UNSTABLE)):
        assert spectrum(UPDATES["extragradient"](), Fraction(1, 3), [[3 * u, 5], [0, Fraction(-3, 2)]]) is expected


def test_simultaneous_descent_with_r1() -> None:
    """At h = gamma/a^2 where gamma <= 2 |a|: the determinant 1 - h gamma + h^2 a^2 is 1."""
    for draw in draws("R1"):
        a = rational(draw) * draw.choice((-1, 1))
        gamma = abs(a) * Fraction(draw.randint(1, 24), 12)
        h = gamma / a**2
        for factor, expected in ((1, CRITICAL), (1 - NEAR, STABLE), (1 + NEAR, UNSTABLE)):
            assert spectrum(Simultaneous(), factor * h, r1(a, gamma)) is expected, (a, gamma)
    # With gamma = 5/2 and a = 1 the eigenvalues of v' are -1/2 and -2.
    for h, expected in ((1, CRITICAL), (1 + NEAR, UNSTABLE), (1 - NEAR, STABLE)):
        assert spectrum(Simultaneous(), h, r1(Fraction(1), Fraction(5, 2))) is expected


def test_alternating_descent_with_r1() -> None:
    """h^2 a^2 + 2 h gamma = 4: the multiplier -1."""
    for draw in draws("alternating"):
        a, h = rational(draw), rational(draw)
        a = a if h * a < 2 else Fraction(draw.randint(1, 23), 12) / h
        gamma = (4 - h**2 * a**2) / (2 * h)
        for factor, expected in ((1, CRITICAL), (1 - NEAR, STABLE), (1 + NEAR, UNSTABLE)):
            assert spectrum(Alternating(), factor * h, r1(a, gamma)) is expected, (a, h)


def test_alternating_descent_on_a_centre() -> None:
    """On the circle for h |a| <= 2, with a Jordan block at 2."""
    for scale, expected in ((Fraction(1), CRITICAL), (Fraction(2), CRITICAL), (2 + NEAR, UNSTABLE), (NEAR, CRITICAL)):
        assert spectrum(Alternating(), scale / 3, centre(Fraction(3))) is expected


def test_optimistic_on_real_eigenvalues() -> None:
    """z^2 - (1 + 2 u) z + u = (z + 1)(z - 2/3) at u = -2/3."""
    for name in ("optimistic", "past-extragradient"):
        for u, expected in (
            (Fraction(-2, 3), CRITICAL),
            (NEAR - Fraction(2, 3), STABLE),
            (-NEAR - Fraction(2, 3), UNSTABLE),
        ):
            game = [[5 * u, 7], [0, Fraction(-1)]]
            assert spectrum(UPDATES[name](), Fraction(1, 5), game) is expected


def test_lookahead() -> None:
    """1 - alpha + alpha w^k with w = 1 + h lambda: a line through 1 that leaves the disk at a rational alpha."""
    for draw in draws("lookahead"):
        k, h, w = draw.randint(2, 6), rational(draw), Gauss(1, rational(draw))
        chord = w**k - 1
        alpha = -2 * chord.x / chord.square
        for factor, expected in ((1, CRITICAL), (1 - NEAR, STABLE), (1 + NEAR, UNSTABLE)):
            rule = UPDATES["lookahead"](k, exact(factor * alpha))
            assert spectrum(rule, h, (w - 1) / h) is expected


def test_lazy_penalties() -> None:
    """(1 + h lambda0)^(k-1) (1 + h (lambda0 + k s)) = z by choice of the penalty's part s."""
    for draw in draws("lazy"):
        k, h, free = draw.randint(2, 5), rational(draw), Gauss(rational(draw) - 1, rational(draw))
        base = 1 + h * free
        z = on_circle(draw)
        for radius, expected in ((1, CRITICAL), (1 - NEAR, STABLE), (1 + NEAR, UNSTABLE)):
            part = (radius * z / base ** (k - 1) - base) / (k * h)
            assert spectrum(Simultaneous(lazy=k), h, free + part, free) is expected


def test_unrolled_on_a_centre() -> None:
    """The determinant is 1 - h eta a^2 + h^2 a^2 with the gradient stopped, 1 - 2 h eta a^2 + h^2 a^2 without."""
    for draw in draws("unrolled"):
        a = rational(draw)
        h = Fraction(draw.randint(1, 23), 12) / a
        costs = [[a, 0], [0, -a]]
        for factor, expected in ((1, CRITICAL), (1 + NEAR, STABLE), (1 - NEAR, UNSTABLE)):
            stopped, full = (UPDATES["unrolled"](1, exact(factor * h / n), n == 1) for n in (1, 2))
            assert spectrum(stopped, h, centre(a), opponents=costs) is expected
            assert spectrum(full, h, centre(a), opponents=costs) is expected
        # The unrolled step is h itself: that is where alternating descent is.
        assert spectrum(UPDATES["unrolled"](1, None, True), h, centre(a), opponents=costs) is CRITICAL


def test_competitive_descent() -> None:
    """(1 + h x)/(1 - i h y) is on the circle at h = 2 x/(y^2 - x^2); on a centre it is inside."""
    for draw in draws("competitive"):
        x = rational(draw)
        y = x + rational(draw)
        h = 2 * x / (y**2 - x**2)
        for factor, expected in ((1, CRITICAL), (1 - NEAR, UNSTABLE), (1 + NEAR, STABLE)):
            # An expanding game, which large steps tame.
            assert spectrum(UPDATES["competitive"](), factor * h, Gauss(x, y)) is expected
        assert spectrum(UPDATES["competitive"](), rational(draw), centre(y)) is STABLE


def test_competitive_descent_at_minus_one() -> None:
    """(2 + h a)(2 + h d) = h^2 b c; the trace gives the other multiplier."""
    seen = set()
    for draw in draws("competitive at -1"):
        h = rational(draw)
        a, b, c = (rational(draw) * sign for sign in (-1, 1, -1))
        a = a if h * a != -2 else a - 1
        d = (h**2 * b * c / (2 + h * a) - 2) / h
        # (1 - h J_o)^{-1} = [[1, h b], [h c, 1]] / (1 - h^2 b c).
        trace = 2 + h * (a + h * b * c + d + h * b * c) / (1 - h**2 * b * c)
        expected = by_moduli(Gauss(-1), Gauss(trace + 1))
        assert spectrum(UPDATES["competitive"](), h, [[a, b], [c, d]]) is expected
        seen.add(expected)
    assert CRITICAL in seen
