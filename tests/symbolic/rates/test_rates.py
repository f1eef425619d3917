"""Rates: closed forms against the literature and against floats, refusals of false claims."""

from __future__ import annotations

import time

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic.decision.points import enclosure, holds
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import TRUE, compare, conjunction
from convergan.symbolic.rates import (
    best_pair,
    best_parameter,
    best_step,
    proves_best,
)

H, G, A, R, B, W, S = sp.symbols("h gamma f1 r f2 w sigma", real=True)
Q = sp.Rational
HYPOTHESES = conjunction([compare(G, ">"), compare(A, "!="), compare(B, "<")])
ASSUMED = {"h_ratio": compare(R, ">"), "consensus": compare(W, ">")}


def assumed(name):
    return conjunction([HYPOTHESES, ASSUMED.get(name, TRUE)])


def number(expression, values):
    """A float of a constant expression, by a ball."""
    ball = enclosure(expression.xreplace(values), 200)
    assert ball is not None, expression
    assert ball.rad() < 1e-12, expression
    return float(ball)


def at_point(results, values):
    """The proved result whose region holds at a point; the others have to agree."""
    found = [best for best in results if holds(best.region, values) and best.proved and best.radius is not None]
    assert found, [str(best) for best in results]
    radii = [number(best.radius, values) for best in found]
    assert max(radii) - min(radii) < 1e-12
    return found[0]


@pytest.fixture(scope="module")
def steps(rates):
    """`steps(name)`: best_step of a rule, once."""
    known = {}

    def get(name):
        if name not in known:
            known[name] = best_step(rates.matrices[name], H, assumed(name), seconds=30)
        return known[name]

    return get


# -- closed forms ----------------------------------------------------------------------------------------------------


def test_r1(r1_rule, r1_point, steps, rates):
    values = dict(zip((G, A), r1_point, strict=True)) | {B: Q(-1)}
    best = at_point(steps(r1_rule), values)
    step, radius = (number(sp.sympify(v), {}) for v in rates.best[r1_rule](*r1_point))
    assert (number(best.step, values), number(best.radius, values)) == pytest.approx((step, radius), abs=1e-12)
    assert rates.smallest(rates.matrices[r1_rule], H, values)[1] == pytest.approx(radius, abs=1e-6)


def test_regions_read_as_in_the_literature(steps):
    printed = [str(best) for best in steps("simultaneous")]
    assert printed[0].startswith(
        "where gamma < 2*Abs(f1): h = gamma/(2*f1**2), rho = sqrt(4*f1**2 - gamma**2)/(2*Abs(f1))"
    )
    assert printed[1].startswith("where gamma > 2*Abs(f1): h = 2/gamma, rho = sqrt(-4*f1**2 + gamma**2)/gamma")
    assert printed[2].startswith("where Eq(gamma, 2*Abs(f1)): h = 1/Abs(f1), rho = 0 (proved; nilpotent: F'**2 = 0)")
    assert len(printed) == 3
    assert all(best.unique for best in steps("simultaneous"))


