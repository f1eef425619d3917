"""The adviser on the examples: what is printed, reported and written, and that no failure gets out."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from convergan.proofs import adviser
from convergan.proofs.adviser import SCOPE, advice_document, advice_lines, advice_report
from convergan.proofs.checking import check
from convergan.proofs.document import check_document
from convergan.proofs.rendering import result_text
from convergan.proofs.report import report_text
from convergan.symbolic import analyse, read_proposal
from convergan.symbolic.advice import advice as advising
from convergan.symbolic.decision.limits import OutOfTime, time_limit

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("r1", "r3gan", "instance-noise", "unregularised", "wgan", "nagarajan-kolter")
WITHOUT = ("wgan-gp", "consensus")


@cache
def checked(name: str) -> Any:
    result = check(EXAMPLES / f"{name}.proposal.toml", None)
    assert result.analysis is not None
    return result


@pytest.mark.parametrize("name", NAMES)
def test_terminal_report_and_document_say_what_they_are_for(name: str) -> None:
    result = checked(name)
    lines = advice_lines(result.analysis)
    assert lines[0].startswith("for the Dirac-GAN at unit data scale; these numbers do not transfer to networks")
    assert len(lines) <= 12
    assert max(map(len, lines)) <= 280
    report = "\n".join(advice_report(result.analysis))
    assert "## Advice" in report
    assert SCOPE in report


@pytest.mark.parametrize("name", ["instance-noise"])
def test_the_advice_is_in_all_that_check_writes(name: str) -> None:
    result = checked(name)
    assert SCOPE in result_text(result)
    assert SCOPE in report_text(result)
    assert check_document([result])["results"][0]["advice"]["scope"] == SCOPE


@pytest.mark.parametrize("name", WITHOUT)
def test_where_nothing_applies_nothing_is_printed(name: str) -> None:
    result = checked(name)
    assert advice_lines(result.analysis) == []
    assert advice_report(result.analysis) == []
    assert "advice" not in result_text(result)
    assert check_document([result])["results"][0]["advice"] is None


def strings(value: Any, key: str = "") -> list[str]:
    """The formulas of a document; words are left out."""
    if isinstance(value, dict):
        words = {"scope", "symbols", "batch", "damped", "code", "model", "noise", "noise_effect"}
        found = [strings(v, k) for k, v in value.items() if k not in words]
        found += [[entry[k] for k in ("value", "at_critical") if entry[k]] for entry in value.get("code", [])]
        return [text for part in found for text in part]
    if isinstance(value, list):
        return [text for part in value for text in strings(part, key)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_parses_in_the_symbols_that_are_named(name: str) -> None:
    document = advice_document(checked(name).analysis)
    assert document is not None
    symbols = {name: sp.Symbol(name, real=True) for name in document["symbols"]}
    found = strings(document)
    assert len(found) > 15
    for text in found:
        assert text in ("True", "False") or sp.sympify(text, locals=symbols).free_symbols <= set(symbols.values())


def test_r1_in_numbers() -> None:
    """Logistic f, gamma = 1/2: every number as the paper, the notebook and GAN_stability have it."""
    document = advice_document(checked("r1").analysis)
    assert document is not None
    symbols = {name: sp.Symbol(name, real=True) for name in document["symbols"]}
    values = {"gamma": "1/2", "f1": "1/2", "f2": "-1/4", "h": "1/10", "batch": "8"}
    point = {symbols[name]: sp.Rational(value) for name, value in values.items()}

    def number(text: str) -> sp.Expr:
        return sp.sympify(text, locals=symbols).xreplace(point).doit()

    assert number(document["critical"]["weight"]) == 1
    assert number(document["alternating"]["both"]["weight"]) == sp.Rational(1, 2)
    assert number(document["simultaneous"]["both"]["h"]) == number(document["alternating"]["both"]["h"]) == 2
    assert number(document["alternating"]["for_given_h"]["weight"]) == sp.Rational(39, 40)
    assert number(document["equivalent"]["noise_variance"]) == 1
    code = {entry["code"]: (number(entry["value"]), number(entry["at_critical"])) for entry in document["code"]}
    half = sp.Rational(1, 2)
    assert code["GAN_stability"] == (half / 2, half)
    assert code["StyleGAN2 and 3"] == (half, 1)
    assert number(document["minibatch"]["sampled"]["alternating"]["small_h"]) == sp.Rational(1, 160)


def test_penalties_on_real_and_fake_samples_have_two_weights() -> None:
    document = advice_document(checked("r3gan").analysis)
    assert document is not None
    assert document["gradient_penalty"] == {"gamma_real": "gamma1", "gamma_fake": "gamma2"}
    assert document["code"] == []
    assert "gamma1 on real and gamma2 on fake samples" in "\n".join(advice_lines(checked("r3gan").analysis))


def test_noise_that_does_nothing_is_called_so() -> None:
    assert "instance noise does nothing here" in "\n".join(advice_lines(checked("wgan").analysis))
    assert advice_document(checked("wgan").analysis)["equivalent"]["noise_effect"] == "none"  # type: ignore[index]


def test_an_unrestricted_weight_has_no_best_step() -> None:
    penalty = {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}
    document = {"parameters": {"gamma": "real"}, "objective": {"f": "standard"}, "penalty": penalty}
    lines = advice_lines(analyse(read_proposal(document)))
    assert lines
    assert not any("gamma given" in line for line in lines)


@pytest.mark.parametrize("failure", [TypeError, ValueError, RecursionError, NotImplementedError, "late"])
def test_failures_of_the_algebra_mean_no_advice(monkeypatch: pytest.MonkeyPatch, failure: Any) -> None:
    def failing(*_: Any) -> None:
        if failure == "late":
            while True:
                pass
        raise failure("no")

    monkeypatch.setattr(advising, "_plan", failing)
    monkeypatch.setattr(advising, "SECONDS", 0.2)
    analysis = checked("r1").analysis
    assert adviser.advice_document(analysis) is None
    assert adviser.advice_lines(analysis) == adviser.advice_report(analysis) == []


def test_an_outer_limit_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_: Any) -> None:
        while True:
            pass

    monkeypatch.setattr(advising, "_plan", endless)
    with pytest.raises(OutOfTime), time_limit(0.2, "outer"):
        advice_lines(checked("r1").analysis)
