"""Every prototype, and proposals that together use what can be said on all of them."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from convergan.symbolic.calculus import derivative
from convergan.symbolic.derivation import Derivation, derive
from convergan.symbolic.errors import ProposalError
from convergan.symbolic.proposal import Proposal
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.prototypes import PROTOTYPES

Document = dict[str, dict[str, Any]]

G = {"gamma": "gamma > 0"}
SQUARES = "gamma/2 * (norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
PROPOSALS: dict[str, Document] = {
    "unregularised": {},
    "R1": {"parameters": G, "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}},
    "standard, R1 and R2": {
        "parameters": G,
        "objective": {"f": "standard"},
        "penalty": {"discriminator": "gamma/2 * (E_real(norm(grad(D))**2) + E_fake(norm(grad(D))**2))"},
    },
    "wasserstein, zero-centred, mixed": {
        "parameters": G,
        "objective": {"f": "wasserstein"},
        "penalty": {"discriminator": "gamma/2 * E_mix(norm(grad(D))**2)"},
    },
    "wasserstein, one-centred, mixed": {
        "parameters": G,
        "objective": {"f": "wasserstein"},
        "penalty": {"discriminator": "gamma/2 * E_mix((norm(grad(D)) - 1)**2)"},
    },
    "least squares, two targets": {
        "parameters": {"a": "a > 0"},
        "objective": {"fake": "-(t - a)**2/2", "real": "-t**2/2", "generator": "non-saturating"},
        "penalty": {"discriminator": "a/2 * E_real(D**2)"},
    },
    "relativistic": {"objective": {"pairing": "relativistic"}},
    "relativistic, non-saturating, noise": {
        "parameters": {"sigma": "0 < sigma < 2"},
        "objective": {"instance_noise": "sigma", "pairing": "relativistic", "generator": "non-saturating"},
    },
    "non-saturating": {"objective": {"generator": "non-saturating"}},
    "noisy": {
        "parameters": {"c": "0 < c < 4"},
        "penalty": {
            "discriminator": "E_fake_noisy(D**2 + norm(grad(D))**2, c)",
            "generator": "E_real_noisy(cos(D), c)",
        },
    },
    "output": {
        "parameters": G,
        "penalty": {"discriminator": "gamma/2 * E_real(D**2)", "generator": "gamma * E_fake(D**3)"},
    },
    "consensus": {"parameters": G, "penalty": {"discriminator": SQUARES, "generator": SQUARES}},
    "Nagarajan-Kolter": {"parameters": G, "penalty": {"generator": "gamma * norm(grad_psi(L))**2"}},
    "weight decay": {
        "parameters": G,
        "penalty": {"discriminator": "gamma/2 * norm(psi)**2", "generator": "gamma/3 * norm(theta)**2"},
    },
    "instance noise": {"parameters": {"sigma": "0 < sigma < 2"}, "objective": {"instance_noise": "sigma"}},
    "every function": {
        "parameters": {"p": "p >= 2", "k": "k > 0"},
        "penalty": {
            "discriminator": "E_fake(sigmoid(D) + abs(D)**p) + max(E_real(exp(-D**2)), k)/(1 + norm(psi)**2)",
            "generator": "E_fake(softplus(D) + sin(D)) + min(norm(theta), k)*E_fake(tanh(D) + atan(D))"
            " - log(2 + sign(k)) + sqrt(1 + norm(theta)**2)",
        },
    },
}
OPTIONS: dict[str, dict[str, dict[str, int]]] = {
    name: {name: {}} for name in PROTOTYPES if name not in ("plane", "segment", "circle")
} | {
    "plane": {
        "plane": {},
        "plane 3/2": {"dimension": 3, "generator_dimension": 2},
        "plane 2/2": {"dimension": 2, "generator_dimension": 2},
    },
    "segment": {"segment": {}, "segment 3": {"degree": 3}},
    "circle": {"circle": {}, "circle 3": {"degree": 3}},
}
GAMES: dict[str, dict[str, Any]] = {
    label: {"prototype": name, **options} for name, rows in OPTIONS.items() for label, options in rows.items()
}
# Too many nodes or terms for all proposals every day.
LARGE = ("segment", "segment 3", "circle", "circle 3")
SHORT = ("R1", "wasserstein, zero-centred, mixed", "least squares, two targets", "non-saturating", "output", "noisy")


def document(game: str, proposal: str) -> Document:
    return {name: dict(section) for name, section in PROPOSALS[proposal].items()} | {"game": dict(GAMES[game])}


def applies(game: str, proposal: str) -> bool:
    """A mixture of separate modes has no samples between them."""
    try:
        read_proposal(document(game, proposal))
    except ProposalError:
        return False
    return True


PAIRS = [(game, proposal) for game in GAMES for proposal in PROPOSALS if applies(game, proposal)]


def jacobian_at(derivation: Derivation) -> sp.Matrix | None:
    """The Jacobian from the field's formulas, put in at x*, unless something is singular there."""
    at = dict(zip(derivation.coordinates, derivation.equilibrium, strict=True))
    size = len(derivation.coordinates)
    entries = [derivative(row, x).xreplace(at) for row in derivation.field for x in derivation.coordinates]
    return None if any(entry.has(sp.zoo, sp.nan, sp.oo) for entry in entries) else sp.Matrix(size, size, entries)


class Bench:
    """What the tests of games need, by name."""

    games, proposals, options, pairs = GAMES, PROPOSALS, OPTIONS, PAIRS
    document = staticmethod(document)
    jacobian_at = staticmethod(jacobian_at)

    @staticmethod
    def derived(game: str, proposal: str) -> tuple[Proposal, Derivation]:
        read = read_proposal(document(game, proposal))
        return read, derive(read)


@pytest.fixture(scope="session")
def bench() -> type[Bench]:
    return Bench


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the argument `some_pair` runs on a part of all pairs, one with `every_pair` on all."""
    if "some_pair" in metafunc.fixturenames:
        places = {name: place for place, name in enumerate(PROPOSALS)}
        turns = {name: turn for turn, name in enumerate(GAMES)}
        some = [
            (game, proposal)
            for game, proposal in PAIRS
            if (proposal in SHORT if game in LARGE else (places[proposal] + turns[game]) % 3 == 0)
        ]
        metafunc.parametrize("some_pair", some, ids=[f"{proposal} on {game}" for game, proposal in some])
    if "every_pair" in metafunc.fixturenames:
        metafunc.parametrize("every_pair", PAIRS, ids=[f"{proposal} on {game}" for game, proposal in PAIRS])
