"""What the numeric tests share: a table of proposals that together use every part of the language."""

from __future__ import annotations

from typing import Any

import pytest

from convergan.symbolic.objectives import NAMED_OBJECTIVES

Document = dict[str, dict[str, Any]]

GAMMA = {"gamma": "gamma > 0"}
R1 = "gamma/2 * E_real(norm(grad(D))**2)"
CONSENSUS = "gamma/2 * (norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"

PROPOSALS: dict[str, Document] = {
    "unregularised": {},
    "R1": {"parameters": GAMMA, "penalty": {"discriminator": R1}},
    "R2": {"parameters": GAMMA, "penalty": {"discriminator": "gamma/2 * E_fake(norm(grad(D))**2)"}},
    "WGAN-GP": {
        "parameters": GAMMA,
        "objective": {"f": "wasserstein"},
        "penalty": {"discriminator": "gamma/2 * E_mix((norm(grad(D)) - 1)**2)"},
    },
    "DRAGAN": {
        "parameters": {"lam": "lam > 0", "c": "c > 0", "k": "k > 0"},
        "objective": {"f": "standard"},
        "penalty": {"discriminator": "lam * E_real_noisy((norm(grad(D)) - k)**2, c)"},
    },
    "instance noise": {"parameters": {"sigma": "sigma != 0"}, "objective": {"instance_noise": "sigma"}},
    "instance noise, data at c": {
        "parameters": {"sigma": "sigma > 0", "c": "real"},
        "game": {"data": "c"},
        "objective": {"instance_noise": "sigma"},
    },
    "R1 + R2, relativistic": {
        "parameters": GAMMA,
        "objective": {"pairing": "relativistic"},
        "penalty": {"discriminator": "gamma/2 * (E_real(norm(grad(D))**2) + E_fake(norm(grad(D))**2))"},
    },
    "relativistic, non-saturating, noise, data at c": {
        "parameters": {"sigma": "sigma > 0", "c": "real"},
        "game": {"data": "c"},
        "objective": {"pairing": "relativistic", "generator": "non-saturating", "instance_noise": "sigma"},
    },
    "consensus": {"parameters": GAMMA, "penalty": {"discriminator": CONSENSUS, "generator": CONSENSUS}},
    "consensus, noise": {
        "parameters": GAMMA | {"sigma": "0 < sigma < 2"},
        "objective": {"instance_noise": "sigma"},
        "penalty": {"discriminator": CONSENSUS, "generator": CONSENSUS},
    },
    "Nagarajan-Kolter": {"parameters": {"eta": "eta > 0"}, "penalty": {"generator": "eta * norm(grad_psi(L))**2"}},
    "JARE, non-saturating": {
        "parameters": GAMMA,
        "objective": {"generator": "non-saturating"},
        "penalty": {
            "discriminator": "gamma * norm(grad_theta(L_G))**2",
            "generator": "gamma * norm(grad_psi(L))**2",
        },
    },
    "non-saturating": {"objective": {"generator": "non-saturating"}},
    "generator's own loss": {
        "parameters": {"a": "a > 0"},
        "objective": {"f": "standard", "generator": "a*t + t**2"},
    },
    "least squares, two targets": {
        "parameters": {"a": "a > 0", "b": "b < a"},
        "objective": {"fake": "-(t - a)**2/2", "real": "-(t - b)**2/2", "generator": "non-saturating"},
    },
    "penalties on the output": {
        "parameters": GAMMA | {"c": "real"},
        "game": {"data": "c"},
        "penalty": {"discriminator": "gamma/2 * E_mix(D**2)", "generator": "gamma * E_mix(D**4 * norm(grad(D)))"},
    },
    "Roth weights": {
        "parameters": GAMMA,
        "objective": {"f": "standard"},
        "penalty": {
            "discriminator": "gamma/2 * (E_real((1 - sigmoid(D))**2 * norm(grad(D))**2)"
            " + E_fake(sigmoid(D)**2 * norm(grad(D))**2))"
        },
    },
    "Roth weights inside the square": {
        "parameters": GAMMA,
        "penalty": {"discriminator": "gamma/2 * E_real((-sigmoid(D) * norm(grad(D))/3)**2)"},
    },
    "weight decay": {
        "parameters": GAMMA,
        "penalty": {"discriminator": "gamma/2 * norm(psi)**2", "generator": "gamma/3 * norm(theta)*norm(theta)"},
    },
    "noisy output": {
        "parameters": {"c": "0 < c < 4"},
        "penalty": {"discriminator": "E_fake_noisy(D**6 + cos(D), c)", "generator": "E_real_noisy(D**2, c)"},
    },
    "kinks": {
        "parameters": {"k": "k > 0", "p": "p >= 2"},
        "penalty": {
            "discriminator": "max(0, E_real(norm(grad(D))) - k)**2 + E_fake(abs(D)**p)",
            "generator": "min(abs(theta), k, 3)",
        },
    },
    "field": {"field": {"theta": "-psi/(1 + exp(psi*theta))", "psi": "theta"}},
    "field, any f": {
        "parameters": {"gamma": "gamma > 2*f1 and gamma > -2*f1"},
        "objective": {"f": "any"},
        "field": {"theta": "-f1*psi + f3*tanh(theta)**2", "psi": "f1*theta - gamma*psi"},
    },
    "own names of random symbols": {
        "parameters": {"u": "u > 0", "epsilon_real": "real"},
        "penalty": {"discriminator": "u*E_mix(D**2) + epsilon_real*E_real_noisy(D**2, u)"},
    },
    "step ratio": {
        "parameters": GAMMA | {"r": "r > 0"},
        "penalty": {"discriminator": R1},
        "training": {"h_ratio": "r"},
    },
} | {
    f"objective {name}": {
        "parameters": GAMMA,
        "objective": {"f": name, "generator": "non-saturating"},
        "penalty": {"discriminator": R1},
    }
    for name in NAMED_OBJECTIVES
}


@pytest.fixture(scope="session")
def documents() -> dict[str, Document]:
    return PROPOSALS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the argument `document` runs on the whole table."""
    if "document" in metafunc.fixturenames:
        metafunc.parametrize("document", list(PROPOSALS.values()), ids=list(PROPOSALS))
