"""Rules without a counterpart in ``torch.optim``, transcribed from their papers on a game differentiated by hand.

The game: data at 1/2, f(t) = -log(1 + exp(-t)), R1 with gamma = 4/5 on D, |theta|^2/20 on G, D's step 3/4 of G's. Each
rule runs twice: over mpmath's numbers on the fields by hand (30 digits), and over tensors on the real losses.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import islice
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from convergan.numeric.cases import Cases
from convergan.numeric.players import period, start
from convergan.symbolic.derivation import derive
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.updates import UPDATES, Rule

Array = NDArray[np.float64]
Point = tuple[Any, Any]
Trajectory = Iterator[Point]
GAME: dict[str, Any] = {
    "game": {"data": "1/2"},
    "objective": {"f": "standard"},
    "penalty": {"discriminator": "2/5 * E_real(norm(grad(D))**2)", "generator": "norm(theta)**2/20"},
}
STARTS = ((0.875, -0.625), (-0.375, 1.125))
STEPS = 24
DIGITS = 30


@pytest.fixture(autouse=True)
def precision() -> Iterator[None]:
    with mp.workdps(DIGITS):
        yield


H, R, C, GAMMA, DECAY = 0.125, 0.75, 0.5, Fraction(4, 5), Fraction(1, 10)


def number(value: Fraction) -> Any:
    return mp.mpf(value.numerator) / value.denominator


# -- the game by hand ------------------------------------------------------------------------------------------------


def slope(t: Any) -> Any:
    """f'(t)."""
    return 1 / (1 + mp.exp(t))


def bend(t: Any) -> Any:
    """f''(t)."""
    return -slope(t) * slope(-t)


def v1(theta: Any, psi: Any) -> Any:
    return -psi * slope(theta * psi) - number(DECAY) * theta


def v2(theta: Any, psi: Any) -> Any:
    return R * (theta * slope(theta * psi) - C * slope(-C * psi) - number(GAMMA) * psi)


def v(theta: Any, psi: Any) -> Point:
    return v1(theta, psi), v2(theta, psi)


def jacobian(theta: Any, psi: Any) -> Any:
    u = theta * psi
    mixed = slope(u) + u * bend(u)
    on_psi = theta**2 * bend(u) + C**2 * bend(-C * psi) - number(GAMMA)
    return mp.matrix([[-(psi**2) * bend(u) - number(DECAY), -mixed], [R * mixed, R * on_psi]])


def g_by_psi(theta: Any, psi: Any) -> Any:
    """d/dpsi of G's cost L + theta^2/20."""
    return theta * slope(theta * psi) - C * slope(-C * psi)


def d_by_theta(theta: Any, psi: Any) -> Any:
    """d/dtheta of D's cost -L, with D's step."""
    return -R * psi * slope(theta * psi)


class ByHand:
    """The game for the rules, over mpmath's numbers."""

    field = staticmethod(v)

    def jvp(self, theta: Any, psi: Any, tangent: Point) -> Point:
        return tuple(jacobian(theta, psi) * mp.matrix(tangent))

    def vjp(self, theta: Any, psi: Any, cotangent: Point) -> Point:
        return tuple(jacobian(theta, psi).T * mp.matrix(cotangent))

    def opponent_gradients(self, theta: Any, psi: Any) -> Point:
        return g_by_psi(theta, psi), d_by_theta(theta, psi)

    def solve(self, operator: Callable[[Any], Any], right: Any) -> Any:
        return right / operator(mp.mpf(1))


# -- the rules from their papers -------------------------------------------------------------------------------------


def extragradient(t: Any, p: Any) -> Trajectory:
    """Korpelevich 1976."""
    while True:
        a, b = v(t, p)
        a, b = v(t + H * a, p + H * b)
        t, p = t + H * a, p + H * b
        yield t, p


def optimistic(t: Any, p: Any) -> Trajectory:
    """Daskalakis et al. 2018: w_{t+1} = w_t - 2 eta grad_t + eta grad_{t-1}."""
    old = v(t, p)
    while True:
        new = v(t, p)
        t, p = t + 2 * H * new[0] - H * old[0], p + 2 * H * new[1] - H * old[1]
        old = new
        yield t, p


def past_extragradient(t: Any, p: Any) -> Trajectory:
    """Gidel et al. 2019, eqs. (14)-(15): the gradient of the last half step stands in for the one here."""
    w = (mp.mpf(0), mp.mpf(0))
    while True:
        half = t + H * w[0], p + H * w[1]
        w = v(*half)
        t, p = t + H * w[0], p + H * w[1]
        yield t, p


def lookahead(t: Any, p: Any) -> Trajectory:
    """Zhang et al. 2019, algorithm 1: slow and fast weights."""
    while True:
        fast = [(t, p)]
        for _ in range(5):
            (a, b), (x, y) = v(*fast[-1]), fast[-1]
            fast.append((x + H * a, y + H * b))
        t, p = 2 * t / 3 + fast[-1][0] / 3, 2 * p / 3 + fast[-1][1] / 3
        yield t, p