@pytest.mark.parametrize(
    ("name", "values", "step", "radius"),
    [
        ("extragradient centre", {A: Q(-3)}, 1 / (3 * sp.sqrt(2)), sp.sqrt(3) / 2),
        ("consensus", {A: Q(2), W: Q(1, 3)}, Q(1, 3) / (1 + Q(4, 9)), 1 / sp.sqrt(1 + Q(4, 9))),
        ("instance noise", {A: Q(-1), B: Q(-1, 2), S: Q(1)}, Q(1, 2), sp.sqrt(Q(3, 4))),
        ("instance noise", {A: Q(1), B: Q(-2), S: Q(-1)}, Q(1, 2), sp.sqrt(Q(3, 4))),
        ("instance noise", {A: Q(1), B: Q(-1), S: Q(1)}, Q(1), Q(0)),
        ("h_ratio", {G: Q(1), A: Q(1), R: Q(2)}, Q(1, 2), sp.sqrt(Q(1, 2))),
        ("h_ratio", {G: Q(2), A: Q(-1), R: Q(2)}, Q(1, 2), sp.sqrt(Q(1, 2))),
        ("h_ratio", {G: Q(2), A: Q(-1), R: Q(1)}, Q(1), Q(0)),
        ("optimistic centre", {A: Q(-5)}, Q(1, 10), sp.sqrt(2) / 2),
        pytest.param("extragradient", {G: Q(3), A: Q(1)}, Q(1, 3), Q(8, 9), marks=pytest.mark.slow),
        ("lookahead", {A: Q(2)}, sp.sqrt(sp.sqrt(2) - 1) / 2, sp.sqrt(Q(9, 4) - sp.sqrt(2))),
    ],
)
def test_other_rules(name, values, step, radius, steps, rates):
    values = {G: Q(1), B: Q(-1), S: Q(1), W: Q(1), R: Q(1)} | values
    best = at_point(steps(name), values)
    assert number(best.step, values) == pytest.approx(number(sp.sympify(step), {}), abs=1e-12)
    assert number(best.radius, values) == pytest.approx(number(sp.sympify(radius), {}), abs=1e-12)
    assert rates.smallest(rates.matrices[name], H, values)[1] == pytest.approx(float(radius), abs=1e-6)


@pytest.mark.parametrize("name", ["simultaneous", "alternating", "h_ratio", "consensus", "instance noise"])
def test_random_points_lie_in_a_region_and_agree_with_floats(name, steps, rates):
    generator = np.random.default_rng(7)
    for _ in range(12):
        draw = [Q(int(n), 11) for n in generator.integers(1, 40, 6)]
        signs = [sp.Integer(int(s)) for s in generator.choice([-1, 1], 2)]
        values = {G: draw[0], A: signs[0] * draw[1], R: draw[2], W: draw[3], B: -draw[4], S: signs[1] * draw[5]}
        best = at_point(steps(name), values)
        step, radius = number(best.step, values), number(best.radius, values)
        assert rates.radius_at(rates.matrices[name], values | {H: sp.Float(step)}) == pytest.approx(radius, abs=1e-6)
        assert rates.smallest(rates.matrices[name], H, values, 3 * step)[1] == pytest.approx(radius, abs=1e-6)


def test_the_best_parameter_and_both_together(rates):
    """LITERATURE 1.9 [AltOpt], [crit5], [crit2]; TTUR's gamma = 2 |a| / sqrt(r); extragradient has F' = 0."""
    size = sp.Abs(A)
    table = {
        "simultaneous": (2 * size, 2 * size, 1 / size, "nilpotent: F'**2 = 0"),
        "alternating": (2 * size - H * A**2, size, 1 / size, "nilpotent: F'**2 = 0"),
        "extragradient": (None, size, 1 / size, "F' = 0"),
        "h_ratio": (2 * size / sp.sqrt(R), 2 * size / sp.sqrt(R), 1 / (size * sp.sqrt(R)), "nilpotent: F'**2 = 0"),
    }
    for name, (given, chosen, step, note) in table.items():
        values = {A: Q(-3, 2), H: Q(2, 5), B: Q(-1), R: Q(4)}
        if given is not None:
            results = best_parameter(rates.matrices[name], G, H, assumed(name), seconds=30)
            best = at_point(results, values)
            (symbol, value) = best.parameters[0]
            assert symbol == G
            assert number(value - given, values) == pytest.approx(0, abs=1e-12)
            stretch = number(sp.Abs(1 - H * size * (sp.sqrt(R) if name == "h_ratio" else 1)), values)
            assert best.step == H
            assert number(best.radius, values) == pytest.approx(stretch, abs=1e-12)
            assert best.defective
            assert "k*rho**k" in best.note
            # From h |a| = 2 on nothing converges, and that is proved.
            (none,) = [r for r in results if holds(r.region, values | {H: Q(5)})]
            assert none.proved
            assert none.radius is None
        (both,) = best_pair(rates.matrices[name], G, H, assumed(name), seconds=30)
        assert both.proved
        assert both.radius == 0
        assert both.region == TRUE
        assert both.note == note
        assert number(both.step - step, values) == pytest.approx(0, abs=1e-12)
        assert number(both.parameters[0][1] - chosen, values) == pytest.approx(0, abs=1e-12)


