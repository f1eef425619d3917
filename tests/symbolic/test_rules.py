"""Every operator row of the literature's table is decided with its bound; and the traps around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from convergan.symbolic.decision.points import holds

R1 = {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"}
WGAN_GP = {"discriminator": "gamma/2*(E_real(norm(grad(D))) - 1)**2"}
GAMMA = {"gamma": "gamma > 0"}
H = {"h": "h > 0"}
WGAN = {"f": "wasserstein"}
CENTRE: dict[str, Any] = {}
HF, A, G, B, AL, ETA = (sp.Symbol(name, real=True) for name in ("h", "f1", "gamma", "beta", "alpha", "eta"))


def p(rule: dict[str, Any], parameters: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return {"training": rule, "parameters": parameters or {}, **more}


def looks(k: int, alpha: str = "alpha") -> dict[str, Any]:
    return {"update": "lookahead", "lookahead_steps": k, "lookahead_alpha": alpha}


# Proposal, verdict, and for linear centres or R1 the stable steps as a test on (h, f1, other numbers).
ROWS: list[tuple[str, dict[str, Any], str, Callable[..., bool] | None]] = [
    ("extragradient", p({"update": "extragradient"}), "converges", lambda h, a: h * abs(a) < 1),
    ("optimistic", p({"update": "optimistic"}), "converges", lambda h, a: 3 * h**2 * a**2 < 1),
    ("past extragradient", p({"update": "past-extragradient"}), "converges", lambda h, a: 3 * h**2 * a**2 < 1),
    ("competitive", p({"update": "competitive"}), "converges", lambda h, a: True),
    ("competitive, every h", p({"update": "competitive"}, H), "converges", None),
    ("heavy ball", p({"momentum": "beta"}, {"beta": "-1 < beta < 1"}), "does-not-converge", None),
    ("heavy ball, no bound", p({"momentum": "beta"}, {"beta": "beta != 0"}), "undecided does-not-converge", None),
    ("Nesterov", p({"momentum": "9/10", "nesterov": True}), "does-not-converge", None),
    (
        "negative momentum",
        p({"update": "alternating", "momentum": "-1/2"}),
        "converges",
        lambda h, a: h**2 * a**2 < 1,
    ),
    ("positive momentum", p({"update": "alternating", "momentum": "1/2"}), "does-not-converge", None),
    ("one-sided momentum", p({"update": "alternating", "momentum_g": "-1/2"}), "converges", None),
    ("lookahead, alpha < 1 - 1/k", p(looks(5), {"alpha": "0 < alpha < 4/5"}), "converges", None),
    ("lookahead, alpha = 1 - 1/k", p(looks(5, "4/5")), "does-not-converge", None),
    ("lookahead, alpha > 1 - 1/k", p(looks(5), {"alpha": "4/5 < alpha <= 1"}), "does-not-converge", None),
    ("lookahead, k = 1", p(looks(1, "1/2")), "does-not-converge", None),
    ("lookahead, alpha = 0", p(looks(3, "0")), "undecided does-not-converge", None),
    (
        "consensus",
        p({"update": "consensus", "consensus_weight": "gamma"}, GAMMA),
        "converges",
        lambda h, a, gamma: h * (1 + gamma**2 * a**2) < 2 * gamma,
    ),
    (
        "symplectic",
        p({"update": "symplectic", "symplectic_weight": "gamma"}, GAMMA),
        "converges",
        lambda h, a, gamma: h * (1 + gamma**2 * a**2) < 2 * gamma,
    ),
    (
        "look-ahead gradient",
        p({"update": "look-ahead-gradient", "opponent_rate": "gamma"}, GAMMA),
        "converges",
        lambda h, a, gamma: h * (1 + gamma**2 * a**2) < 2 * gamma,
    ),
    (
        "LOLA",
        p({"update": "lola", "opponent_rate": "gamma"}, GAMMA),
        "converges",
        lambda h, a, gamma: h * (1 + 4 * gamma**2 * a**2) < 4 * gamma,
    ),
    (
        "unrolled is Nagarajan-Kolter",
        p({"update": "unrolled", "unroll_steps": 1, "unroll_rate": "gamma"}, GAMMA),
        "converges",
        lambda h, a, gamma: h < 2 * gamma and 4 - 4 * h * gamma * a**2 + h**2 * a**2 > 0,
    ),
    (
        "unrolled, gradient stopped",
        p({"update": "unrolled", "unroll_steps": 1, "unroll_rate": "gamma", "unroll_stop_gradient": True}, GAMMA),
        "converges",
        lambda h, a, gamma: h < gamma and 4 - 2 * h * gamma * a**2 + h**2 * a**2 > 0,
    ),
    ("unrolled at rate h", p({"update": "unrolled", "unroll_steps": 1}), "converges", None),
    ("two time scales", p({"h_ratio": "rho"}, {"rho": "rho > 0"}), "does-not-converge", None),
    ("replay", p({"update": "replay", "replay_size": 4}), "does-not-converge", None),
    ("replay with R1", p({"update": "replay", "replay_size": 4}, GAMMA, penalty=R1), "converges", None),
    ("averages of the opponent", p({"update": "running-average", "average_g": "1/2"}), "does-not-converge", None),
    ("clipping", p({"clip": "c"}, {"c": "c > 0"}), "does-not-converge", None),
    ("clipping with R1", p({"clip": "1/100"}, GAMMA, penalty=R1), "converges", lambda h, a, gamma: _r1(h, a, gamma)),
    ("averages of R1", p({"ema": "999/1000"}, GAMMA, penalty=R1), "converges", lambda h, a, gamma: _r1(h, a, gamma)),
    ("averages that do not forget", p({"ema": "1"}, GAMMA, penalty=R1), "undecided does-not-converge", None),
    ("averages that grow", p({"ema": "2"}, GAMMA, penalty=R1), "does-not-converge", None),
    (
        "RMSprop near x*",
        p({"optimizer": "rmsprop", "epsilon": "1/100"}, GAMMA, penalty=R1),
        "converges",
        lambda h, a, gamma: _r1(100 * h, a, gamma),
    ),
    (
        "RMSprop, second moments frozen",
        p({"optimizer": "rmsprop", "epsilon": "1/2", "rms_g": "1/2", "rms_d": "1/2"}, GAMMA, penalty=R1),
        "converges",
        lambda h, a, gamma: _r1(h, a, gamma),
    ),
    ("Adam near x*", p({"optimizer": "adam"}, GAMMA, penalty=R1), "converges", None),
    ("Adam, unregularised", p({"optimizer": "adam", "beta1": "0"}), "does-not-converge", None),
    ("lazy R1", p({"lazy": 16}, GAMMA, penalty=R1), "converges", None),
    ("lazy R1, alternating", p({"update": "alternating", "lazy": 16}, GAMMA, penalty=R1), "converges", None),
    ("lazy nothing", p({"lazy": 16}), "does-not-converge", None),
    (
        "lazy on a stable objective",
        p({"lazy": 3}, {"c": "c != 0"} | GAMMA, penalty=R1, game={"data": "c"}),
        "converges",
        None,
    ),
    ("averaged R1", p({"update": "averaged"}, GAMMA, penalty=R1), "converges", None),
    ("averaged WGAN", p({"update": "averaged"}, objective=WGAN), "does-not-converge", None),
    ("averaged GAN", p({"update": "averaged"}), "undecided", None),
    (
        "averages of fixed points",
        p({"update": "averaged"}, field={"theta": "0", "psi": "-psi"}),
        "does-not-converge",
        None,
    ),
    ("decaying steps, R1", p({"h_decay": "1"}, GAMMA, penalty=R1), "converges", None),
    (
        "decaying steps, alternating",
        p({"update": "alternating", "h_decay": "1/2"}, GAMMA, penalty=R1),
        "converges",
        None,
    ),
    ("steps with a finite sum", p({"h_decay": "2"}, GAMMA, penalty=R1), "does-not-converge", None),
    ("decaying steps, centre", p({"h_decay": "1"}), "does-not-converge", None),
    ("growing steps", p({"h_decay": "-1"}, GAMMA, penalty=R1), "undecided does-not-converge", None),
    ("steps that may grow", p({"h_decay": "q"}, {"q": "-1 < q <= 1"} | GAMMA, penalty=R1), "undecided", None),
    ("decaying steps, averages grow", p({"h_decay": "1/2", "ema": "2"}, GAMMA, penalty=R1), "undecided", None),
    ("decaying steps, averages stay", p({"h_decay": "1/2", "ema": "1"}, GAMMA, penalty=R1), "undecided", None),
    ("decaying steps and averages", p({"h_decay": "1/2", "ema": "1/2"}, GAMMA, penalty=R1), "converges", None),
    ("replay, large", p({"update": "replay", "replay_size": 40}, GAMMA, penalty=R1), "undecided converges", None),
    (
        "LOLA knows the penalty that D pays",
        p(
            {"update": "lola", "opponent_rate": "1/10"},
            objective=WGAN,
            penalty={"discriminator": "3*theta*psi + 5/4*psi**2", "generator": "theta**2/2"},
        ),
        "does-not-converge",
        None,
    ),
    ("decaying steps, p > 0", p({"h_decay": "q"}, {"q": "q > 0"} | GAMMA, penalty=R1), "conditional", None),
    (
        "decaying steps, damped wrongly",
        p({"h_decay": "1"}, {"gamma": "gamma < 0"}, penalty=R1),
        "does-not-converge",
        None,
    ),
]


def _r1(h: Any, a: Any, gamma: Any) -> bool:
    return bool(h * a**2 < gamma and 4 - 2 * h * gamma + h**2 * a**2 > 0)


@pytest.mark.parametrize(("document", "verdict", "steps"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_row(document: dict[str, Any], verdict: str, steps: Callable[..., bool] | None, decide: Any) -> None:
    found = decide(**document)
    assert found.verdict.verdict.value in verdict.split(), found.verdict.reason
    if (
        verdict == "converges"
        and document["training"].get("update") != "averaged"
        and not found.question.rule.numbers(sp.Expr)
    ):
        assert found.verdict.rate == "linear"
    if steps is None:
        return
    grid = [sp.Rational(k, 6) for k in (1, 2, 3, 5, 6, 7, 9, 12, 20)]
    names = [HF, A] + ([G] if "gamma" in document["parameters"] else [])
    for h in grid:
        for a in (sp.Rational(1, 2), sp.Integer(-1), sp.Integer(2)):
            for gamma in grid if G in names else [sp.Integer(1)]:
                values = dict(zip(names, (h, a, gamma), strict=False))
                assert holds(found.step_size, values) == bool(steps(*values.values())), values


# v jumps, or does not vanish, at x*: no rule can rest there.
RULES: list[dict[str, Any]] = [
    {"momentum": "1/2"},
    {"update": "alternating", "momentum": "-1/2"},
    {"momentum": "1/2", "nesterov": True},
    {"optimizer": "adam"},
    {"update": "extragradient"},
    {"update": "past-extragradient"},
    {"update": "optimistic"},
    {"update": "competitive"},
    looks(3, "1/2"),
    {"update": "consensus", "consensus_weight": "1"},
    {"update": "symplectic", "symplectic_weight": "1"},
    {"update": "look-ahead-gradient", "opponent_rate": "1"},
    {"update": "replay", "replay_size": 3},
    {"update": "running-average", "average_d": "1/2"},
    {"lazy": 4},
    {"update": "alternating", "lazy": 4},
    {"h_decay": "1"},
]


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize(
    "game",
    [{"penalty": WGAN_GP, "parameters": GAMMA}, {"field": {"theta": "1 - psi", "psi": "theta - psi"}}],
    ids=["jump", "shift"],
)
def test_what_is_no_equilibrium_attracts_under_no_rule(rule: dict[str, Any], game: dict[str, Any], decide: Any) -> None:
    if "lazy" in rule and "field" in game:
        pytest.skip("a field has no penalties to be lazy with")
    assert decide(training=rule, **game).verdict.verdict.value == "does-not-converge"


@pytest.mark.parametrize(
    ("rule", "h", "verdict"),
    [
        ({"update": "extragradient"}, "0 < h and h < 1", "converges"),
        ({"update": "extragradient"}, "h == 1", "does-not-converge"),  # multipliers on the circle, v linear
        ({"update": "extragradient"}, "h > 1", "does-not-converge"),
        ({"update": "extragradient"}, "h > 0", "conditional"),
        ({"update": "extragradient"}, "h == 0", "does-not-converge"),
        ({"update": "optimistic"}, "h > 0 and 3*h**2 < 1", "converges"),
        ({"update": "optimistic"}, "h > 0 and 3*h**2 == 1", "does-not-converge"),
        ({"update": "optimistic"}, "h > 0 and 3*h**2 > 1", "does-not-converge"),
        ({"update": "competitive"}, "h != 0", "converges"),
        ({"update": "competitive"}, "h == 0", "does-not-converge"),
        ({"update": "alternating", "momentum": "-1/2"}, "0 < h and h < 1", "converges"),
        ({"update": "alternating", "momentum": "-1/2"}, "h == 1", "does-not-converge"),
        ({"update": "averaged"}, "h > 0", "does-not-converge"),
        ({"update": "averaged"}, "h == 0", "does-not-converge"),
    ],
)
def test_declared_steps_with_their_boundaries(rule: dict[str, Any], h: str, verdict: str, decide: Any) -> None:
    found = decide(training=rule, parameters={"h": h}, objective=WGAN).verdict
    assert found.verdict.value == verdict, found.reason


@pytest.mark.parametrize(
    ("h", "verdict"),
    [
        ("0 < h < 1", "converges"),
        ("h == 1", "converges"),  # |mu| = 1, not 1: the iterates turn, and their averages settle
        ("h == 4", "does-not-converge"),
        ("h > 1", "does-not-converge"),
    ],
)
def test_averages_on_the_boundary(h: str, verdict: str, decide: Any) -> None:
    """WGAN with R1, gamma = 1: det = 1 - h + h^2, so h = 1 is the boundary."""
    penalty = {"discriminator": "1/2*E_real(norm(grad(D))**2)"}
    found = decide(training={"update": "averaged"}, parameters={"h": h}, objective=WGAN, penalty=penalty).verdict
    assert (found.verdict.value, found.rate) == (verdict, "sublinear" if verdict == "converges" else "")


def test_costs_with_a_slope_in_the_opponent_move_the_equilibrium(decide: Any) -> None:
    """Non-saturating with the data at 1: d C_G/d psi = f1, so LOLA and unrolled rules do not rest at x*."""
    game = {"objective": {"generator": "non-saturating"}, "game": {"data": "1"}}
    for rule in ({"update": "lola", "opponent_rate": "1"}, {"update": "unrolled", "unroll_steps": 2}):
        assert decide(training=rule, **game).verdict.verdict.value == "does-not-converge"
    stopped = {"update": "unrolled", "unroll_steps": 2, "unroll_stop_gradient": True}
    assert decide(training=stopped, **game).verdict.verdict.value == "converges"


def test_a_penalty_that_tilts_moves_the_equilibrium_of_lazy_rules_too(decide: Any) -> None:
    """R_D = psi: v0 rests at x*, the last step of the period moves psi by -h k."""
    for update in ("simultaneous", "alternating"):
        found = decide(training={"update": update, "lazy": 2}, penalty={"discriminator": "psi"}, objective=WGAN).verdict
        assert found.verdict.value == "does-not-converge"


def test_momentum_that_may_be_0_is_split_off(decide: Any) -> None:
    """Alternating steps with -1 < beta <= 0: beta = 0 is the unregularised GAN, decided by f'''."""
    found = decide(
        training={"update": "alternating", "momentum": "beta"},
        parameters={"beta": "-1 < beta <= 0"},
        objective=WGAN,
    ).verdict
    assert found.verdict.value == "conditional"
    assert found.counterexample is not None
    assert found.counterexample[B] == 0