def averages_of_the_past(t: Any, p: Any) -> Trajectory:
    """Both play against the other's exponential average."""
    a, b = t, p
    while True:
        a, b = a / 4 + 3 * t / 4, 2 * b / 3 + p / 3
        t, p = t + H * v1(t, b), p + H * v2(a, p)
        yield t, p


def replay(t: Any, p: Any) -> Trajectory:
    """Shrivastava et al. 2017: D's loss is the mean over a buffer of three generators."""
    buffer = deque([t, t, t], maxlen=3)
    while True:
        buffer.append(t)
        t, p = t + H * v1(t, p), p + H * mp.fsum(v2(old, p) for old in buffer) / 3
        yield t, p


def symplectic(t: Any, p: Any) -> Trajectory:
    """Balduzzi et al. 2018: xi + lambda A^T xi with xi the gradients and A the antisymmetric part of their Jacobian."""
    while True:
        xi, jac = -mp.matrix(v(t, p)), -jacobian(t, p)
        adjusted = xi + ((jac - jac.T) / 2).T * xi / 2
        t, p = t - H * adjusted[0], p - H * adjusted[1]
        yield t, p


def consensus(t: Any, p: Any) -> Trajectory:
    """Mescheder et al. 2017: v - gamma grad |v|^2/2, the gradient by differences."""

    def energy(x: Any, y: Any) -> Any:
        return (v1(x, y) ** 2 + v2(x, y) ** 2) / 2

    while True:
        pull = [mp.diff(energy, (t, p), n) for n in ((1, 0), (0, 1))]
        a, b = v(t, p)
        t, p = t + H * (a - pull[0] / 3), p + H * (b - pull[1] / 3)
        yield t, p


def competitive(t: Any, p: Any) -> Trajectory:
    """Schäfer & Anandkumar 2019, eq. (3): both minimise the bilinear local game with a quadratic cost of moving."""
    while True:
        on_psi, on_theta = mp.diff(lambda y, t=t: v1(t, y), p), mp.diff(lambda x, p=p: v2(x, p), t)
        move = mp.lu_solve(mp.matrix([[1, -H * on_psi], [-H * on_theta, 1]]), H * mp.matrix(v(t, p)))
        t, p = t + move[0], p + move[1]
        yield t, p


def look_ahead_gradient(t: Any, p: Any) -> Trajectory:
    """Zhang & Lesser 2010: the gradient at the opponent's next values, to first order."""
    while True:
        a, b = v(t, p)
        more_a = mp.diff(lambda s, t=t, p=p, b=b: v1(t, p + s * b), 0) / 2
        more_b = mp.diff(lambda s, t=t, p=p, a=a: v2(t + s * a, p), 0) / 2
        t, p = t + H * (a + more_a), p + H * (b + more_b)
        yield t, p


def lola(t: Any, p: Any) -> Trajectory:
    """Foerster et al. 2018: each cost plus its slope along the opponent's step, all of it differentiated."""
    while True:
        shaped_g = mp.diff(lambda x, p=p: g_by_psi(x, p) * v2(x, p), t) / 2
        shaped_d = mp.diff(lambda y, t=t: d_by_theta(t, y) * v1(t, y), p) / 2
        a, b = v(t, p)
        t, p = t + H * (a - shaped_g), p + H * (b - shaped_d)
        yield t, p


def negative_momentum(t: Any, p: Any) -> Trajectory:
    """Gidel et al. 2019 (negative momentum): alternating, x_{k+1} = x_k + h v + beta (x_k - x_{k-1})."""
    old_t, old_p = t, p
    while True:
        t, old_t = t + H * v1(t, p) - (t - old_t) / 2, t
        p, old_p = p + H * v2(t, p) - (p - old_p) / 2, p
        yield t, p


PAPERS: dict[str, tuple[dict[str, Any], Callable[[Any, Any], Trajectory]]] = {
    "extragradient": ({}, extragradient),
    "optimistic": ({}, optimistic),
    "past-extragradient": ({}, past_extragradient),
    "lookahead": ({"lookahead_steps": 5, "lookahead_alpha": "1/3"}, lookahead),
    "running-average": ({"average_g": "1/4", "average_d": "2/3"}, averages_of_the_past),
    "replay": ({"replay_size": 3}, replay),
    "symplectic": ({"symplectic_weight": "1/2"}, symplectic),
    "consensus": ({"consensus_weight": "1/3"}, consensus),
    "competitive": ({}, competitive),
    "look-ahead-gradient": ({"opponent_rate": "1/2"}, look_ahead_gradient),
    "lola": ({"opponent_rate": "1/2"}, lola),
    "alternating": ({"momentum": "-1/2"}, negative_momentum),
}


