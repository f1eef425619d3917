"""The table of named objectives, derived again from Nowozin et al.'s g_f and f*, or from the losses as published.

An f-divergence's discriminator ascends E_real[g_f(V)] - E_fake[f*(g_f(V))] (Nowozin et al. 2016, eq. 7), V high on real
samples; convergan's D is high on fakes, D = -V. Everything is evaluated by mpmath from formulas typed in here; of
convergan only the texts in the table are used, read by `eval`.
"""

# ruff: noqa: S307 - the texts that are evaluated here are the tests' own
from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

from convergan.symbolic.derivation import derive
from convergan.symbolic.objectives import NAMED_OBJECTIVES
from convergan.symbolic.proposal_reader import read_proposal

# name: (output activation g_f, conjugate f*, generator function f), Nowozin et al. 2016, Tables 1, 2 and 6.
NOWOZIN = {
    "forward-kl": (lambda v: v, lambda t: mp.exp(t - 1), lambda u: u * mp.log(u)),
    "reverse-kl": (lambda v: -mp.exp(-v), lambda t: -1 - mp.log(-t), lambda u: -mp.log(u)),
    "pearson-chi2": (lambda v: v, lambda t: t**2 / 4 + t, lambda u: (u - 1) ** 2),
    "squared-hellinger": (lambda v: 1 - mp.exp(-v), lambda t: t / (1 - t), lambda u: (mp.sqrt(u) - 1) ** 2),
    "jensen-shannon": (
        lambda v: mp.log(2) - mp.log(1 + mp.exp(-v)),
        lambda t: -mp.log(2 - mp.exp(t)),
        lambda u: -(u + 1) * mp.log((1 + u) / 2) + u * mp.log(u),
    ),
    "total-variation": (lambda v: mp.tanh(v) / 2, lambda t: t, None),  # f = |u - 1|/2 has a kink at 1
}
# Losses as their papers print them, D ascending, V high on real samples: (on real, on fake).
PUBLISHED = {
    "standard": (lambda v: mp.log(1 / (1 + mp.exp(-v))), lambda v: mp.log(1 - 1 / (1 + mp.exp(-v)))),
    "wasserstein": (lambda v: v, lambda v: -v),
    "hinge": (lambda v: min(mp.mpf(0), -1 + v), lambda v: min(mp.mpf(0), -1 - v)),
    "least-squares": (lambda v: -((v - 1) ** 2) / 2, lambda v: -((v + 1) ** 2) / 2),
}
POINTS = [mp.mpf(k) / 7 for k in range(-12, 13)]


def losses(name):
    """(fake, real) as functions of t = -V."""
    if name in PUBLISHED:
        on_real, on_fake = PUBLISHED[name]
        return (lambda t: on_fake(-t)), (lambda t: on_real(-t))
    activation, conjugate, _ = NOWOZIN[name]
    return (lambda t: -conjugate(activation(-t))), (lambda t: activation(-t))


@pytest.fixture
def as_function(oracle):
    scope = oracle.loss({}, {}, lambda t: t)
    return lambda text: lambda t: eval(oracle.compiled(text), scope.scope({"t": t}))


def test_all_objectives_are_covered():
    assert set(NOWOZIN) | set(PUBLISHED) == set(NAMED_OBJECTIVES)


@pytest.mark.parametrize("name", NAMED_OBJECTIVES)
def test_functions_are_the_published_ones(name, as_function):
    row = NAMED_OBJECTIVES[name]
    fake, real = losses(name)
    for t in POINTS:
        assert abs(as_function(row.fake)(t) - fake(t)) < mp.mpf(10) ** -80
        assert abs(as_function(row.real)(t) - real(t)) < mp.mpf(10) ** -80
    # Negative control: the other sign of V is another function.
    assert any(abs(as_function(row.fake)(t) - fake(-t)) > 0.1 for t in POINTS)


@pytest.mark.parametrize("name", NAMED_OBJECTIVES)
def test_single_functions_mirror(name, as_function):
    row = NAMED_OBJECTIVES[name]
    mirrored = all(abs(as_function(row.real)(t) - as_function(row.fake)(-t)) < mp.mpf(10) ** -80 for t in POINTS)
    assert mirrored == (row.f is not None)
    assert row.f in (None, row.fake)


