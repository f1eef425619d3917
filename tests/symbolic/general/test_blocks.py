"""The block Jacobian of the general theorem against the Jacobians of actual games, derived and differentiated anew."""

from __future__ import annotations

import pytest
import sympy as sp

from convergan.symbolic import read_proposal
from convergan.symbolic.decision.cells import Cell, analysed
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.derivation import derive
from convergan.symbolic.general.identities import (
    KT,
    A,
    K,
    Q,
    consensus_identity,
    damping_identity,
    generator_identity,
    transposed,
    vanishes,
)
from convergan.symbolic.general.linearised import linearised
from convergan.symbolic.germs import local_field
from convergan.symbolic.hypotheses import hypotheses
from convergan.symbolic.prototypes import PROTOTYPES

CONSENSUS = "gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
MANY = {
    "R1": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
    "consensus": {"discriminator": CONSENSUS, "generator": CONSENSUS},
    "output": {"discriminator": "gamma*E_fake(D**2) - E_real(D)**2 + 2*E_real(D)*E_fake(D)"},
}
MORE = {
    "R2, weighted": {"discriminator": "E_fake(sigmoid(D)*(1 + D)*norm(grad(D))**2)"},
    "quotient": {"discriminator": "E_real(norm(grad(D))**2)/(gamma + E_fake(norm(grad(D))**2))"},
    "mixture": {"discriminator": "gamma*E_mix(norm(grad(D))**2 + D**2)"},
    "noisy": {"discriminator": "E_real_noisy(norm(grad(D))**2, gamma)"},
    "tilted": {"discriminator": "gamma*(E_fake(D) - E_real(D))", "generator": "2*E_fake(D)"},
    "Nagarajan-Kolter": {"generator": "gamma*norm(grad_psi(L))**2"},
    "JARE": {"discriminator": "gamma*norm(grad_theta(L))**2", "generator": "gamma*norm(grad_psi(L))**2"},
    "difference": {"discriminator": "(E_real(D) - E_fake(D))**2"},
}
OBJECTIVES = {
    "any": {},
    "relativistic": {"pairing": "relativistic"},
    "noisy": {"instance_noise": "gamma"},
    "two losses": {"fake": "-exp(-t - 1)", "real": "-t"},
    "non-saturating": {"generator": "non-saturating"},
    "generator": {"generator": "3*t + t**2"},
}


def derived(document):
    """The engine's Jacobian at x*, and the blocks, on a cell that is all there is."""
    derivation = derive(read_proposal({"parameters": {"gamma": "gamma > 0"}, **document}))
    start = Cell(hypotheses(derivation), Prover())
    ((cell, local),) = analysed(start, lambda cell: local_field(derivation, cell))
    assert all(sp.expand(v) == 0 for piece in local.pieces for v in piece.value)
    (jacobian,) = {piece.jacobian for piece in local.pieces}
    return jacobian, linearised(derivation, cell)


def predicted(built, found, *, doubled=False):
    """J from the blocks and the game's own moments."""
    coupling = built.coupling(found.law)
    q_own = own = sp.zeros(len(built.game.psi))
    total = sp.zeros(len(built.game.psi))
    for law, form in found.forms.items():
        value, mean, slope = built.forms(law)
        weight = 2 if doubled else 1
        total += form.value * value + form.mean * mean + weight * form.slope * slope
        if law == found.law:
            q_own = found.own_value * value
            if found.shift_free and found.own_value != 0:
                q_own = q_own - found.own_value * mean
    rho = {key: found.players.get(key, sp.Integer(0)) for key in (("G", "psi"), ("D", "psi"), ("D", "theta"))}
    slope = found.push  # without tilts it is that of the objective
    j11 = -rho["G", "psi"] * slope**2 * coupling.T * coupling
    j12 = -found.pull * coupling.T + rho["G", "psi"] * slope * coupling.T * q_own
    j21 = found.push * coupling + rho["D", "psi"] * slope * q_own * coupling
    own = -total - rho["D", "psi"] * q_own * q_own - rho["D", "theta"] * slope**2 * coupling * coupling.T
    variance = {
        sp.Symbol("_variance", positive=True): sp.Symbol("gamma", real=True) ** (2 if found.law[0] == "noisy" else 1)
    }
    whole = sp.Matrix(sp.BlockMatrix([[j11, j12], [j21, own]]))
    return whole.subs(variance)


