"""Regions of stable parameters and step sizes: exact, short, and what the claim check compares them with.

Every row has the region in closed form, as a Python condition on fractions, and the matrix of one period, written out
here. The condition is compared with the spectral radius of the matrix by numpy; the printed region is read back as
Python over fractions and compared with the condition on a grid that holds points of the boundary.
"""

from __future__ import annotations

# ruff: noqa: S307 - the texts that are evaluated are regions that convergan printed
import dataclasses
import functools
import itertools
import re
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic import read_proposal
from convergan.symbolic import regions as regions_module
from convergan.symbolic.claims import check_claims
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import TRUE, compare
from convergan.symbolic.printing import formula_text
from convergan.symbolic.regions import critical_region, stable_region, step_size_region

G, H = {"gamma": "gamma > 0"}, {"h": "h > 0"}
R1 = "gamma/2*E_real(norm(grad(D))**2)"
CONSENSUS = "gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
W = {"f": "wasserstein"}

POSITIVE = [Fraction(v) for v in ("1/10", "1/3", "1/2", "3/4", "1", "4/3", "3/2", "2", "5/2", "3", "4", "6")]
REAL = [*POSITIVE, *(-v for v in POSITIVE), Fraction(0)]
SLOPES = [Fraction(v) for v in ("-2", "-1/2", "1/3", "1", "3/2")]
CURVES = [Fraction(v) for v in ("-3", "-1", "-1/4")]
EYE = np.eye(2)


def d(penalty: str, **more: Any) -> dict[str, Any]:
    return {"penalty": {"discriminator": penalty}, **more}


def t(update: str, **more: Any) -> dict[str, Any]:
    return {"training": {"update": update, **more}}


def field(damping: float, slope: float = 1.0, decay: float = 0.0) -> np.ndarray:
    return np.array([[-decay, -slope], [slope, -damping]])


def alternating(matrix: np.ndarray, h: float, momentum: float = 0.0) -> np.ndarray:
    """One step of both players with heavy ball, on (theta, psi, u, w)."""
    columns = []
    for unit in np.eye(4):
        theta, psi, u, w = unit
        u = momentum * u + matrix[0] @ [theta, psi]
        theta = theta + h * u
        w = momentum * w + matrix[1] @ [theta, psi]
        columns.append([theta, psi + h * w, u, w])
    return np.array(columns).T


@dataclasses.dataclass(frozen=True)
class Row:
    """A proposal, one of its regions, the truth about it, and how long it may be."""

    document: Mapping[str, Any]
    key: str
    axes: Mapping[str, list[Fraction]]
    region: Callable[..., bool]
    matrix: Callable[..., np.ndarray] | None
    longest: int
    flow: bool = False


def f1h(**axes: list[Fraction]) -> dict[str, list[Fraction]]:
    return {"f1": SLOPES, "h": POSITIVE, **axes}


