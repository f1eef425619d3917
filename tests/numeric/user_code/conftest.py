"""Proposals and code of the corpus by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from convergan.numeric.user_code.outcome import Outcome

CORPUS = Path(__file__).parent / "corpus"
GAMMA = {"gamma": "gamma > 0"}
HALF = "gamma/2 * E_real(norm(grad(D))**2)"
BOTH = "gamma/2 * (E_real(norm(grad(D))**2) + E_fake(norm(grad(D))**2))"
NON_SATURATING = {"f": "standard", "generator": "non-saturating"}
PROPOSALS: dict[str, dict[str, Any]] = {
    "R1": {"parameters": GAMMA, "penalty": {"discriminator": HALF}},
    "R2": {"parameters": GAMMA, "penalty": {"discriminator": HALF.replace("real", "fake")}},
    "R1 and R2": {"parameters": GAMMA, "penalty": {"discriminator": BOTH}},
    "WGAN-GP": {
        "parameters": {"weight": "weight > 0"},
        "penalty": {"discriminator": "weight * E_mix((norm(grad(D)) - 1)**2)"},
    },
    "DRAGAN": {
        "parameters": {"lam": "lam > 0", "c": "c > 0", "k": "k > 0"},
        "penalty": {"discriminator": "lam * E_real_noisy((norm(grad(D)) - k)**2, c)"},
    },
    "G penalty": {"parameters": GAMMA, "penalty": {"generator": HALF.replace("real", "fake")}},
    "Nagarajan-Kolter": {
        "parameters": {"eta": "eta > 0"},
        "objective": {"f": "standard"},
        "penalty": {"generator": "eta * norm(grad_psi(L))**2"},
    },
    "WGAN-GP, half": {
        "parameters": {"weight": "weight > 0"},
        "objective": {"f": "wasserstein"},
        "penalty": {"discriminator": "weight/2 * E_mix((norm(grad(D)) - 1)**2)"},
    },
    "noise": {
        "parameters": {"sigma": "1/4 < sigma < 1"},
        "objective": {"f": "standard", "instance_noise": "sigma"},
    },
    "relativistic noise": {
        "parameters": {"sigma": "1/4 < sigma < 1"},
        "objective": NON_SATURATING | {"instance_noise": "sigma", "pairing": "relativistic"},
    },
    "standard": {"objective": NON_SATURATING},
    "any": {"objective": {"generator": "non-saturating"}},
    "wasserstein": {"objective": {"f": "wasserstein"}},
    "hinge": {"objective": {"f": "hinge", "generator": "t"}},
    "least squares": {
        "objective": {"fake": "-t**2/2", "real": "-(t - 1)**2/2", "generator": "(t - 1)**2/2"},
    },
    "R3GAN": {
        "parameters": GAMMA,
        "objective": {"f": "standard", "generator": "non-saturating", "pairing": "relativistic"},
        "penalty": {"discriminator": BOTH},
    },
    "instance noise": {
        "parameters": {"sigma": "0 < sigma < 1"},
        "objective": NON_SATURATING | {"instance_noise": "sigma"},
    },
}


@pytest.fixture(scope="session")
def corpus() -> Path:
    return CORPUS


@pytest.fixture(scope="session")
def compared() -> Callable[..., Outcome]:
    """The outcome for ``FILE.FUNCTION`` of the corpus, with bindings."""
    import torch

    from convergan.numeric.user_code.comparing import compare_losses
    from convergan.numeric.user_code.fields import compare_field
    from convergan.numeric.user_code.kinds import bind
    from convergan.numeric.user_code.loading import load_function
    from convergan.numeric.user_code.outcome import Settings
    from convergan.symbolic.proposal_reader import read_proposal

    torch.set_num_threads(1)

    def outcome(proposal: str, code: str, **bindings: str) -> Outcome:
        file, name = code.split(".")
        value = read_proposal({"proposal": {"name": proposal}} | PROPOSALS[proposal])
        binding = bind(load_function(f"{CORPUS / file}.py:{name}"), value, bindings)
        if binding.is_field:
            return compare_field(value, binding, Settings(), lambda *_: 0.0)
        return compare_losses(value, binding, Settings())

    return outcome
