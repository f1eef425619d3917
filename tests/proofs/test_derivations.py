"""The generated derivations: the same bytes every time, up to date, and certificates that stand and cannot be bent."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

import convergan
from convergan.proofs.certificate import digest
from convergan.proofs.lemmas import catalogue, derive_lemma
from convergan.proofs.records import Record
from convergan.proofs.verify_lemma import verify_lemma_certificate
from convergan.proofs.writing import certificate_name, page_name, render

FOLDER = Path(convergan.__file__).parent / "proofs" / "derivations"
IDS = sorted(catalogue())
# Other games than the Dirac-GAN, all games at once, regions of convergence, outputs d* other than 0, and rules that are
# not transcribed.
UNCHECKED = frozenset(
    {
        "balduzzi2018-sga",
        "chavdarova2021-lookahead",
        "data-away-from-zero",
        "discriminator-bias",
        "foerster2018-lola",
        "huang2024-r3gan",
        "kim2018-sgp",
        "kodali2017-averaging",
        "kodali2017-objectives",
        "mao2017-least-squares",
        "mescheder2018-dragan",
        "mescheder2018-energy-solutions",
        "mescheder2018-full-rank-solutions",
        "mescheder2018-table-1",
        "mescheder2018-theorem-4.1",
        "mescheder2018-theorem-4.1-wgan",
        "metz2017-unrolled",
        "nagarajan2017-proposition-3.1",
        "nagarajan2017-theorem-3.1",
        "nagarajan2017-uniform-example",
        "nagarajan2017-wgan-orbits",
        "observability",
        "schaefer2019-competitive",
        "thanh-tung2019-zero-centred",
    }
)
QUICK = ("mescheder2018-lemma", "mescheder2018-section", "r1", "lazy", "observability", "pishkoo2023-flow")
Document = dict[str, Any]


@pytest.fixture(scope="module")
def certificates(records: dict[str, Record]) -> dict[str, Document]:
    return {name: json.loads(record.files[certificate_name(name)]) for name, record in records.items()}


@pytest.mark.parametrize("name", ["lazy-r1", "mescheder2018-lemma-3.3", "mescheder2018-nonsaturating", "observability"])
def test_documents_are_the_same_every_time(name: str, records: dict[str, Record]) -> None:
    assert render(derive_lemma(catalogue()[name])) == records[name].files


def test_documents_hold_no_place_and_no_time(records: dict[str, Record]) -> None:
    for record in records.values():
        for name, text in record.files.items():
            assert str(FOLDER) not in text
            assert "seconds" not in text
            assert "\r" not in text
            assert text == text.rstrip() + "\n", name


def test_pages_say_what_a_reader_needs(records: dict[str, Record], certificates: dict[str, Document]) -> None:
    for name, record in records.items():
        page, lemma = record.files[page_name(name)], catalogue()[name]
        wanted = [lemma.source, lemma.printed, lemma.statement, record.status, certificate_name(name)]
        assert [text for text in wanted if text not in page] == []
        steps = certificates[name]["steps"]
        assert all(f"\n{number}. *{s['kind']}*: {s['statement']}" in page for number, s in enumerate(steps, 1))
        assert page.count("$$") % 2 == page.count("$") % 2 == 0
        assert "f_{1}" not in page, "f1 is written f'(0)"


@pytest.mark.parametrize(
    "name", [name if name.startswith(QUICK) else pytest.param(name, marks=pytest.mark.slow) for name in IDS]
)
def test_certificates_stand(name: str, certificates: dict[str, Document]) -> None:
    """Every step is confirmed, but for those that ``verify`` says it cannot derive again."""
    document = certificates[name]
    found = verify_lemma_certificate(document)
    assert found.accepted is (None if name in UNCHECKED else True), found
    if found.accepted:
        assert len(found.checked) == len(document["steps"])
        assert found.verdict == document["status"]
    else:
        kinds = {step["id"]: step["kind"] for step in document["steps"]}
        assert {kinds[step] for step in kinds if step not in found.checked} <= {"verdict", "identity", "tested"}


# -- tampering ---------------------------------------------------------------------------------------------------------


def signed(document: Document) -> Document:
    """With the digest of what is there now: whoever lies can compute one."""
    return document | {"digest": digest(document)}


def first(document: Document, kind: str, condition: Callable[[Document], bool] = lambda _: True) -> Document:
    return next(step for step in document["steps"] if step["kind"] == kind and condition(step))


def entries(value: Any) -> list[Any]:
    """The innermost lists of strings of an expression, matrix or product."""
    if isinstance(value, dict):
        return [row for factor in value["product"] for row in factor]
    return value if isinstance(value, list) else []


def bend(value: Any) -> Any:
    """The same value with its first entry one larger."""
    if isinstance(value, str):
        return f"{value} + 1"
    bent = copy.deepcopy(value)
    entries(bent)[0][0] += " + 1"
    return bent


def left_side(document: Document) -> str:
    step = first(document, "identity")
    step["left"] = bend(step["left"])
    return step["id"]


def right_side(document: Document) -> str:
    step = first(document, "identity", lambda s: "source" not in s or s["part"] == "printed")
    step["right"] = bend(step["right"])
    return step["id"]


def both_sides(document: Document) -> str:
    """A true identity, but not of the quantity that it is said to be."""
    step = first(document, "identity", lambda s: "source" in s)
    step["left"], step["right"] = bend(step["left"]), bend(step["right"])
    return step["id"]


def every_identity(document: Document) -> str:
    """1 = 1 in the place of an identity without a source."""
    step = first(document, "identity", lambda s: "source" not in s)
    step["left"] = step["right"] = "1"
    return step["id"]


def other_source(document: Document) -> str:
    step = first(document, "identity", lambda s: "source" in s)
    step["source"] = {"proposal": {"penalty": {"discriminator": "psi**2"}}, "quantity": step["source"]["quantity"]}
    return step["id"]


def goal_sharpened(document: Document) -> str:
    """False where the goal is not; with its own script, so that only the solver sees it."""
    step = first(document, "solver")
    step["goal"] = {"and": [step["goal"], {"expression": "h - 1000", "relation": "=="}]}
    document["symbols"] = sorted({*document["symbols"], "h"})
    retranslate(step, document)
    return step["id"]


def hypotheses_dropped(document: Document) -> str:
    step = first(document, "solver")
    step["hypotheses"] = {"and": []}
    retranslate(step, document)
    return step["id"]


def script_only(document: Document) -> str:
    step = first(document, "solver")
    step["script"] = "(set-logic QF_NRA)\n(assert false)\n"
    return step["id"]


def contradiction(document: Document) -> str:
    """A vacuous implication is true, but no step of the derivation."""
    step = first(document, "solver")
    step["hypotheses"] = {"and": [{"expression": "f1**2 + 1", "relation": "=="}]}
    document["symbols"] = sorted({*document["symbols"], "f1"})
    retranslate(step, document)
    return step["id"]


def answer_unknown(document: Document) -> str:
    step = first(document, "solver")
    step["answer"] = "unknown"
    return step["id"]


def theorem_unknown(document: Document) -> str:
    step = first(document, "theorem")
    step["theorem"] = "riemann-hypothesis"
    return step["id"]


def theorem_on_nothing(document: Document) -> str:
    step = first(document, "theorem")
    step["uses"] = [step["id"]]
    return step["id"]


def example_moved(document: Document) -> str:
    step = first(document, "example")
    step["point"] = dict.fromkeys(step["point"], "0")
    return step["id"]


def last_step_removed(document: Document) -> str:
    removed = document["steps"].pop()
    if removed["kind"] == "example":
        return "status"
    return removed["id"]


def statement_reworded(document: Document) -> str:
    document["steps"][0]["statement"] = "P = NP"
    return "step-1"


def status_raised(document: Document) -> str:
    document["status"] = "proved" if document["status"] == "corrected" else "corrected"
    return "status"


def lemma_reworded(document: Document) -> str:
    document["statement"] = "GANs converge."
    return "statement"


def executed(document: Document) -> str:
    step = first(document, "identity")
    step["left"] = "__import__('os').getpid()"
    return step["id"]


def retranslate(step: Document, document: Document) -> None:
    """A script that fits the formulas again."""
    from convergan.proofs.certificate import formula_document
    from convergan.proofs.certificate_reading import Steps
    from convergan.symbolic.formula import conjunction, negation
    from convergan.symbolic.solvers import translate

    symbols = {name: sp.Symbol(name, real=True) for name in document["symbols"]}
    reader = Steps([], symbols, sp.Symbol("h", real=True))
    hypotheses, goal = (reader.formula(step[key], "") for key in ("hypotheses", "goal"))
    script = translate(conjunction([hypotheses, negation(goal)]))
    step["script"], step["domains"] = script.text, [formula_document(o) for o in script.obligations]


TAMPERING = [
    left_side,
    right_side,
    both_sides,
    every_identity,
    other_source,
    goal_sharpened,
    hypotheses_dropped,
    script_only,
    contradiction,
    answer_unknown,
    theorem_unknown,
    theorem_on_nothing,
    example_moved,
    last_step_removed,
    statement_reworded,
    status_raised,
    lemma_reworded,
    executed,
]


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", [f"mescheder2018-lemma-{number}" for number in ("2.4", "2.5")])
def test_a_tampered_certificate_is_rejected(
    name: str, tamper: Callable[[Document], str], certificates: dict[str, Document]
) -> None:
    document = copy.deepcopy(certificates[name])
    step = tamper(document)
    found = verify_lemma_certificate(signed(document))
    assert found.accepted is False, found
    assert found.failed_step == step
    assert found.verdict == ""


def test_a_region_of_another_proposal_is_rejected(certificates: dict[str, Document]) -> None:
    """The implication still holds; that the region is the proposal's does not."""
    for name in ("r1-step-sizes", "mescheder2018-roth"):
        document = copy.deepcopy(certificates[name])
        step = first(document, "solver", lambda s: "source" in s)
        step["source"]["proposal"]["penalty"] = {"discriminator": "3*gamma*E_real(norm(grad(D))**2)"}
        found = verify_lemma_certificate(signed(document))
        assert found.accepted is False
        assert found.failed_step == step["id"]


