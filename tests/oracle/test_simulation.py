"""The simulation oracle: no verdict contradicts what flow and maps are seen to do on the Dirac-GAN.

Every piece of a proposal is written twice: as text for the engine, and as its NumPy gradient, worked out by hand. With
data at 0, D(fake) = psi theta, D(real) = 0 and grad D = psi:
theta' = -psi f'(psi theta) - dP_G/dtheta (non-saturating: f'(-psi theta)), psi' = theta f'(psi theta) - dP_D/dpsi.

What is seen is judged with care. "decays": every start, at every radius, is much closer to 0 late than early.
"leaves": a start at the smallest radius grows, or starts at all larger ones do while the smallest ones do not shrink.
The flow must do so for two steps of Runge-Kutta, a map without declared h for two small h. All else is "unclear", and
contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Array = Any
# The smallest is below the small cycles that a map with a term of order 3/2 has around an unstable point.
RADII = np.array([1e-6, 0.002, 0.02, 0.1, 0.3])
ANGLES = 0.1 + np.arange(10) * (2 * np.pi / 10)
LENGTH = 160.0
FAR = 4.0
NIGHTLY = settings().max_examples >= 2000

OBJECTIVES: dict[str, Callable[[Array], Array]] = {  # f'
    "standard": lambda t: 1 / (1 + np.exp(t)),
    "wasserstein": lambda t: np.ones_like(t),
    "least-squares": lambda t: 1 - t,
    "-exp(-t)": lambda t: np.exp(-t),
    "tanh(t)": lambda t: 1 / np.cosh(t) ** 2,
    "t - t**2": lambda t: 1 - 2 * t,
    "t - t**4": lambda t: 1 - 4 * t**3,
    "t + t**3": lambda t: 1 + 3 * t**2,
    "t**3": lambda t: 3 * t**2,
    "softplus(t) - softplus(2*t)": lambda t: 1 / (1 + np.exp(-t)) - 2 / (1 + np.exp(-2 * t)),
    "min(t, 2*t)": lambda t: np.where(t > 0, 1.0, 2.0),
    "hinge": lambda t: np.where(t < 1, 1.0, 0.0),
}


def _ratio(q: Array, p: Array) -> Array:
    """The psi-derivative of theta^2 psi^2/(theta^2 + psi^2)."""
    r = q * q + p * p
    return 2 * p * (q * q / np.where(r > 0, r, 1)) ** 2


# D's penalty: text, derivative in psi at (q, p) = (theta, psi)
D_TERMS: dict[str, Callable[[Array, Array], Array]] = {
    "psi**2": lambda q, p: 2 * p,
    "E_real(norm(grad(D))**2)": lambda q, p: 2 * p,
    "max(0, psi)**2": lambda q, p: 2 * np.maximum(0, p),
    "max(0, -psi)**2": lambda q, p: -2 * np.maximum(0, -p),
    "abs(psi)*psi": lambda q, p: 2 * np.abs(p),
    "abs(psi)**(5/2)": lambda q, p: 2.5 * np.abs(p) ** 1.5 * np.sign(p),
    "abs(psi)**3": lambda q, p: 3 * p * np.abs(p),
    "psi**3": lambda q, p: 3 * p**2,
    "psi**4": lambda q, p: 4 * p**3,
    "max(0, abs(psi) - 1)**2": lambda q, p: 2 * np.maximum(0, np.abs(p) - 1) * np.sign(p),
    "E_mix(max(0, norm(grad(D)) - 1)**2)": lambda q, p: 2 * np.maximum(0, np.abs(p) - 1) * np.sign(p),
    "E_fake(D**2)": lambda q, p: 2 * p * q**2,
    "E_fake(D**3)": lambda q, p: 3 * p**2 * q**3,
    "E_fake(max(0, D)**2)": lambda q, p: 2 * q * np.maximum(0, p * q),
    "E_mix(D**2)": lambda q, p: 2 / 3 * p * q**2,
    "E_fake(D**2*norm(grad(D))**2)": lambda q, p: 4 * p**3 * q**2,
    "psi**2*theta": lambda q, p: 2 * p * q,
    "psi*theta**2": lambda q, p: q**2,
    "psi*theta/2": lambda q, p: q / 2,
    "max(0, theta)*psi**2": lambda q, p: 2 * p * np.maximum(0, q),
    "abs(theta)*psi**2": lambda q, p: 2 * p * np.abs(q),
    "theta**2*psi**2/(theta**2 + psi**2)": _ratio,
    "sqrt(psi**2 + 1)": lambda q, p: p / np.sqrt(p**2 + 1),
    "psi**4/(1 + psi**2)": lambda q, p: (4 * p**3 + 2 * p**5) / (1 + p**2) ** 2,
}
# Discontinuous, or of infinite slope: the simulated flow chatters around the truth.
ROUGH_TERMS: dict[str, Callable[[Array, Array], Array]] = {
    "abs(psi)": lambda q, p: np.sign(p),
    "abs(psi)**(3/2)": lambda q, p: 1.5 * np.sqrt(np.abs(p)) * np.sign(p),
    "E_fake(abs(D))": lambda q, p: np.abs(q) * np.sign(p),
    "E_mix(abs(D))": lambda q, p: np.abs(q) * np.sign(p) / 2,
    "E_mix((norm(grad(D)) - 1)**2)": lambda q, p: 2 * (np.abs(p) - 1) * np.sign(p),
    "max(psi, theta)**2": lambda q, p: np.where(p > q, 2 * p, 0.0),
}
# G's penalty: text, derivative in theta
G_TERMS: dict[str, Callable[[Array, Array], Array]] = {
    "theta**2": lambda q, p: 2 * q,
    "theta**4": lambda q, p: 4 * q**3,
    "max(0, theta)**2": lambda q, p: 2 * np.maximum(0, q),
    "abs(theta)**3": lambda q, p: 3 * q * np.abs(q),
    "psi**2*theta**2": lambda q, p: 2 * q * p**2,
}
ALL_D = D_TERMS | ROUGH_TERMS
Term = tuple[str, str]  # weight, text


@dataclass(frozen=True)
class Case:
    """A proposal: the weights are numbers as text, or the parameter `w`."""

    f: str
    discriminator: tuple[Term, ...] = ()
    generator: tuple[Term, ...] = ()
    saturating: bool = True
    condition: str | None = None  # on w

    @property
    def document(self) -> dict[str, Any]:
        def written(terms: Iterable[Term]) -> str:
            return " + ".join(f"({w})*({text})" for w, text in terms) or "0"

        parameters = {"w": self.condition} if self.condition else {}
        return {
            "parameters": parameters,
            "objective": {"f": self.f, "generator": "zero-sum" if self.saturating else "non-saturating"},
            "penalty": {"discriminator": written(self.discriminator), "generator": written(self.generator)},
            "training": {"update": "flow"},
        }

    @property
    def values(self) -> tuple[float, ...]:
        """Values of w to simulate."""
        positive, negative = (0.25, 1.0), (-0.25, -1.0)
        choices = {"w > 0": positive, "w < 0": negative, "w >= 0": (0.0, *positive)}
        choices["real"] = (0.0, *positive, *negative)
        return choices[self.condition] if self.condition else (0.0,)

    @property
    def roughness(self) -> float:
        rough = [w for w, text in self.discriminator if text in ROUGH_TERMS]
        return sum(2.0 if w == "w" else 2 * abs(float(Fraction(w))) for w in rough)

    def rows(self, w: float) -> tuple[Callable[[Array, Array], Array], Callable[[Array, Array], Array]]:
        slope = OBJECTIVES[self.f]
        side = 1 if self.saturating else -1

        def weight(text: str) -> float:
            return w if text == "w" else float(Fraction(text))

        on_d = [(weight(x), ALL_D[text]) for x, text in self.discriminator]
        on_g = [(weight(x), G_TERMS[text]) for x, text in self.generator]

        def theta(q: Array, p: Array) -> Array:
            return -p * slope(side * p * q) - sum(c * d(q, p) for c, d in on_g)

        def psi(q: Array, p: Array) -> Array:
            return q * slope(p * q) - sum(c * d(q, p) for c, d in on_d)

        return theta, psi


def _runge_kutta(rows: Any, h: float) -> Any:
    def step(q: Array, p: Array) -> tuple[Array, Array]:
        a, b = (v(q, p) for v in rows)
        c, d = (v(q + h / 2 * a, p + h / 2 * b) for v in rows)
        e, f = (v(q + h / 2 * c, p + h / 2 * d) for v in rows)
        g, k = (v(q + h * e, p + h * f) for v in rows)
        return q + h / 6 * (a + 2 * c + 2 * e + g), p + h / 6 * (b + 2 * d + 2 * f + k)

    return step


def _simultaneous(rows: Any, h: float) -> Any:
    return lambda q, p: (q + h * rows[0](q, p), p + h * rows[1](q, p))


def _alternating(rows: Any, h: float) -> Any:
    def step(q: Array, p: Array) -> tuple[Array, Array]:
        q = q + h * rows[0](q, p)
        return q, p + h * rows[1](q, p)

    return step


RULES = {"flow": (_runge_kutta, (0.1, 0.05)), "simultaneous": (_simultaneous, (0.05, 0.02))}
RULES["alternating"] = (_alternating, RULES["simultaneous"][1])


def _windows(step: Any, h: float) -> tuple[Array, Array]:
    """The largest distance of each start (radius, angle) from 0, early and late."""
    q, p = RADII[:, None] * np.cos(ANGLES), RADII[:, None] * np.sin(ANGLES)
    count = int(LENGTH / h)
    early, late = np.zeros_like(q), np.zeros_like(q)
    with np.errstate(all="ignore"):
        for n in range(count):
            new_q, new_p = step(q, p)
            if n % 8 == 0:
                size = np.hypot(q, p)
                lost = ~(size < FAR)
                if lost.any():
                    q, p = np.where(lost, FAR, q), np.where(lost, 0.0, p)
                    new_q, new_p, size = np.where(lost, FAR, new_q), np.where(lost, 0, new_p), np.where(lost, FAR, size)
                if count // 6 <= n < count // 3:
                    early = np.maximum(early, size)
                elif n >= count - count // 6:
                    late = np.maximum(late, size)
            q, p = new_q, new_p
    return early, np.where(np.isfinite(late), late, FAR)


@cache
def seen(case: Case, rule: str, w: float) -> str:
    """What the simulation says: "decays", "leaves" or "unclear"."""
    make, steps = RULES[rule]
    answers = set()
    for h in steps:
        early, late = _windows(make(case.rows(w), h), h)
        noise = 5 * h * case.roughness if rule == "flow" else 0.0
        near, start = RADII[:, None], np.maximum(early, RADII[:, None])
        grows = ((late > 1.25 * start) | (late > np.maximum(5 * near, 0.9 * early))) & (late > noise)
        shrinks = (late < 0.75 * start) & (late < 0.97 * early)
        if grows[0].any() or (grows[3:].any(axis=1).all() and (late[1:3] > 0.9999 * early[1:3]).all()):
            answers.add("leaves")
        elif not noise and shrinks[3:].all() and (late <= start).all():
            answers.add("decays")
        else:
            answers.add("unclear")
        if answers != {"leaves"} and answers != {"decays"}:
            return "unclear"
    return answers.pop()


def contradictions(case: Case, verdicts: dict[str, str]) -> list[str]:
    problems = []
    for rule in RULES:
        verdict = verdicts[rule]
        if verdict == "conditional" and case.condition is None:
            problems.append(f"{rule}: conditional, but there is nothing to choose: {case.document}")
        impossible = {"converges": "leaves", "does-not-converge": "decays"}.get(verdict)
        problems += [
            f"{rule}: {verdict}, but w = {w} {impossible}: {case.document}"
            for w in (case.values if impossible else ())
            if seen(case, rule, w) == impossible
        ]
    return problems


def _kinked(a: str, b: str) -> Case:
    return Case("wasserstein", ((a, "max(0, psi)**2"), (b, "max(0, -psi)**2")))


KNOWN = {  # what the simulation must be able to see, or it would contradict nothing
    "R1": (Case("wasserstein", (("1/4", "psi**2"),)), dict.fromkeys(RULES, "decays")),
    "R1 with the wrong sign": (Case("wasserstein", (("-1/4", "psi**2"),)), dict.fromkeys(RULES, "leaves")),
    "quartic": (Case("wasserstein", (("1", "psi**4"),)), {"flow": "decays", "simultaneous": "leaves"}),
    "kinked, damped": (_kinked("1/2", "-1/4"), {"flow": "decays"}),
    "kinked, driven": (_kinked("1/4", "-1/2"), {"flow": "leaves"}),
    "non-saturating": (Case("t - t**2", saturating=False), {"flow": "decays", "simultaneous": "leaves"}),
    "unregularised": (Case("wasserstein"), {"flow": "unclear", "simultaneous": "leaves", "alternating": "unclear"}),
    "sticking": (Case("wasserstein", (("1", "abs(psi)"),)), {"flow": "unclear", "simultaneous": "leaves"}),
}

TABLE = [
    *(case for case, _ in KNOWN.values()),
    Case("wasserstein", (("w", "max(0, psi)**2"),), condition="w > 0"),
    Case("wasserstein", (("1/2", "abs(psi)*psi"),)),
    Case("wasserstein", (("w", "theta**2*psi**2/(theta**2 + psi**2)"),), condition="w > 0"),
    Case("standard", (("w", "E_mix((norm(grad(D)) - 1)**2)"),), condition="w > 0"),
    Case("wasserstein", (("w", "E_fake(D**2)"),), condition="real"),
    Case("wasserstein", (("1/2", "E_mix(abs(D))"),)),
    Case("-exp(-t)", saturating=False),
    Case("t**3", (("1", "psi**2"),)),
    Case("min(t, 2*t)", (("1/2", "psi**2"),)),
    Case("standard", (("1/2", "max(0, abs(psi) - 1)**2"),), saturating=False),
]


@pytest.mark.parametrize("name", list(KNOWN))
def test_the_simulation_sees_what_is_known(name: str) -> None:
    case, expected = KNOWN[name]
    assert {rule: seen(case, rule, 0.0) for rule in expected} == expected


@pytest.mark.parametrize("number", range(len(TABLE)))
def test_no_verdict_of_the_table_contradicts_the_simulation(number: int, ask: Any) -> None:
    case = TABLE[number]
    assert not contradictions(case, ask(case.document))


@st.composite
def cases(draw: Any) -> Case:
    weights = st.sampled_from(["1/4", "1/2", "1", "-1/4", "-1/2"])
    condition = draw(st.sampled_from([None, None, None, "w > 0", "w < 0", "w >= 0"]))
    texts = draw(st.lists(st.sampled_from([*D_TERMS, *D_TERMS, *ROUGH_TERMS]), max_size=3, unique=True))
    on_d = [(draw(weights), text) for text in texts]
    on_g = [(draw(weights), text) for text in draw(st.lists(st.sampled_from(list(G_TERMS)), max_size=1))]
    if on_d and condition:
        on_d[0] = ("w", on_d[0][1])
    used = condition if on_d else None
    return Case(draw(st.sampled_from(list(OBJECTIVES))), tuple(on_d), tuple(on_g), draw(st.booleans()), used)


@settings(max_examples=2000 if NIGHTLY else 10, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_no_random_verdict_contradicts_the_simulation(ask: Any, case: Case) -> None:
    assert not contradictions(case, ask(case.document))


SMOOTH = [text for text in D_TERMS if not any(word in text for word in ("abs", "max", "/(theta"))]


@st.composite
def smooth_cases(draw: Any) -> Case:
    weights = st.sampled_from(["1/4", "1/2", "1", "-1/4", "-1/2"])
    texts = draw(st.lists(st.sampled_from(SMOOTH), min_size=1, max_size=3, unique=True))
    on_g = draw(st.lists(st.sampled_from(["theta**2", "theta**4", "psi**2*theta**2"]), max_size=1))
    objective = draw(st.sampled_from([name for name in OBJECTIVES if name != "min(t, 2*t)"]))
    pairs = [tuple((draw(weights), text) for text in some) for some in (texts, on_g)]
    return Case(objective, pairs[0], pairs[1], draw(st.booleans()))


@settings(max_examples=2000 if NIGHTLY else 40, suppress_health_check=list(HealthCheck))
@given(case=smooth_cases())
def test_every_hyperbolic_proposal_is_decided(ask: Any, case: Case) -> None:
    """Trace and determinant of v' by central differences of the hand-written rows, far from the boundary."""
    step = 1e-4

    def slope(row: Any, q: float, p: float) -> float:
        ends = [float(row(np.array(s * q), np.array(s * p))) for s in (1, -1)]
        return (ends[0] - ends[1]) / (2 * step)

    # The rows are C^3 with derivatives of order 10, so the error is below 1e-6; weights are multiples of 1/4.
    (a, b), (c, d) = ([slope(row, step, 0.0), slope(row, 0.0, step)] for row in case.rows(0.0))
    trace, determinant = a + d, a * d - b * c
    if abs(determinant) < 1e-3 or (determinant > 0 and abs(trace) < 1e-3):
        return
    stable = trace < 0 < determinant
    expected = dict.fromkeys(RULES, "converges" if stable else "does-not-converge")
    assert {rule: verdict for rule, verdict in ask(case.document).items() if rule in RULES} == expected
