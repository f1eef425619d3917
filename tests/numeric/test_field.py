"""The torch field against fields derived by hand, from the papers' formulas, without the program's derivation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp

from convergan.numeric import TorchField, agree, random_points, sample_cases
from convergan.symbolic.calculus import Mean, ObjectiveDerivative
from convergan.symbolic.derivation import derive
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.prototypes.latents import noise as noise_of

Row = tuple[sp.Expr, sp.Expr]
EPSILON_REAL, EPSILON_FAKE = (noise_of(side, 1)[0] for side in ("real", "fake"))
Hand = Callable[[sp.Symbol, sp.Symbol, dict[str, sp.Symbol]], Row]


def f(order: int, at: sp.Expr) -> sp.Expr:
    return ObjectiveDerivative(sp.Integer(order), at)


def sigmoid(u: sp.Expr) -> sp.Expr:
    return 1 / (1 + sp.exp(-u))


def unregularised(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    return -p * f(1, t * p), t * f(1, t * p)


def r1(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    return -p * f(1, t * p), t * f(1, t * p) - s["gamma"] * p


def both_zero_centred(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    return -p * f(1, t * p), t * f(1, t * p) - 2 * s["gamma"] * p


def wgan_gp(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    return -p, t - s["gamma"] * (sp.Abs(p) - 1) * sp.sign(p)


def dragan(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    slope = sigmoid(-t * p)
    return -p * slope, t * slope - 2 * s["lam"] * (sp.Abs(p) - s["k"]) * sp.sign(p)


def noise(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    fake, real = t + s["sigma"] * EPSILON_FAKE, s["sigma"] * EPSILON_REAL
    return -p * Mean(f(1, p * fake)), Mean(f(1, p * fake) * fake) - Mean(f(1, -p * real) * real)


def consensus(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    """L_theta = psi f', L_psi = theta f'; R = gamma/2 (theta^2 + psi^2) f'^2."""
    first, second, square = f(1, t * p), f(2, t * p), t**2 + p**2
    by_theta = s["gamma"] * (t * first**2 + square * first * second * p)
    by_psi = s["gamma"] * (p * first**2 + square * first * second * t)
    return -p * first - by_theta, t * first - by_psi


