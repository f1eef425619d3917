"""Negative controls: every example with one thing wrong in it must be refuted, never accepted and never left open.

An operator takes an example's document and gives documents whose claims are false. The fixed list is sign, factor,
exponent, condition, quantifier and swapped player; each entry below says which examples an operator makes false, so an
operator that stops applying fails the test as well.
"""

from __future__ import annotations

import copy
import functools
import json
import time
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convergan.proofs.checking import check
from convergan.symbolic.analysis import Analysis, analyse
from convergan.symbolic.claims import ClaimResult, check_claims
from convergan.symbolic.proposal_reader import read_proposal

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.name.removesuffix(".proposal.toml") for path in EXAMPLES.glob("*.proposal.toml"))
Document = dict[str, Any]


def load(name: str) -> Document:
    return tomllib.loads((EXAMPLES / f"{name}.proposal.toml").read_text(encoding="utf-8"))


def changed(document: Document, section: str, key: str, value: Any) -> Document:
    copied = copy.deepcopy(document)
    copied.setdefault(section, {})[key] = value
    return copied


def sign(document: Document) -> Iterator[Document]:
    """The claimed eigenvalues with the opposite sign; the penalty with the opposite sign."""
    values = document["claim"].get("eigenvalues")
    # A conjugate pair on the imaginary axis is its own negative.
    if values and not values[0].strip().startswith("I"):
        yield changed(document, "claim", "eigenvalues", [f"-({value})" for value in values])
    if document["claim"]["verdict"] == "converges" and "penalty" in document:
        for player, text in document["penalty"].items():
            yield changed(document, "penalty", player, f"-({text})")


def factor(document: Document) -> Iterator[Document]:
    """A doubled eigenvalue, multiplier, weight or step."""
    for key in ("eigenvalues", "multipliers"):
        if key in document["claim"]:
            values = document["claim"][key]
            yield changed(document, "claim", key, [f"2*({values[0]})", *values[1:]])
    # A sublinear rate is critical at every weight.
    if "eigenvalues" in document["claim"] and document["claim"].get("rate") != "sublinear":
        for player, text in document.get("penalty", {}).items():
            yield changed(document, "penalty", player, f"2*({text})")
    if "step_size" in document["claim"]:
        yield changed(document, "claim", "step_size", document["claim"]["step_size"].replace("h", "(2*h)"))


def exponent(document: Document) -> Iterator[Document]:
    """A square lost or gained in the claim."""
    for key in ("eigenvalues", "step_size", "critical"):
        claimed = document["claim"].get(key)
        if claimed is None:
            continue
        texts = claimed if isinstance(claimed, list) else [claimed]
        if any("f1**2" in text for text in texts):
            mutated = [text.replace("f1**2", "f1") for text in texts]
        elif any("**2" in text for text in texts):
            mutated = [text.replace("**2", "**3") for text in texts]
        else:
            continue
        yield changed(document, "claim", key, mutated if isinstance(claimed, list) else mutated[0])


def condition(document: Document) -> Iterator[Document]:
    """A parameter freed of its condition: the claim is made for too many values."""
    if document["claim"]["verdict"] != "converges":
        return
    for name in document.get("parameters", {}):
        if name not in {"c", "gamma1", "gamma2", "sigma", "eps"}:
            yield changed(document, "parameters", name, "real")
    if "gamma1" in document.get("parameters", {}):
        copied = changed(document, "parameters", "gamma1", "real")
        yield changed(copied, "parameters", "gamma2", "real")
    if "sigma" in document.get("parameters", {}):
        yield changed(document, "parameters", "sigma", "sigma >= 0")
        yield changed(document, "objective", "assume", "f1 != 0")


def quantifier(document: Document) -> Iterator[Document]:
    """Another verdict than the proved one."""
    for verdict in {"converges", "conditional", "does-not-converge"} - {document["claim"]["verdict"]}:
        yield changed(document, "claim", "verdict", verdict)


def swapped_player(document: Document) -> Iterator[Document]:
    """The penalty charged to the other player."""
    penalty = document.get("penalty", {})
    # A penalty on D's output damps whichever player pays it.
    if document["claim"]["verdict"] == "converges" and len(penalty) == 1 and "E_fake(D**2)" not in str(penalty):
        ((player, text),) = penalty.items()
        copied = copy.deepcopy(document)
        copied["penalty"] = {"generator" if player == "discriminator" else "discriminator": text}
        yield copied


NEGATIVE = {"unregularised", "wgan", "wgan-gp", "dragan", "r1-large-step"}
NEGATIVE |= {"hinged-gradient-penalty", "momentum", "averaged-wgan", "uniform-dragan"}
BARE = {"non-saturating", "non-saturating-alternating", "unregularised-exponential", "extragradient", "optimistic"}
BARE |= {"lookahead"}
# Neither eigenvalues are claimed nor a penalty is paid.
SIGNLESS = {"competitive", "negative-momentum", "unrolled"}
VERDICT_ONLY = {"wgan-gp", "dragan", "r1-large-step", "hinged-gradient-penalty", "unregularised-exponential"}
VERDICT_ONLY |= {"non-saturating-alternating", "output-penalty", "quartic-penalty", "momentum", "averaged-wgan"}
VERDICT_ONLY |= {"lookahead", "lazy-r1", "uniform-dragan", "segment-r1"}

# Which examples an operator has something to break in; the others have no such part.
OPERATORS = {
    sign: set(NAMES) - NEGATIVE - BARE - SIGNLESS,
    factor: set(NAMES) - VERDICT_ONLY,
    exponent: {"consensus", "dragan-zero-centred", "instance-noise", "nagarajan-kolter", "r1", "r1-alternating", "r2"}
    | {"r3gan", "roth", "optimistic", "negative-momentum", "unrolled", "adam-r1", "uniform"},
    condition: set(NAMES) - NEGATIVE - BARE - {"uniform"},
    quantifier: set(NAMES),
    swapped_player: {
        "quartic-penalty",
        "adam-r1",
        "dragan-zero-centred",
        "lazy-r1",
        "nagarajan-kolter",
        "r1",
        "r1-alternating",
        "r2",
        "r3gan",
        "roth",
        "segment-r1",
    },
}


@functools.cache
def analysed(unclaimed: str) -> Analysis:
    """The analysis of a document without its claim, which no claim changes."""
    return analyse(read_proposal(json.loads(unclaimed)))


def claims(document: Document) -> list[ClaimResult]:
    """What is said of the claims of a document."""
    proposal = read_proposal(document)
    analysis = analysed(json.dumps({key: value for key, value in document.items() if key != "claim"}))
    analysis.prover.deadline = time.monotonic() + 45
    return check_claims(replace(analysis, proposal=proposal))


@pytest.mark.parametrize("name", NAMES)
def test_example_as_it_stands_is_proved(name: str) -> None:
    result = check(read_proposal(load(name)), evidence=None)
    assert result.exit_code == 0, [claim for claim in result.claims if claim.holds is not True]
    assert result.claimed


# Half of the examples see every operator; the others are among the slow tests.
SOME = [name if place % 2 else pytest.param(name, marks=pytest.mark.slow) for place, name in enumerate(NAMES)]


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
@pytest.mark.parametrize("name", SOME)
def test_mutant_is_refuted(name: str, operator: Any) -> None:
    mutants = list(operator(load(name)))
    assert bool(mutants) == (name in OPERATORS[operator])
    for mutant in mutants:
        outcomes = {claim.claim: claim.holds for claim in claims(mutant)}
        assert False in outcomes.values(), (mutant, outcomes)
