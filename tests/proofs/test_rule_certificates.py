"""``verify`` derives the period of a rule a second time; a certificate for another rule is never accepted."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import sympy as sp

from convergan.proofs.certificate import build_certificate, digest
from convergan.proofs.rule_matrices import Rule
from convergan.proofs.verify import verify_certificate
from convergan.symbolic.analysis import analyse
from convergan.symbolic.derivation import derive
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.updates import Linearisation, period_matrix

R1 = {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"}}
RULES: list[dict[str, Any]] = [
    {"update": "extragradient"},
    {"update": "past-extragradient"},
    {"update": "optimistic"},
    {"update": "competitive"},
    {"update": "lookahead", "lookahead_steps": 3, "lookahead_alpha": "1/2"},
    {"update": "look-ahead-gradient", "opponent_rate": "1/3"},
    {"update": "symplectic", "symplectic_weight": "1/2"},
    {"update": "consensus", "consensus_weight": "1/2"},
    {"update": "replay", "replay_size": 3},
    {"update": "running-average", "average_g": "1/3", "average_d": "1/2"},
    {"momentum": "-1/2"},
    {"momentum_g": "1/2", "nesterov": True},
    {"update": "alternating", "momentum_d": "1/2"},
    {"update": "alternating", "momentum": "-1/3", "g_steps": 2, "d_steps": 3},
    {"optimizer": "rmsprop", "epsilon": "1/7"},
    {"optimizer": "adam", "epsilon": "1/7", "rms_d": "2", "beta1": "1/2"},
    {"lazy": 3},
    {"update": "alternating", "lazy": 4},
    {"lazy": 2, "momentum": "1/2"},
    {"clip": "1/10"},
]


def sealed(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"digest": digest(document)}


@pytest.mark.parametrize("training", RULES, ids=str)
def test_two_transcriptions_have_one_matrix(training: dict[str, Any]) -> None:
    """On a general field, with another one in place of the penalty-free part."""
    proposal = read_proposal({"training": training})
    field, free = (sp.ImmutableMatrix(2, 2, sp.symbols(names, real=True)) for names in ("a b c d", "p q r s"))
    h = sp.Symbol("h", real=True)
    mine = period_matrix(derive(proposal).rule, Linearisation(field, free), h)
    theirs = Rule.of(proposal).matrix(field, free)
    assert mine.shape == theirs.shape
    assert all(sp.cancel(sp.together(x - y)) == 0 for x, y in zip(mine, theirs, strict=True))


@pytest.mark.parametrize("training", RULES, ids=str)
def test_certificates_of_rules_are_accepted(training: dict[str, Any]) -> None:
    analysis = analyse(read_proposal({"training": training, **R1}))
    assert analysis.verdict.verdict.value == "converges", analysis.verdict.reason
    found = verify_certificate(build_certificate(analysis))
    assert (found.accepted, found.verdict) == (True, "converges"), found.reason


@pytest.mark.parametrize("training", RULES, ids=str)
def test_a_certificate_of_plain_steps_does_not_serve_another_rule(training: dict[str, Any]) -> None:
    plain = {"update": training.get("update", "simultaneous")}
    if plain["update"] not in ("simultaneous", "alternating"):
        plain = {"update": "simultaneous"}
    document = copy.deepcopy(build_certificate(analyse(read_proposal({"training": plain, **R1}))))
    document["proposal"]["training"] = training
    found = verify_certificate(sealed(document))
    # Near x* nothing is clipped: there the two rules are one.
    assert (found.accepted is True) == (training == {"clip": "1/10"}), found.reason


@pytest.mark.parametrize(
    ("training", "changes"),
    [
        ({"update": "alternating", "lazy": 3}, {"lazy": 4}),
        ({"update": "alternating", "lazy": 3}, {"lazy": 1}),
        ({"update": "lookahead", "lookahead_steps": 3, "lookahead_alpha": "1/2"}, {"lookahead_alpha": "2/3"}),
        ({"update": "alternating", "momentum": "-1/2"}, {"momentum": "1/2"}),
        ({"update": "alternating", "momentum": "-1/2"}, {"nesterov": True}),
        ({"update": "consensus", "consensus_weight": "1/2"}, {"consensus_weight": "-1/2"}),
        ({"optimizer": "adam", "epsilon": "1/7", "beta1": "1/2"}, {"beta1": "2"}),
        ({"clip": "1/10"}, {"clip": "-1/10"}),
        ({"clip": "1/10"}, {"h_decay": "2"}),
        ({"clip": "1/10"}, {"ema": "2"}),
        ({"update": "optimistic"}, {"update": "averaged"}),
        ({"update": "optimistic"}, {"update": "past-extragradient"}),
        ({"update": "optimistic"}, {"update": "unrolled", "unroll_steps": 1}),
    ],
    ids=str,
)
def test_a_certificate_does_not_serve_other_numbers(training: dict[str, Any], changes: dict[str, Any]) -> None:
    document = copy.deepcopy(build_certificate(analyse(read_proposal({"training": training, **R1}))))
    document["proposal"]["training"] = training | changes
    assert verify_certificate(sealed(document)).accepted is not True


def test_the_free_field_of_a_lazy_rule_is_derived_again() -> None:
    document = copy.deepcopy(build_certificate(analyse(read_proposal({"training": {"lazy": 3}, **R1}))))
    (step,) = [step for step in document["steps"] if step["id"].endswith(".free")]
    step["pieces"][0]["jacobian"][1][1] = "-gamma"
    assert verify_certificate(sealed(document)).accepted is not True
