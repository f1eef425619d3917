"""The players on real losses: against the derivation at random points; wrong rules against Jacobians by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
import torch
from numpy.typing import NDArray
from torch.func import vmap

from convergan.numeric import TorchField, random_points, rounding, sample_cases
from convergan.numeric.cases import Cases
from convergan.numeric.evaluate import evaluate, operations
from convergan.numeric.field import State, states
from convergan.numeric.jets import EPS
from convergan.numeric.players import TorchPlayers, period, period_jacobian, start
from convergan.symbolic import expression as ex
from convergan.symbolic.derivation import Derivation, derive
from convergan.symbolic.proposal import Proposal
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.updates import UPDATES, Alternating, Linearisation, Rule, Simultaneous, period_matrix, stepwise
from convergan.symbolic.updates.lazy import lazy_field
from convergan.symbolic.updates.steppers import Adam, HeavyBall, Nesterov, Preconditioned

Array = NDArray[np.float64]
Pair = tuple[torch.Tensor, torch.Tensor]
CASES = 60


def with_points(document: Any) -> tuple[Proposal, Derivation, Cases, Array, Array]:
    proposal = read_proposal(document)
    derivation = derive(proposal)

    def output(parameters: Any) -> Array:
        return evaluate([derivation.output], {derivation.symbols[n]: c for n, c in parameters.items()})[0][:, 0]

    cases = sample_cases(proposal, CASES, 5, output)
    return proposal, derivation, cases, *random_points(proposal, cases, 5)


def on_players(
    proposal: Proposal,
    cases: Cases,
    theta: Array,
    psi: Array,
    read: Callable[[TorchPlayers, torch.Tensor, torch.Tensor], Pair],
) -> Array:
    """What a read of the players gives, of shape [cases, 2]."""
    game = TorchField(proposal)

    def one(point: torch.Tensor, case: State) -> torch.Tensor:
        return torch.cat(read(TorchPlayers(game, case), point[:1], point[1:]))

    return vmap(one)(torch.from_numpy(np.stack([theta, psi], axis=1)), states(cases)).detach().numpy()


def unpenalised(proposal: Proposal) -> Proposal:
    return replace(proposal, penalty_discriminator=ex.ZERO, penalty_generator=ex.ZERO)


def test_the_free_field_is_the_field_without_penalties(document: Any) -> None:
    proposal, derivation, cases, theta, psi = with_points(document)
    free = on_players(proposal, cases, theta, psi, lambda players, *at: players.free_field(*at))
    assert np.array_equal(free, TorchField(unpenalised(proposal)).field(theta, psi, cases), equal_nan=True)
    assert derivation.free_field == derive(unpenalised(proposal)).field
    own = on_players(proposal, cases, theta, psi, lambda players, *at: players.field(*at))
    assert np.array_equal(own, TorchField(proposal).field(theta, psi, cases), equal_nan=True)


def test_opponents_gradients_are_the_derived_ones(document: Any) -> None:
    """The costs are sums of the losses that v differentiates, so v's rounding in torch is theirs."""
    proposal, derivation, cases, theta, psi = with_points(document)
    if proposal.field is not None:
        with pytest.raises(TypeError, match="no costs"):
            on_players(proposal, cases, theta, psi, lambda players, *at: players.opponent_gradients(*at))
        return
    measured = on_players(proposal, cases, theta, psi, lambda players, *at: players.opponent_gradients(*at))
    assert derivation.opponents is not None
    values: dict[sp.Symbol, Any] = {derivation.symbols[name]: column for name, column in cases.parameters.items()}
    sample = TorchField(proposal).sample
    values |= {derivation.theta: theta, derivation.psi: psi}
    exact, sizes = evaluate(derivation.opponents, values, cases.functions, sample)
    limits = rounding.bounds(proposal, theta, psi, cases, jacobian=False)
    largest = np.maximum(sizes, limits.magnitude.max(axis=1, keepdims=True))
    allowed = EPS * (rounding.operations(proposal, 1) + operations(derivation.opponents, sample)) * largest
    counts = np.isfinite(measured) & np.isfinite(exact) & np.isfinite(allowed)
    assert counts.mean() > 0.9
    assert (np.abs(measured - exact)[counts] <= allowed[counts]).all()


