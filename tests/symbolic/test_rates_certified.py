"""The spectral radius in closed form, and certified enclosures of its minimum, against floats and closed forms."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic.decision.points import enclosure, holds
from convergan.symbolic.formula import compare, conjunction
from convergan.symbolic.rates import CertifiedStep, NoEnclosure, certified_best_step, spectral_radius
from convergan.symbolic.updates import UPDATES, Linearisation, period_matrix

H, G, A, R, B, W, S = sp.symbols("h gamma f1 r f2 w sigma", real=True)
Q = sp.Rational
R1 = sp.ImmutableMatrix([[0, -A], [A, -G]])
CENTRE = R1.xreplace({G: sp.Integer(0)})


def period(name, field=R1, **options):
    """F'(x*) of a rule, as its own linear period."""
    return period_matrix(UPDATES[name].configured(options), Linearisation(field, CENTRE, CENTRE), H)


MATRICES = {
    "simultaneous": period("simultaneous"),
    "alternating": period("alternating"),
    "alternating, two steps": period("alternating", d_steps=2),
    "h_ratio": period("simultaneous", sp.diag(1, R) * R1),
    "extragradient": period("extragradient"),
    "consensus": period("consensus", CENTRE, consensus_weight=W),
    "instance noise": period("simultaneous", sp.ImmutableMatrix([[0, -A], [A, 2 * B * S**2]])),
    "optimistic": period("optimistic"),
    "optimistic centre": period("optimistic", CENTRE),
    "lookahead": period("lookahead", CENTRE, lookahead_steps=3, lookahead_alpha=Q(1, 2)),
    "heavy ball": period("simultaneous", momentum=Q(-1, 3)),
    "alternating heavy ball": period("alternating", CENTRE, momentum=Q(-1, 2)),
    "lazy": period("simultaneous", lazy=2),
}
POINTS = [
    (Q(1), Q(1)),
    (Q(1, 3), Q(-2)),
    (Q(5), Q(-3, 2)),
    (Q(2), Q(1)),
    (Q(3), Q(-3, 2)),
    (Q(3, 2), Q(1)),
    (Q(4), Q(3)),
]


def radius_at(matrix, values):
    """Rho by numpy: an oracle that knows nothing of factors or conditions."""
    return max(abs(np.linalg.eigvals(np.array(matrix.xreplace(values).tolist(), dtype=float))))


def smallest(matrix, symbol, values, top=8.0):
    """(x, rho) where rho is smallest over 0 < x < top, by a grid that zooms in."""
    function = sp.lambdify(symbol, [list(row) for row in matrix.xreplace(values).tolist()], "numpy")

    def rho(x):
        entries = [[np.broadcast_to(entry, x.shape) for entry in row] for row in function(x)]
        return abs(np.linalg.eigvals(np.moveaxis(np.array(entries, dtype=float), -1, 0))).max(axis=1)

    low, high, best = 1e-9, top, (np.inf, 0.0)
    for _ in range(8):
        grid = np.linspace(low, high, 2001)
        found = rho(grid)
        index = int(found.argmin())
        best = min(best, (float(found[index]), float(grid[index])))
        low, high = max(grid[max(index - 2, 0)], 1e-9), grid[min(index + 2, len(grid) - 1)]
    return best[1], best[0]


def simultaneous(g, a):
    """LITERATURE 1.9 [OPT]."""
    if g < 2 * abs(a):
        return g / (2 * a**2), sp.sqrt(1 - g**2 / (4 * a**2))
    return 2 / g, sp.sqrt(1 - 4 * a**2 / g**2)


def alternating(g, a):
    """The double eigenvalue, up to the root of gamma^3 - 2 a gamma^2 + 2 a^2 gamma - 2 a^3; then T = 0."""
    a = abs(a)
    if g**3 - 2 * a * g**2 + 2 * a**2 * g - 2 * a**3 < 0:
        return (2 * a - g) / a**2, abs(1 - g / a)
    h = (-g + sp.sqrt(g**2 + 8 * a**2)) / (2 * a**2)
    return h, sp.sqrt(g * h - 1)