TABLE = {
    "R1, simultaneous": Row(
        d(R1, parameters=G), "step_size", f1h(gamma=POSITIVE),
        lambda h, gamma, f1: h * f1**2 < gamma and f1**2 * h**2 + 4 > 2 * gamma * h,
        lambda h, gamma, f1: EYE + h * field(gamma, f1), 55),
    "R1, alternating": Row(
        d(R1, parameters=G, **t("alternating")), "step_size", f1h(gamma=POSITIVE),
        lambda h, gamma, f1: f1**2 * h**2 + 2 * gamma * h < 4,
        lambda h, gamma, f1: alternating(field(gamma, f1), h), 30),
    "R1, gamma real": Row(
        d(R1, parameters={"gamma": "real"}, **t("flow")), "condition", {"f1": SLOPES, "gamma": REAL},
        lambda gamma, f1: gamma > 0, None, 9),
    "R1, simultaneous, h declared": Row(
        d(R1, parameters=G | H, objective=W), "condition", {"h": POSITIVE, "gamma": POSITIVE},
        lambda h, gamma: h < gamma and h**2 + 4 > 2 * gamma * h, lambda h, gamma: EYE + h * field(gamma), 40),
    "R1, alternating, h declared": Row(
        d(R1, parameters=G | H, objective=W, **t("alternating")), "condition", {"h": POSITIVE, "gamma": POSITIVE},
        lambda h, gamma: h**2 + 2 * gamma * h < 4, lambda h, gamma: alternating(field(gamma), h), 25),
    "R1, gamma and h real": Row(
        d(R1, parameters={"gamma": "real", "h": "real"}, objective=W), "condition", {"h": REAL, "gamma": REAL},
        lambda h, gamma: gamma * h > h**2 and h**2 + 4 > 2 * gamma * h,
        lambda h, gamma: EYE + h * field(gamma), 50),
    "two step sizes": Row(
        d(R1, parameters=G | H | {"r": "r > 0"}, objective=W, training={"h_ratio": "r"}), "condition",
        {"h": POSITIVE[::2], "gamma": POSITIVE, "r": POSITIVE[::2]},
        lambda h, gamma, r: h < gamma and h**2 * r + 4 > 2 * gamma * h * r,
        lambda h, gamma, r: EYE + h * np.diag([1, r]) @ field(gamma), 45),
    "h_ratio real": Row(
        d(R1, parameters=G | {"r": "real"}, training={"h_ratio": "r"}), "step_size",
        {"f1": SLOPES[1:4], "h": POSITIVE[::2], "gamma": POSITIVE[1::2], "r": REAL[::2]},
        lambda h, gamma, r, f1: r > 0 and h * f1**2 < gamma and f1**2 * h**2 * r + 4 > 2 * gamma * h * r,
        lambda h, gamma, r, f1: EYE + h * np.diag([1, r]) @ field(gamma, f1), 70),
    "R1 and decay": Row(
        d(R1, parameters=G | H | {"eta": "eta > 0"}, objective=W) | {
            "penalty": {"discriminator": R1, "generator": "eta/2*norm(theta)**2"}}, "condition",
        {"h": POSITIVE[::2], "gamma": POSITIVE, "eta": POSITIVE[1::2]},
        lambda h, gamma, eta: h * (eta * gamma + 1) < eta + gamma
        and 4 - 2 * h * (eta + gamma) + h**2 * (eta * gamma + 1) > 0,
        lambda h, gamma, eta: EYE + h * field(gamma, 1, eta), 90),
    "R1 and R2": Row(
        d(f"{R1} + lam/2*E_fake(norm(grad(D))**2)", parameters={"gamma": "real", "lam": "real"}, **t("flow")),
        "condition", {"gamma": REAL, "lam": REAL}, lambda gamma, lam: gamma + lam > 0, None, 15),
    "instance noise": Row(
        {"parameters": {"s": "real"}, "objective": {"instance_noise": "s"}}, "step_size",
        f1h(s=REAL[::2], f2=CURVES),
        lambda h, s, f1, f2: h * f1**2 < -2 * f2 * s**2 and f1**2 * h**2 + 4 * f2 * h * s**2 + 4 > 0,
        lambda h, s, f1, f2: EYE + h * field(-2 * f2 * s**2, f1), 70),
    "instance noise that may be none": Row(
        {"parameters": {"s": "real"}, "objective": {"instance_noise": "s"}, **t("flow")}, "condition", {"s": REAL},
        lambda s: s != 0, None, 9),
    "consensus": Row(
        {"parameters": G | H, "penalty": {"discriminator": CONSENSUS, "generator": CONSENSUS}, "objective": W},
        "condition", {"h": POSITIVE, "gamma": POSITIVE}, lambda h, gamma: h * (1 + gamma**2) < 2 * gamma,
        lambda h, gamma: EYE + h * field(gamma, 1, gamma), 30),
    "consensus as a rule": Row(
        {"parameters": {"gamma": "real"}, **t("consensus", consensus_weight="gamma")}, "step_size", f1h(gamma=REAL),
        lambda h, gamma, f1: h * (1 + gamma**2 * f1**2) < 2 * gamma,
        lambda h, gamma, f1: EYE + h * (field(0, f1) - gamma * field(0, f1).T @ field(0, f1)), 40),
    "Nagarajan and Kolter": Row(
        {"parameters": {"eta": "eta > 0"} | H, "objective": W, "penalty": {"generator": "eta*norm(grad_psi(L))**2"}},
        "condition", {"h": POSITIVE, "eta": POSITIVE}, lambda h, eta: h < 2 * eta and h**2 + 4 > 4 * eta * h,
        lambda h, eta: EYE + h * field(0, 1, 2 * eta), 35),
    "extragradient": Row(
        t("extragradient"), "step_size", f1h(), lambda h, f1: f1**2 * h**2 < 1,
        lambda h, f1: EYE + h * field(0, f1) @ (EYE + h * field(0, f1)), 14),
    "extragradient with R1": Row(
        d(R1, parameters=G | H, objective=W, **t("extragradient")), "condition", {"h": POSITIVE, "gamma": POSITIVE},
        lambda h, gamma: h**2 + 1 > gamma * h and gamma * h**2 + gamma + h > gamma**2 * h + h**3,
        lambda h, gamma: EYE + h * field(gamma) @ (EYE + h * field(gamma)), 70),
    "optimistic": Row(
        t("optimistic"), "step_size", f1h(), lambda h, f1: 3 * f1**2 * h**2 < 1,
        lambda h, f1: np.block([[EYE + 2 * h * field(0, f1), -h * field(0, f1)], [EYE, 0 * EYE]]), 16),
    "lookahead": Row(
        {"parameters": {"a": "real"}, **t("lookahead", lookahead_steps=2, lookahead_alpha="a")}, "step_size",
        f1h(a=REAL), lambda h, a, f1: a > 0 and a * (4 + f1**2 * h**2) < 2,
        lambda h, a, f1: (1 - a) * EYE + a * (EYE + h * field(0, f1)) @ (EYE + h * field(0, f1)), 45),
    "negative momentum": Row(
        {"parameters": {"b": "real"}, "objective": W, **t("alternating", momentum="b")}, "condition", {"b": REAL},
        lambda b: -1 < b < 0, None, 20),
    "negative momentum and h": Row(
        {"parameters": {"b": "-1 < b < 0"} | H, "objective": W, **t("alternating", momentum="b")}, "condition",
        {"h": POSITIVE, "b": [Fraction(k, 8) for k in range(-7, 0)]}, lambda h, b: h < 2 + 2 * b,
        lambda h, b: alternating(field(0), h, b), 15),
    "opponent shaping": Row(
        {"parameters": {"a": "real"}, **t("lola", opponent_rate="a")}, "step_size", f1h(a=REAL),
        lambda h, a, f1: h * (4 * a**2 * f1**2 + 1) < 4 * a,
        lambda h, a, f1: EYE + h * (field(0, f1) - 2 * a * f1**2 * EYE), 40),
    "symplectic": Row(
        {"parameters": {"lam": "real"} | H, "objective": W, **t("symplectic", symplectic_weight="lam")}, "condition",
        {"h": POSITIVE, "lam": REAL}, lambda h, lam: h * (lam**2 + 1) < 2 * lam,
        lambda h, lam: EYE + h * (field(0) - lam * EYE), 30),
    "weight that vanishes": Row(
        d("(gamma - 1)**2*E_real(norm(grad(D))**2)", parameters={"gamma": "real"}, **t("flow")), "condition",
        {"gamma": REAL}, lambda gamma: gamma != 1, None, 12),
    "four parameters": Row(
        {"parameters": dict.fromkeys("abcd", "real"), "field": {"theta": "a*theta + b*psi", "psi": "c*theta + d*psi"},
         **t("flow")}, "condition", {"a": REAL[::3], "b": REAL[::4], "c": REAL[::4], "d": REAL[::3]},
        lambda a, b, c, d: a + d < 0 and a * d > b * c,
        lambda a, b, c, d: np.array([[a, b], [c, d]]), 27, True),
    "averages on the boundary": Row(
        d(R1, parameters=G | H, objective=W, **t("averaged")), "condition", {"h": POSITIVE, "gamma": POSITIVE},
        lambda h, gamma: (h < gamma and h**2 + 4 >= 2 * gamma * h) or (h == gamma and h**2 + 4 > 2 * gamma * h),
        None, 90),
}  # fmt: skip
# The discriminant of v' is 0: solutions for the parameters, one or several.
CRITICAL = {
    "gamma > 0": (d(R1, parameters=G), {"gamma": POSITIVE}, lambda gamma, f1: gamma**2 == 4 * f1**2, 25),
    "gamma real": (d(R1, parameters={"gamma": "real"}), {"gamma": REAL}, lambda gamma, f1: gamma**2 == 4 * f1**2, 45),
    "eta real": (
        {"parameters": {"eta": "real"}, "penalty": {"generator": "eta*norm(grad_psi(L))**2"}}, {"eta": REAL},
        lambda eta, f1: eta**2 * f1**2 == 1, 40),
    "h_ratio real": (
        d(R1, parameters=G | {"r": "real"}, training={"h_ratio": "r"}), {"gamma": POSITIVE, "r": REAL},
        lambda gamma, r, f1: r * (gamma**2 * r - 4 * f1**2) == 0, 50),
}  # fmt: skip


