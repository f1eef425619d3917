"""The map that trains is the map that is analysed: the trainer on the Dirac-GAN against the rules on torch losses.

``numeric.players.period`` runs a rule on the losses of ``numeric.field``, a case at a time under ``vmap`` and with
nested function transforms; the trainer on stacked tensors with plain double backward. The rules' texts are shared, and
``tests/numeric/test_rule_references.py`` holds them to other programs. In 8 periods of at most 5 steps, each of some
100 operations on numbers of the order of 1, roundings add up to 4000 eps = 1e-12.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
from numpy.typing import NDArray

from convergan.numeric.cases import Cases
from convergan.numeric.players import period, start
from convergan.symbolic.derivation import training_rule
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.updates import UPDATES
from convergan.training.data.dirac import Dirac
from convergan.training.networks import Linear, Point
from convergan.training.stacked import Architecture, Member, Trainer

H, PERIODS, TOLERANCE = Fraction(1, 8), 8, 1e-12
STARTS = np.array([[0.9, -0.6], [-0.4, 1.1], [0.1, 0.3]])
GAMMAS = [Fraction(1, 3), Fraction(2), Fraction(4, 5)]
RULES: dict[str, dict[str, Any]] = {
    "simultaneous": {"update": "simultaneous"},
    "alternating": {"update": "alternating", "g_steps": 2, "d_steps": 3},
    "momentum": {"momentum": "-gamma/4"},
    "nesterov": {"update": "alternating", "momentum": "1/2", "nesterov": True},
    "extragradient": {"update": "extragradient"},
    "past-extragradient": {"update": "past-extragradient"},
    "optimistic": {"update": "optimistic"},
    "lookahead": {"update": "lookahead", "lookahead_steps": 3, "lookahead_alpha": "1/2"},
    "unrolled": {"update": "unrolled", "unroll_steps": 3},
    "unrolled, stopped": {"update": "unrolled", "unroll_steps": 2, "unroll_stop_gradient": True, "unroll_rate": "1/3"},
    "look-ahead-gradient": {"update": "look-ahead-gradient", "opponent_rate": "gamma/4"},
    "lola": {"update": "lola", "opponent_rate": "1/4"},
    "symplectic": {"update": "symplectic", "symplectic_weight": "1/3"},
    "consensus": {"update": "consensus", "consensus_weight": "1/3"},
    "competitive": {"update": "competitive"},
    "averaged": {"update": "averaged"},
    "running-average": {"update": "running-average", "average_g": "1/2", "average_d": "1/4"},
    "replay": {"update": "replay", "replay_size": 3},
    "lazy": {"lazy": 4},
    "lazy, alternating": {"update": "alternating", "lazy": 3},
    "clip": {"clip": "1/2"},
    "ema": {"ema": "9/10"},
    "h_decay": {"h_decay": "1/2"},
    "rmsprop": {"optimizer": "rmsprop", "epsilon": "1/10", "rms_g": "1/2", "rms_d": "1/4"},
    "adam": {"optimizer": "adam", "epsilon": "1/10", "rms_g": "1/2", "rms_d": "1/4", "beta1": "1/2"},
}
GAMES: dict[str, dict[str, Any]] = {
    "r1": {
        "objective": {"f": "standard"},
        "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)", "generator": "norm(theta)**2/20"},
    },
    "wgan-gp": {
        "objective": {"f": "wasserstein"},
        "penalty": {"discriminator": "gamma/2 * E_mix((norm(grad(D)) - 1)**2)"},
    },
    "mixed": {
        "objective": {"f": "least-squares", "generator": "non-saturating"},
        "penalty": {
            "discriminator": "gamma * E_fake(D**2 * norm(grad(D))**2) + norm(psi)**4/8",
            "generator": "gamma/8 * E_fake(D)**2",
        },
    },
    "gradients": {
        "objective": {"fake": "log(sigmoid(t))", "real": "-exp(t)/2", "generator": "tanh(t)"},
        "penalty": {"generator": "gamma/4 * norm(grad_psi(L))**2",
            "discriminator": "gamma/4 * norm(grad_theta(L_G))**2"},
    },
    "relativistic": {
        "objective": {"f": "standard", "generator": "non-saturating", "pairing": "relativistic"},
        "penalty": {"discriminator": "gamma/2 * (E_real(norm(grad(D))**2) + E_fake(norm(grad(D))**2))"},
    },
}  # fmt: skip


def both(rule: dict[str, Any], game: dict[str, Any], *, step: Fraction = H) -> tuple[NDArray[Any], NDArray[Any]]:
    """States after some periods, of shape [starts, size]: the rule on torch losses, and the trainer."""
    document = {"parameters": {"gamma": "gamma > 0"}, "training": {"h_ratio": "3/4"} | rule} | game
    proposal = read_proposal(document)
    analysed = training_rule(proposal)
    values = np.array([float(g) for g in GAMMAS])
    output = _output(proposal)
    cases = Cases({"gamma": values}, None, np.full(len(STARTS), output), {})
    at = start(analysed, *STARTS.T)
    for count in range(PERIODS):
        if analysed.numbers(sp.Expr):
            decay = proposal.training.options.get("h_decay")
            h = float(H) / (count + 1) ** 0.5 if decay is not None else float(H)
        else:
            h = float(H)
        at = period(proposal, analysed, at, np.full(len(STARTS), h), cases)
    members = [
        Member(proposal, {"gamma": gamma}, step, Dirac(dimension=1), frozen=True, start=(row[:1], row[1:]))
        for gamma, row in zip(GAMMAS, STARTS, strict=True)
    ]
    trainer = Trainer(members, Architecture(Point(1, 1), Linear(1, 1), 2), dtype=torch.float64)
    trainer.run(PERIODS)
    (block,) = trainer._blocks
    return at, torch.cat(block.state, 1).numpy()


def _output(proposal: Any) -> float:
    from convergan.symbolic.derivation import equilibrium_output_of

    return float(equilibrium_output_of(proposal))


def test_every_rule_but_the_flow_is_here() -> None:
    assert set(UPDATES) - {"flow"} <= {rule.get("update", "simultaneous") for rule in RULES.values()}


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("rule", RULES)
def test_the_trained_map_is_the_analysed_one(rule: str, game: str) -> None:
    analysed, trained = both(RULES[rule], GAMES[game])
    assert np.isfinite(analysed).all()
    np.testing.assert_allclose(trained, analysed, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("rule", "other"), [("lookahead", "simultaneous"), ("lazy", "simultaneous"), ("lola", "lookahead")]
)
def test_another_rule_is_told_apart(rule: str, other: str) -> None:
    analysed, _ = both(RULES[rule], GAMES["r1"])
    _, trained = both(RULES[other], GAMES["r1"])
    assert np.abs(analysed[:, :2] - trained[:, :2]).max() > 1e-4


def test_another_step_is_told_apart() -> None:
    analysed, trained = both(RULES["alternating"], GAMES["r1"], step=H * Fraction(1001, 1000))
    assert np.abs(analysed - trained).max() > 1e-5


@pytest.mark.parametrize("rule", RULES)
def test_every_minibatch_that_is_drawn_is_used(rule: str) -> None:
    proposal = read_proposal({"parameters": {"gamma": "gamma > 0"}, "training": RULES[rule]} | GAMES["r1"])
    member = Member(proposal, {"gamma": GAMMAS[0]}, H, Dirac(dimension=1), frozen=True)
    trainer = Trainer([member], Architecture(Point(1, 1), Linear(1, 1), 2), dtype=torch.float64)
    (block,) = trainer._blocks
    used: set[int] = set()
    drawn = block.minibatches
    block.minibatches = lambda number: (used.add(number), drawn(number))[1]  # type: ignore[method-assign]
    trainer.run(1)
    assert used == set(range(block.sizes.minibatches))
