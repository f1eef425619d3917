"""Every lemma derives to its recorded status, and a lemma with one thing changed does not."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sympy as sp

from convergan.proofs.lemmas import Status, catalogue, derive_lemma
from convergan.proofs.lemmas.lazy_r1 import POWER, SIMULTANEOUS
from convergan.proofs.proof import Proof
from convergan.proofs.records import Record
from convergan.proofs.steps import NotProved
from convergan.proofs.writing import certificate_name
from convergan.symbolic.formula import TRUE, compare, conjunction

F1, F2, GAMMA, H, SIGMA, ALPHA = sp.symbols("f1 f2 gamma h sigma alpha", real=True)
THETA, PSI, S, N_G, N_D, N = sp.symbols("theta psi s n_g n_d n", real=True)
I = sp.I  # noqa: E741
# What LITERATURE says of each, lemma by lemma; not read from the lemma files.
EXPECTED = {
    "alternating-drift": Status.CORRECTED,
    "balduzzi2018-sga": Status.PROVED,
    "chavdarova2021-lookahead": Status.PROVED,
    "daskalakis2018-optimistic": Status.PROVED,
    "data-away-from-zero": Status.PROVED,
    "discriminator-bias": Status.PROVED,
    "foerster2018-lola": Status.PROVED,
    "gidel2019-negative-momentum": Status.PROVED,
    "heusel2017-two-time-scales": Status.PROVED,
    "huang2024-r3gan": Status.CORRECTED,
    "huang2024-rpgan": Status.PROVED,
    "kim2018-sgp": Status.CORRECTED,
    "kodali2017-averaging": Status.CORRECTED,
    "kodali2017-objectives": Status.CORRECTED,
    "kodali2017-penalties": Status.CORRECTED,
    "kodali2017-regret": Status.PROVED,
    "korpelevich1976-extragradient": Status.PROVED,
    "lazy-r1": Status.CORRECTED,
    "li2017-mmd": Status.PROVED,
    "lim2017-hinge": Status.PROVED,
    "luo2023-bmc": Status.PROVED,
    "mao2017-least-squares": Status.CORRECTED,
    "mescheder2017-consensus": Status.PROVED,
    "mescheder2017-consensus-misleads": Status.CORRECTED,
    "mescheder2017-eigenvalue-conditions": Status.PROVED,
    "mescheder2017-simultaneous-descent": Status.PROVED,
    "mescheder2017-smoothing": Status.PROVED,
    "mescheder2018-code-weight": Status.CORRECTED,
    "mescheder2018-consensus": Status.PROVED,
    "mescheder2018-critical-noise": Status.CORRECTED,
    "mescheder2018-critical-weight": Status.CORRECTED,
    "mescheder2018-dragan": Status.PROVED,
    "mescheder2018-energy-solutions": Status.PROVED,
    "mescheder2018-equation-3": Status.CORRECTED,
    "mescheder2018-full-rank-solutions": Status.PROVED,
    "mescheder2018-lemma-2.2": Status.CORRECTED,
    "mescheder2018-lemma-2.3": Status.PROVED,
    "mescheder2018-lemma-2.4": Status.CORRECTED,
    "mescheder2018-lemma-2.5": Status.CORRECTED,
    "mescheder2018-lemma-3.1": Status.PROVED,
    "mescheder2018-lemma-3.2": Status.PROVED,
    "mescheder2018-lemma-3.3": Status.PROVED,
    "mescheder2018-nonsaturating": Status.PROVED,
    "mescheder2018-roth": Status.PROVED,
    "mescheder2018-section-2.1": Status.CORRECTED,
    "mescheder2018-step-bound": Status.PROVED,
    "mescheder2018-table-1": Status.CORRECTED,
    "mescheder2018-theorem-4.1": Status.PROVED,
    "mescheder2018-theorem-4.1-wgan": Status.PROVED,
    "mescheder2018-two-time-scales": Status.PROVED,
    "mescheder2018-wgan-gp": Status.PROVED,
    "metz2017-unrolled": Status.PROVED,
    "miyato2018-spectral-norm": Status.PROVED,
    "nagarajan2017-generator-penalty": Status.CORRECTED,
    "nagarajan2017-proposition-3.1": Status.PROVED,
    "nagarajan2017-theorem-3.1": Status.PROVED,
    "nagarajan2017-theorem-3.2": Status.PROVED,
    "nagarajan2017-uniform-example": Status.PROVED,
    "nagarajan2017-wgan-orbits": Status.CORRECTED,
    "nie2019-jare": Status.PROVED,
    "observability": Status.CORRECTED,
    "one-centred-penalty": Status.PROVED,
    "petzka2018-wgan-lp": Status.PROVED,
    "pishkoo2023-alternating": Status.PROVED,
    "pishkoo2023-flow": Status.CORRECTED,
    "pishkoo2023-noise": Status.CORRECTED,
    "pishkoo2023-parallel-lines": Status.PROVED,
    "pishkoo2023-simultaneous": Status.CORRECTED,
    "pishkoo2023-wgan-qc": Status.CORRECTED,
    "r1-nilpotent": Status.CORRECTED,
    "r1-step-sizes": Status.PROVED,
    "rmsprop-adam": Status.CORRECTED,
    "schaefer2019-competitive": Status.PROVED,
    "thanh-tung2019-zero-centred": Status.PROVED,
    "two-losses": Status.PROVED,
    "wgan-gp-cycles": Status.PROVED,
    "xu2020-clc": Status.PROVED,
}


E, W, Q, BIG_Q, D_, C_ = sp.symbols("e w q Q d c", real=True)
U, A, V, B = sp.symbols("sin cos sin_k cos_k", real=True)


def matrix(*rows: list[Any]) -> sp.ImmutableMatrix:
    return sp.ImmutableMatrix(list(rows))


def both(*parts: Any) -> Any:
    return conjunction(parts)


R = ALPHA**2 / 2
POSITIVE_COUNTS = both(compare(N_G, ">=", 1), compare(N_D, ">=", 1))

# Lemma, what is changed, the constant of its module, what it is changed to.
MUTANTS: list[tuple[str, str, str, Any]] = [
    ("2_2", "i left out", "EIGENVALUES", (F1, -F1)),
    ("2_2", "doubled", "EIGENVALUES", (2 * I * F1, -2 * I * F1)),
    ("2_2", "one sign", "EIGENVALUES", (I * F1, I * F1)),
    ("2_2", "players swapped", "FIELD", matrix([THETA * S], [-PSI * S])),
    ("2_2", "gradient ascent for G", "FIELD", matrix([PSI * S], [THETA * S])),
    ("2_2", "saddle", "JACOBIAN", matrix([0, F1], [F1, 0])),
    ("2_2", "f' may vanish", "SLOPE", TRUE),
    ("2_3", "hyperbola", "FIRST_INTEGRAL", THETA**2 - PSI**2),
    ("2_3", "ellipse", "FIRST_INTEGRAL", THETA**2 + 2 * PSI**2),
    ("2_3", "quartic", "FIRST_INTEGRAL", THETA**4 + PSI**4),
    ("2_3", "indefinite", "FIRST_INTEGRAL", (THETA**2 + PSI**2) * (THETA**2 + PSI**2 - 1)),
    ("2_3", "players swapped", "FIELD", matrix([PSI * S], [-THETA * S])),
    ("2_3", "every start", "STARTS", TRUE),
    ("2_3", "only theta counts", "STARTS", compare(THETA, ">=")),
    ("2_3", "printed otherwise", "PRINTED_CONSTANT", THETA**2 + PSI),
    ("2_4", "i left out", "MULTIPLIERS", (1 + H * F1, 1 - H * F1)),
    ("2_4", "f' squared", "MULTIPLIERS", (1 + I * H * F1**2, 1 - I * H * F1**2)),
    ("2_4", "decay", "MODULUS_SQUARED", 1 - H**2 * F1**2),
    ("2_4", "power of h", "MODULUS_SQUARED", 1 + H * F1**2),
    ("2_4", "power of s", "GROWTH", 1 + H**2 * S),
    ("2_4", "alternating step", "UPDATE", matrix([THETA - H * PSI * S], [PSI + H * (THETA - H * PSI * S) * S])),
    ("2_4", "every start", "STARTS", both(compare(H, ">"), compare(S, "!="))),
    ("2_4", "f' may vanish", "AT_EQUILIBRIUM", compare(H, ">")),
    ("2_4", "h may be 0", "AT_EQUILIBRIUM", both(compare(H, ">="), compare(F1, "!="))),
    ("2_5", "one step only", "GENERATOR", matrix([1, -H * F1], [0, 1])),
    ("2_5", "sign of D", "DISCRIMINATOR", matrix([1, 0], [-N * H * F1, 1])),
    ("2_5", "counts swapped", "PERIOD", matrix([1, -N_D * H * F1], [N_G * H * F1, 1 - N_G * N_D * H**2 * F1**2])),
    ("2_5", "alpha instead of alpha^2", "ROOT_ALPHA", sp.sqrt(N_G * N_D * H * F1)),
    ("2_5", "radicand", "RADICAND", (1 - R) ** 2 + 1),
    ("2_5", "half left out", "MULTIPLIERS", tuple(1 - 2 * R + k * sp.sqrt((1 - 2 * R) ** 2 - 1) for k in (1, -1))),
    ("2_5", "alpha < 3", "CIRCLE", both(compare(ALPHA, "!="), compare(ALPHA**2, "<", 9))),
    ("2_5", "alpha may be 2", "CIRCLE", both(compare(ALPHA, "!="), compare(ALPHA**2, "<=", 4))),
    ("2_5", "alpha may be 0", "CIRCLE", compare(ALPHA**2, "<", 4)),
    ("2_5", "alpha > 1", "OUTSIDE", compare(ALPHA**2, ">", 1)),
    ("2_5", "critical at 1", "CRITICAL", sp.Integer(1)),
    ("2_5", "f' may vanish", "ASSUMED", both(POSITIVE_COUNTS, compare(H, ">"))),
    ("3_1", "centre lost", "JACOBIAN", matrix([0, -1], [1, -1])),
    ("3_1", "players swapped", "JACOBIAN", matrix([0, 1], [-1, 0])),
    ("3_1", "one D step", "MULTIPLIERS", (1 + I * H, 1 - I * H)),
    ("3_1", "decay", "MODULUS_SQUARED", 1 - N_D * H**2),
    ("3_1", "G's step forgotten", "ALTERNATING_PERIOD", matrix([1, -N_G * H], [N_D * H, 1])),
    ("3_1", "counts swapped", "ALTERNATING_PERIOD", matrix([1, -N_D * H], [N_G * H, 1 - N_G * N_D * H**2])),
    ("3_1", "circle", "INVARIANT", THETA**2 + PSI**2),
    ("3_1", "sign of the mixed term", "INVARIANT", N_D * THETA**2 + N_G * N_D * H * THETA * PSI + N_G * PSI**2),
    ("3_1", "ellipses up to 9", "ELLIPTIC", compare(N_G * N_D * H**2, "<", 9)),
    ("3_1", "h may be 0", "ASSUMED", both(POSITIVE_COUNTS, compare(H, ">="))),
    ("3_2", "weight halved", "JACOBIAN", matrix([0, -F1], [F1, F2 * SIGMA**2])),
    ("3_2", "sigma^2 -> sigma", "JACOBIAN", matrix([0, -F1], [F1, 2 * F2 * SIGMA])),
    ("3_2", "noise damps G", "JACOBIAN", matrix([2 * F2 * SIGMA**2, -F1], [F1, 0])),
    (
        "3_2",
        "f' not squared",
        "EIGENVALUES",
        tuple(F2 * SIGMA**2 + k * sp.sqrt(F2**2 * SIGMA**4 - F1) for k in (1, -1)),
    ),
    ("3_2", "any sign of f''", "STABLE", compare(SIGMA, ">")),
    ("3_2", "no noise", "STABLE", compare(F2, "<")),
    ("3_2", "f'' > 0", "STABLE", both(compare(F2, ">"), compare(SIGMA, ">"))),
    ("3_2", "f' may vanish", "ASSUMED", compare(SIGMA, ">=")),
    ("3_2", "step sizes", "SIMULTANEOUS_STEPS", compare(H * F1**2, "<", -2 * F2 * SIGMA**2)),
    ("3_2", "boundary included", "ALTERNATING_STEPS", compare(H**2 * F1**2 - 4 * H * F2 * SIGMA**2, "<=", 4)),
    ("3_2", "level sigma", "LEVEL", SIGMA * sp.Abs(F2)),
    ("3_2", "level doubled", "CRITICAL", 2 * sp.Abs(F1)),
    ("3_2", "printed without square", "PRINTED_EIGENVALUES", (F2 * SIGMA, F2 * SIGMA)),
    ("3_2", "printed without noise", "PRINTED_STABLE", compare(F2, "<")),
    ("3_3", "weight doubled", "JACOBIAN", matrix([0, -F1], [F1, -2 * GAMMA])),
    ("3_3", "anti-damping", "JACOBIAN", matrix([0, -F1], [F1, GAMMA])),
    ("3_3", "players swapped", "JACOBIAN", matrix([-GAMMA, -F1], [F1, 0])),
    ("3_3", "f' not squared", "EIGENVALUES", tuple(-GAMMA / 2 + k * sp.sqrt(GAMMA**2 / 4 - F1) for k in (1, -1))),
    ("3_3", "gamma may be 0", "STABLE", compare(GAMMA, ">=")),
    ("3_3", "gamma above 1", "STABLE", compare(GAMMA, ">", 1)),
    ("3_3", "f' may vanish", "ASSUMED", TRUE),
    ("3_3", "step sizes of the flow", "SIMULTANEOUS_STEPS", compare(H * GAMMA, "<", 2)),
    ("3_3", "simultaneous for alternating", "ALTERNATING_STEPS", compare(2 * H * GAMMA, "<", 4 + H**2 * F1**2)),
    ("3_3", "boundary included", "ALTERNATING_STEPS", compare(H**2 * F1**2 + 2 * H * GAMMA, "<=", 4)),
    ("3_3", "critical halved", "CRITICAL", sp.Abs(F1)),
    ("3_3", "critical without modulus", "CRITICAL", 2 * F1),
    ("3_3", "small steps", "SMALL", compare(H, "<", 1)),
    ("lazy_r1", "weight doubled", "DAMPED", sp.diag(0, 2)),
    ("lazy_r1", "generator damped", "DAMPED", sp.diag(1, 0)),
    ("lazy_r1", "sign of D", "ALTERNATING_STEP", matrix([1, -E], [-E, 1 - E**2])),
    ("lazy_r1", "G's step forgotten", "ALTERNATING_STEP", matrix([1, -E], [E, 1])),
    ("lazy_r1", "alternating for simultaneous", "SIMULTANEOUS_STEP", matrix([1, -E], [E, 1 - E**2])),
    ("lazy_r1", "q - 1/q", "SCALED", matrix([1, (1 + Q) ** 2 / Q], [1, 1 + (1 + Q) ** 2 / Q])),
    ("lazy_r1", "k steps before the last", "ENTRY", POWER[1, 1]),
    ("lazy_r1", "the other entry", "ENTRY", POWER.xreplace({BIG_Q: BIG_Q / Q})[0, 0]),
    ("lazy_r1", "boundary included", "ALTERNATING", both(compare(W, ">"), compare(W * (1 - D_), "<=", 2 - C_))),
    ("lazy_r1", "one inequality", "ALTERNATING", both(compare(W, ">"), compare(W * (1 + D_), "<", 2 + C_))),
    ("lazy_r1", "h k gamma < 2", "FIRST_WINDOW", compare(W, "<", 2)),
    ("lazy_r1", "other sign of the tangents", "FIRST_WINDOW", compare(W * (A * B - U * V), "<", 2 * A * B)),
    ("lazy_r1", "no lower bound", "SIMULTANEOUS", both(*SIMULTANEOUS.parts[1:])),
    ("lazy_r1", "no upper bound", "SIMULTANEOUS", SIMULTANEOUS.parts[0]),
]

# What is printed, mended or broken: the status has to follow.
PRINTED: list[tuple[str, str, Any, Status]] = [
    ("2_2", "PRINTED_EIGENVALUES", (I * F1, -I * F1), Status.PROVED),
    (
        "2_4",
        "PRINTED_STARTS",
        both(compare(H, ">"), compare(S, "!="), compare(THETA**2 + PSI**2, ">")),
        Status.PROVED,
    ),
    ("2_5", "PRINTED_CIRCLE", compare(ALPHA**2, "<=", 4), Status.PROVED),
    ("2_5", "PRINTED_OUTSIDE", compare(ALPHA, ">", 1), Status.CORRECTED),
    ("3_2", "PRINTED_STABLE", compare(F2, "<"), Status.CORRECTED),
    ("3_3", "PRINTED_EIGENVALUES", (-GAMMA / 2 + F1, -GAMMA / 2 - F1), Status.CORRECTED),
    # The misprint of Huang et al. 2024, eq. (12).
    (
        "3_3",
        "PRINTED_EIGENVALUES",
        tuple(-GAMMA / 2 + k * sp.sqrt(GAMMA**2 / 4 - F1) for k in (1, -1)),
        Status.CORRECTED,
    ),
    ("3_3", "PRINTED_STABLE", compare(GAMMA, ">="), Status.CORRECTED),
]


def module(short: str) -> ModuleType:
    name = short if short == "lazy_r1" else f"mescheder2018_lemma_{short}"
    return import_module(f"convergan.proofs.lemmas.{name}")


def test_the_catalogue_is_what_we_expect() -> None:
    known = catalogue()
    assert {name: lemma.status for name, lemma in known.items()} == EXPECTED
    assert all(lemma.id.replace("-", "_").replace(".", "_") in lemma.derive.__module__ for lemma in known.values())


@pytest.mark.parametrize("name", EXPECTED)
def test_status(name: str, records: dict[str, Record]) -> None:
    record = records[name]
    assert record.as_recorded, record.reason
    steps = json.loads(record.files[certificate_name(name)])["steps"]
    assert {step["part"] for step in steps} == {"derivation", "printed"}
    fails = [step for step in steps if step["part"] == "printed" and step["statement"].startswith("This fails: ")]
    assert {step["kind"] for step in fails} <= {"example", "verdict"}
    assert bool(fails) == (record.status == "corrected")


@pytest.mark.parametrize(
    ("short", "change", "constant", "value"), MUTANTS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_changed_lemma_is_not_derived(
    short: str, change: str, constant: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lemma = module(short)
    assert getattr(lemma, constant) != value, f"{change} changes nothing"
    monkeypatch.setattr(lemma, constant, value)
    derived = derive_lemma(lemma.LEMMA)
    assert not derived.as_recorded
    if not constant.startswith("PRINTED"):
        assert derived.status in {Status.REFUTED, Status.UNDECIDED}


@pytest.mark.parametrize(("short", "constant", "value", "status"), PRINTED)
def test_status_follows_what_is_printed(
    short: str, constant: str, value: Any, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module(short), constant, value)
    assert derive_lemma(module(short).LEMMA).status is status


def test_the_proof_proves_nothing_false() -> None:
    proof = Proof()
    x = sp.Symbol("x", real=True)
    with pytest.raises(NotProved):
        proof.identity("", sp.sqrt(x**2), x)
    with pytest.raises(NotProved):
        proof.identity("", sp.eye(2), sp.eye(3))
    with pytest.raises(NotProved):
        proof.implies("", compare(x, ">="), compare(x, ">"))
    with pytest.raises(NotProved):
        proof.implies("vacuous", both(compare(x, ">"), compare(x, "<")), compare(x, "=="))
    with pytest.raises(NotProved):
        proof.example("", compare(x, ">"), {x: sp.Integer(0)})
    with pytest.raises(NotProved):
        proof.derived("", {"training": {"update": "flow"}}, "update_jacobian", sp.eye(2))
    with pytest.raises(NotProved):
        proof.derived("", {"objective": {"instance_noise": 1}}, "vector_field", sp.zeros(2, 1))
    with pytest.raises(KeyError):
        proof.theorem("no such theorem", "", [1])
    assert proof.steps == []
    assert proof.decide("", compare(x, ">", 1), compare(x**2, ">", x))
    assert not proof.decide("", compare(x, ">"), compare(x**2, ">", x))
    assert [step.kind for step in proof.steps] == ["solver", "example"]


def test_lemma_files_hold_no_floats_and_no_simplify() -> None:
    folder = Path(str(import_module("convergan.proofs.lemmas").__file__)).parent
    for path in folder.glob("*.py"):
        if path.name in {"lemma.py", "__init__.py"}:
            continue
        code = path.read_text(encoding="utf-8").split('"""', 2)[2]
        code = re.sub(r'"[^"\n]*"', "", code)
        assert not re.search(r"\d\.\d|simplify|evalf|float|return True|return False", code), path.name
