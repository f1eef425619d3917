"""Drawn proposals can be read, reach everything that was asked for, and are small when shrunk."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from convergan.numeric.strategies import documents, proposals
from convergan.symbolic import read_proposal
from convergan.symbolic.proposal import Proposal
from convergan.symbolic.prototypes import PROTOTYPES
from convergan.symbolic.updates import UPDATES

# One rule for each key: simultaneous and alternating descent share most of theirs.
KEYS = {key.name: name for name, rule in UPDATES.items() for key in rule.keys}
# Keys that go with another one only.
ADAPTIVE = {"optimizer"}
BESIDE = {
    "nesterov": {"momentum", "momentum_g", "momentum_d"},
    "epsilon": ADAPTIVE,
    "rms_g": ADAPTIVE,
    "rms_d": ADAPTIVE,
    "beta1": ADAPTIVE,
}
UNREGULARISED = {
    "proposal": {"name": "drawn"},
    "parameters": {"a": "a > 0", "b": "b > 0", "c": "real"},
    "game": {"prototype": "dirac", "data": "0"},
    "objective": {"f": "any", "generator": "zero-sum", "instance_noise": "0", "pairing": "separate"},
    "penalty": {"discriminator": "0", "generator": "0"},
    "training": {"update": "simultaneous"},
}


@settings(max_examples=150)
@given(drawn=proposals(prototypes=list(PROTOTYPES), updates=list(UPDATES), rule_keys=True))
def test_every_game_and_rule_can_be_read(drawn: Proposal) -> None:
    assert read_proposal(drawn.source).training == drawn.training


@given(drawn=proposals())
def test_by_default_they_are_on_the_dirac_gan(drawn: Proposal) -> None:
    assert drawn.prototype == "dirac"
    assert drawn.source["training"].keys() == {"update"}
    assert drawn.training.update in ("simultaneous", "alternating", "flow")


@given(drawn=proposals(functions=["any"], updates=["lookahead"], prototypes=["plane", "circle"]))
def test_choices_are_kept(drawn: Proposal) -> None:
    assert drawn.objective is not None
    assert drawn.objective.arbitrary
    assert drawn.training.update == "lookahead"
    assert drawn.prototype in ("plane", "circle")


@pytest.mark.parametrize(("key", "rule"), KEYS.items(), ids=list(KEYS))
def test_every_key_of_every_rule_is_reached(key: str, rule: str, smallest) -> None:
    """And with no key that it does not need."""
    found = smallest(documents(updates=[rule], rule_keys=True), lambda document: document["training"].get(key))
    needed = {"update", key} | {k.name for k in UPDATES[rule].keys if k.default is None}
    extra = set(found["training"]) - needed
    assert extra & BESIDE[key] if key in BESIDE else not extra
    assert len(extra) <= 1


@pytest.mark.parametrize("name", ["hinge", "forward-kl", "a*t - t**2"])
def test_objectives_are_reached(name: str, smallest) -> None:
    found = smallest(documents(functions=["any", name]), lambda document: document["objective"]["f"] == name)
    assert found == UNREGULARISED | {"objective": UNREGULARISED["objective"] | {"f": name}}


SMALLEST = [
    (documents(), lambda d: True, {}),
    (
        documents(),
        lambda d: "E_real" in d["penalty"]["discriminator"],
        {"penalty": {"discriminator": "a/2*E_real(norm(grad(D))**2)", "generator": "0"}},
    ),
    (
        documents(prototypes=["dirac", "plane"]),
        lambda d: d["game"]["prototype"] == "plane",
        {"game": {"prototype": "plane", "dimension": 1, "generator_dimension": 1}},
    ),
    (
        documents(updates=["unrolled"], rule_keys=True),
        lambda d: True,
        {"training": {"update": "unrolled", "unroll_steps": 1}},
    ),
]


@pytest.mark.parametrize(("strategy", "predicate", "changed"), SMALLEST)
def test_shrinking(strategy, predicate, changed: dict, smallest) -> None:
    assert smallest(strategy, predicate) == UNREGULARISED | changed
