"""Certificates of a table of published proposals, each built once in a test process."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from filelock import FileLock

from convergan.proofs import proving
from convergan.proofs.certificate import build_certificate
from convergan.proofs.records import Record
from convergan.symbolic import analyse, read_proposal

Document = dict[str, Any]
GAMMA = {"gamma": "gamma > 0"}
R1 = {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}
BOTH = "gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
WGAN_GP: Document = {
    "parameters": GAMMA | {"g0": "g0 > 0"},
    "objective": {"f": "wasserstein"},
    "penalty": {"discriminator": "gamma/2 * E_mix((norm(grad(D)) - g0)**2)"},
}
SHIFT: Document = {"parameters": {"a": "a > 0"}, "penalty": {"discriminator": "a*psi"}}

# Name: what is proposed, and the verdict.
PROPOSALS: dict[str, tuple[Document, str]] = {
    "R1 flow": ({"parameters": GAMMA, "penalty": R1, "training": {"update": "flow"}}, "converges"),
    "R1": ({"parameters": GAMMA, "penalty": R1}, "converges"),
    "R1 alternating": ({"parameters": GAMMA, "penalty": R1, "training": {"update": "alternating"}}, "converges"),
    "R1 2:3": (
        {"parameters": GAMMA, "penalty": R1, "training": {"update": "alternating", "g_steps": 2, "d_steps": 3}},
        "converges",
    ),
    "R1 h inside": (
        {"parameters": GAMMA | {"h": "0 < h and h*f1**2 < gamma and h*gamma < 2"}, "penalty": R1},
        "converges",
    ),
    "R1 h outside": ({"parameters": GAMMA | {"h": "h > 0 and h*f1**2 > gamma"}, "penalty": R1}, "does-not-converge"),
    "R1 any sign": ({"parameters": {"gamma": "gamma != 0"}, "penalty": R1}, "conditional"),
    "unregularised": ({}, "does-not-converge"),
    "data at c": ({"parameters": {"c": "real"}, "game": {"data": "c"}}, "conditional"),
    "instance noise": ({"parameters": {"sigma": "sigma > 0"}, "objective": {"instance_noise": "sigma"}}, "converges"),
    "noisy logistic": (
        {"parameters": {"sigma": "sigma > 0"}, "objective": {"f": "standard", "instance_noise": "sigma"}},
        "converges",
    ),
    "WGAN-GP": (WGAN_GP, "does-not-converge"),
    "WGAN-GP flow": (WGAN_GP | {"training": {"update": "flow"}}, "does-not-converge"),
    "WGAN-GP 2:1": (
        WGAN_GP
        | {
            "parameters": WGAN_GP["parameters"] | {"h": "h > 0"},
            "training": {"update": "alternating", "g_steps": 2},
        },
        "does-not-converge",
    ),
    "DRAGAN": (
        {
            "parameters": {"lam": "lam > 0", "k": "k >= 0", "c": "c > 0"},
            "objective": {"f": "standard"},
            "penalty": {"discriminator": "lam*E_real_noisy((norm(grad(D)) - k)**2, c)"},
        },
        "conditional",
    ),
    "quartic flow": (
        {
            "parameters": GAMMA,
            "penalty": {"discriminator": "gamma*E_real(norm(grad(D))**4)"},
            "training": {"update": "flow"},
        },
        "converges",
    ),
    "non-saturating alternating": (
        {"objective": {"generator": "non-saturating"}, "training": {"update": "alternating"}},
        "converges",
    ),
    "unregularised flow": ({"training": {"update": "flow"}}, "does-not-converge"),
    "shifted hinge flow": (
        {
            "parameters": {"k": "k > 0"},
            "penalty": {"discriminator": "max(0, norm(psi) - k)**2"},
            "training": {"update": "flow"},
        },
        "does-not-converge",
    ),
    "power": (
        {"parameters": {"p": "p >= 2"}, "penalty": {"discriminator": "E_real(norm(grad(D))**p)"}},
        "conditional",
    ),
    "consensus": (
        {"parameters": GAMMA, "penalty": {"discriminator": BOTH, "generator": BOTH}},
        "converges",
    ),
    "Nagarajan-Kolter": (
        {"parameters": {"eta": "eta > 0"}, "penalty": {"generator": "eta*norm(grad_psi(L))**2"}},
        "converges",
    ),
    "hinge": ({"parameters": GAMMA, "objective": {"f": "hinge"}, "penalty": R1}, "converges"),
    "noisy hinge": (
        {"parameters": GAMMA | {"s": "s > 0"}, "objective": {"f": "hinge", "instance_noise": "s"}, "penalty": R1},
        "converges",
    ),
    "R3GAN": (
        {
            "parameters": GAMMA,
            "objective": {"pairing": "relativistic"},
            "penalty": {"discriminator": "gamma/2*(E_real(norm(grad(D))**2) + E_fake(norm(grad(D))**2))"},
        },
        "converges",
    ),
    "Roth": (
        {
            "parameters": GAMMA,
            "objective": {"f": "standard"},
            "penalty": {
                "discriminator": "gamma/2*(E_real((1 - sigmoid(D))**2*norm(grad(D))**2)"
                " + E_fake(sigmoid(D)**2*norm(grad(D))**2))"
            },
        },
        "converges",
    ),
    "mixed samples": (
        {
            "parameters": GAMMA | {"c": "c != 0"},
            "game": {"data": "c"},
            "penalty": {"discriminator": "gamma/2*E_mix(D**2 + norm(grad(D))**2)"},
        },
        "converges",
    ),
    "least squares": (
        {
            "parameters": GAMMA | {"a": "a > 0", "b": "b < a"},
            "objective": {"fake": "-(t - a)**2/2", "real": "-(t - b)**2/2"},
            "penalty": R1,
        },
        "converges",
    ),
    "forward KL": (
        {"parameters": GAMMA, "objective": {"f": "forward-kl", "generator": "non-saturating"}, "penalty": R1},
        "converges",
    ),
    "no output": ({"objective": {"fake": "t", "real": "t"}}, "does-not-converge"),
    "field": (
        {
            "parameters": {"a": "a > 0"},
            "field": {"theta": "-psi/(1 + exp(psi*theta)) - a*sin(theta)", "psi": "theta - a*psi"},
        },
        "converges",
    ),
    "field with f": (
        {
            "parameters": {"gamma": "gamma > 2*f1 and gamma > -2*f1"},
            "objective": {"f": "any"},
            "field": {"theta": "-f1*psi + f3*tanh(theta)**2", "psi": "f1*theta - gamma*psi"},
        },
        "converges",
    ),
    "wedge": (
        {"field": {"theta": "-psi + sign(theta)", "psi": "theta + sign(theta + psi)"}, "training": {"update": "flow"}},
        "does-not-converge",
    ),
    "shift": (SHIFT, "does-not-converge"),
    "shift 3:1": (
        SHIFT
        | {
            "parameters": SHIFT["parameters"] | {"h": "h > 0"},
            "training": {"update": "alternating", "g_steps": 3},
        },
        "does-not-converge",
    ),
    "one sign": (
        {
            "parameters": {"a": "a > 0"},
            "penalty": {"discriminator": "a*norm(psi) + 2*a*psi"},
            "training": {"update": "flow"},
        },
        "does-not-converge",
    ),
    "resting line": ({"field": {"theta": "-psi*(1 + abs(theta))", "psi": "-sin(psi)"}}, "does-not-converge"),
    "resting curve": (
        {"parameters": {"a": "a > 0"}, "field": {"theta": "-theta*(psi - a*theta**2)", "psi": "a*theta**2 - psi"}},
        "does-not-converge",
    ),
    "reflection": (
        {"field": {"theta": "psi", "psi": "-theta - exp(theta)*psi**2 - theta**2"}, "training": {"update": "flow"}},
        "does-not-converge",
    ),
    "measure": (
        {
            "parameters": {"a": "real", "b": "real"},
            "field": {"theta": "-psi*(1 + a*theta)", "psi": "theta*(1 + b*psi)"},
            "training": {"update": "flow"},
        },
        "does-not-converge",
    ),
    "measure alternating": (
        {"objective": {"f": "t - t**2"}, "training": {"update": "alternating", "d_steps": 2}},
        "does-not-converge",
    ),
    "area": (
        {"field": {"theta": "-psi**3", "psi": "tanh(theta)"}, "training": {"update": "alternating"}},
        "does-not-converge",
    ),
    "h ratio": (
        {"parameters": GAMMA | {"r": "r > 0"}, "penalty": R1, "training": {"h_ratio": "r"}},
        "converges",
    ),
}


@cache
def _text(name: str) -> str:
    document = PROPOSALS[name][0] | {"proposal": {"name": name}}
    return json.dumps(build_certificate(analyse(read_proposal(document))))


@pytest.fixture(scope="session")
def certificate() -> Callable[[str], Document]:
    """A fresh copy of the certificate of a proposal of the table, as its JSON file would hold it."""
    return lambda name: json.loads(_text(name))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests with an argument ``certified`` run on every proposal of the table."""
    if "certified" in metafunc.fixturenames:
        metafunc.parametrize(("certified", "verdict"), [(name, verdict) for name, (_, verdict) in PROPOSALS.items()])


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """The records of the whole catalogue, derived once for all workers."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(folder / "lemmas.lock"), pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVERGAN_CACHE", str(folder / "lemma-records"))
        return {record.id: record for record in proving.records([])}