def test_products_are_those_of_the_jacobian(document: Any) -> None:
    proposal, _, cases, theta, psi = with_points(document)
    jacobian = TorchField(proposal).jacobian(theta, psi, cases)
    vector = np.array([0.7, -1.3])
    u = torch.from_numpy(vector[:1]), torch.from_numpy(vector[1:])
    limits = rounding.bounds(proposal, theta, psi, cases, jacobian=True).magnitude
    for transposed in (False, True):
        name = "vjp" if transposed else "jvp"
        product = on_players(
            proposal, cases, theta, psi, lambda players, *at, name=name: getattr(players, name)(*at, u)
        )
        matrix, sizes = (np.swapaxes(a, 1, 2) if transposed else a for a in (jacobian, limits))
        # The Jacobian and the product are each as wrong as autograd is, and the product is computed twice.
        allowed = 2 * EPS * (rounding.operations(proposal, 2) + 4) * (sizes @ np.abs(vector))
        counts = np.isfinite(product) & np.isfinite(allowed)
        assert counts.mean() > 0.9
        assert (np.abs(product - matrix @ vector)[counts] <= allowed[counts]).all()


def test_solve_and_clip() -> None:
    players = TorchPlayers(TorchField(read_proposal({})), {})
    random = torch.Generator().manual_seed(1)
    matrix = torch.randn(4, 4, generator=random, dtype=torch.float64) + 4 * torch.eye(4)
    right = torch.randn(4, generator=random, dtype=torch.float64)
    found = players.solve(lambda u: matrix @ u, right)
    # Backward stable: the residual of Gaussian elimination is at most about n^2 eps |A| |x| with moderate growth.
    assert (matrix @ found - right).norm() <= 4**2 * 8 * EPS * matrix.norm() * found.norm()
    assert not torch.allclose(matrix.T @ found, right)
    value = torch.tensor([-3.0, -0.5, 0.25, 7.0], dtype=torch.float64)
    assert players.clip(value, 1).tolist() == [-1.0, -0.5, 0.25, 1.0]
    assert players.clip(value, torch.tensor(0.5)).tolist() == [-0.5, -0.5, 0.25, 0.5]


def test_a_batch_is_its_cases_one_by_one() -> None:
    training = {"update": "alternating", "momentum_d": "b", "ema": "b**2", "lazy": 2}
    document = {
        "parameters": {"g": "0 < g < 2", "b": "0 < b < 1"},
        "penalty": {"discriminator": "g * E_mix(D**2)"},
        "training": training,
    }
    proposal, derivation, cases, theta, psi = with_points(document)
    rule, steps = derivation.rule, np.linspace(0.01, 0.1, CASES)
    at = start(rule, theta, psi)
    after, jacobians = period(proposal, rule, at, steps, cases), period_jacobian(proposal, rule, at, steps, cases)
    game = TorchField(proposal)
    for k in range(5):
        one = np.array([k])
        assert period(proposal, rule, at[one], steps[one], cases[one])[0] == pytest.approx(after[k], rel=1e-13)
        alone = period_jacobian(proposal, rule, at[one], steps[one], cases[one])[0]
        assert np.allclose(alone, jacobians[k], rtol=1e-13, atol=1e-13 * np.abs(jacobians[k]).max())
        # The same without vmap, with the rule's numbers as floats.
        numbers = {derivation.symbols[name]: column[k] for name, column in cases.parameters.items()}
        concrete = rule.converted(lambda e, numbers=numbers: float(e.subs(numbers)), sp.Expr)
        case = {name: {key: value[k] for key, value in part.items()} for name, part in states(cases).items()}
        parts = tuple(torch.tensor([x], dtype=torch.float64) for x in at[k])
        eager = concrete.period(TorchPlayers(game, case), parts, float(steps[k]))
        assert torch.cat(eager).tolist() == pytest.approx(after[k].tolist(), rel=1e-12)


# -- wrong rules -----------------------------------------------------------------------------------------------------

THIRD, HALF, ONE, TWO, FIVE = sp.Rational(1, 3), sp.Rational(1, 2), sp.Integer(1), sp.Integer(2), sp.Integer(5)
BALL, NESTEROV, ADAM = HeavyBall(THIRD), Nesterov(THIRD), Adam(TWO, THIRD)


def rule(name: str, *numbers: Any) -> Rule:
    return UPDATES[name](*numbers)


