"""Best weights and steps: the closed forms against dense grids of NumPy spectra, and proved by the solver."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic.advice import Schedule, best_damping, best_pair, best_steps, critical_damping, stable_steps
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import compare, conjunction, substituted
from convergan.symbolic.rates import proves_best

BOTH = pytest.mark.parametrize("schedule", list(Schedule))
G, H, A = sp.symbols("g h a", real=True)
W = sp.Abs(A)
FREQUENCIES = (0.5, 1.0, 1.7)
RATIOS = (0.2, 0.8, 1.0, 1.3, 1.54, 1.55, 1.9, 2.0, 2.4, 5.0)


def radius(schedule: Schedule, g: np.ndarray, w: float, h: np.ndarray) -> np.ndarray:
    """The largest modulus of a multiplier, from matrices written out by hand."""
    g, h = np.broadcast_arrays(np.asarray(g, float), np.asarray(h, float))
    one = np.ones_like(g)
    players = np.stack([np.stack([one, -h * w], -1), np.stack([h * w, 1 - h * g], -1)], -2)
    if schedule is Schedule.ALTERNATING:
        first = np.stack([np.stack([one, -h * w], -1), np.stack([0 * one, one], -1)], -2)
        second = np.stack([np.stack([one, 0 * one], -1), np.stack([h * w, 1 - h * g], -1)], -2)
        players = second @ first
    return np.abs(np.linalg.eigvals(players)).max(-1)


def number(expression: sp.Expr, g: float, w: float, h: float = 0.0) -> float:
    return float(expression.xreplace({G: sp.Float(g), A: sp.Float(w), H: sp.Float(h)}).evalf())


def holds(formula: object, g: float, w: float, h: float = 0.0) -> bool:
    values = {G: sp.Rational(str(g)), A: sp.Rational(str(w)), H: sp.Rational(str(h))}
    return substituted(formula, values) == conjunction(())


@BOTH
def test_best_step_is_the_minimum_of_a_dense_grid(schedule: Schedule) -> None:
    for w, k in itertools.product(FREQUENCIES, RATIOS):
        g = round(k * w, 6)
        steps = np.linspace(0, 6 / w, 20001)[1:]
        least = radius(schedule, np.array(g), w, steps).min()
        chosen = [best for best in best_steps(schedule, G, W) if holds(best.region, g, w)]
        assert chosen
        for best in chosen:
            # A double multiplier is known to the root of the rounding error only.
            at = radius(schedule, np.array(g), w, np.array(number(best.step, g, w)))
            assert at == pytest.approx(number(best.radius, g, w), abs=1e-6)
            assert number(best.radius, g, w) <= least + 1e-6
            assert least <= number(best.radius, g, w) + 2e-2


@BOTH
def test_best_damping_is_the_minimum_of_a_dense_grid(schedule: Schedule) -> None:
    for w, e in itertools.product(FREQUENCIES, (0.05, 0.4, 1.0, 1.5, 1.95)):
        h = e / w
        least = radius(schedule, np.linspace(0, 8 / h, 20001), w, np.array(h)).min()
        best = best_damping(schedule, W, H)
        assert least == pytest.approx(number(best.radius, 0, w, h), abs=2e-2)
        assert number(best.radius, 0, w, h) <= least + 1e-6
        at = radius(schedule, np.array(number(best.damping, 0, w, h)), w, np.array(h))
        assert at == pytest.approx(number(best.radius, 0, w, h), abs=1e-6)
    # Beyond the region no damping converges.
    assert radius(schedule, np.linspace(0, 100, 20001), 1.0, np.array(2.01)).min() > 1


@BOTH
def test_both_free_is_nilpotent_and_twice_the_weight_is_not(schedule: Schedule) -> None:
    best = best_pair(schedule, W)
    for w in FREQUENCIES:
        g, h = number(best.damping, 0, w), number(best.step, 0, w)
        assert radius(schedule, np.array(g), w, np.array(h)) < 1e-7
        for factor in (0.5, 2.0):
            assert radius(schedule, np.array(factor * g), w, np.array(h)) > 0.5


@BOTH
def test_a_wrong_factor_of_two_is_caught(schedule: Schedule) -> None:
    best = best_damping(schedule, W, H)
    for w, h in ((0.5, 0.4), (1.7, 0.3)):
        for factor in (0.5, 2.0):
            wrong = radius(schedule, np.array(factor * number(best.damping, 0, w, h)), w, np.array(h))
            assert wrong > number(best.radius, 0, w, h) + 1e-2
    assert not proves_best(period(schedule), H, {G: 2 * best.damping}, best.radius, GIVEN, best.region, prover())


@BOTH
def test_stable_steps_are_those_of_the_spectrum(schedule: Schedule) -> None:
    for g, w, h in itertools.product((0.05, 0.3, 1.1, 2.3, 4.1), FREQUENCIES, (0.03, 0.21, 0.77, 1.3, 2.9)):
        inside = bool(radius(schedule, np.array(g), w, np.array(h)) < 1)
        assert holds(stable_steps(schedule, G, W, H), g, w, h) is inside


@BOTH
def test_multipliers_meet_at_the_critical_damping(schedule: Schedule) -> None:
    z = sp.Symbol("z")
    met = sp.discriminant(period(schedule).charpoly(z).as_expr(), z).xreplace({G: critical_damping(schedule, W, H)})
    assert sp.expand(met) == 0
    assert critical_damping(None, W, H) == 2 * W


GIVEN = conjunction([compare(G, ">"), compare(A, "!=")])


def prover() -> Prover:
    return Prover(deadline=time.monotonic() + 20)


def period(schedule: Schedule) -> sp.Matrix:
    if schedule is Schedule.SIMULTANEOUS:
        return sp.Matrix([[1, -H * A], [H * A, 1 - H * G]])
    return sp.Matrix([[1, -H * A], [H * A, 1 - H * G - H**2 * A**2]])


@BOTH
def test_the_solver_proves_every_closed_form(schedule: Schedule) -> None:
    matrix = period(schedule)
    best = best_damping(schedule, W, H)
    assert proves_best(matrix, H, {G: best.damping}, best.radius, GIVEN, best.region, prover())
    for best in best_steps(schedule, G, W):
        assert proves_best(matrix, H, {H: best.step}, best.radius, GIVEN, best.region, prover())
    best = best_pair(schedule, W)
    assert proves_best(matrix, H, {H: best.step, G: best.damping}, best.radius, GIVEN, best.region, prover())