def region_of(text: str) -> Callable[[Mapping[str, Fraction]], bool]:
    """The printed region as a Python function of fractions: Python's own reading of it, not convergan's."""
    exact = re.sub(r"(?<![\w.])(\d+)", r"Fraction(\1)", text)
    names = {
        "And": lambda *parts: all(parts), "Or": lambda *parts: any(parts), "Eq": lambda x, y: x == y,
        "Ne": lambda x, y: x != y, "Abs": abs, "Fraction": Fraction, "True": True, "__builtins__": {},
    }  # fmt: skip
    code = compile(exact, "region", "eval")
    return lambda point: eval(code, {**names, **point})


@pytest.fixture(scope="module")
def of_row(decide):
    """The analysis of a row, once."""
    return functools.cache(lambda name: decide(**TABLE[name].document))


def printed(analysis, key: str) -> str:
    region = getattr(analysis, key)
    assert region is not None
    return formula_text(region)


def grid(axes: Mapping[str, list[Fraction]]) -> list[dict[str, Fraction]]:
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


@pytest.mark.parametrize("name", TABLE)
def test_the_closed_form_is_the_truth(name):
    """The table itself, against eigenvalues by numpy; points within 1e-7 of the boundary are left to exact algebra."""
    row, seen = TABLE[name], set()
    for point in grid(row.axes) if row.matrix is not None else ():
        values = np.linalg.eigvals(row.matrix(**{k: float(v) for k, v in point.items()}))
        size = max(values.real) + 1 if row.flow else max(abs(values))
        if abs(size - 1) > 1e-7:
            assert row.region(**point) is bool(size < 1), point
            seen.add(row.region(**point))
    assert seen == ({True, False} if row.matrix is not None else set())


