"""Declared step sizes with their exact boundaries, regions of stable steps, counts of steps, and h_ratio."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

from convergan.symbolic.decision.points import holds

G = {"gamma": "gamma > 0"}
R1 = "gamma/2*E_real(norm(grad(D))**2)"


def d(penalty, **more):
    return {"penalty": {"discriminator": penalty}, **more}


def f(**objective):
    return {"objective": objective}


@pytest.mark.parametrize(
    ("rule", "h", "verdict"),
    [
        # gamma = 1, a = 1: |mu|^2 = 1 - h + h^2 < 1 iff h < 1 (LITERATURE.md 1.9).
        ("simultaneous", "0 < h < 1", "converges"),
        ("simultaneous", "h == 1", "does-not-converge"),  # |mu| = 1 and WGAN is linear
        ("simultaneous", "h > 1", "does-not-converge"),
        ("simultaneous", "0 < h <= 1", "conditional"),
        ("simultaneous", "h > 0", "conditional"),
        ("simultaneous", "h < 0", "does-not-converge"),
        ("simultaneous", "h == 0", "does-not-converge"),
        ("simultaneous", "0 < h < 1000001/1000000", "conditional"),
        # h^2 + 2 h < 4, that is h < sqrt(5) - 1.
        ("alternating", "0 < h and h**2 + 2*h < 4", "converges"),
        ("alternating", "h > 0 and h**2 + 2*h > 4", "does-not-converge"),
        ("alternating", "h > 0 and h**2 + 2*h == 4", "does-not-converge"),
        ("alternating", "0 < h < 12360679/10000000", "converges"),
        ("alternating", "0 < h < 12360680/10000000", "conditional"),
        ("flow", "h > 0", "converges"),
    ],
)
def test_declared_steps(rule, h, verdict, decide):
    document = d("1/2*norm(psi)**2", parameters={"h": h}, training={"update": rule}, **f(f="wasserstein"))
    found = decide(**document).verdict
    boundary = "==" in h or "<=" in h
    assert found.verdict.value in ({verdict, "undecided"} if boundary else {verdict}), found.reason


def test_step_size_regions(decide):
    h, gamma, f1 = (sp.Symbol(name, real=True) for name in ("h", "gamma", "f1"))
    grid = [sp.Rational(k, 7) for k in range(1, 30, 3)]
    regions = {
        "simultaneous": lambda s, c, a: s * a**2 < c and a**2 * s**2 - 2 * c * s + 4 > 0,
        "alternating": lambda s, c, a: s**2 * a**2 + 2 * s * c < 4,
    }
    for rule, expected in regions.items():
        region = decide(**d(R1, parameters=G, training={"update": rule})).step_size
        for s in grid:
            for c in grid:
                for a in (sp.Rational(-3, 2), sp.Integer(1)):
                    assert holds(region, {h: s, gamma: c, f1: a}) is bool(expected(s, c, a))
    # No step of plain simultaneous descent is stable.
    assert decide().step_size is None


@pytest.mark.parametrize(("n_g", "n_d"), [(1, 1), (2, 1), (1, 2), (5, 3), (12, 12), (12, 1)])
def test_counts_of_steps(n_g, n_d, decide, oracle):
    document = d(R1, parameters={"gamma": "gamma == 1", "h": "h > 0"}, **f(f="wasserstein"))
    document["training"] = {"update": "alternating", "g_steps": n_g, "d_steps": n_d}
    jacobian = mp.matrix([[0, -1], [1, -1]])
    outcomes = set()
    for step in ("1/20", "1/2", "1", "3/2", "3"):
        document["parameters"] = {"gamma": "gamma == 1", "h": f"h == {step}"}
        found = decide(**document)
        moduli = [abs(m) for m in oracle.multipliers(jacobian, mp.mpf(sp.Rational(step).p) / sp.Rational(step).q,
                                                     n_g, n_d, alternating=True)]  # fmt: skip
        expected = "converges" if max(moduli) < 1 else "does-not-converge"
        if abs(max(moduli) - 1) > mp.mpf(10) ** -20:
            assert found.verdict.verdict.value == expected, step
        outcomes.add(expected)
        # The multipliers shown are those of the same matrix.
        substitution = {sp.Symbol("h", real=True): sp.Rational(step), sp.Symbol("gamma", real=True): sp.Integer(1)}
        shown = found.update_matrix.xreplace(substitution)
        assert abs(abs(mp.mpf(sp.N(shown.det(), 30))) - moduli[0] * moduli[1]) < mp.mpf(10) ** -20
    assert len(outcomes) == 2


def test_h_ratio_scales_ds_row(decide):
    document = d(R1, parameters=G | {"r": "r > 0"}, training={"h_ratio": "r"})
    analysis = decide(**document)
    assert {v.verdict.value for v in analysis.updates.values()} == {"converges"}
    assert decide(**d(R1, parameters=G, training={"h_ratio": "-1"})).verdict.verdict.value == "does-not-converge"
    either = decide(**d(R1, parameters=G | {"r": "real"}, training={"h_ratio": "r"}))
    assert either.verdict.verdict.value == "conditional"