# The right rule, and one that is wrong in one place.
MUTANTS: dict[str, tuple[Rule, Rule]] = {
    "beta's sign": (Simultaneous(BALL, BALL), Simultaneous(BALL, HeavyBall(-THIRD))),
    "one momentum": (Simultaneous(BALL, BALL), Simultaneous(BALL, HeavyBall(sp.Integer(0)))),
    "no look ahead": (Alternating(NESTEROV, NESTEROV), Alternating(NESTEROV, BALL)),
    "no 1 - beta1": (Simultaneous(ADAM, ADAM), Simultaneous(Adam(TWO / (1 - THIRD), THIRD), ADAM)),
    "scales": (Simultaneous(Preconditioned(TWO)), Simultaneous(discriminator=Preconditioned(TWO))),
    "a step more without": (Simultaneous(lazy=2), Simultaneous(lazy=3)),
    "not lazy": (Simultaneous(lazy=2), rule("lookahead", 2, ONE)),
    "averages": (Alternating(ema=THIRD), Alternating(ema=1 - THIRD)),
    "steps": (Alternating(g_steps=3, d_steps=2), Alternating(g_steps=2, d_steps=3)),
    "order": (Alternating(), Simultaneous()),
    "one step": (rule("extragradient"), Simultaneous()),
    "two steps": (rule("averaged"), rule("extragradient")),
    "memory": (rule("optimistic"), rule("past-extragradient")),
    "no alpha": (rule("lookahead", 5, THIRD), rule("lookahead", 5, ONE)),
    "k": (rule("lookahead", 5, THIRD), rule("lookahead", 6, THIRD)),
    "K": (rule("unrolled", 3), rule("unrolled", 2)),
    "stopped": (rule("unrolled", 1, None, False), rule("unrolled", 1, None, True)),
    "rate": (rule("unrolled", 2, THIRD), rule("unrolled", 2)),
    "shaping": (rule("lola", HALF), rule("look-ahead-gradient", HALF)),
    "twice the weight": (rule("symplectic", THIRD), rule("symplectic", TWO * THIRD)),
    "the weight's sign": (rule("consensus", THIRD), rule("consensus", -THIRD)),
    "no inverse": (rule("competitive"), rule("look-ahead-gradient", HALF)),
    "exchanged": (rule("running-average", THIRD, HALF), rule("running-average", HALF, THIRD)),
    "not both": (rule("running-average", THIRD, HALF), rule("running-average", THIRD, THIRD)),
}


@pytest.fixture(scope="module")
def r1() -> tuple[Proposal, Cases]:
    document = {"parameters": {"g": "1/2 < g < 2"}, "penalty": {"discriminator": "g/2 * E_real(norm(grad(D))**2)"}}
    return with_points(document)[0], with_points(document)[2][np.arange(8)]


def by_hand(rule: Rule, cases: Cases, step: sp.Expr) -> Array:
    """From the Jacobians on paper, with a = f'(0): v, v without R1, and (d L/d psi, -d L/d theta)."""
    found = []
    for a, g in zip(cases.slopes["f1"], cases.parameters["g"], strict=True):
        a, g = sp.Rational(float(a)), sp.Rational(float(g))
        field, free = sp.ImmutableMatrix([[0, -a], [a, -g]]), sp.ImmutableMatrix([[0, -a], [a, 0]])
        at = Linearisation(field, free, sp.ImmutableMatrix([[a, 0], [0, -a]]))
        found.append(np.array(period_matrix(rule, at, step).tolist(), dtype=np.float64))
    return np.stack(found)


@pytest.mark.parametrize("name", MUTANTS)
def test_a_rule_with_one_mistake_differs_in_every_case(name: str, r1: tuple[Proposal, Cases]) -> None:
    """Rounding explains 1e-10 of the largest entry (test_period_jacobians); mistakes of order h^2 a^2 are beyond it."""
    right, wrong = MUTANTS[name]
    measured, gaps = gaps_of(right, wrong, r1)
    assert gaps[0].max() <= 1e-10
    assert gaps[1].min() > 1e-5, measured


def gaps_of(right: Rule, wrong: Rule, r1: tuple[Proposal, Cases]) -> tuple[Array, list[Array]]:
    proposal, cases = r1
    zero = np.zeros(len(cases))
    at = start(right, zero, zero)
    measured = period_jacobian(proposal, right, at, np.full(len(cases), 0.125), cases)
    matrices = [by_hand(rule, cases, sp.Rational(1, 8)) for rule in (right, wrong)]
    return measured, [np.abs(measured - m).max(axis=(1, 2)) / np.abs(measured).max(axis=(1, 2)) for m in matrices]


def test_a_wrong_weight_of_lazy_penalties_differs(r1: tuple[Proposal, Cases], monkeypatch: pytest.MonkeyPatch) -> None:
    measured, gaps = gaps_of(Simultaneous(lazy=3), Simultaneous(lazy=3), r1)
    assert gaps[0].max() <= 1e-10
    # k - 1 in place of k, at the same iteration.
    monkeypatch.setattr(stepwise, "lazy_field", lambda players, every, turn: lazy_field(players, every - 1, turn - 1))
    wrong = by_hand(Simultaneous(lazy=3), r1[1], sp.Rational(1, 8))
    assert np.abs(measured - wrong).max(axis=(1, 2)).min() > 1e-3
