"""Every wrong argument is one clear error: Hypothesis's own, with the argument, its value and the mend."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis.errors import InvalidArgument

from convergan.numeric import strategies
from convergan.numeric.strategies import (
    batches,
    cases,
    critical_cases,
    discriminators,
    documents,
    generators,
    objectives,
    parameters,
    points,
    proposals,
    rationals,
)
from convergan.symbolic import read_proposal

FREE = read_proposal({"proposal": {"name": "free"}, "parameters": {"a": "real"}, "objective": {"f": "standard"}})
CUBIC = read_proposal({"parameters": {"a": "a**3 == 2"}})
UNIFORM = read_proposal({"game": {"prototype": "uniform"}})
SETTLED = read_proposal(
    {
        "proposal": {"name": "settled"},
        "parameters": {"gamma": "gamma > 0"},
        "objective": {"f": "wasserstein"},
        "training": {"update": "flow"},
    }
)
R1 = read_proposal({"proposal": {"name": "R1"}, "parameters": {"gamma": "gamma > 0"}})

WRONG = [
    (lambda: rationals(positive=1), "positive=1: True or False"),
    (lambda: objectives(max_atoms=-1), "max_atoms=-1: an integer of at least 0"),
    (lambda: objectives(max_atoms=True), "max_atoms=True: an integer"),
    (lambda: objectives(assume="f1 > "), "assume='f1 > '"),
    (lambda: objectives(assume="g1 > 0"), "undeclared symbol g1"),
    (lambda: objectives(assume="f1**3 == 2"), "degree 3 in f1"),
    (lambda: objectives(assume=None), "assume=None: conditions as text"),
    (lambda: objectives(where="edge"), "where='edge': known: inside, boundary, outside"),
    (lambda: objectives(where="outsid"), "did you mean 'outside'"),
    (lambda: objectives(where="outside", concave=True), "drop one of them"),
    (lambda: objectives(increasing="yes"), "increasing='yes': True or False"),
    (lambda: objectives(assume="real", where="boundary"), "no comparison"),
    (lambda: objectives(assume="f1 == 1", where="boundary"), "no comparison"),
    (lambda: cases("R1"), "'R1' is no proposal"),
    (lambda: cases(R1, where="boundary", of="gamma"), "a list of names is needed; known: f1"),
    (lambda: cases(R1, where="boundary", of=["eta"]), r"of=\['eta'\]"),
    (lambda: cases(R1, where="boundary", of=["f3"]), "no comparison that mentions f3"),
    (lambda: cases(R1, of=["gamma"]), "belongs to where='boundary'"),
    (lambda: cases(R1, where="boundary", on="gamma == 1"), "give one of them"),
    (lambda: cases(R1, on="gamma = 1"), "on='gamma = 1'"),
    (lambda: cases(R1, on="eta == 1"), "undeclared symbol eta"),
    (lambda: cases(R1, on=3), "on=3: a region as text"),
    (lambda: cases(R1, on="1 == 2"), "no comparison in a parameter"),
    (lambda: cases(FREE, where="outside"), "'free' declares no comparison"),
    (lambda: cases(FREE, on="f1 == 1"), "no comparison in a parameter"),
    (lambda: cases(CUBIC), "degree 3 in a"),
    (lambda: parameters(R1, where="beyond"), "where='beyond'"),
    (lambda: points(UNIFORM), "'uniform' has no phase plane"),
    (lambda: critical_cases(None), "None is no proposal"),
    (lambda: critical_cases(SETTLED).validate(), "'settled' found no critical values"),
    (lambda: discriminators(shape=2), "shape=2: a shape is needed"),
    (lambda: discriminators(shape=()), "a shape is needed"),
    (lambda: discriminators(shape=(2, 0)), r"shape\[1\]=0: an integer of at least 1"),
    (lambda: discriminators(families="mlp"), "families='mlp': a list of words"),
    (lambda: discriminators(families=["mpl"]), "did you mean 'mlp'"),
    (lambda: discriminators(shape=(4,), families=["convolutional"]), r"'convolutional' with shape=\(4,\)"),
    (lambda: discriminators(activations=["relu"]), "unknown 'relu'"),
    (lambda: discriminators(max_width=0), "max_width=0"),
    (lambda: discriminators(dtype="int64"), "dtype='int64'"),
    (lambda: discriminators(device="nowhere").example(), "device='nowhere'"),
    (lambda: discriminators(constant=None), "constant=None: True or False"),
    (lambda: generators(latent=[1]), r"latent=\[1\]"),
    (lambda: batches(min_size=3, max_size=2), "max_size=2: an integer of at least 3"),
    (lambda: documents(prototypes=["dirak"]), "did you mean 'dirac'"),
    (lambda: documents(updates=[]), "updates="),
    (lambda: documents(functions="any"), "functions='any': a list"),
    (lambda: documents(functions=["f(t)"]), "is no objective"),
    (lambda: proposals(rule_keys=0), "rule_keys=0: True or False"),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=[f"{place}" for place in range(len(WRONG))])
@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_wrong_arguments(call, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        call()


@pytest.mark.parametrize("name", ["objectives", "discriminators", "generators", "batches", "documents", "proposals"])
def test_options_are_keywords(name: str) -> None:
    with pytest.raises(TypeError, match="positional"):
        getattr(strategies, name)(3)


def test_every_public_name_is_exported() -> None:
    assert sorted(strategies.__all__) == strategies.__all__
    assert all(hasattr(strategies, name) for name in strategies.__all__)


def test_values_are_drawn_without_torch() -> None:
    """Networks and batches need it, and a value of f; nothing else does."""
    code = """
import sys
from hypothesis import find
from convergan.numeric.strategies import cases, discriminators, objectives, proposals
proposal = find(proposals(), lambda proposal: True)
find(cases(proposal), lambda case: True)
find(cases(proposal, where="boundary"), lambda case: True)
find(objectives(), lambda f: bool(repr(f)))
discriminators(shape=(1, 4, 4), dtype="float32")
sys.exit("torch" in sys.modules)
"""
    subprocess.run([sys.executable, "-P", "-c", code], check=True)
