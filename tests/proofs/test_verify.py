"""Certificates are confirmed by another route and another solver; what is no certificate gets a clear answer."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from convergan.proofs import certificate as certificates
from convergan.proofs.certificate import digest
from convergan.proofs.implications import SecondSolver
from convergan.proofs.verify import verify_certificate

Document = dict[str, Any]
Certificates = Callable[[str], Document]
ROOT = Path(__file__).parents[2]
MODULES = re.findall(
    r"\w+",
    """verify averages certificate_reading entailment field_check function_check identity_check implications
    linearisation_check lyapunov_check normal_forms pieces root_conditions rule_matrices
    premises printed recomputation rulings_check script_check""",
)


def sealed(document: Document) -> Document:
    """The document with the digest of what it holds, which anybody can compute."""
    return document | {"digest": digest(document)}


def test_certificates_are_accepted(certified: str, verdict: str, certificate: Certificates) -> None:
    document = certificate(certified)
    found = verify_certificate(document)
    assert (found.accepted, found.failed_step, found.verdict) == (True, "", verdict), found.reason
    assert set(found.checked) >= {step["id"] for step in document["steps"]}
    assert found.implications > 0
    assert "cvc5" in found.reason


def test_an_undecided_certificate_is_checked_too(certificate: Certificates) -> None:
    document = certificate("unregularised")
    document["proposal"]["training"] = {"update": "flow"}
    assert verify_certificate(sealed(document)).accepted is False
    # What the flow's own certificate says: the same pieces, and no ruling.
    steps = {step["id"]: step for step in document["steps"]}
    steps["cell-1.matrix"]["matrix"] = steps["cell-1.pieces"]["pieces"][0]["jacobian"]
    steps["cell-1.ruling"] |= {"kind": "open", "theorem": "", "outcome": "open"}
    steps["cell-1.ruling"]["uses"] = ["cell-1", "cell-1.pieces", "cell-1.matrix"]
    document["steps"] = [step for step in document["steps"] if "goal" not in step["id"]]
    document["verdict"] |= {"verdict": "undecided", "counterexample": None}
    found = verify_certificate(sealed(document))
    assert (found.accepted, found.verdict) == (True, "undecided"), found.reason


def test_what_the_solver_does_not_decide_is_not_accepted(
    certificate: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SecondSolver, "_status", lambda self, text: "unknown")
    found = verify_certificate(certificate("R1"))
    assert found.accepted is None
    assert found.failed_step.startswith("cell-1.goal")
    assert "cvc5 does not decide" in found.reason


def test_no_time_left_is_not_acceptance(certificate: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convergan.proofs.implications._answers", {})
    assert verify_certificate(certificate("R1"), seconds=0.0).accepted is None


def test_a_failure_of_the_algebra_is_not_acceptance(certificate: Certificates, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise ZeroDivisionError("stumbled")

    monkeypatch.setattr("convergan.proofs.verify.check_field", stumble)
    found = verify_certificate(certificate("R1"))
    assert (found.accepted, found.failed_step) == (None, "field")
    assert "stumbled" in found.reason


def test_the_verifier_uses_nothing_that_derived_or_decided() -> None:
    """The parsed proposal, formulas and solvers are shared; derivation, local analysis and theorems are not."""
    own = re.compile(
        "derivation|calculus|germs|interpretation|hypotheses|analysis|stability|criteria|obligations|spectrum|regions"
        "|updates|prototypes|output|cells|critical|requirements|printing|objectives"
    )
    for name in MODULES:
        tree = ast.parse((ROOT / "proofs" / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.level == 2:
                assert not own.search(node.module or ""), f"{name} imports {node.module}"


# -- no certificate --------------------------------------------------------------------------------------------------

WRONG: list[tuple[str, Any]] = [
    ("empty", {}),
    ("a list", []),
    ("other schema", {"schema": "convergan.certificate/2"}),
    ("steps is a string", {"steps": "abc"}),
    ("steps of numbers", {"steps": [1, 2, 3]}),
    ("no steps", {"steps": []}),
    ("a step without id", {"steps": [{}]}),
    ("no proposal", {"proposal": {"objective": 3}}),
    ("unknown section", {"proposal": {"objectiv": {}}}),
    ("a call in a proposal", {"proposal": {"penalty": {"discriminator": "__import__('os').system('true')"}}}),
    ("verdict is null", {"verdict": None}),
    ("verdict without keys", {"verdict": {"verdict": "converges"}}),
    ("unknown verdict", {"verdict": dict.fromkeys(("rate", "witness", "counterexample")) | dict.fromkeys(
        ("verdict", "reason"), "maybe")}),
    ("a name that is a number", {"name": 3}),
    ("an unknown key", {"signature": "x"}),
    ("a value that JSON does not have", {"version": object()}),
    ("a key that is no string", {3: "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("changes"), [change for _, change in WRONG], ids=[name for name, _ in WRONG])
def test_malformed_documents_are_refused(changes: Any, certificate: Certificates) -> None:
    document = certificate("R1") | changes if changes and isinstance(changes, dict) else changes
    with contextlib.suppress(TypeError, AttributeError):
        document = sealed(document)
    found = verify_certificate(document)
    assert found.accepted is False
    assert found.failed_step
    assert found.reason
    assert "Traceback" not in found.reason


def test_deep_and_large_documents_are_refused(certificate: Certificates) -> None:
    deep: Any = "x"
    for _ in range(1000):
        deep = [deep]
    assert verify_certificate(certificate("R1") | {"steps": deep}).failed_step == "document"
    assert verify_certificate(certificate("R1") | {"version": ["x"] * 300_000}).failed_step == "document"


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("(" * 200 + "0" + ")" * 200, False),
        ("gamma.__class__", False),
        ("__import__('os')", False),
        ("[0 for x in (1,)][0]", False),
        ("lambda: 0", False),
        ("0/0", False),
        ("1" * 100, False),
        ("2**9**9**9", False),
        ("unknown", False),
        ("", False),
        ("0" + "+0" * 5000, None),
        ("0*(1 + gamma + f1 + f2)**900", None),
    ],
)
def test_expressions_are_read_and_never_executed(text: str, accepted: bool | None, certificate: Certificates) -> None:
    document = certificate("R1")
    pieces = next(step for step in document["steps"] if step["id"] == "cell-1.pieces")
    pieces["pieces"][0]["value"][0] = text
    found = verify_certificate(sealed(document))
    assert (found.accepted, found.failed_step) == (accepted, "cell-1.pieces")


def test_the_schema_is_the_one_that_is_written() -> None:
    assert certificates.SCHEMA == "convergan.certificate/1"