def nagarajan_kolter(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    first, second = f(1, t * p), f(2, t * p)
    return -p * first - 2 * s["eta"] * t * first * (first + t * p * second), t * first


def non_saturating(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    return -p * f(1, -t * p), t * f(1, t * p)


def two_targets(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    """d* = (a + b)/2; G descends (D - b)^2/2."""
    output = (s["a"] + s["b"]) / 2 + p * t
    return -p * (output - s["b"]), -(output - s["a"]) * t


def output_penalties(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    """E x^2 = (c^2 + c t + t^2)/3 and E x^4 = (c^4 + ... + t^4)/5 on the segment from c to theta."""
    c, gamma = s["c"], s["gamma"]
    fourth = sum(i * t ** (i - 1) * c ** (4 - i) for i in range(1, 5)) / 5
    first = -p * f(1, p * t) - gamma * sp.Abs(p) ** 5 * fourth
    return first, t * f(1, p * t) - c * f(1, -p * c) - gamma * p * (c**2 + c * t + t**2) / 3


def roth(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    slope, weight = sigmoid(-t * p), sigmoid(t * p)
    inner = p / 4 + weight**2 * p + weight**2 * (1 - weight) * t * p**2
    return -p * slope, t * slope - s["gamma"] * inner


def weight_decay(t: sp.Symbol, p: sp.Symbol, s: dict[str, sp.Symbol]) -> Row:
    return -p * f(1, t * p) - 2 * s["gamma"] * t / 3, t * f(1, t * p) - s["gamma"] * p


HAND: dict[str, Hand] = {
    "unregularised": unregularised,
    "R1": r1,
    "R2": r1,
    "R1 + R2, relativistic": both_zero_centred,
    "WGAN-GP": wgan_gp,
    "DRAGAN": dragan,
    "instance noise": noise,
    "consensus": consensus,
    "Nagarajan-Kolter": nagarajan_kolter,
    "non-saturating": non_saturating,
    "least squares, two targets": two_targets,
    "penalties on the output": output_penalties,
    "Roth weights": roth,
    "weight decay": weight_decay,
}


@pytest.mark.parametrize("name", HAND)
def test_torch_reproduces_the_field_derived_by_hand(name: str, documents: dict[str, Any]) -> None:
    proposal = read_proposal(documents[name])
    derivation = derive(proposal)
    by_hand = HAND[name](derivation.theta, derivation.psi, derivation.symbols)
    agreement = agree(proposal, replace(derivation, field=by_hand), None, cases=500, seed=11)
    assert agreement.holds, agreement.reason
    assert agreement.cases >= 490


def test_the_jacobians_of_the_literature() -> None:
    """LITERATURE.md 6.0, with a = f'(0), b = f''(0)."""
    f1, f2 = sp.symbols("f1 f2", real=True)

    def rows(name: str, text: str, **parts: Any) -> None:
        proposal = read_proposal({"parameters": {"g": "g > 0"}, **parts})
        g = sp.Symbol("g", real=True)
        expected = {
            "centre": sp.Matrix([[0, -f1], [f1, 0]]),
            "r1": sp.Matrix([[0, -f1], [f1, -g]]),
            "noise": sp.Matrix([[0, -f1], [f1, 2 * f2 * g**2]]),
            "consensus": sp.Matrix([[-g * f1**2, -f1], [f1, -g * f1**2]]),
            "nk": sp.Matrix([[-2 * g * f1**2, -f1], [f1, 0]]),
        }[name]
        agreement = agree(proposal, derive(proposal), expected, cases=200)
        assert agreement.holds, (text, agreement.reason)
        assert "J at 200 equilibria" in agreement.reason

    penalty = "g/2 * (norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
    rows("centre", "unregularised")
    rows("centre", "non-saturating", objective={"generator": "non-saturating"})
    rows("centre", "hinged penalty", penalty={"discriminator": "E_real(max(0, norm(grad(D)) - g)**2)"})
    rows("r1", "R1", penalty={"discriminator": "g/2 * E_real(norm(grad(D))**2)"})
    rows("r1", "R2", penalty={"discriminator": "g/2 * E_fake(norm(grad(D))*norm(grad(D)))"})
    rows("r1", "0-GP", penalty={"discriminator": "g/2 * E_mix(norm(grad(D))**2)"})
    rows("r1", "Roth weights", penalty={"discriminator": "2*g * E_real((sigmoid(D)*norm(grad(D)))**2)"})
    rows("noise", "instance noise", objective={"instance_noise": "g"})
    rows("consensus", "consensus", penalty={"discriminator": penalty, "generator": penalty})
    rows("nk", "Nagarajan-Kolter", penalty={"generator": "g * norm(grad_psi(L))**2"})


def test_a_batch_is_its_cases_one_by_one() -> None:
    proposal = read_proposal({"parameters": {"s": "s > 0"}, "objective": {"instance_noise": "s"}})
    cases = sample_cases(proposal, 5, seed=2)
    theta, psi = random_points(proposal, cases, seed=2)
    field = TorchField(proposal)
    together = field.jacobian(theta, psi, cases)
    for k in range(5):
        one = np.array([k])
        assert field.jacobian(theta[one], psi[one], cases[one])[0] == pytest.approx(together[k], rel=1e-13)


def test_flipping_the_sign_of_d_leaves_the_spectrum_unchanged() -> None:
    """Most code has D high on real samples; then psi becomes -psi, and trace and determinant stay."""
    penalty = {"discriminator": "g/2 * E_real(norm(grad(D))**2) + E_mix(D**2)/7"}
    shared = {"parameters": {"g": "g > 0", "c": "real"}, "game": {"data": "c"}, "penalty": penalty}
    high_on_fakes = read_proposal({**shared, "objective": {"f": "-softplus(-t)"}})
    high_on_real = read_proposal({**shared, "objective": {"fake": "-softplus(t)", "real": "-softplus(-t)"}})
    cases = sample_cases(high_on_fakes, 300, seed=1)
    theta, psi = random_points(high_on_fakes, cases, seed=1)
    one, other = TorchField(high_on_fakes), TorchField(high_on_real)
    v, w = one.field(theta, psi, cases), other.field(theta, -psi, cases)
    assert np.allclose(v[:, 0], w[:, 0], rtol=1e-12, atol=1e-14)
    assert np.allclose(v[:, 1], -w[:, 1], rtol=1e-12, atol=1e-14)
    star, zero = cases.parameters["c"], np.zeros(300)
    j, k = one.jacobian(star, zero, cases), other.jacobian(star, zero, cases)
    assert np.allclose(np.trace(j, axis1=1, axis2=2), np.trace(k, axis1=1, axis2=2), rtol=1e-12)
    assert np.allclose(np.linalg.det(j), np.linalg.det(k), rtol=1e-9, atol=1e-12)