def test_constants_and_concrete_objectives(decide, rates):
    gradient_penalty = {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"}
    for f, slope in (("standard", Q(1, 2)), ("exp(-1)*t - t**2", sp.exp(-1))):
        document = {"parameters": {"gamma": "gamma > 0"}, "penalty": gradient_penalty, "objective": {"f": f}}
        analysis = decide(**document)
        results = best_step(analysis.update_matrix, analysis.step, analysis.hypotheses, seconds=30)
        for g in (Q(1, 10), Q(4)):
            expected = [number(sp.sympify(e), {}) for e in rates.best["simultaneous"](g, slope)]
            best = at_point(results, {G: g})
            assert [number(best.step, {G: g}), number(best.radius, {G: g})] == pytest.approx(expected, abs=1e-10)


# -- what may not be claimed -----------------------------------------------------------------------------------------


def test_false_claims_are_refused(rates):
    matrix, under, over = rates.matrices["simultaneous"], compare(G, "<", 2 * sp.Abs(A)), compare(G, ">", 2 * sp.Abs(A))
    step, radius = G / (2 * A**2), sp.sqrt(1 - G**2 / (4 * A**2))
    assert proves_best(matrix, H, {H: step}, radius, HYPOTHESES, under)
    far, near = Q(11, 10), Q(1001, 1000)
    for wrong in (far * step, near * step, step / near, 2 / G):
        assert not proves_best(matrix, H, {H: wrong}, radius, HYPOTHESES, under)
    for wrong in (far * radius, near * radius, radius / near, sp.Integer(1), sp.Integer(0)):
        assert not proves_best(matrix, H, {H: step}, wrong, HYPOTHESES, under)
    # The right formulas in the wrong place, or in too large a place.
    for region in (over, TRUE, compare(G, "<", 3 * sp.Abs(A))):
        assert not proves_best(matrix, H, {H: step}, radius, HYPOTHESES, region)
    # Not under the wrong sign, and not where the choice is not allowed.
    assert not proves_best(matrix, H, {H: 1 / A}, sp.Integer(0), HYPOTHESES, compare(G, "==", 2 * sp.Abs(A)))
    assert proves_best(matrix, H, {H: 1 / sp.Abs(A)}, sp.Integer(0), HYPOTHESES, compare(G, "==", 2 * sp.Abs(A)))
    alternating, best = rates.matrices["alternating"], 2 * sp.Abs(A) - H * A**2
    assert not proves_best(alternating, H, {G: best}, sp.Abs(1 - H * sp.Abs(A)), HYPOTHESES)
    small = compare(H * sp.Abs(A), "<", 2)
    assert proves_best(alternating, H, {G: best}, sp.Abs(1 - H * sp.Abs(A)), HYPOTHESES, small)
    assert not proves_best(alternating, H, {G: far * best}, sp.Abs(1 - H * sp.Abs(A)), HYPOTHESES, small)
    # LITERATURE 8.7: the critical values of simultaneous descent are not those of alternating descent.
    assert not proves_best(alternating, H, {G: 2 * sp.Abs(A), H: 1 / sp.Abs(A)}, sp.Integer(0), HYPOTHESES)
    assert proves_best(alternating, H, {G: sp.Abs(A), H: 1 / sp.Abs(A)}, sp.Integer(0), HYPOTHESES)


def test_a_sign_matters_where_it_matters():
    """J = [[-1, 0], [0, -1 - f1/2]] is not even in f1: nothing may be folded."""
    matrix = sp.ImmutableMatrix([[1 - H, 0], [0, 1 - H * (1 + A / 2)]])
    hypotheses = conjunction([compare(A, "!="), compare(A, ">", -1), compare(A, "<", 1)])
    claim = {H: 2 / (2 + sp.Abs(A) / 2)}, (sp.Abs(A) / 2) / (2 + sp.Abs(A) / 2)
    assert proves_best(matrix, H, *claim, hypotheses, compare(A, ">"))
    assert not proves_best(matrix, H, *claim, hypotheses)
    results = best_step(matrix, H, hypotheses)
    for value in (Q(1, 2), Q(-1, 2)):
        best = at_point(results, {A: value})
        assert number(best.step, {A: value}) == pytest.approx(float(2 / (2 + value / 2)))


def test_no_period_no_optimum():
    """At h = 1 a pole cancels in the characteristic polynomial, but there is no period."""
    matrix = sp.ImmutableMatrix([[1 - H, 1 / (H - 1)], [0, Q(1, 2)]])
    assert not proves_best(matrix, H, {H: sp.Integer(1)}, Q(1, 2), TRUE)
    assert proves_best(matrix, H, {H: Q(1, 2)}, Q(1, 2), TRUE)


def test_what_is_not_found_says_why(steps, rates):
    (none,) = best_step(rates.period("simultaneous", rates.centre), H, HYPOTHESES)
    assert none.proved
    assert none.radius is None
    assert none.note == "rho >= 1 whatever is chosen"
    (unattained,) = steps("competitive centre")
    assert not unattained.proved
    assert unattained.radius is None
    assert unattained.note
    start = time.monotonic()
    results = best_step(rates.matrices["optimistic"], H, HYPOTHESES, seconds=1)
    assert time.monotonic() - start < 8
    assert all(best.radius is None and best.note and not best.proved for best in results)


@pytest.mark.slow
def test_roots_of_cubics_are_not_found(steps):
    cubic = [best for best in steps("extragradient") if holds(best.region, {G: Q(1), A: Q(1), B: Q(-1)})]
    assert [best.radius for best in cubic] == [None]
    assert "degree 2" in cubic[0].note
    assert at_point(steps("extragradient"), {G: Q(3), A: Q(1), B: Q(-1)}).defective is False


def test_conditions_that_bind_parameters(rates):
    c = sp.Symbol("c", real=True)
    hypotheses = conjunction([compare(c, ">"), compare(G, ">", c), compare(A, "==", c)])
    results = best_step(rates.matrices["simultaneous"], H, hypotheses, seconds=30)
    for g in (Q(3, 2), Q(5, 2), Q(2)):
        values = {c: sp.Integer(1), A: sp.Integer(1), G: g}
        best = at_point(results, values)
        expected = [number(sp.sympify(e), {}) for e in rates.best["simultaneous"](g, sp.Integer(1))]
        assert [number(best.step, values), number(best.radius, values)] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", ["simultaneous", "alternating", "h_ratio", "consensus", "optimistic centre"])
def test_what_is_printed_is_what_is_proved(name, steps, rates):
    proved = [best for best in steps(name) if best.proved]
    assert proved
    for best in proved:
        claim = ({H: best.step}, best.radius, assumed(name), best.region)
        assert proves_best(rates.matrices[name], H, *claim, Prover(seconds=20)), str(best)


# -- Jordan blocks ---------------------------------------------------------------------------------------------------


def test_defective_optima_decay_like_k_rho_to_the_k(steps, rates):
    for name, values in (("alternating", {G: Q(1, 2), A: Q(-1)}), ("optimistic centre", {A: Q(1)})):
        best = at_point(steps(name), values | {B: Q(-1)})
        assert best.defective
        assert "k*rho**k" in best.note
        exact = rates.matrices[name].xreplace(values)
        matrix = np.array(exact.xreplace({H: best.step.xreplace(values)}).tolist(), dtype=float)
        rho = number(best.radius, values)
        norms = [np.linalg.norm(np.linalg.matrix_power(matrix, k)) / rho**k for k in (20, 40)]
        assert 1.8 < norms[1] / norms[0] < 2.2
    assert at_point(steps("simultaneous"), {G: Q(1), A: Q(1), B: Q(-1)}).defective is False
    critical = at_point(steps("simultaneous"), {G: Q(2), A: Q(1), B: Q(-1)})
    assert critical.defective
    assert critical.radius == 0