def same(one, other):
    return (one - other).applyfunc(lambda e: sp.expand(sp.numer(sp.together(e)))).is_zero_matrix


LARGE = {"segment", "circle"}


@pytest.mark.parametrize("penalty", ["R1", "output"])
def test_every_game(game, blocks, penalty):
    name, options = game
    jacobian, found = derived({"game": {"prototype": name, **options}, "penalty": MANY[penalty]})
    assert same(jacobian, predicted(blocks(name, options), found))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else []) for name in PROTOTYPES]
)
def test_consensus_on_every_game(name, blocks):
    jacobian, found = derived({"game": {"prototype": name}, "penalty": MANY["consensus"]})
    assert same(jacobian, predicted(blocks(name, {}), found))


@pytest.mark.parametrize("name", ["bias", "gaussian", "line"])
@pytest.mark.parametrize("penalty", MORE)
def test_every_penalty(name, blocks, penalty):
    jacobian, found = derived({"game": {"prototype": name}, "penalty": MORE[penalty]})
    assert same(jacobian, predicted(blocks(name, {}), found))


KINKED = {
    "cosine": {"discriminator": "gamma*E_real(1 - cos(norm(grad(D))))"},
    "inactive": {"discriminator": "gamma*E_real(max(0, norm(grad(D)) - 1)**2)"},
    "cubic": {"discriminator": "gamma*E_real(norm(grad(D))**3)"},
}


@pytest.mark.parametrize("name", ["dirac", "bias", "quadratic"])
@pytest.mark.parametrize("penalty", KINKED)
def test_norms_on_games_with_one_data_point(name, blocks, penalty):
    jacobian, found = derived({"game": {"prototype": name}, "penalty": KINKED[penalty]})
    assert same(jacobian, predicted(blocks(name, {}), found))


@pytest.mark.parametrize("name", ["bias", "uniform", "gaussian", "two-points", "line"])
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective(name, blocks, objective):
    document = {"game": {"prototype": name}, "objective": OBJECTIVES[objective], "penalty": MANY["R1"]}
    jacobian, found = derived(document)
    assert same(jacobian, predicted(blocks(name, {}), found))


@pytest.mark.parametrize("name", ["dirac", "uniform", "segment"])
def test_a_doubled_weight_is_seen(name, blocks):
    jacobian, found = derived({"game": {"prototype": name}, "penalty": MANY["R1"]})
    assert not same(jacobian, predicted(blocks(name, {}), found, doubled=True))


def test_block_identities():
    assert damping_identity()
    assert consensus_identity()
    assert generator_identity()


@pytest.mark.parametrize(
    "jacobian",
    [
        sp.Matrix([[0, -A * KT], [2 * A * K, -Q]]),  # another weight
        sp.Matrix([[0, A * KT], [A * K, -Q]]),  # a wrong sign
        sp.Matrix([[0, -A * K], [A * K, -Q]]),  # not transposed
        sp.Matrix([[0, -A * KT], [A * K, -Q * K * KT]]),  # Q not symmetric
    ],
)
def test_mutated_identities_do_not_hold(jacobian):
    assert not vanishes(jacobian + transposed(jacobian) + 2 * sp.diag(0, Q))


def test_words_do_not_commute():
    assert not vanishes(sp.Matrix([[Q * K - K * Q]]))
    assert transposed(sp.Matrix([[Q * K]])) == sp.Matrix([[KT * Q]])