@pytest.mark.parametrize("name", NAMED_OBJECTIVES)
def test_output_slope_and_curvatures(name):
    row = NAMED_OBJECTIVES[name]
    fake, real = losses(name)
    d = mp.mpf(row.output.numerator) / row.output.denominator
    tolerance = mp.mpf(10) ** -40
    assert abs(mp.diff(fake, d) + mp.diff(real, d)) < tolerance  # d* is an equilibrium output
    assert abs(mp.diff(fake, d) - row.slope) < tolerance
    assert abs(mp.diff(fake, d, 2) - row.fake_curvature) < tolerance
    assert abs(mp.diff(real, d, 2) - row.real_curvature) < tolerance
    # It is the only one, or every output is one (both derivatives cancel identically).
    total = [mp.diff(fake, t) + mp.diff(real, t) for t in POINTS if abs(t - d) > 0.05 and abs(abs(t) - 1) > 0.05]
    constant = name in {"wasserstein", "hinge", "total-variation"}
    inner = total if name != "hinge" else [mp.diff(fake, t) + mp.diff(real, t) for t in POINTS if abs(t) < 0.9]
    assert all(abs(value) < tolerance for value in inner) if constant else all(abs(v) > 0.01 for v in total)


@pytest.mark.parametrize("name", [n for n, row in NOWOZIN.items() if row[2] is not None])
def test_conjugates_are_conjugates(name):
    """f*(t) = sup_u (u t - f(u)), attained where f'(u) = t; so at t = f'(u) it is u f'(u) - f(u)."""
    activation, conjugate, f = NOWOZIN[name]
    for u in (mp.mpf(1) / 3, mp.mpf(1), mp.mpf(5) / 2):
        slope = mp.diff(f, u)
        assert abs(conjugate(slope) - (u * slope - f(u))) < mp.mpf(10) ** -40
    # V* = g_f^{-1}(f'(1)): at p = q the activation reaches f'(1), the equilibrium output up to its sign.
    output = mp.mpf(NAMED_OBJECTIVES[name].output.numerator)
    assert abs(activation(-output) - mp.diff(f, 1)) < mp.mpf(10) ** -40


@pytest.mark.parametrize("name", NAMED_OBJECTIVES)
def test_derivation_agrees_with_the_table(name):
    row = NAMED_OBJECTIVES[name]
    derivation = derive(read_proposal({"objective": {"f": name}}))
    assert derivation.output == sp.Rational(row.output.numerator, row.output.denominator)
    values = derivation.objective_values
    assert sp.simplify(values["f1"] - sp.Rational(row.slope.numerator, row.slope.denominator)) == 0
    expected = sp.Rational(row.fake_curvature.numerator, row.fake_curvature.denominator)
    assert sp.simplify(values["f2"] - expected) == 0


@pytest.mark.parametrize("name", ["forward-kl", "pearson-chi2", "wasserstein", "least-squares", "hinge", "reverse-kl"])
def test_the_same_functions_written_out_have_the_same_output(name):
    """d* of `fake` and `real` is solved for; the table's d* is recorded."""
    row = NAMED_OBJECTIVES[name]
    derivation = derive(read_proposal({"objective": {"fake": row.fake, "real": row.real}}))
    assert derivation.output == sp.Rational(row.output.numerator, row.output.denominator)


@pytest.mark.parametrize(
    ("fake", "real", "output"),
    [
        ("1 + t", "-exp(t)", "0"),  # reverse KL
        ("-exp(-t - 1)", "-t", "-1"),  # forward KL
        ("-exp(-t)", "-2*t", "-log(2)"),
        ("-(t - 1)**2/2", "-t**2/2", "1/2"),  # least squares with targets 1 and 0
        ("-t**2/2", "-(t - 3)**2", "2"),
        ("t", "-t", "0"),  # every output is an equilibrium output
        ("min(0, t - 1)", "min(0, -t - 1)", "0"),  # hinge
        ("-t**4/4", "-(t**2)/2", "0"),  # three roots over C, one over R
        ("t - t**3/3", "t**2/2 - t", "1"),  # roots 0 and 1 of t - t**2; only at 1 is D's gain maximal
        ("log(t)", "-t", "1"),
    ],
)
def test_outputs_of_two_functions(fake, real, output):
    derivation = derive(read_proposal({"objective": {"fake": fake, "real": real}}))
    scope = {"exp": mp.exp, "log": mp.log, "min": min}
    d = mp.mpf(sp.N(derivation.output, 60))
    assert abs(d - eval(output, scope)) < mp.mpf(10) ** -40
    total = mp.diff(lambda t: eval(fake, scope, {"t": t}), d) + mp.diff(lambda t: eval(real, scope, {"t": t}), d)
    assert abs(total) < mp.mpf(10) ** -40


def test_no_output(decide):
    """Fake' + real' = 2 is never 0; the same with -t is 0 everywhere."""
    assert decide(objective={"fake": "t", "real": "t"}).verdict.verdict.value == "does-not-converge"
    assert decide(objective={"fake": "t", "real": "-t"}).derivation is not None
    # Roots that were not found are not claimed to be absent.
    for fake, real in (("exp(t)", "exp(t)"), ("t**5/5 - t**2", "-t"), ("tanh(t)", "-t**3"), ("abs(t)", "t")):
        assert decide(objective={"fake": fake, "real": real}).verdict.verdict.value == "undecided"
