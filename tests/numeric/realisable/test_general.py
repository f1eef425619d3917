"""The general-case engine against autograd on random games that it never saw.

Its blocks have to be J, and where it says that every game converges, every game has to.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convergan.numeric.cases import EvidenceUnavailable
from convergan.numeric.realisable import (
    RealisableField,
    fitted,
    general_numbers,
    measured,
    random_games,
    tangents,
)
from convergan.numeric.strategies import proposals
from convergan.proofs.methods import METHODS
from convergan.proofs.reading import read_proposal_file
from convergan.symbolic import read_proposal
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.general import CaseVerdict, cases_of

COUNT = 6
SHAPES = [
    fitted(2, 1),
    fitted(2, 1, discriminator="quadric", extra=2),
    fitted(3, 1, generator="factored", discriminator="product"),
    fitted(3, 2, generator="scaled", extra=4),
]
GAMMA = {"gamma": "gamma > 0"}
R1 = "gamma/2*E_real(norm(grad(D))**2)"
# Every block of the engine in turn: laws, means, tilts, two losses, both players' gradients, rules and step ratios.
BLOCKS = {
    "R1": {"parameters": GAMMA, "penalty": {"discriminator": R1}},
    "mixture": {"parameters": GAMMA, "penalty": {"discriminator": "gamma*E_mix(norm(grad(D))**2 + D**2)"}},
    "noisy": {"parameters": GAMMA, "penalty": {"discriminator": "E_real_noisy(norm(grad(D))**2, gamma)"}},
    "instance noise": {"parameters": {"sigma": "sigma > 0"}, "objective": {"instance_noise": "sigma"}},
    "relativistic": {"parameters": GAMMA, "objective": {"pairing": "relativistic"}, "penalty": {"discriminator": R1}},
    "two losses": {
        "parameters": GAMMA,
        "objective": {"fake": "-exp(-t - 1)", "real": "-t"},
        "penalty": {"discriminator": R1},
    },
    "unregularised": {},
    "non-saturating": {
        "parameters": GAMMA,
        "objective": {"generator": "non-saturating"},
        "penalty": {"discriminator": R1},
    },
    "generator of either sign": {
        "parameters": GAMMA,
        "objective": {"generator": "3*t + t**2"},
        "penalty": {"discriminator": R1},
    },
    "weighted": {"parameters": GAMMA, "penalty": {"discriminator": "gamma*E_fake(sigmoid(D)*norm(grad(D))**2)"}},
    "means": {"parameters": GAMMA, "penalty": {"discriminator": f"{R1} + (E_real(D) - E_fake(D))**2 + E_real(D)**2"}},
    "consensus": {
        "parameters": GAMMA,
        "penalty": {
            "discriminator": f"{R1} + gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)",
            "generator": "gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)",
        },
    },
    "Nagarajan-Kolter": {
        "parameters": GAMMA,
        "penalty": {"generator": "gamma*norm(grad_psi(L))**2", "discriminator": "E_real(norm(grad(D))**2)"},
    },
    "step ratio, alternating": {
        "parameters": GAMMA | {"r": "r > 0"},
        "penalty": {"discriminator": R1},
        "training": {"update": "alternating", "h_ratio": "r", "d_steps": 3},
    },
}
# Those whose blocks others have as well.
SIMILAR = {"weighted", "two losses", "non-saturating", "unregularised"}
# Those for which there is no theorem for all games.
OPEN = {"unregularised", "generator of either sign", "Nagarajan-Kolter"}
WRONG = {
    "the engine's weight doubled": lambda form: (form[0], form[1], 2 * form[2] + 1e-6),
    "the engine's curvature halved": lambda form: (form[0] / 2 + 1e-6, form[1], form[2]),
}


def on_games(proposal, shape, seed=1, change=None):
    """What autograd finds on random games, against the engine's blocks."""
    numbers = general_numbers(proposal, COUNT, seed)
    games = random_games(shape, len(numbers.cases), seed + 1)
    blocks = numbers.blocks
    if change is not None:
        blocks.forms[blocks.law] = change(blocks.forms[blocks.law])
    seen = tangents(games, shift_free=numbers.shift_free)
    found = measured(RealisableField(proposal, games), numbers.cases, blocks, steps=numbers.steps, tangent=seen)
    return found, seen.resolved


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.nightly] if name in SIMILAR else []) for name in BLOCKS]
)
def test_the_engines_blocks_are_the_jacobian(name):
    proposal = read_proposal(BLOCKS[name])
    found, resolved = on_games(proposal, SHAPES[0])
    assert resolved.sum() >= COUNT // 2
    assert ((found.stationary <= 1) & (found.block <= 1)).all()
    if name not in OPEN:
        assert cases_of(proposal, Prover()).general.verdict is CaseVerdict.CONVERGES
        assert found.holds[resolved].all()


@pytest.mark.parametrize("change", WRONG)
def test_other_blocks_are_not(change):
    found, _ = on_games(read_proposal(BLOCKS["R1"]), SHAPES[0], change=WRONG[change])
    assert (found.block > 1).all()


def contradicts(found):
    """Where a part of the theorem is seen to fail.

    An eigenvalue that may be 0 or not contradicts nothing, nor does what has no bound: norms have a kink in grad D = 0,
    also inside a max that they do not reach.
    """
    parts = (found.stationary, found.kernel, found.block)
    return np.logical_or.reduce([np.isfinite(part) & (part > 1) for part in parts]) | found.diverges


def catalogue():
    """Every proposal of the table and of the examples."""
    files = sorted((Path(__file__).parents[3] / "examples").glob("*.proposal.toml"))
    return [method.proposal for method in METHODS] + [read_proposal_file(file) for file in files]


@pytest.mark.nightly
@pytest.mark.parametrize("on", SHAPES, ids=repr)
def test_where_the_engine_says_that_all_games_converge_they_do(on):
    judged = decided = 0
    for proposal in catalogue():
        if proposal.field is None and cases_of(proposal, Prover()).general.verdict is CaseVerdict.CONVERGES:
            found, resolved = on_games(proposal, on)
            assert not contradicts(found)[resolved].any(), proposal.name
            judged += int(resolved.sum())
            decided += int((found.holds & resolved).sum())
    assert judged > 10 * COUNT
    # Large noise damps so little that rounding may hide it.
    assert decided > 0.9 * judged


@pytest.mark.nightly
@pytest.mark.parametrize("on", SHAPES[:2], ids=repr)
def test_blocks_of_the_whole_catalogue(on):
    """Those that are not said to converge have the engine's blocks as well, wherever it has any."""
    compared = 0
    for proposal in catalogue():
        try:
            found, _ = on_games(proposal, on)
        except EvidenceUnavailable:
            continue
        known = np.isfinite(found.block)
        assert (found.block[known] <= 1).all(), proposal.name
        compared += int(known.sum())
    assert compared > 20 * COUNT


@pytest.mark.nightly
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(proposals(), st.sampled_from(SHAPES), st.integers(0, 1000))
def test_drawn_proposals(proposal, shape, seed):
    """A proposal that the engine says yes to and a game that fails would be an error of the engine."""
    # About one in seven is said to converge; to draw until there are 40 of them would take an hour.
    if cases_of(proposal, Prover()).general.verdict is not CaseVerdict.CONVERGES:
        return
    try:
        found, resolved = on_games(proposal, shape, seed)
    except EvidenceUnavailable:
        return
    assert not contradicts(found)[resolved].any()