@pytest.mark.parametrize("name", TABLE)
def test_the_printed_region_is_exact_and_short(name, of_row):
    row = TABLE[name]
    text = printed(of_row(name), row.key)
    assert len(text) <= row.longest, text
    region = region_of(text)
    for point in grid(row.axes):
        assert region(point) is bool(row.region(**point)), (point, text)


def test_the_grids_meet_the_boundaries():
    """On a line of the grid the region ends, and is right at its end: a flipped strictness would be seen."""
    on = {
        "R1, simultaneous": lambda h, gamma, f1: h * f1**2 == gamma,
        "R1, alternating": lambda h, gamma, f1: f1**2 * h**2 + 2 * gamma * h == 4,
        "R1, simultaneous, h declared": lambda h, gamma: h**2 + 4 == 2 * gamma * h and h < gamma,
        "extragradient": lambda h, f1: f1**2 * h**2 == 1,
        "Nagarajan and Kolter": lambda h, eta: h == 2 * eta,
        "consensus": lambda h, gamma: h * (1 + gamma**2) == 2 * gamma,
        "lookahead": lambda h, a, f1: a * (4 + f1**2 * h**2) == 2,
        "negative momentum and h": lambda h, b: h == 2 + 2 * b,
        "averages on the boundary": lambda h, gamma: h == gamma == 2,
    }
    for name, boundary in on.items():
        assert any(boundary(**point) for point in grid(TABLE[name].axes)), name


