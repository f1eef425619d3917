"""Planted truth for vector fields: a normal form whose verdict is known, pulled back by a random change of variables.

The flow's verdict does not depend on coordinates. Beside it, the verdicts of small-step descent that follow:

- Hyperbolic: the flow's verdict, for every rule.
- Imaginary pair: simultaneous descent has det(1 + h v') = 1 + h^2 det v' > 1, so it never converges. Alternating
  descent has det = (1 + h v'_11)(1 + h v'_22) = 1 - h^2 v'_11^2: it converges if v'_11 != 0, whatever the flow does;
  if v'_11 = 0, its first Neimark-Sacker coefficient is h times the flow's Lyapunov coefficient, up to O(h^2).
- F - id = h P v with P(0) regular, for both rules. So the fixed points are the zeros of v, with their multiplicities
  and (det P > 0) indices; where v' is singular with a negative eigenvalue, the reduced map is x + h s x^k + ... with
  the flow's k and the sign of its s. An asymptotically stable fixed point has index 1.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

YES, NO, MIXED = "converges", "does-not-converge", "conditional"
RULES = ("flow", "simultaneous", "alternating")
SIGNS = {"a < 0": -1, "a > 0": 1, "a <= 0": 0, "real": 0, "a != 0": 0, "a > -1 and a < 1": 0, "a**3 < 0": -1}

Planted = tuple[Any, dict[str, str], dict[str, str]]
Plant = Callable[[random.Random, SimpleNamespace], Planted]


def everywhere(truth: str) -> dict[str, str]:
    return dict.fromkeys(RULES, truth)


def hyperbolic(rng: random.Random, t: SimpleNamespace) -> Planted:
    first, second = rng.choice([(-1, -2), (-1, -1), (-2, 1), (1, 3), (Fraction(-1, 2), -1)])
    turn = rng.choice([0, 0, 1, 3]) if first * second > 0 else 0
    second = first if turn else second
    u = (
        first * t.X - turn * t.Y + t.small(rng) * t.X**2 + t.small(rng) * t.X * t.Y,
        turn * t.X + second * t.Y + t.small(rng) * t.Y**2 + t.small(rng) * t.X**3,
    )
    return t.pull_back(u, t.change(rng)), everywhere(YES if max(first, second) < 0 else NO), {}


def hyperbolic_parametric(rng: random.Random, t: SimpleNamespace) -> Planted:
    condition = rng.choice([c for c in SIGNS if c != "a <= 0"])  # at a = 0 the higher terms decide
    turn = rng.choice([0, 1, 2])
    u = (t.A * t.X - turn * t.Y + t.small(rng) * t.X * t.Y, turn * t.X + t.A * t.Y + t.small(rng) * t.X**2)
    return t.pull_back(u, t.change(rng)), everywhere((MIXED, NO, YES)[SIGNS[condition]]), {"a": condition}


def _about_a_pair(phi: Any, flow: str, first_order: bool) -> dict[str, str]:
    """The verdicts of all rules where Dphi(0) takes v' to an imaginary pair."""
    (p, q), (r, s) = ((f.coefficient(1, 0), f.coefficient(0, 1)) for f in phi)
    truths = {"flow": flow, "simultaneous": NO}
    if s * r + q * p != 0:  # v'_11, up to a factor
        return truths | {"alternating": YES}
    return truths | {"alternating": flow} if first_order else truths


def _focus(order: int) -> Plant:
    def weak_focus(rng: random.Random, t: SimpleNamespace) -> Planted:
        sign, turn = rng.choice([-1, 1]), rng.choice([1, -1, 2])
        swirl = (t.X**2 + t.Y**2) ** order
        u = (-turn * t.Y + sign * t.X * swirl, turn * t.X + sign * t.Y * swirl)
        phi = t.change(rng, diagonal=rng.random() < 0.4)
        return t.pull_back(u, phi), _about_a_pair(phi, YES if sign < 0 else NO, order == 1), {}

    return weak_focus


def weak_focus_parametric(rng: random.Random, t: SimpleNamespace) -> Planted:
    condition = rng.choice(list(SIGNS))
    swirl = t.X**2 + t.Y**2
    u = (-t.Y + t.A * t.X * swirl, t.X + t.A * t.Y * swirl)
    phi = t.change(rng, diagonal=rng.random() < 0.4)
    first_order = condition != "a <= 0"  # at a = 0 alternating descent on a centre is not known
    truths = _about_a_pair(phi, (MIXED, NO, YES)[SIGNS[condition]], first_order)
    return t.pull_back(u, phi), truths, {"a": condition}


