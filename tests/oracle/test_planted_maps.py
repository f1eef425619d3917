"""Planted truth for update maps: a normal form F of a map, conjugated by a random change of variables.

Simultaneous descent with v = (F - id)/h is F itself. The changes are invertible in closed form (linear, a shear, a
projective map), so F stays rational. Alternating descent has no such freedom (its map is a composition of two shears):
there the truth comes from area preservation, from the Jury conditions on exact fractions, or from the
Neimark-Sacker coefficient, computed here with mpmath.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import mpmath as mp
import pytest

YES, NO, MIXED = "converges", "does-not-converge", "conditional"
SIGNS = {"a < 0": -1, "a > 0": 1, "a <= 0": 0, "real": 0, "a != 0": 0, "a > -1 and a < 1": 0}

Document = dict[str, Any]
Plant = Callable[[random.Random, SimpleNamespace], tuple[Document, str]]


def as_descent(rng: random.Random, t: SimpleNamespace, normal: Any, parameters: dict[str, str]) -> Document:
    """Descent along v = (F - id)/h for F conjugate to the normal form, with h fixed, or free and divided out."""
    first, second, divisor = t.conjugate(rng, normal)
    first, second = first - divisor * t.X, second - divisor * t.Y
    if rng.random() < 0.7:
        h = rng.choice([Fraction(1, 2), Fraction(1, 3), Fraction(2)])
        field = t.quotients(first * (1 / h), second * (1 / h), divisor)
        condition = f"h == {h}"
    else:
        field = tuple(f"({text})/h" for text in t.quotients(first, second, divisor))
        condition = rng.choice(["h > 0", "h > 0 and h < 1"])
    return {
        "parameters": parameters | {"h": condition},
        "field": {"theta": field[0], "psi": field[1]},
        "training": {"update": "simultaneous"},
    }


def hyperbolic(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    p, q = rng.choice([(Fraction(1, 2), Fraction(-1, 3)), (0, Fraction(1, 2)), (Fraction(3, 2), 0), (-2, 1), (2, -1)])
    bend = t.small(rng) * t.X**2
    normal = (p * t.X + bend, q * t.Y + t.small(rng) * t.X * t.Y)
    if rng.random() < 0.5:  # a complex pair of modulus sqrt(p^2 + q^2)
        normal = (p * t.X - q * t.Y + bend, q * t.X + p * t.Y)
    return as_descent(rng, t, normal, {}), YES if max(abs(p), abs(q)) < 1 else NO


ROTATIONS = {
    "not resonant": (Fraction(3, 5), Fraction(-4, 5), Fraction(4, 5), Fraction(3, 5)),
    "of order 3": (0, -1, 1, -1),
    "of order 4": (0, -1, 1, 0),
    "of order 6": (0, -1, 1, 1),
    "of order 2": (-1, 0, 0, -1),
}
# x^2 - b x y + y^2 is kept by the rotation.
INVARIANT = {"of order 3": 1, "of order 6": -1}


def _circle(kind: str) -> Plant:
    def circle(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
        """R x (1 + s Q^k) with Q kept by R: Q is multiplied by (1 + s Q^k)^2."""
        p, q, r, s = ROTATIONS[kind]
        size = t.X**2 + t.Y**2 - INVARIANT.get(kind, 0) * t.X * t.Y
        sign, order = rng.choice([-1, -1, 1, 1, 0]), 1 if rng.random() < 0.8 else 2
        grow = 1 + sign * size**order
        normal = ((p * t.X + q * t.Y) * grow, (r * t.X + s * t.Y) * grow)
        return as_descent(rng, t, normal, {}), YES if sign < 0 else NO

    return circle


def circle_parametric(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    p, q, r, s = ROTATIONS[rng.choice(["not resonant", "of order 6"])]
    size = t.X**2 + t.Y**2 + (t.X * t.Y if p == 0 else 0)
    condition = rng.choice(list(SIGNS))
    grow = 1 + t.A * size
    normal = ((p * t.X + q * t.Y) * grow, (r * t.X + s * t.Y) * grow)
    return as_descent(rng, t, normal, {"a": condition}), (MIXED, NO, YES)[SIGNS[condition]]


def strong_resonance(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    """Order 3 with a resonant square (unstable), or order 4 with a resonant cube.

    Order 3, in coordinates where R is orthogonal, z -> mu (z + c conj(z)^2): the third iterate is
    z + 3 c conj(z)^2 + ..., which has a direction that it repels, with a sector around it that orbits
    cannot leave sideways. Over QQ: with Q = x^2 - x y + y^2 kept by R, the equivariant square is the Q-gradient of a
    cubic kept by R, here x y (x - y).
    Order 4, z -> i (z (1 + A r^2) + b conj(z)^3): |F|^2 = r^2 + 2 r^4 (A + b cos(4 phi)) + ...
    """
    if rng.random() < 0.5:
        cubic = t.X * t.Y * (t.X - t.Y)
        along, across = cubic.diff(0), cubic.diff(1)  # the Q-gradient is [[2, -1], [-1, 2]]^-1 times this
        size = rng.choice([1, -1, 2])
        x, y = t.X + size * (2 * along + across), t.Y + size * (along + 2 * across)
        drag = 1 - rng.choice([0, 1, 5]) * (t.X**2 - t.X * t.Y + t.Y**2)
        x, y = x * drag, y * drag
        return as_descent(rng, t, (-y, x - y), {}), NO
    b = rng.choice([1, -1, 2])
    grow = rng.choice([-1, 1]) * (abs(b) + 1)
    x = t.X + grow * t.X * (t.X**2 + t.Y**2) + b * (t.X**3 - 3 * t.X * t.Y**2)
    y = t.Y + grow * t.Y * (t.X**2 + t.Y**2) + b * (t.Y**3 - 3 * t.X**2 * t.Y)
    return as_descent(rng, t, (-y, x), {}), YES if grow < 0 else NO


def fold(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    """Multiplier 1: x + s x^k on the invariant line y = 0."""
    power, sign = rng.choice([2, 3, 3, 4, 5]), rng.choice([-1, 1])
    other = rng.choice([0, Fraction(1, 2), -Fraction(1, 3), 2])
    normal = (t.X + sign * t.X**power + t.small(rng) * t.Y, other * t.Y + t.small(rng) * t.X * t.Y)
    return as_descent(rng, t, normal, {}), YES if sign < 0 and power % 2 and abs(other) < 1 else NO


def fold_parametric(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    condition = rng.choice(list(SIGNS))
    normal = (t.X + t.A * t.X**3, Fraction(1, 2) * t.Y + t.small(rng) * t.X * t.Y)
    return as_descent(rng, t, normal, {"a": condition}), (MIXED, NO, YES)[SIGNS[condition]]


def flip(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    """Multiplier -1: the second iterate of -x + p x^2 + q x^3 is x - 2 (p^2 + q) x^3 + ..."""
    p, q = rng.choice([(1, 1), (1, -2), (0, 1), (0, -1), (2, -3), (1, Fraction(-1, 2)), (0, 0)])
    other = rng.choice([0, Fraction(1, 2), -Fraction(1, 3), 2])
    normal = (-t.X + p * t.X**2 + q * t.X**3, other * t.Y + t.small(rng) * t.X * t.Y)
    return as_descent(rng, t, normal, {}), YES if p * p + q > 0 and abs(other) < 1 else NO


def close_to_identity(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    """F = id + s grad V + c J grad V with V > 0 a quartic: V changes by s |grad V|^2 + O(r^8)."""
    sign, turn = rng.choice([-1, -1, 1]), rng.choice([0, 1, -1])
    energy = (t.X**4 + rng.choice([0, 1]) * t.X**2 * t.Y**2 + t.Y**4) * Fraction(1, 2)
    p, q = energy.diff(0), energy.diff(1)
    return as_descent(rng, t, (t.X + sign * p - turn * q, t.Y + sign * q + turn * p), {}), YES if sign < 0 else NO


def jordan_block(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    """(x, y) -> e (x + y, y + a (x + y)^m) keeps the area, so nothing attracts."""
    sign, moved = rng.choice([1, 1, -1]), t.X + t.Y
    normal = (sign * moved, sign * (t.Y + t.small(rng) * moved ** rng.choice([2, 3])))
    return as_descent(rng, t, normal, {}), NO


def alternating_area(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    """Two shears: each keeps the area."""
    theta = -t.small(rng) * t.Y + t.small(rng) * t.Y ** rng.choice([2, 3])
    psi = t.small(rng) * t.X + t.small(rng) * t.X ** rng.choice([2, 3])
    return _alternating(theta, psi, rng.choice(["h == 1/2", "h == 1", "h > 0", None])), NO


def _alternating(theta: Any, psi: Any, condition: str | None) -> Document:
    parameters = {"parameters": {"h": condition}} if condition else {}
    return parameters | {"field": {"theta": theta.text, "psi": psi.text}, "training": {"update": "alternating"}}


def alternating_hyperbolic(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    h = rng.choice([Fraction(1, 2), Fraction(1)])
    while True:
        p, q, r, s = t.regular(rng)
        trace, det = 2 + h * (p + s) + h * h * q * r, (1 + h * p) * (1 + h * s)
        margins = (1 - det, 1 + trace + det, 1 - trace + det)  # Jury
        if all(margins):
            break
    theta = p * t.X + q * t.Y + t.small(rng) * t.X * t.Y
    psi = r * t.X + s * t.Y + t.small(rng) * t.X**2 + t.small(rng) * t.Y**3
    return _alternating(theta, psi, f"h == {h}"), YES if min(margins) > 0 else NO


def alternating_circle(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    """An elliptic fixed point of alternating descent, by its Neimark-Sacker coefficient."""
    h = Fraction(1, 2)
    coefficient = mp.mpf(0)
    while abs(coefficient) < mp.mpf(10) ** -9:  # then a higher order decides
        theta = -t.Y + t.small(rng) * t.X * t.Y + t.small(rng) * t.X**3 + rng.choice([0, 1]) * t.small(rng) * t.X**2
        psi = t.X + t.small(rng) * t.Y**3 + rng.choice([0, 1]) * t.small(rng) * t.Y**2
        moved = t.X + h * theta
        coefficient = _neimark_sacker((moved, t.Y + h * psi(moved, t.Y)))
    return _alternating(theta, psi, f"h == {h}"), YES if coefficient < 0 else NO


def _neimark_sacker(step: Any) -> Any:
    """Kuznetsov, Elements of Applied Bifurcation Theory, (5.74): Re(conj(mu) c1), at 40 digits."""
    with mp.workdps(40):

        def number(f: Any, i: int, j: int) -> Any:
            c = f.coefficient(i, j)
            return mp.mpf(c.numerator) / c.denominator

        jacobian = mp.matrix([[number(f, 1, 0), number(f, 0, 1)] for f in step])
        mu = next(z for z in mp.polyroots([1, -jacobian[0, 0] - jacobian[1, 1], mp.det(jacobian)]) if mp.im(z) > 0)
        q = mp.matrix([jacobian[0, 1], mu - jacobian[0, 0]])
        p = mp.matrix([jacobian[1, 0], mp.conj(mu) - jacobian[0, 0]])
        product = mp.conj(p[0]) * q[0] + mp.conj(p[1]) * q[1]
        p = p / mp.conj(product)

        def second(a: Any, b: Any) -> Any:
            return mp.matrix(
                [
                    2 * number(f, 2, 0) * a[0] * b[0]
                    + number(f, 1, 1) * (a[0] * b[1] + a[1] * b[0])
                    + 2 * number(f, 0, 2) * a[1] * b[1]
                    for f in step
                ]
            )

        def third(a: Any, b: Any, c: Any) -> Any:
            def mixed(x: int, y: int) -> Any:
                return a[x] * b[x] * c[y] + a[x] * b[y] * c[x] + a[y] * b[x] * c[x]

            return mp.matrix(
                [
                    6 * number(f, 3, 0) * a[0] * b[0] * c[0]
                    + 2 * number(f, 2, 1) * mixed(0, 1)
                    + 2 * number(f, 1, 2) * mixed(1, 0)
                    + 6 * number(f, 0, 3) * a[1] * b[1] * c[1]
                    for f in step
                ]
            )

        bar, one = q.apply(mp.conj), mp.eye(2)
        total = third(q, q, bar) + 2 * second(q, (one - jacobian) ** -1 * second(q, bar))
        total += second(bar, (mu**2 * one - jacobian) ** -1 * second(q, q))
        return mp.re(mp.conj(mu) * (mp.conj(p[0]) * total[0] + mp.conj(p[1]) * total[1])) / 2


def step_window(rng: random.Random, t: SimpleNamespace) -> tuple[Document, str]:
    """Here v' has the eigenvalues -1 and -2, so the multipliers are 1 - h and 1 - 2h: stable exactly for 0 < h < 1."""
    u = (-t.X + t.small(rng) * t.Y**2, -2 * t.Y + t.small(rng) * t.X * t.Y)
    field = t.pull_back(u, t.change(rng))
    condition, truth = rng.choice(
        [("h > 0 and h < 1", YES), ("h > 1", NO), ("h > 0", MIXED), ("h > 1/2 and h < 3", MIXED), ("h == 3/4", YES)]
    )
    training = {"update": "simultaneous"}
    return {"parameters": {"h": condition}, "field": {"theta": field[0], "psi": field[1]}, "training": training}, truth