def claimed(analysis, document, key: str, text: str):
    """What the claim check says about a claimed region, with time of its own."""
    analysis.prover.deadline = time.monotonic() + 60
    proposal = read_proposal({**document, "claim": {key: text}})
    (result,) = check_claims(dataclasses.replace(analysis, proposal=proposal))
    return result


MUTATIONS = ("strictness", "factor", "direction")


def mutated(text: str, mutation: str) -> str:
    """The text with one comparison changed, or with == in place of !=."""
    head = re.match(r"(.*?)(\w[^,()]*(?:\([^()]*\)[^,()]*)*) ([<>]) ((?:[^,()]|\([^()]*\))*)(.*)", text)
    if head is None:
        return text.replace("Ne(", "Eq(")
    before, left, sign, right, after = head.groups()
    new = {
        "strictness": f"{left} {sign}= {right}",
        "factor": f"{left} {sign} 2*({right}) + 1/7",
        "direction": f"{left} {'<' if sign == '>' else '>'} {right}",
    }[mutation]
    return before + new + after


@pytest.mark.parametrize("name", TABLE)
def test_what_is_printed_can_be_claimed_and_nothing_else(name, of_row):
    row, analysis = TABLE[name], of_row(name)
    text = printed(analysis, row.key)
    result = claimed(analysis, row.document, row.key, text)
    assert result.holds is True, result.reason
    for mutation in MUTATIONS if "Or" not in text else ():
        wrong = mutated(text, mutation)
        assert wrong != text
        result = claimed(analysis, row.document, row.key, wrong)
        assert result.holds is False, (wrong, result.reason)


@pytest.mark.parametrize("name", CRITICAL)
def test_critical_values(name, decide):
    document, axes, truth, longest = CRITICAL[name]
    analysis = decide(**document)
    text = printed(analysis, "critical")
    assert len(text) <= longest, text
    assert "**2," not in text  # solved, not an equation in squares
    region, seen = region_of(text), set()
    for point in grid(axes | {"f1": SLOPES}):
        assert region(point) is truth(**point), (point, text)
        seen.add(truth(**point))
    assert seen == {True, False}
    assert claimed(analysis, document, "critical", text).holds is True
    assert claimed(analysis, document, "critical", text.replace("Eq(", "Ne(")).holds is False


def test_no_time_gives_an_unsimplified_form_that_is_right(of_row, monkeypatch):
    """Whatever is cut off by a limit, the region stays the same set."""
    for name in ("R1, simultaneous", "R1, simultaneous, h declared", "averages on the boundary", "lookahead"):
        row, analysis = TABLE[name], of_row(name)
        for seconds in (0.0, 0.05, 0.3):
            monkeypatch.setattr(regions_module, "_SHARES", dict.fromkeys(("condition", "step size", "critical"), 0.0))
            monkeypatch.setattr(regions_module, "_LEAST", seconds)
            prover = Prover()
            start = time.monotonic()
            if row.key == "condition":
                found = stable_region(analysis.verdict, analysis.hypotheses, prover)
            else:
                found = step_size_region(analysis.update_matrix, analysis.step, analysis.hypotheses, prover)
            critical = critical_region(analysis.jacobian, ("gamma",), analysis.hypotheses, prover)
            assert time.monotonic() - start < 15
            region = region_of(formula_text(found))
            for point in grid(row.axes)[::7]:
                assert region(point) is bool(row.region(**point)), (point, formula_text(found))
            assert critical is None or formula_text(critical)


def test_every_step_and_no_step():
    h = sp.Symbol("h", real=True)
    inside, outside = (sp.ImmutableMatrix([[value, 0], [0, 0]]) for value in (1 / (1 + h), 1 + h))
    assert step_size_region(inside, h, TRUE, Prover()) == compare(h, ">")
    assert step_size_region(outside, h, TRUE, Prover()) is None