def test_a_verdict_of_another_proposal_is_rejected(certificates: dict[str, Document]) -> None:
    document = copy.deepcopy(certificates["mescheder2018-nonsaturating"])
    step = first(document, "verdict")
    step["source"]["proposal"] = {"objective": {"f": "wasserstein"}, "training": {"update": "flow"}}
    found = verify_lemma_certificate(signed(document))
    assert (found.accepted, found.failed_step) == (False, step["id"])
    document = copy.deepcopy(certificates["mescheder2018-nonsaturating"])
    step = first(document, "verdict")
    step["rate"] = "linear"
    found = verify_lemma_certificate(signed(document))
    assert (found.accepted, found.failed_step) == (False, step["id"])


def test_damage_is_seen(certificates: dict[str, Document]) -> None:
    document = certificates[IDS[0]] | {"source": "elsewhere"}
    assert (found := verify_lemma_certificate(document)).accepted is False
    assert found.failed_step == "digest"


def test_a_document_of_any_shape_is_not_accepted(certificates: dict[str, Document]) -> None:
    good = certificates["mescheder2018-lemma-2.4"]
    bad: list[Any] = [{}, {"schema": good["schema"]}, good | {"steps": [None]}, good | {"symbols": ["x y"]}]
    bad += [good | {"steps": []}, good | {"id": ["x"]}, good | {"id": "mescheder2018-lemma-9.9"}, good | {"extra": 1}]
    for step in (first(good, kind) for kind in ("identity", "solver", "theorem", "example")):
        for key in step:
            for value in (None, [], {"product": []}):
                steps = [other if other is not step else step | {key: value} for other in good["steps"]]
                if steps != good["steps"]:
                    bad.append(good | {"steps": steps})
    for document in bad:
        assert verify_lemma_certificate(signed(document)).accepted is not True