# class: (plant, how many in CI, how many in the nightly profile)
CLASSES: dict[str, tuple[Plant, int, int]] = {
    "hyperbolic": (hyperbolic, 2, 14),
    "hyperbolic, window of h": (step_window, 1, 10),
    "hyperbolic, alternating": (alternating_hyperbolic, 2, 10),
    "circle, not resonant": (_circle("not resonant"), 1, 12),
    **{f"circle, {kind}": (_circle(kind), 0, 6) for kind in ROTATIONS if kind != "not resonant"},
    "circle, parametric": (circle_parametric, 1, 8),
    "strong resonance": (strong_resonance, 1, 8),
    "fold": (fold, 2, 12),
    "fold, parametric": (fold_parametric, 1, 8),
    "flip": (flip, 2, 12),
    "close to the identity": (close_to_identity, 1, 8),
    "Jordan block": (jordan_block, 1, 8),
    "area, alternating": (alternating_area, 1, 10),
    "circle, alternating": (alternating_circle, 1, 10),
}


def judge(kind: str, number: int, algebra: SimpleNamespace, score: Any) -> None:
    document, truth = CLASSES[kind][0](random.Random(f"{kind}/{number}"), algebra)
    score.judge(kind, document, {document["training"]["update"]: truth})


@pytest.mark.parametrize("kind", [kind for kind, (_, few, _) in CLASSES.items() if few])
def test_no_planted_map_is_judged_wrongly(kind: str, algebra: SimpleNamespace, score: Any) -> None:
    for number in range(CLASSES[kind][1]):
        judge(kind, number, algebra, score)
    assert not score.wrong, "\n".join(score.wrong)
    if kind.startswith("hyperbolic"):
        assert not score.open, "\n".join(score.open)


@pytest.mark.nightly
def test_planted_maps_are_decided(algebra: SimpleNamespace, score: Any) -> None:
    for kind, (_, few, many) in CLASSES.items():
        for number in range(few, few + many):
            judge(kind, number, algebra, score)
    print(f"\n{score.table}")
    print("\n".join(score.open))
    assert not score.wrong, "\n".join(score.wrong)
    assert score.asked >= 120
    assert score.share >= 0.8, score.table