def linear_centre(rng: random.Random, t: SimpleNamespace) -> Planted:
    phi = t.change(rng, diagonal=rng.random() < 0.4)
    return t.pull_back((-t.Y, t.X), phi), _about_a_pair(phi, NO, False), {}


def hamiltonian_centre(rng: random.Random, t: SimpleNamespace) -> Planted:
    """A positive multiple of a Hamiltonian field: the level curves of H are kept."""
    n = rng.randint(0, 3)
    energy = (t.X**2 + t.Y**2) * Fraction(1, 2) + t.small(rng) * t.X**n * t.Y ** (3 - n)
    energy = energy + t.small(rng) * t.X**2 * t.Y**2
    speed = 1 + rng.choice([0, 1]) * t.small(rng) * t.X
    phi = t.change(rng, diagonal=rng.random() < 0.4)
    u = (-speed * energy.diff(1), speed * energy.diff(0))
    return t.pull_back(u, phi), _about_a_pair(phi, NO, False), {}


def reversible_centre(rng: random.Random, t: SimpleNamespace) -> Planted:
    """(x, y, t) -> (x, -y, -t) keeps the field, and the linear part is a centre: all orbits near 0 are closed."""
    u = (
        -t.Y * (1 + t.small(rng) * t.X + t.small(rng) * t.Y**2),
        t.X + t.small(rng) * t.X**2 + t.small(rng) * t.Y**2 + t.small(rng) * t.X * t.Y**2,
    )
    phi = t.change(rng, diagonal=rng.random() < 0.4)
    return t.pull_back(u, phi), _about_a_pair(phi, NO, False), {}


def centre_manifold(rng: random.Random, t: SimpleNamespace) -> Planted:
    """The line y = 0 is invariant and is the centre manifold: x' = s x^k decides if the other direction is stable."""
    power, sign, other = rng.choice([2, 3, 3, 3, 4, 5, 5]), rng.choice([-1, 1]), rng.choice([-1, -1, -2, 1])
    u = (
        sign * t.X**power + rng.choice([0, 1]) * t.small(rng) * t.Y + t.small(rng) * t.X * t.Y,
        other * t.Y + t.small(rng) * t.X * t.Y,
    )
    truth = YES if other < 0 and sign < 0 and power % 2 else NO
    return t.pull_back(u, t.change(rng)), everywhere(truth), {}


def centre_manifold_parametric(rng: random.Random, t: SimpleNamespace) -> Planted:
    condition, power = rng.choice(list(SIGNS)), rng.choice([2, 3, 3])
    u = (t.A * t.X**power + t.small(rng) * t.X * t.Y, -t.Y + t.small(rng) * t.Y**2)
    truth = (MIXED, NO, YES)[SIGNS[condition]] if power == 3 else NO
    return t.pull_back(u, t.change(rng)), everywhere(truth), {"a": condition}


def nilpotent(rng: random.Random, t: SimpleNamespace) -> Planted:
    """The field x' = y, y' = a x^m + b x^n y.

    m even: index 0; m odd and a > 0: index -1; neither can be asymptotically stable. m odd and a < 0, with
    V = y^2/2 - a x^(m+1)/(m+1) > 0 and V' = b x^n y^2: for n even LaSalle decides, by the sign of b (b > 0 in reversed
    time); for n odd (x, t) -> (-x, -t) keeps the field, which refutes asymptotic stability.
    """
    m, n = rng.choice([(2, 1), (2, 2), (4, 2), (3, 1), (3, 2), (3, 2), (5, 2), (3, 4), (5, 1)])
    a, b = rng.choice([-1, -1, -2, 1]), rng.choice([-1, 1, -3, 2])
    fields = t.pull_back((t.Y, a * t.X**m + b * t.X**n * t.Y), t.change(rng))
    if m % 2 == 0 or a > 0:
        return fields, everywhere(NO), {}
    return fields, {"flow": YES if n % 2 == 0 and b < 0 else NO}, {}


def line_of_equilibria(rng: random.Random, t: SimpleNamespace) -> Planted:
    """Zeros arbitrarily close to the point that is judged: nothing that starts there moves."""
    towards, along = rng.choice([-1, -1, 0, 1]), rng.choice([-1, 0, 1])
    phi = t.change(rng)
    if rng.random() < 0.5:
        u = (t.Y * (along + t.small(rng) * t.X), t.Y * (towards + t.small(rng) * t.X))
    else:  # y + x^2 = 0
        curve = t.Y + t.X**2
        u = (curve * t.small(rng) * t.X, curve * (towards + t.small(rng) * t.Y))
    return t.pull_back(u, phi), everywhere(NO), {}


