"""Twins: a proposal, and one that differs by a hair and whose verdict is another one.

Every line gives the right verdict, worked out by hand in the comment above its group; "undecided" is allowed unless the
line says `hyperbolic`. Unless a group says otherwise: data at 0, so theta' = -psi f'(psi theta) and
psi' = theta f'(psi theta) - dP/dpsi; the linear game is f = t: theta' = -psi, psi' = theta - dP/dpsi.
V is (theta^2 + psi^2)/2.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

YES, NO, MIXED = "converges", "does-not-converge", "conditional"
R1 = "gamma/2 * E_real(norm(grad(D))**2)"
R1_SQUARED = "gamma**2/2 * E_real(norm(grad(D))**2)"


@dataclass(frozen=True)
class Twin:
    truth: str
    update: str = "flow"
    penalty: str = "0"
    on_g: str = "0"
    f: str | None = "t"
    assume: str | None = None
    generator: str = "zero-sum"
    noise: str = "0"
    data: str = "0"
    rows: tuple[str, str] | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    hyperbolic: bool = False
    slow: bool = False

    @property
    def document(self) -> dict[str, Any]:
        shared = {"parameters": self.parameters, "training": {"update": self.update}}
        if self.rows:
            return shared | {"field": {"theta": self.rows[0], "psi": self.rows[1]}}
        objective = {"f": self.f or "any", "generator": self.generator, "instance_noise": self.noise}
        if self.assume:
            objective["assume"] = self.assume
        penalty = {"discriminator": self.penalty, "generator": self.on_g}
        return shared | {"objective": objective, "penalty": penalty, "game": {"data": self.data}}


def kinked(a: str, b: str, truth: str, update: str = "flow") -> Twin:
    return Twin(truth, update, f"({a})*max(0, psi)**2 + ({b})*max(0, -psi)**2")


def ratio(c: str, truth: str, update: str = "flow") -> Twin:
    both = f"({c})*theta*psi/(theta**2 + psi**2)"
    return Twin(truth, update, rows=(f"-theta + psi*{both}", f"-psi + theta*{both}"))


def power(condition: str, truth: str, update: str = "flow") -> Twin:
    return Twin(truth, update, "abs(psi)**p", parameters={"p": condition})


SIM, ALT = "simultaneous", "alternating"
TWINS: dict[str, tuple[Twin, ...]] = {
    # v' = [[0, -f1], [f1, -gamma]]; at gamma = 0 a centre, where simultaneous descent never converges.
    "gamma > 0": (
        Twin(YES, SIM, R1, f=None, parameters={"gamma": "gamma > 0"}, hyperbolic=True),
        Twin(MIXED, SIM, R1, f=None, parameters={"gamma": "gamma >= 0"}),
        Twin(YES, SIM, R1, f=None, parameters={"gamma": "gamma**2 > 0 and gamma >= 0"}, hyperbolic=True),
        Twin(MIXED, SIM, R1, f=None, parameters={"gamma": "gamma != 0"}, hyperbolic=True),
        Twin(YES, SIM, R1_SQUARED, f=None, parameters={"gamma": "gamma != 0"}, hyperbolic=True),
        Twin(MIXED, SIM, R1_SQUARED, f=None, parameters={"gamma": "real"}),
    ),
    # Noise gives v'_22 = 2 sigma^2 f2: with f2 = 0 admitted (f = t) or sigma = 0 there is a centre.
    "f2 < 0": (
        Twin(YES, SIM, f=None, noise="sigma", parameters={"sigma": "sigma != 0"}, hyperbolic=True),
        Twin(MIXED, SIM, f=None, noise="sigma", parameters={"sigma": "sigma != 0"}, assume="f1 != 0 and f2 <= 0"),
        Twin(MIXED, SIM, f=None, noise="sigma", parameters={"sigma": "real"}),
        Twin(NO, SIM, noise="1"),
    ),
    # |theta|, |psi| on the linear game: V' = -p |psi|^p. p > 1: LaSalle. p = 1: every (t, 0) with |t| <= 1 is at rest.
    # Descent: p > 2 leaves a linear centre (never); p = 2 is R1; p < 2 overshoots, |psi_new| ~ h p |psi|^(p-1) > |psi|.
    "|psi|**p": (
        power("p > 2", YES),
        power("p >= 1", MIXED),
        power("p > 1 and p < 2", YES),
        power("p == 1", NO),
        power("p == 2", YES),
        power("p > 2", NO, SIM),
        power("p >= 2", MIXED, SIM),
        power("p > 1 and p < 2", NO, SIM),
        Twin(YES, SIM, "abs(psi)**2", hyperbolic=True),
    ),
    # Pieces psi' = theta - 2 a psi (psi > 0), theta - 2 b psi (psi < 0). |a|, |b| < 1: half turns multiply by
    # exp(-pi a/sqrt(1 - a^2)), so the sign of a + b decides. b <= -1: an expanding ray. a >= 1 > -b: orbits end on
    # a ray.
    "weights of two sides": (
        kinked("1/2", "-1/4", YES),
        kinked("1/4", "-1/2", NO),
        kinked("1/2", "-1/2", NO),
        kinked("2", "-1/2", YES),
        kinked("1/2", "-1", NO),
        kinked("1/2", "-1/4", YES, SIM),  # the exponents of the two sides are those of the flow, up to O(h)
        kinked("1/4", "-1/2", NO, SIM),
        kinked("1/2", "0", YES),
        kinked("1/2", "1/2", YES, SIM),
        Twin(NO, penalty="abs(psi)*psi/4"),  # a = 1/4, b = -1/4: closed orbits
        Twin(NO, penalty="abs(psi)*psi"),  # a = 1, b = -1
        Twin(YES, penalty="psi**2/4", hyperbolic=True),
        Twin(YES, penalty="max(0, psi)**3"),  # V' = -3 max(0, psi)^3
        Twin(NO, penalty="max(0, psi - 1/100)**2"),  # inactive near 0: a linear centre
        Twin(NO, penalty="max(0, psi + 1/100)**2"),  # not stationary
    ),
    # Partial derivatives at 0 exist and say -1, but v is not differentiable: on theta = psi it is (c/2 - 1) theta.
    # r r' <= (c/2 - 1) r^2. c = 2: a line of equilibria. Homogeneous, so the same for small steps.
    "not differentiable": (
        ratio("1", YES),
        ratio("2", NO),
        ratio("4", NO),
        ratio("1", YES, SIM),
        ratio("2", NO, SIM),
        ratio("4", NO, SIM),
        # V' = -2 psi^2 theta^4/r^4: exponentially stable, with partial derivatives at 0 that are those of a centre.
        Twin(YES, penalty="theta**2*psi**2/(theta**2 + psi**2)"),
        Twin(YES, SIM, penalty="theta**2*psi**2/(theta**2 + psi**2)"),
        Twin(NO, penalty="-theta**2*psi**2/(theta**2 + psi**2)"),
    ),
    # v = -x: the multiplier 1 - h.
    "h at the flip": (
        Twin(YES, SIM, rows=("-theta", "-psi"), parameters={"h": "h > 0 and h < 2"}, hyperbolic=True),
        Twin(MIXED, SIM, rows=("-theta", "-psi"), parameters={"h": "h > 0 and h <= 2"}),
        Twin(NO, SIM, rows=("-theta", "-psi"), parameters={"h": "h == 2"}),
        Twin(NO, SIM, rows=("-theta", "-psi"), parameters={"h": "h >= 2"}),
        # h = 2: theta -> -theta + 2 (p theta^2 + q theta^3), second iterate theta - 2 (4 p^2 + 2 q) theta^3 + ...
        Twin(YES, SIM, rows=("-theta + theta**2", "-psi/2"), parameters={"h": "h == 2"}),
        Twin(YES, SIM, rows=("-theta + theta**2 - theta**3", "-psi/2"), parameters={"h": "h == 2"}),
        Twin(NO, SIM, rows=("-theta + theta**2 - 3*theta**3", "-psi/2"), parameters={"h": "h == 2"}),
        Twin(NO, SIM, rows=("-theta - theta**3", "-psi/2"), parameters={"h": "h == 2"}),
    ),
    # Simultaneous R1 on the linear game: det = 1 - h gamma + h^2. At its end the map is linear and keeps an ellipse.
    "h at the bound": (
        Twin(YES, SIM, "psi**2/2", parameters={"h": "h > 0 and h < 1"}, hyperbolic=True),
        Twin(MIXED, SIM, "psi**2/2", parameters={"h": "h > 0 and h <= 1"}),
        Twin(NO, SIM, "psi**2/2", parameters={"h": "h == 1"}),
        Twin(NO, SIM, "psi**2/2", parameters={"h": "h >= 1"}),
    ),
    # Alternating: theta+ = theta - h psi, psi+ = psi + h theta+ - h psi^3. For h < 2 its linear part L keeps
    # Q = theta^2 - h theta psi + psi^2, which changes by e = -((2 - h^2) psi + h theta) h psi^3 + ... Its average over
    # the ellipses of Q has the sign of the average of log det F' = -3 h psi^2 + ... (no quadratic terms): negative.
    # For order 3 (h^2 = 3) and 5, 6, ... L keeps no quartic but Q^2, so this decides. Order 4 (h^2 = 2):
    # e(x) + e(Lx) + ... = -4 (theta psi^3 + (theta - h psi)(h theta - psi)^3) < 0. h > 2: a multiplier < -1.
    # With psi^2 besides, h^2 = 3: the sum of e = 3 theta psi^2 - h psi^3 over L's orbit is -9 at (1, 0): a cubic that
    # L keeps, so F^3 = id + c conj(z)^2 + ... with c != 0, which is unstable.
    "resonant h": (
        Twin(YES, ALT, "psi**4/4", parameters={"h": "h == 1"}),
        Twin(YES, ALT, "psi**4/4", parameters={"h": "h == 1/2"}),
        Twin(YES, ALT, "psi**4/4", parameters={"h": "h**2 == 2 and h > 0"}),
        Twin(YES, ALT, "psi**4/4", parameters={"h": "h**2 == 3 and h > 0"}),
        Twin(YES, ALT, "psi**4/4", parameters={"h": "h > 0 and h < 2"}),
        Twin(NO, ALT, "-psi**4/4", parameters={"h": "h > 0 and h < 1"}),
        Twin(MIXED, ALT, "psi**4/4", parameters={"h": "h > 0"}),
        Twin(NO, ALT, "psi**4/4 - psi**3/3", parameters={"h": "h**2 == 3 and h > 0"}),
        Twin(NO, ALT, "psi**4/4", parameters={"h": "h > 2"}),
        Twin(NO, ALT, "0", parameters={"h": "h > 0"}),  # linear, and keeps the area
        Twin(YES, ALT, "psi**4/4"),
        Twin(NO, SIM, "psi**4/4"),
        Twin(YES, "flow", "psi**4/4"),
    ),
    # Data at c: v'_22 = 2 c^2 f2 - gamma, v'_12 v'_21 = -f1^2.
    "data at c": (
        Twin(YES, SIM, f=None, data="c", parameters={"c": "c != 0"}, hyperbolic=True),
        Twin(MIXED, SIM, f=None, data="c", parameters={"c": "real"}),
        Twin(YES, SIM, R1, f=None, data="c", parameters={"c": "real", "gamma": "gamma > 0"}, hyperbolic=True),
        Twin(
            MIXED,
            SIM,
            R1,
            f=None,
            assume="f1 != 0",
            data="c",
            parameters={"c": "real", "gamma": "gamma > 0"},
            slow=True,
        ),
        Twin(NO, SIM, data="c", parameters={"c": "c != 0"}),
        Twin(YES, SIM, "psi**2", "theta**2", hyperbolic=True),
        Twin(NO, SIM, "psi**2", "theta**2", data="1"),  # G's penalty moves the equilibrium
        Twin(MIXED, SIM, "psi**2", "theta**2", data="c", parameters={"c": "real"}),
    ),
    # E_mix: mixed samples are u theta with u uniform on [0, 1]; |grad D| = |psi|.
    "kinks of E_mix": (
        Twin(NO, SIM, "E_mix((norm(grad(D)) - 1)**2)", f=None),  # pushes away from psi = 0
        Twin(NO, "flow", "E_mix((norm(grad(D)) - 1)**2)", f=None),
        Twin(YES, SIM, "E_mix(norm(grad(D))**2)", f=None, hyperbolic=True),
        Twin(NO, SIM, "E_mix(max(0, norm(grad(D)) - 1)**2)", f=None),  # inactive
        Twin(YES, SIM, "E_mix(max(0, norm(grad(D)))**2)", f=None),  # it is psi^2
        Twin(YES, penalty="E_mix(max(0, D)**2)"),  # V' = -2/3 psi^2 theta^2 where psi theta > 0: LaSalle
        Twin(YES, penalty="E_mix(D**2)"),
        Twin(NO, penalty="-E_mix(D**2)"),
        Twin(NO, SIM, "E_mix(D**2)"),
        Twin(YES, penalty="E_mix(abs(D))"),  # |theta| sign(psi)/2 < |theta|: V' = -|theta psi|/2, no sliding
        Twin(NO, penalty="2*E_mix(abs(D))"),  # |theta| sign(psi): every (t, 0) is at rest
        Twin(NO, penalty="3*E_mix(abs(D))"),
    ),
    # sign(psi) psi = |psi|: (t, 0) with |t| <= 1 at rest in the flow; descent is thrown to |psi| ~ h from every side.
    "jumps": (
        Twin(NO, penalty="sign(psi)*psi"),
        Twin(NO, SIM, "sign(psi)*psi"),
        Twin(NO, penalty="-abs(psi)"),
        Twin(YES, SIM, "sign(psi)**2*psi**2"),
        Twin(NO, SIM, "psi**2 + psi"),  # not stationary
        Twin(YES, SIM, "sqrt(psi**2 + c)", parameters={"c": "c > 0"}, hyperbolic=True),
        Twin(MIXED, SIM, "sqrt(psi**2 + c)", parameters={"c": "c >= 0"}),
    ),
    # Zero-sum keeps V for every f. Non-saturating: V' = theta psi (f'(psi theta) - f'(-psi theta))
    # = 2 f2 theta^2 psi^2 + ...; zero where f' is even. Descent never converges at a centre.
    "non-saturating": (
        Twin(YES, f=None, generator="non-saturating"),
        Twin(MIXED, f=None, generator="non-saturating", assume="f1 != 0 and f2 <= 0"),
        Twin(MIXED, f=None, generator="non-saturating", assume="f1 != 0"),
        Twin(NO, f=None, generator="non-saturating", assume="f1 != 0 and f2 > 0"),
        Twin(NO, f=None),
        Twin(NO, SIM, f=None, generator="non-saturating"),
        Twin(YES, f="t - t**2", generator="non-saturating"),
        Twin(NO, f="t + t**2", generator="non-saturating"),
        Twin(YES, f="t - t**4", generator="non-saturating"),  # V' = -8 (theta psi)^4
        Twin(NO, f="t - t**3", generator="non-saturating"),
        Twin(NO, f="tanh(t)", generator="non-saturating"),
        Twin(YES, f="-exp(-t)", generator="non-saturating"),
        Twin(NO, f="t**3", penalty="psi**4"),  # psi = 0 consists of equilibria
        Twin(NO, f="t**3", penalty="psi**2"),
    ),
    # V' = -psi dP/dpsi; odd orders leave a reversible centre, (theta, psi, t) -> (theta, -psi, -t).
    "order of the penalty": (
        Twin(YES, penalty="psi**4"),
        Twin(NO, penalty="psi**3"),
        Twin(NO, penalty="-psi**4"),
        Twin(YES, penalty="psi**4 + psi**3/10"),  # the first Lyapunov coefficient is that of psi^4: psi^3 is reversible
        Twin(YES, penalty="E_fake(D**2)"),
        Twin(NO, penalty="E_fake(D**3)"),
        Twin(YES, penalty="E_fake(D**4)"),
        Twin(YES, penalty="E_fake(abs(D)**3)"),
        Twin(NO, penalty="E_real(D**2)"),  # it is 0
        Twin(NO, SIM, "E_fake(D**2)", f=None),
        Twin(NO, penalty="E_fake(D)/2"),  # a slower linear centre
        Twin(NO, penalty="2*E_fake(D)"),  # a saddle
    ),
    # psi' = theta - |psi|^(1/2) sign(psi): psi = theta |theta| at once, and theta' = -a theta + o(theta).
    "damped at once": (
        Twin(YES, penalty="2/3*abs(psi)**(3/2)", on_g="theta**2/200"),
        Twin(NO, penalty="2/3*abs(psi)**(3/2)", on_g="-theta**2/200"),
        Twin(YES, penalty="2/3*abs(psi)**(3/2)"),
        Twin(MIXED, penalty="2/3*abs(psi)**(3/2)", on_g="a*theta**2/2", parameters={"a": "real"}),
        Twin(NO, penalty="-2/3*abs(psi)**(3/2)", on_g="theta**2/200"),
        Twin(NO, SIM, penalty="2/3*abs(psi)**(3/2)", on_g="theta**2/200"),
    ),
    # v = J x + o(r) with tr J = -1/100, 1/100 or 0; in the last case (theta, t) -> (-theta, -t) changes nothing.
    "norms": (
        Twin(YES, rows=("-psi - theta/100 + psi*sqrt(theta**2 + psi**2)", "theta")),
        Twin(NO, rows=("-psi + theta/100 + psi*sqrt(theta**2 + psi**2)", "theta")),
        Twin(NO, rows=("-psi + psi*sqrt(theta**2 + psi**2)", "theta")),
        Twin(NO, SIM, rows=("-psi - theta/100 + psi*sqrt(theta**2 + psi**2)", "theta"), parameters={"h": "h > 1/100"}),
        Twin(YES, rows=("-psi - theta*sqrt(theta**2 + psi**2)", "theta - psi*sqrt(theta**2 + psi**2)")),
    ),
    # Noise reaches the hinge's switch from everywhere: V' < 0 where psi != 0, flat at psi = 0. Without it, a centre.
    "noise that crosses": (
        Twin(YES, f="hinge", noise="1"),
        Twin(NO, f="hinge"),
        Twin(MIXED, f="hinge", noise="s", parameters={"s": "real"}),
        Twin(NO, SIM, f="hinge", noise="1"),
    ),
    # theta' = a theta + s theta^3: at a = 0 the cube decides.
    "a at 0": (
        Twin(YES, rows=("a*theta + theta**3", "-psi"), parameters={"a": "a < 0"}, hyperbolic=True),
        Twin(MIXED, rows=("a*theta + theta**3", "-psi"), parameters={"a": "a <= 0"}),
        Twin(YES, rows=("a*theta - theta**3", "-psi"), parameters={"a": "a <= 0"}),
        Twin(MIXED, rows=("a*theta", "-psi"), parameters={"a": "a <= 0"}),
        Twin(MIXED, rows=("a*theta - theta**3", "-psi"), parameters={"a": "real"}),
        # the second equation adds -theta^3 on the centre manifold psi = theta^2 + ...
        Twin(NO, rows=("theta*psi", "-psi + theta**2")),
        Twin(YES, rows=("theta*psi - 2*theta**3", "-psi + theta**2")),
        Twin(YES, rows=("theta*psi", "-psi - theta**2")),
    ),
}


def problems_of(twins: Iterable[Twin], ask: Any) -> list[str]:
    problems = []
    for twin in twins:
        found = ask(twin.document)["own"]
        allowed = {twin.truth} if twin.hyperbolic else {twin.truth, "undecided"}
        if found not in allowed:
            problems.append(f"{found}, but the answer is {twin.truth}: {twin.document}")
    return problems


@pytest.mark.parametrize("group", list(TWINS))
def test_a_hair_changes_the_verdict(group: str, ask: Any) -> None:
    problems = problems_of([twin for twin in TWINS[group] if not twin.slow], ask)
    assert not problems, "\n".join(problems)


@pytest.mark.nightly
def test_a_hair_changes_the_slow_verdicts(ask: Any) -> None:
    problems = problems_of([twin for group in TWINS.values() for twin in group if twin.slow], ask)
    assert not problems, "\n".join(problems)
