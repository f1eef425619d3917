"""Conventions against the terms of the code bases, written out on numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic import read_proposal
from convergan.symbolic.advice import (
    CONVENTIONS,
    Convention,
    PenaltyWeights,
    is_silent,
    penalty_weights,
    settings,
)
from convergan.symbolic.expression import Expression

# Each term as its code computes it from squared gradient norms of one batch.
CODE: dict[str, Callable[[float, np.ndarray], float]] = {
    "GAN_stability": lambda reg_param, g2: (reg_param * g2).mean(),
    "Reich's Dirac-GAN": lambda r1_w, g2: r1_w * g2.mean(),
    "StyleGAN2 and 3": lambda r1_gamma, g2: (g2 * (r1_gamma / 2)).mean(),
    "R3GAN": lambda Gamma, g2: ((Gamma / 2) * g2).mean(),
    "StudioGAN": lambda r1_lambda, g2: r1_lambda * (0.5 * g2).mean(),
    "DRAGAN, zero-centred draft": lambda lam, g2: lam * g2.mean(),
}
GAMMA = sp.Symbol("gamma", real=True)
NAMES = ("gamma", "gamma1", "gamma2", "lam", "c")


def agrees(row: Convention, gamma: float) -> bool:
    g2 = np.random.default_rng(0).random(64) * 3
    value = float(row.setting_for(sp.Float(gamma)))
    return bool(np.isclose(CODE[row.code](value, g2), gamma / 2 * g2.mean()))


@pytest.mark.parametrize("row", [row for row in CONVENTIONS if row.code in CODE], ids=lambda row: row.code)
def test_every_code_base_has_the_papers_penalty_at_its_setting(row: Convention) -> None:
    assert agrees(row, 0.7)
    assert not agrees(replace(row, factor=2 * row.factor), 0.7)
    assert not agrees(replace(row, factor=row.factor / 2), 0.7)


def test_the_notebook_writes_the_field_itself() -> None:
    (row,) = [row for row in CONVENTIONS if row.code not in CODE]
    psi = sp.Symbol("psi")
    damping = -sp.diff(GAMMA / 2 * psi**2, psi)
    assert sp.expand(damping + row.setting_for(GAMMA) * psi) == 0


def test_reg_param_10_is_gamma_20() -> None:
    (row,) = [row for row in CONVENTIONS if row.code == "GAN_stability"]
    assert row.setting_for(sp.Integer(20)) == 10


def penalty(text: str) -> Expression:
    document = {"parameters": dict.fromkeys(NAMES, "real") | {"c": "c > 0"}, "penalty": {"discriminator": text}}
    return read_proposal(document).penalty_discriminator


@pytest.mark.parametrize(
    ("text", "real", "fake"),
    [
        ("gamma/2 * E_real(norm(grad(D))**2)", "gamma", "0"),
        ("gamma/2 * E_fake(norm(grad(D))**2)", "0", "gamma"),
        ("lam*E_real(norm(grad(D))**2)", "2*lam", "0"),
        ("E_real(-3*norm(2*grad(D))**2/gamma)", "-24/gamma", "0"),
        ("gamma1/2*E_real(norm(grad(D))**2) + gamma2/2*E_fake(norm(grad(D))**2)", "gamma1", "gamma2"),
        ("gamma/2*(E_real(norm(grad(D))**2) + E_fake(norm(grad(D))**2))", "gamma", "gamma"),
        ("gamma/4*E_real(norm(grad(D))*norm(grad(D))) - gamma*E_real(norm(grad(D))**2)/4 + E_fake(norm(grad(D))**2)",
         "0", "2"),
    ],
)  # fmt: skip
def test_multiples_of_the_squared_gradient(text: str, real: str, fake: str) -> None:
    symbols = {name: sp.Symbol(name, real=True) for name in NAMES}
    found = penalty_weights(penalty(text), symbols)
    assert found is not None
    for value, expected in ((found.real, real), (found.fake, fake)):
        assert sp.cancel(value - sp.sympify(expected, locals=symbols)) == 0


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "gamma/2*norm(psi)**2",
        "gamma*E_real(norm(grad(D))**4)",
        "gamma*E_real((norm(grad(D)) - 1)**2)",
        "gamma*E_real(norm(grad(D))**2) + gamma*E_real(D**2)",
        "gamma*E_real((1 - sigmoid(D))**2*norm(grad(D))**2)",
        "gamma*E_mix(norm(grad(D))**2)",
        "gamma*E_real_noisy(norm(grad(D))**2, c)",
        "gamma*E_real(norm(grad(D))**2)*E_fake(norm(grad(D))**2)",
        "gamma*E_real(norm(grad(D))**2)*norm(psi)",
        "gamma*norm(grad_theta(L))**2",
        "max(0, E_real(norm(grad(D))**2))",
    ],
)
def test_other_penalties_have_no_such_weight(text: str) -> None:
    assert penalty_weights(penalty(text), {name: sp.Symbol(name, real=True) for name in NAMES}) is None


@pytest.mark.parametrize(
    ("real", "fake", "codes"),
    [
        ("gamma", "0", {"GAN_stability", "GAN_stability, Dirac notebook", "Reich's Dirac-GAN", "StyleGAN2 and 3",
                        "StudioGAN", "DRAGAN, zero-centred draft"}),
        ("0", "gamma", {"GAN_stability", "GAN_stability, Dirac notebook"}),
        ("gamma", "gamma", {"GAN_stability", "R3GAN"}),
        ("gamma", "2*gamma", set()),
    ],
)  # fmt: skip
def test_only_codes_that_have_the_penalty_are_listed(real: str, fake: str, codes: set[str]) -> None:
    weights = PenaltyWeights(*(sp.sympify(text, locals={"gamma": GAMMA}) for text in (real, fake)))
    assert {setting.convention.code for setting in settings(weights)} == codes


def test_silent_penalties() -> None:
    assert is_silent(penalty("gamma*E_real_noisy(norm(grad(D))**2, c) + E_real(D**2)"))
    assert not is_silent(penalty("gamma*E_real_noisy(D**2, c)"))
    assert not is_silent(penalty("gamma*E_mix((norm(grad(D)) - 1)**2 + D**2)"))