@pytest.mark.parametrize("seed", range(3))
def test_enclosures_contain_the_float_optimum(seed):
    generator = np.random.default_rng(seed)
    for name, matrix in MATRICES.items():
        draw = [Q(int(n), 9) for n in generator.integers(3, 20, 6)]
        values = dict(zip((G, A, R, W, B, S), draw, strict=True)) | {B: -draw[4]}
        found = certified_best_step(matrix, H, values)
        assert isinstance(found, CertifiedStep), (name, str(found))
        assert 0 <= found.radius.width < Fraction(1, 10**6)
        step, radius = smallest(matrix, H, values, 2 * float(found.largest_stable.upper))
        assert float(found.radius.lower) - 1e-6 < radius < float(found.radius.upper) + 1e-6, name
        # Near its minimum rho is flat: the float optimum lies in the enclosure of the minimisers, or beside it.
        assert min(max(float(i.lower) - step, step - float(i.upper)) for i in found.steps) < 1e-3, name
        edge = found.largest_stable
        at_edge = radius_at(matrix, values | {H: sp.Float(float(edge.upper))})
        assert edge.width < Fraction(1, 10**6), name
        assert at_edge == pytest.approx(1, abs=1e-5), name


@pytest.mark.parametrize(("g", "a"), POINTS)
@pytest.mark.parametrize(("name", "expected"), [("simultaneous", simultaneous), ("alternating", alternating)])
def test_enclosures_contain_the_closed_forms(name, expected, g, a):
    found = certified_best_step(MATRICES[name], H, {G: g, A: a})
    assert isinstance(found, CertifiedStep)
    step, radius = (Fraction(str(sp.N(v, 40))) for v in expected(g, a))
    slack = Fraction(1, 10**35)  # of the 40 digits
    assert found.radius.lower - slack <= radius <= found.radius.upper + slack
    assert any(i.lower - slack <= step <= i.upper + slack for i in found.steps)


def test_enclosures_of_plateaus_and_ends():
    # Heavy ball with real eigenvalues of J: rho = sqrt(beta) on an interval of step sizes.
    matrix = period("simultaneous", momentum=Q(1, 4))
    found = certified_best_step(matrix, H, {G: 3, A: 1})
    assert isinstance(found, CertifiedStep)
    assert Fraction(1, 2) in found.radius
    slow, fast = (
        (3 - sp.sqrt(5)) / 2,
        (3 + sp.sqrt(5)) / 2,
    )  # (1 - sqrt(beta))^2 / slow <= h <= (1 + sqrt(beta))^2 / fast
    assert float(found.step.lower) == pytest.approx(float(Q(1, 4) / slow), abs=1e-6)
    assert float(found.step.upper) == pytest.approx(float(Q(9, 4) / fast), abs=1e-6)
    unbounded = period("competitive", CENTRE)
    refused = certified_best_step(unbounded, H, {A: 1})
    assert isinstance(refused, NoEnclosure)
    assert "upper bound" in refused.reason
    bounded = certified_best_step(unbounded, H, {A: 1}, upper=Fraction(2))
    assert isinstance(bounded, CertifiedStep)
    assert 2 in bounded.step
    assert bounded.radius.lower**2 <= Fraction(1, 5) <= bounded.radius.upper**2
    nothing = certified_best_step(period("simultaneous", CENTRE), H, {A: 1})
    assert isinstance(nothing, NoEnclosure)
    assert "no step size is stable" in str(nothing)
    assert isinstance(certified_best_step(MATRICES["simultaneous"], H, {A: 1}), NoEnclosure)
    assert isinstance(certified_best_step(MATRICES["simultaneous"], H, {A: 1, G: sp.sqrt(2)}), NoEnclosure)


CLOSED = [n for n in MATRICES if n not in {"optimistic", "heavy ball", "alternating heavy ball"}]


@pytest.mark.parametrize("name", CLOSED)
def test_spectral_radius(name):
    given = [compare(s, ">") for s in (G, R, W)] + [compare(A, "!="), compare(B, "<")]
    found = spectral_radius(MATRICES[name], H, conjunction(given))
    generator = np.random.default_rng(3)
    for _ in range(25):
        draw = [Q(int(n), 10) for n in generator.integers(1, 40, 7)]
        values = dict(zip((H, G, A, R, W, B, S), draw, strict=True))
        values |= {A: values[A] * int(generator.choice([-1, 1])), B: -values[B]}
        expected = radius_at(MATRICES[name], values)
        assert float(found.expression.xreplace(values)) == pytest.approx(expected, abs=1e-6)
        here = [enclosure(value.xreplace(values), 200) for region, value in found.branches if holds(region, values)]
        assert max(map(float, here)) == pytest.approx(expected, abs=1e-6)


def test_no_closed_form_says_why():
    found = spectral_radius(MATRICES["optimistic"], H)
    assert found.expression is None
    assert "degree 4" in str(found)
