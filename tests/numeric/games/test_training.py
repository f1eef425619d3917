"""One period of training on games with several parameters: autograd through the real losses against the matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch

from convergan.numeric import TorchField, random_points, sample_cases
from convergan.numeric.evaluate import evaluate
from convergan.numeric.field import states
from convergan.numeric.players import TorchPlayers, period, period_jacobian, start
from convergan.symbolic.calculus import derivative
from convergan.symbolic.derivation import Derivation, derive
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.updates import Linearisation, period_matrix

CASES = 4
GAMES = {
    "bias": {"prototype": "bias"},
    "gaussian": {"prototype": "gaussian"},
    "plane": {"prototype": "plane", "dimension": 3, "generator_dimension": 2},
    "weights": {"prototype": "weights"},
    "line": {"prototype": "line"},
}
RULES: dict[str, dict[str, Any]] = {
    "simultaneous": {"update": "simultaneous"},
    "momentum, averages": {"update": "alternating", "momentum_d": "1/3", "momentum_g": "-1/4", "ema": "1/2"},
    "steps": {"update": "alternating", "g_steps": 2, "d_steps": 3},
    "lazy": {"update": "simultaneous", "lazy": 3},
    "adam": {"update": "simultaneous", "optimizer": "adam", "epsilon": "1", "beta1": "1/2", "rms_g": "1", "rms_d": "0"},
    "extragradient": {"update": "extragradient"},
    "optimistic": {"update": "optimistic"},
    "unrolled": {"update": "unrolled", "unroll_steps": 2},
    "consensus": {"update": "consensus", "consensus_weight": "1/3"},
    "lola": {"update": "lola", "opponent_rate": "1/2"},
    "replay": {"update": "replay", "replay_size": 3},
}


def document(game: str, rule: str) -> dict[str, Any]:
    penalty = "g/2 * E_real(D**2) + g/3 * norm(psi)**2"
    return {
        "parameters": {"g": "1/4 < g < 1"},
        "game": dict(GAMES[game]),
        "penalty": {"discriminator": penalty, "generator": "g/5 * norm(grad_psi(L))**2"},
        "training": dict(RULES[rule]),
    }


def at_star(derivation: Derivation, rows: Any, values: dict[sp.Symbol, Any], sample: Any, functions: Any) -> np.ndarray:
    """The rows' Jacobians at x*, of shape [cases, n, n], by the formulas."""
    star = dict(zip(derivation.coordinates, derivation.equilibrium, strict=True))
    entries = [derivative(row, x).xreplace(star) for row in rows for x in derivation.coordinates]
    size = len(derivation.coordinates)
    return evaluate(entries, values, functions, sample)[0].reshape(-1, size, size)


# Every rule on some games and every game with some rules; all pairs are slow.
PAIRS = [
    pytest.param(game, rule, marks=[] if (i + j) % len(GAMES) == 0 else [pytest.mark.slow])
    for i, game in enumerate(GAMES)
    for j, rule in enumerate(RULES)
]


@pytest.mark.parametrize(("game", "rule"), PAIRS)
def test_the_jacobian_of_a_real_period_is_the_matrix(game: str, rule: str) -> None:
    """Rounding explains 1e-10 of the largest entry; on the Dirac-GAN its bound is derived (test_period_jacobians)."""
    proposal = read_proposal(document(game, rule))
    derivation = derive(proposal)
    cases = sample_cases(proposal, CASES, 3)
    field = TorchField(proposal)
    theta, psi = field.start(np.zeros(CASES))
    at = start(derivation.rule, theta, psi)
    values = {symbol: cases.parameters[name] for name, symbol in derivation.symbols.items()}
    parts = (derivation.field, derivation.free_field, derivation.opponents)
    matrices = [at_star(derivation, rows, values, field.sample, cases.functions) for rows in parts]
    # Steps for which products of many steps stay moderate.
    steps = 0.3 / np.abs(matrices).sum(axis=-1).max(axis=(0, 2))
    measured = period_jacobian(proposal, derivation.rule, at, steps, cases)
    for k in range(CASES):
        exact = [sp.ImmutableMatrix(m[k].tolist()).applyfunc(sp.Rational) for m in matrices]
        known = {symbol: sp.Rational(float(column[k])) for symbol, column in values.items()}
        concrete = derivation.rule.converted(lambda e, known=known: e.xreplace(known), sp.Expr)
        expected = period_matrix(
            concrete, Linearisation(*exact, of_generator=field.sizes[0]), sp.Rational(float(steps[k]))
        )
        found = np.array(expected.tolist(), dtype=np.float64)
        assert np.abs(measured[k] - found).max() <= 1e-10 * np.abs(found).max(), (k, measured[k], found)


def test_periods_at_random_points_are_steps_of_the_field() -> None:
    """Alternating descent, written out on the fields."""
    proposal = read_proposal(document("line", "simultaneous") | {"training": {"update": "alternating"}})
    rule = derive(proposal).rule
    cases = sample_cases(proposal, CASES, 8)
    theta, psi = random_points(proposal, cases, 8)
    steps = np.linspace(0.01, 0.1, CASES)
    field = TorchField(proposal)
    moved = theta + steps * field.field(theta, psi, cases)[:, 0]
    after = psi + steps[:, None] * field.field(moved, psi, cases)[:, 1:]
    found = period(proposal, rule, start(rule, theta, psi), steps, cases)
    assert np.allclose(found, np.concatenate([moved[:, None], after], axis=1), rtol=1e-12, atol=0)


def test_competitive_steps_solve_for_all_parameters_of_a_player() -> None:
    """In torch; the matrix of such a rule is for one parameter per player."""
    proposal = read_proposal(document("plane", "simultaneous"))
    players = TorchPlayers(TorchField(proposal), states(sample_cases(proposal, 1, 0)))
    matrix = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 0.0, 4.0]], dtype=torch.float64)
    right = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    found = players.solve(lambda u: matrix @ u, right)
    assert torch.allclose(matrix @ found, right, rtol=1e-13)
