"""What once got a wrong verdict or rate, and what is a hair away from it; every row has its argument beside it."""

from __future__ import annotations

from typing import Any

import pytest

from convergan.symbolic import analyse, read_proposal

YES, NO, MIXED = "converges", "does-not-converge", "conditional"
SIM, ALT = "simultaneous", "alternating"

# Where a shortcut once said ``converges``: powers below 0 that a positive degree hides, weights that are not positive.
ROOT_X, ROOT_Y = "abs(theta)**(1/2)", "abs(psi)**(1/2)"
NEVER: list[tuple[tuple[str, str], dict[str, str]]] = [
    # Of degree 7/2, but psi' > 0 where |theta| < psi^6.
    (("-theta", f"-psi + psi**4/{ROOT_X}"), {}),
    (("-theta + psi", f"-theta - psi - psi*{ROOT_Y}/{ROOT_X}"), {}),
    # exp(-1/theta^2) and the like vanish at x* faster than what they are compared with.
    (
        (
            "-psi - theta**3*exp(-1/theta**2) + theta**5",
            "theta - psi**3*exp(-1/psi**2) + psi**5",
        ),
        {},
    ),
    ((f"-psi - theta/(1 + 1/abs(theta)) + theta*{ROOT_X}", f"theta - psi/(1 + 1/abs(psi)) + psi*{ROOT_Y}"), {}),
    (("-psi - theta**3*tanh(1/abs(theta)) + theta**3*2", "theta - psi**3*tanh(1/abs(psi)) + 2*psi**3"), {}),
    # The axes rest.
    (("-theta/(abs(theta)**(-3) + abs(psi)**(-3))", "-psi/(abs(theta)**(-3) + abs(psi)**(-3))"), {}),
    (("-theta/(abs(theta)**a + abs(psi)**a)", "-psi/(abs(theta)**a + abs(psi)**a)"), {"a": "a < 0"}),
]

# Theta has a double zero on (2, 1), where the flow leaves along a ray. One alternating step turns by h^2 more, so that
# directions pass through, and everything contracts.
_U, _W, _SQUARE = "(2*theta + psi)", "(theta - 2*psi)", "(theta**2 + psi**2)"
_GROWTH = f"({_U}**2*{_SQUARE}/5 - {_SQUARE}**2/2)"
_TURN = f"({_W}**2*({_U} + {_W}/3)*({_U} + {_W}/2)/5)"
DOUBLE_RAYS = [
    ("3*theta - 22*psi + 18*abs(psi)", "theta - 11/2*psi + 9/2*abs(psi)"),
    (
        f"(theta*{_GROWTH} - psi*{_TURN})/{_SQUARE}**2",
        f"(psi*{_GROWTH} + theta*{_TURN})/{_SQUARE}**2",
    ),
]
# rows, rate: with V = theta^2 + psi^2, v' = J, or the time in which a jump is reached.
RATES: list[tuple[tuple[str, str], str]] = [
    (("-theta*sqrt(theta**2 + psi**2)", "-psi*sqrt(theta**2 + psi**2)"), "sublinear"),  # r' = -r^2
    (("-psi", "theta - psi - psi*sqrt(theta**2 + psi**2)"), "linear"),  # trace -1, determinant 1
    (("-sign(psi) - sign(theta)/2", "sign(theta) - sign(psi)/2"), "linear"),  # |theta| + |psi| falls at a constant rate
    (("-theta - theta*abs(theta)**(1/2)", "-psi"), "linear"),
    (("-psi", "theta - psi*abs(psi)"), "sublinear"),
    (("-psi", "theta - abs(psi)**p*sign(psi)"), "sublinear"),  # the slowest: p > 1
    (("psi - theta", "theta - psi - abs(psi)**(1/2)*sign(psi)"), "linear"),
]


@pytest.mark.parametrize("update", ["flow", SIM, ALT])
@pytest.mark.parametrize(("rows", "parameters"), NEVER)
def test_never_called_convergent(
    rows: tuple[str, str], parameters: dict[str, str], update: str, verdict: Any, mirrored: Any
) -> None:
    assert verdict(rows, update, parameters) in (NO, "undecided")
    assert verdict(mirrored(rows), update, parameters) in (NO, "undecided")


@pytest.mark.parametrize("rows", DOUBLE_RAYS)
def test_rays_that_alternating_steps_lose(rows: tuple[str, str], verdict: Any) -> None:
    assert verdict(rows) == NO
    assert verdict(rows, SIM) == NO
    assert verdict(rows, ALT) in (YES, "undecided")


def test_a_ray_belongs_to_its_own_sector(verdict: Any, mirrored: Any) -> None:
    # Where both are negative psi' = psi + theta^2 and theta' = |psi| + |theta|/2: no ray; elsewhere everything falls.
    rows = "-psi - theta/2", "-theta**2*sign(psi) - psi*sign(theta)/2 - abs(psi)/2"
    assert verdict(rows) in (YES, "undecided")
    assert verdict(mirrored(rows)) in (YES, "undecided")


@pytest.mark.parametrize(
    "game",
    [
        # V' = -|psi| (phi((1/psi - theta)/sigma) + phi(1/(psi sigma))) with the normal density phi, flat at psi = 0
        {"objective": {"f": "hinge", "instance_noise": "sigma"}, "parameters": {"sigma": "sigma > 0"}},
        {"objective": {"f": "t"}, "penalty": {"discriminator": "E_real_noisy(max(0, D - 1), 1)"}},
    ],
)
def test_noise_crosses_every_switch(game: dict[str, Any]) -> None:
    assert analyse(read_proposal(game | {"training": {"update": "flow"}})).verdict.verdict.value in (YES, "undecided")
    alternating = analyse(read_proposal(game | {"training": {"update": "alternating"}})).verdict
    assert not any(word in alternating.reason for word in ("keeps", "constant", "reverses"))


@pytest.mark.parametrize(("rows", "rate"), RATES)
def test_rates(rows: tuple[str, str], rate: str, document: Any, mirrored: Any) -> None:
    parameters = {"p": "p > 0"} if "**p" in rows[1] else {}
    for pair in (rows, mirrored(rows)):
        found = analyse(read_proposal(document(pair, parameters=parameters))).verdict
        assert (found.verdict.value, found.rate) == (YES, rate)


def test_first_approximation(verdict: Any) -> None:
    # J = [[-1, -1], [1, -1]]: of the conditions |det A| < 1, 1 +- tr A + det A > 0 simultaneous steps need the first,
    # 2 h^2 - 2 h < 0, and alternating ones the last, 4 - 4 h > 0.
    norm = "sqrt(theta**2 + psi**2)"
    rows = f"-psi - theta - psi*{norm}", f"theta - psi + theta*{norm}"
    assert verdict(rows) == YES
    assert verdict((f"-psi + theta/9 - theta*{norm}", f"theta - psi*{norm}")) == NO
    for update in (SIM, ALT):
        assert verdict(rows, update, {"h": "h > 0 and h < 1"}) == YES
        assert verdict(rows, update, {"h": "h > 1"}) == NO
        assert verdict(rows, update, {"h": "h > 0 and h != 1"}) == MIXED
