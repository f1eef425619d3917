"""Rulings that rest on an identity which does not hold, fitted to the rest of the certificate: none is accepted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from convergan.proofs.certificate import build_certificate, digest
from convergan.proofs.verify import verify_certificate
from convergan.symbolic import analyse, read_proposal

Document = dict[str, Any]
TIED = {"p": "p > 0", "q": "q**3 == p**3"}
DECAY, STEADY = ("-theta", "-psi"), {"update": "flow"}
CUBES = ("-psi - theta**3", "theta - psi**3")
# Field, parameters, training; then theorem and function of the forged ruling: x* is not attracting, it says.
IDENTITIES: list[tuple[tuple[str, str], Document, Document, str, str]] = [
    # sign(p - q) is 0 where q**3 = p**3, and its square is not 1.
    (DECAY, TIED, STEADY, "first-integral", "(1 - sign(p - q)**2)*_x"),
    (DECAY, TIED, STEADY, "first-integral", "(1 - sign((p - q)**2))*(_x**2 + _y**2)"),
    (DECAY, {"p": "p >= 0 and p <= 0"}, STEADY, "first-integral", "(1 - sign(p)**2)*_x"),
    (DECAY, {"p": "p**2 <= 0"}, STEADY, "measure-preserved", "1 - sign(p)**2"),
    (("-psi", "theta - psi*(1 - sign(p - q)**2)"), TIED, STEADY, "first-integral", "_x**2 + _y**2"),
    (
        ("-psi", "theta - psi*(1 - sign((p - 1)*theta + (q - 1)*psi)**2)"),
        {"p": "p**3 == 1", "q": "q**3 == 1"},
        STEADY,
        "first-integral",
        "_x**2 + _y**2",
    ),
    # 0 almost everywhere
    (CUBES, {}, {"update": "alternating"}, "measure-preserved", "1 - sign(_x)**2"),
    # Jumps take a measure together, whatever they are called.
    (("theta - abs(theta)/theta", "-psi"), {}, STEADY, "measure-preserved", "1"),
    (("theta - theta/abs(theta)", "-psi"), {}, STEADY, "measure-preserved", "1"),
    (("-atan(1/theta)", "-psi/(1 + theta**2)"), {}, STEADY, "measure-preserved", "1"),
]


@pytest.mark.parametrize(("rows", "parameters", "training", "theorem", "function"), IDENTITIES)
def test_identities_that_do_not_hold_are_not_accepted(
    rows: tuple[str, str], parameters: Document, training: Document, theorem: str, function: str
) -> None:
    field = {"theta": rows[0], "psi": rows[1]}
    proposal = {"proposal": {"name": "forged"}, "parameters": parameters, "field": field, "training": training}
    document = json.loads(json.dumps(build_certificate(analyse(read_proposal(proposal)))))
    # What such a ruling does not use is taken out.
    gone = {step["id"] for step in document["steps"] if ".goal" in step["id"] or step["id"].endswith(".matrix")}
    document["steps"] = [step for step in document["steps"] if step["id"] not in gone]
    for ruling in (step for step in document["steps"] if step["id"].endswith(".ruling")):
        ruling["uses"] = [name for name in ruling["uses"] if name not in gone]
        ruling |= {"kind": "theorem", "theorem": theorem, "outcome": "no", "rate": None, "branch": None}
        ruling["function"] = function
    point = document["verdict"]["witness"] or document["verdict"]["counterexample"]
    document["verdict"] |= {"verdict": "does-not-converge", "rate": None, "witness": None, "counterexample": point}
    found = verify_certificate(document | {"digest": digest(document)})
    assert found.accepted is not True, found
    assert found.failed_step == "cell-1.ruling", found
