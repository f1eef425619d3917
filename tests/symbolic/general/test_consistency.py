"""Which rules follow the field for small steps, against the multipliers of periods on random games."""

from __future__ import annotations

import random

import pytest
import sympy as sp

from convergan.symbolic import read_proposal
from convergan.symbolic.decision.cells import Cell
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.derivation import derive
from convergan.symbolic.formula import TRUE
from convergan.symbolic.general.consistency import effective_steps
from convergan.symbolic.spectrum import characteristic_coefficients
from convergan.symbolic.stability import Question
from convergan.symbolic.updates import Linearisation, period_matrix

h = sp.Symbol("h", real=True)
Q = sp.Rational
FOLLOW = {
    "extragradient": ({"update": "extragradient"}, (1, 1)),
    "optimistic": ({"update": "optimistic"}, (1, 1)),
    "alternating, n_g = 2, n_d = 3": ({"update": "alternating", "g_steps": 2, "d_steps": 3}, (2, 3)),
    "negative momentum": ({"update": "alternating", "momentum": "-1/2"}, (Q(2, 3), Q(2, 3))),
    "momentum of G": ({"update": "simultaneous", "momentum_g": "1/2"}, (2, 1)),
    "Nesterov": ({"update": "simultaneous", "momentum": "1/2", "nesterov": True}, (2, 2)),
    "lazy": ({"update": "alternating", "lazy": 4}, (4, 4)),
    "lookahead": ({"update": "lookahead", "lookahead_steps": 3, "lookahead_alpha": "1/2"}, (Q(3, 2), Q(3, 2))),
    "averages of the opponent": ({"update": "running-average", "average_g": "1/2"}, (1, 1)),
    "replay": ({"update": "replay", "replay_size": 3}, (1, 1)),
    "averages beside": ({"update": "simultaneous", "ema": "9/10"}, (1, 1)),
}
OTHERS = {
    "lookahead backwards": {"update": "lookahead", "lookahead_steps": 3, "lookahead_alpha": "-1/2"},
    "unrolled": {"update": "unrolled", "unroll_steps": 1, "unroll_rate": "1/2"},
    "LOLA": {"update": "lola", "opponent_rate": "1/2"},
    "symplectic": {"update": "symplectic", "symplectic_weight": "1/2"},
    "consensus": {"update": "consensus", "consensus_weight": "1/2"},
    "averages that grow": {"update": "running-average", "average_g": "2"},
    "momentum 1": {"update": "simultaneous", "momentum": "1"},
    "momentum 3/2": {"update": "simultaneous", "momentum": "3/2"},
    "Adam": {"update": "simultaneous", "optimizer": "adam"},
    "clipped": {"update": "simultaneous", "clip": "1", "momentum": "1/2"},
    "decaying": {"update": "simultaneous", "h_decay": "1/2"},
    "averaged": {"update": "averaged"},
}


def rule(training):
    return derive(read_proposal({"training": training})).rule


@pytest.mark.parametrize("name", FOLLOW)
def test_steps_and_multipliers(name):
    training, steps = FOLLOW[name]
    found = effective_steps(Question(rule(training), h, False), Cell(TRUE, Prover()))
    assert found == steps
    draw = random.Random(name)
    jacobian, free = (sp.ImmutableMatrix(5, 5, lambda i, j: sp.Integer(draw.randint(-3, 3))) for _ in range(2))
    step = Q(1, 10**40)
    period = period_matrix(rule(training), Linearisation(jacobian, free, of_generator=2), step)
    x = sp.Symbol("x")
    polynomial = sp.Poly.from_list(characteristic_coefficients(period), x)
    # det(1 + h x - F') = h^5 (const det(x - diag(c) v') + O(h)), all numbers exact.
    near = sp.Poly(polynomial.as_expr().subs(x, 1 + step * x), x)
    scaled = [near.coeff_monomial(x**k) / step**5 for k in range(6)]
    expected = sp.Poly((sp.diag(*[steps[0]] * 2, *[steps[1]] * 3) * jacobian).charpoly(x).as_expr(), x)
    for k in range(6):
        assert abs(scaled[k] / scaled[5] - expected.coeff_monomial(x**k)) < Q(1, 10**30)


@pytest.mark.parametrize("name", OTHERS)
def test_rules_that_do_not(name):
    assert effective_steps(Question(rule(OTHERS[name]), h, False), Cell(TRUE, Prover())) is None