def on_real_losses(game: dict[str, Any], training: dict[str, Any]) -> tuple[Rule, Array]:
    """The rule, and theta and psi of shape [starts, steps, 2]."""
    proposal = read_proposal(game | {"training": {"h_ratio": "3/4"} | training})
    rule = derive(proposal).rule
    cases = Cases({}, None, np.zeros(len(STARTS)), {})
    at = start(rule, *np.array(STARTS).T)
    rows = []
    for _ in range(STEPS):
        at = period(proposal, rule, at, np.full(len(STARTS), H), cases)
        rows.append(at[:, :2])
    return rule, np.stack(rows, axis=1)


def over_mpmath(rule: Rule) -> Rule:
    return rule.converted(lambda e: mp.mpf(int(e.p)) / int(e.q), sp.Expr)


@pytest.mark.parametrize("name", PAPERS)
def test_papers(name: str) -> None:
    """In float64, 24 steps of some 100 operations add up to 5e-13, magnified by far less than 200.

    In mpmath, differences of functions leave two thirds of the digits.
    """
    options, transcription = PAPERS[name]
    rule, real = on_real_losses(GAME, {"update": name, **options})
    plain = on_real_losses(GAME, {"update": "simultaneous"})[1]
    exact = over_mpmath(rule)
    for k, (theta, psi) in enumerate(STARTS):
        expected = list(islice(transcription(mp.mpf(theta), mp.mpf(psi)), STEPS))
        state, digits = exact.start(mp.mpf(theta), mp.mpf(psi)), mp.mpf(10) ** (-2 * DIGITS // 3)
        for point in expected:
            state = exact.period(ByHand(), state, mp.mpf(H))
            assert max(abs(a - b) for a, b in zip(state[:2], point, strict=True)) <= digits
        gap = np.abs(real[k] - np.array(expected, dtype=np.float64))
        assert gap.max() <= 1e-10
        # Negative control: it is not descent.
        assert np.abs(real[k] - plain[k]).max() > 1e-4


def test_half_steps_of_past_extragradient_are_optimistic() -> None:
    past = over_mpmath(UPDATES["past-extragradient"]())
    state = past.start(mp.mpf("0.9"), mp.mpf("-0.4"))
    halves = []
    for _ in range(STEPS):
        t, p, *w = state
        halves.append((t + H * w[0], p + H * w[1]))
        state = past.period(ByHand(), state, mp.mpf(H))
    for old, now, new in zip(halves, halves[1:], halves[2:], strict=False):
        step = [x + 2 * H * a - H * b for x, a, b in zip(now, v(*now), v(*old), strict=True)]
        assert max(abs(a - b) for a, b in zip(step, new, strict=True)) < mp.mpf(10) ** (3 - DIGITS)


def test_competitive_descent_on_a_bilinear_game_is_implicit_euler() -> None:
    """L = theta psi: v = (-psi, 3/4 theta); x+ = x + h v(x+)."""
    _, real = on_real_losses({"objective": {"f": "wasserstein"}}, {"update": "competitive"})
    implicit = np.linalg.inv(np.eye(2) - H * np.array([[0, -1], [R, 0]]))
    for k, at in enumerate(STARTS):
        for count in range(STEPS):
            expected = np.linalg.matrix_power(implicit, count + 1) @ at
            assert np.abs(real[k, count] - expected).max() <= 1e-13


@pytest.mark.parametrize("rate", [None, Fraction(1, 3)])
@pytest.mark.parametrize("stop", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_unrolled_through_a_graph(count: int, stop: bool, rate: Fraction | None) -> None:
    """Metz et al. 2017 as code: D's steps stay in the graph, and G's loss is differentiated through them."""

    def gain(theta: torch.Tensor, psi: torch.Tensor) -> torch.Tensor:
        return F.logsigmoid(psi * theta) + F.logsigmoid(-psi * C) - float(GAMMA) / 2 * psi**2

    def cost(theta: torch.Tensor, psi: torch.Tensor) -> torch.Tensor:
        return F.logsigmoid(psi * theta) + F.logsigmoid(-psi * C) + float(DECAY) / 2 * theta**2

    options: dict[str, Any] = {"update": "unrolled", "unroll_steps": count, "unroll_stop_gradient": stop}
    if rate is not None:
        options["unroll_rate"] = str(rate)
    eta = H if rate is None else float(rate)
    _, real = on_real_losses(GAME, options)
    gaps = {False: 0.0, True: 0.0}
    for k, at in enumerate(STARTS):
        for other in (False, True):
            theta, psi = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in at)
            for row in real[k]:
                ahead = psi
                for _ in range(count):
                    (slope,) = torch.autograd.grad(gain(theta, ahead), ahead, create_graph=True)
                    ahead = ahead + eta * R * slope
                (of_g,) = torch.autograd.grad(cost(theta, ahead.detach() if stop ^ other else ahead), theta)
                (of_d,) = torch.autograd.grad(gain(theta, psi), psi)
                theta = (theta - H * of_g).detach().requires_grad_()
                psi = (psi + H * R * of_d).detach().requires_grad_()
                gaps[other] = max(gaps[other], float(np.abs(row - [theta.item(), psi.item()]).max()))
    assert gaps[False] <= 1e-10
    # Negative control: stopping the gradient makes a difference.
    assert gaps[True] > 1e-4