def homogeneous(rng: random.Random, t: SimpleNamespace) -> Planted:
    """With u = s grad V + c J grad V with V > 0 homogeneous: V' = s |grad V|^2."""
    sign, turn = rng.choice([-1, -1, 1, 0]), rng.choice([0, 1, -2])
    turn = turn or (sign == 0)
    energy = t.X**4 + rng.choice([0, 1, 2]) * t.X**2 * t.Y**2 + t.Y**4
    if rng.random() < 0.3:
        energy = t.X**6 + t.Y**6
    p, q = energy.diff(0), energy.diff(1)
    fields = t.pull_back((sign * p - turn * q, sign * q + turn * p), t.change(rng))
    return fields, everywhere(YES if sign < 0 else NO) if sign else {"flow": NO}, {}


# class: (plant, how many in CI, how many in the nightly profile)
CLASSES: dict[str, tuple[Plant, int, int]] = {
    "hyperbolic": (hyperbolic, 4, 30),
    "hyperbolic, parametric": (hyperbolic_parametric, 2, 14),
    "weak focus, order 1": (_focus(1), 2, 20),
    "weak focus, order 2": (_focus(2), 1, 12),
    "weak focus, order 3": (_focus(3), 0, 8),
    "weak focus, parametric": (weak_focus_parametric, 2, 14),
    "linear centre": (linear_centre, 1, 10),
    "Hamiltonian centre": (hamiltonian_centre, 1, 15),
    "reversible centre": (reversible_centre, 1, 12),
    "centre manifold": (centre_manifold, 3, 25),
    "centre manifold, parametric": (centre_manifold_parametric, 2, 14),
    "nilpotent": (nilpotent, 2, 18),
    "line of equilibria": (line_of_equilibria, 1, 10),
    "homogeneous": (homogeneous, 2, 14),
}


def judge(kind: str, number: int, algebra: SimpleNamespace, score: Any) -> None:
    rng = random.Random(f"{kind}/{number}")
    (theta, psi), truths, parameters = CLASSES[kind][0](rng, algebra)
    document: dict[str, Any] = {"field": {"theta": theta, "psi": psi}}
    own = "flow" if rng.random() < 0.7 else rng.choice([r for r in RULES if r in truths])
    document["training"] = {"update": own}
    if parameters:
        document["parameters"] = parameters
    score.judge(kind, document, truths)


@pytest.mark.parametrize("kind", [kind for kind, (_, few, _) in CLASSES.items() if few])
def test_no_planted_flow_is_judged_wrongly(kind: str, algebra: SimpleNamespace, score: Any) -> None:
    for number in range(CLASSES[kind][1]):
        judge(kind, number, algebra, score)
    assert not score.wrong, "\n".join(score.wrong)
    if kind.startswith("hyperbolic"):
        assert not score.open, "\n".join(score.open)


@pytest.mark.nightly
def test_planted_flows_are_decided(algebra: SimpleNamespace, score: Any) -> None:
    for kind, (_, few, many) in CLASSES.items():
        for number in range(few, few + many):
            judge(kind, number, algebra, score)
    print(f"\n{score.table}")
    print("\n".join(score.open))
    assert not score.wrong, "\n".join(score.wrong)
    assert score.asked >= 200
    assert score.share >= 0.8, score.table


def test_the_change_of_variables_is_exact(algebra: SimpleNamespace) -> None:
    """Dphi v = u(phi) at rational points: the plants are what they claim to be."""
    t, rng = algebra, random.Random(7)
    for _ in range(5):
        u, phi = (-t.Y + t.X**3, t.X - t.X * t.Y), t.change(rng, degrees=(2, 3))
        v = t.pull_back(u, phi)
        at = {"theta": Fraction(1, 7), "psi": Fraction(-1, 5)}
        here = {name: t.Poly({(0, 0, 0): value}) for name, value in at.items()}

        def value(poly: Any, here: dict[str, Any] = here) -> Fraction:
            return poly(here["theta"], here["psi"]).coefficient(0, 0)

        v1, v2 = (eval(text.replace("(", "(Fraction(1)*"), {"Fraction": Fraction}, at) for text in v)  # noqa: S307 - our own text
        for i in range(2):
            pushed = value(phi[i].diff(0)) * v1 + value(phi[i].diff(1)) * v2
            assert pushed == value(u[i](*phi))
