"""Keys of training rules: what is read, and one clear error for everything else."""

from __future__ import annotations

from typing import Any

import pytest

from convergan.symbolic.analysis import analyse
from convergan.symbolic.derivation import derive
from convergan.symbolic.errors import ProposalError
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.updates import UPDATES, Alternating, Simultaneous, Stepwise
from convergan.symbolic.updates.keys import Kind

FIELD = {"field": {"theta": "-psi", "psi": "theta"}}


def rule(**training: Any) -> Any:
    return derive(read_proposal({"training": training})).rule


def test_defaults_are_plain_steps() -> None:
    assert rule() == Simultaneous()
    assert rule(update="alternating") == Alternating()
    assert rule(update="alternating", momentum="0", lazy=1, nesterov=False) == Alternating()


def test_momentum_of_0_is_none() -> None:
    assert rule(momentum="0") == Simultaneous()
    assert rule(momentum_g="1/2").generator != rule(momentum_g="1/2").discriminator


def test_numbers_and_texts_are_the_same() -> None:
    assert rule(momentum=0) == rule(momentum="0")
    assert rule(update="lookahead", lookahead_steps=2, lookahead_alpha="0.5") == rule(
        update="lookahead", lookahead_steps=2, lookahead_alpha="1/2"
    )


@pytest.mark.parametrize("name", UPDATES)
def test_every_rule_says_what_it_is(name: str) -> None:
    found = UPDATES[name]
    assert found.name == name
    assert found.formula
    assert found.source
    assert len({key.name for key in found.keys}) == len(found.keys)
    assert all(key.meaning for key in found.keys)
    assert all(bool(key.words) == (key.kind is Kind.WORD) for key in found.keys)


@pytest.mark.parametrize(
    ("document", "key", "words"),
    [
        ({"training": {"update": "sgd"}}, "training.update", "unknown value"),
        ({"training": {"momentun": "1/2"}}, "training.momentun", "did you mean 'momentum'"),
        ({"training": {"update": "extragradient", "momentum": "1/2"}}, "training.momentum", "belongs to"),
        ({"training": {"update": "flow", "lazy": 2}}, "training.lazy", "belongs to"),
        ({"training": {"update": "flow", "momentum": "1/2"}}, "training.momentum", "belongs to"),
        ({"training": {"update": "optimistic", "d_steps": 2}}, "training.d_steps", "alternating"),
        ({"training": {"d_steps": 2}}, "training.d_steps", "alternating"),
        ({"training": {"lazy": 0}}, "training.lazy", "integer from 1"),
        ({"training": {"lazy": 1001}}, "training.lazy", "integer from 1"),
        ({"training": {"lazy": "16"}}, "training.lazy", "integer from 1"),
        ({"training": {"lazy": True}}, "training.lazy", "integer from 1"),
        ({"training": {"lazy": 2.0}}, "training.lazy", "integer from 1"),
        ({"training": {"lazy": 2, "update": "alternating", "d_steps": 2}}, "training.lazy", "one step each"),
        ({"training": {"lazy": 2, "h_decay": "1"}}, "training.h_decay", "lazy"),
        ({"training": {"lazy": 2}, **FIELD}, "training.lazy", "no penalties"),
        ({"training": {"update": "lola", "opponent_rate": "1"}, **FIELD}, "training.update", "costs"),
        ({"training": {"update": "unrolled", "unroll_steps": 1}, **FIELD}, "training.update", "costs"),
        ({"training": {"momentum": "1/2", "momentum_d": "1/2"}}, "training.momentum_d", "one of them"),
        ({"training": {"nesterov": True}}, "training.nesterov", "without momentum"),
        ({"training": {"momentum": "1/2", "nesterov": "yes"}}, "training.nesterov", "true or false"),
        ({"training": {"momentum": "beta"}}, "training.momentum", "beta"),
        ({"training": {"momentum": "f1"}}, "training.momentum", "f1"),
        ({"training": {"momentum": "1/0"}}, "training.momentum", ""),
        ({"training": {"momentum": 0.5}}, "training.momentum", "not a string"),
        ({"training": {"momentum": "__import__('os')"}}, "training.momentum", ""),
        ({"training": {"optimizer": "adamw"}}, "training.optimizer", "did you mean 'adam'"),
        ({"training": {"optimizer": "adam", "momentum": "1/2"}}, "training.momentum", "adam"),
        ({"training": {"optimizer": "rmsprop", "beta1": "1/2"}}, "training.beta1", "rmsprop"),
        ({"training": {"beta1": "1/2"}}, "training.beta1", "sgd"),
        ({"training": {"optimizer": "adam", "epsilon": "0"}}, "training.epsilon", ""),
        ({"training": {"optimizer": "rmsprop", "epsilon": "1/2", "rms_g": "-1"}}, "training.epsilon", "positive"),
        ({"training": {"optimizer": "rmsprop", "epsilon": "1/2", "rms_d": "-1"}}, "training.epsilon", "positive"),
        ({"training": {"clip": "0"}}, "training.clip", "positive"),
        ({"training": {"clip": "c"}, "parameters": {"c": "c >= 0"}}, "training.clip", "positive"),
        ({"training": {"update": "lookahead", "lookahead_steps": 5}}, "training.lookahead_alpha", "missing"),
        ({"training": {"update": "lookahead", "lookahead_alpha": "1"}}, "training.lookahead_steps", "missing"),
        ({"training": {"update": "unrolled"}}, "training.unroll_steps", "missing"),
        ({"training": {"update": "consensus"}}, "training.consensus_weight", "missing"),
        ({"training": {"update": "replay", "replay_size": -1}}, "training.replay_size", "integer from 1"),
    ],
)
def test_errors_name_key_and_mend(document: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ProposalError) as caught:
        analyse(read_proposal(document))
    assert caught.value.key == key
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_steps_of_1_are_everybody_s() -> None:
    for name in ("flow", "extragradient", "competitive"):
        assert read_proposal({"training": {"update": name, "g_steps": 1, "d_steps": 1}}).training.update == name


def test_step_sizes_of_a_schedule() -> None:
    plain, decaying = rule(), rule(h_decay="1/2")
    assert isinstance(decaying, Stepwise)
    assert [plain.step_size(2, k) for k in range(3)] == [2, 2, 2]
    assert [decaying.step_size(2, k) ** 2 for k in (0, 3)] == [4, 1]
