"""What every prototype says of itself: equilibria, and Assumptions I and III of Mescheder et al. 2018."""

from __future__ import annotations

import pytest
import sympy as sp

from convergan.symbolic import read_proposal
from convergan.symbolic.errors import ProposalError
from convergan.symbolic.prototypes import FREE, PROTOTYPES


def tangents(built, rows):
    """Tangent vectors of the equilibria at x*, the rows of one player."""
    family = built.game.equilibria()
    free = [s for s in FREE if any(c.has(s) for c in family)]
    origin = dict.fromkeys(free, 0)
    columns = [[sp.diff(c, s).subs(origin) for c in family][rows] for s in free]
    return sp.Matrix([c for c in columns if any(c)])


def test_assumption_i(game, blocks):
    built = blocks(*game)
    family = dict(zip((*built.game.theta, *built.game.psi), built.game.equilibria(), strict=True))
    real = built.game.real()
    assert sp.expand(sp.numer(sp.together(built.game.discriminator(real).xreplace(family)))) == 0
    assert (
        all(sp.expand(g.xreplace(family)) == 0 for g in built.game.discriminator_gradient(real)) or game[0] == "circle"
    )


def test_assumption_iii_holds_and_the_equilibria_are_all_there_are(game, blocks):
    """The kernel of the second derivative of h is the tangent space of M_D, that of K the tangent space of M_G."""
    built = blocks(*game)
    value, _, slope = built.forms(("data",))
    m, n = len(built.game.theta), len(built.game.psi)
    of_d, of_g = tangents(built, slice(m, m + n)), tangents(built, slice(0, m))
    second = value + slope
    assert n - second.rank() == of_d.rows
    assert of_d.rows == 0 or (second * of_d.T).is_zero_matrix
    coupling = built.coupling()
    assert m - coupling.rank() == of_g.rows
    assert of_g.rows == 0 or (coupling * of_g.T).is_zero_matrix


def test_generated_samples_have_the_law_of_the_data_at_the_equilibrium(game, blocks):
    from itertools import product

    built = blocks(*game)
    mean = built._mean
    family = dict(zip((*built.game.theta, *built.game.psi), built.game.equilibria(), strict=True))
    real, fake = built.game.real(), built.game.fake().xreplace(family)
    ratio = built.game.density_ratio().xreplace(family)
    for powers in product(range(4), repeat=real.rows):
        monomials = [sp.Mul(*(x**p for x, p in zip(sample, powers, strict=True))) for sample in (real, fake)]
        assert sp.cancel(mean(monomials[0]) - mean(monomials[1] * ratio)) == 0


@pytest.mark.parametrize("prototype", PROTOTYPES)
def test_every_prototype_says_what_it_is(prototype):
    kind = PROTOTYPES[prototype]
    assert "D = " in kind.formula
    assert kind.source
    assert kind.__doc__


def test_a_constant_shift_on_the_circle_is_an_equilibrium_where_the_loss_does_not_see_it(decide):
    """S (r^4 - 2 r^2) is constant on the circle without a slope there."""
    penalty = {"discriminator": "E_real(norm(grad(D))**2)"}
    game = {"prototype": "circle", "degree": 4}
    found = decide(objective={"f": "wasserstein"}, penalty=penalty, game=game)
    assert found.verdict.verdict.value in {"converges", "undecided"}


ERRORS = [
    ({"prototype": "uniform", "data": "1"}, {}, "game.data", "leave it out"),
    ({"prototype": "segment", "degree": 9}, {}, "game.degree", "from 2 to 4"),
    ({"prototype": "segment", "degree": "2"}, {}, "game.degree", "integer"),
    ({"prototype": "plane", "degree": 2}, {}, "game.degree", "'segment', 'circle'"),
    ({"prototype": "plane", "generator_dimension": 3}, {}, "game.generator_dimension", "at most"),
    ({"prototype": "bias"}, {"penalty": {"discriminator": "psi**2"}}, "penalty.discriminator", "norm(psi)**2"),
    ({"prototype": "bias"}, {"parameters": {"psi1": "real"}}, "parameters.psi1", "rename"),
    ({"prototype": "weights"}, {"objective": {"instance_noise": "1"}}, "objective.instance_noise", "between its modes"),
    ({"prototype": "weights"}, {"penalty": {"discriminator": "E_mix(D**2)"}}, "penalty.discriminator", "between"),
    ({"prototype": "uniform"}, {"field": {"theta": "-psi", "psi": "theta"}}, "game.prototype", "leave it out"),
]


@pytest.mark.parametrize(("section", "more", "key", "mend"), ERRORS)
def test_games_that_cannot_be_read(section, more, key, mend):
    with pytest.raises(ProposalError) as caught:
        read_proposal({"game": section, **more})
    assert caught.value.key == key
    assert mend in str(caught.value)
