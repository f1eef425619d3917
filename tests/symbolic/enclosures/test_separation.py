"""Exact zeros and numbers that only look like zeros: a false 0 would make a false verdict."""

from __future__ import annotations

import random

import pytest
import sympy as sp

from convergan.symbolic.enclosures import enclose
from convergan.symbolic.enclosures.algebraic import separation_bits
from convergan.symbolic.enclosures.evaluation import sign

x = sp.Symbol("x")
TWO, THREE = sp.sqrt(2), sp.sqrt(3)
ROOT = sp.CRootOf(sp.Poly(x**5 - x - 1, x), 0)


def inverses(power: int) -> sp.Expr:
    """About -2 sqrt(2) 10^-power / 9."""
    e = sp.Rational(1, 10**power)
    return 1 / (3 + e * TWO) - 1 / (3 - e * TWO)


def roots(power: int) -> sp.Expr:
    y = sp.Rational(1, 10**power) * TWO
    return sp.sqrt(3 + y) - sp.sqrt(3 - y)


@pytest.mark.parametrize("power", [20, 130, 150, 200, 300, 700])
def test_tiny_is_not_zero(power: int) -> None:
    assert sign(inverses(power)) == -1
    assert sign(-inverses(power)) == 1
    assert sign(roots(power)) == 1
    assert enclose(roots(power)).lower > 0


ZEROS = {
    "nested roots": TWO + THREE - sp.sqrt(5 + 2 * sp.sqrt(6)),
    "a square": sp.sqrt(3 + 2 * TWO) - 1 - TWO,
    "Ramanujan": (sp.cbrt(2) - 1) ** sp.Rational(1, 3)
    - sp.cbrt(sp.Rational(1, 9))
    + sp.cbrt(sp.Rational(2, 9))
    - sp.cbrt(sp.Rational(4, 9)),
    "a root in its polynomial": ROOT**5 - ROOT - 1,
    "conjugate quotient": sp.sqrt(10**40 + 1) - 10**20 - 1 / (sp.sqrt(10**40 + 1) + 10**20),
}


@pytest.mark.parametrize("name", ZEROS)
def test_zero_is_zero(name: str) -> None:
    assert sign(ZEROS[name]) == 0
    # The same, moved by less than any fixed number of digits shows.
    assert sign(ZEROS[name] + sp.Rational(1, 10**180)) == 1


def test_what_is_not_algebraic_is_open() -> None:
    assert sign(sp.tan(sp.atan(TWO, evaluate=False), evaluate=False) - TWO) is None
    assert sign(sp.exp(sp.log(2), evaluate=False) - 2) is None


@pytest.mark.parametrize("seed", range(40))
def test_the_bound_is_below_every_number(seed: int) -> None:
    """Random sums of random roots: none that mpmath sees as different from 0 is smaller than its bound."""
    draw = random.Random(seed)
    value = sp.Integer(draw.randint(-9, 9))
    for _ in range(draw.randint(1, 3)):
        radicand = sp.Rational(draw.randint(1, 30), draw.randint(1, 9))
        value += sp.Rational(draw.randint(-9, 9), draw.randint(1, 5)) * radicand ** sp.Rational(1, draw.choice([2, 3]))
    value = 1 / value if draw.random() < 0.3 and value != 0 else value
    bits = separation_bits(value)
    if bits is None:
        pytest.skip("the bound is beyond the largest precision")
    number = abs(sp.N(value, 60))
    assert number == 0 or number > sp.Float(2, 60) ** -bits
