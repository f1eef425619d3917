"""``convergan agree`` as users call it: text, JSON, exit codes, errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convergan.proofs.agreeing import agree_code
from convergan.proofs.agreement_text import SCHEMA, agreement_text
from convergan.proofs.cli import main as command

R1 = '[parameters]\ngamma = "gamma > 0"\n[penalty]\ndiscriminator = "gamma/2 * E_real(norm(grad(D))**2)"\n'
BOTH = R1.replace("[penalty]\n", "[penalty]\ngenerator = 'gamma*E_fake(D**2)'\n") + "[objective]\nf = 'standard'\n"
FIELD = """
def right(theta, psi, gamma):
    return -psi, theta - gamma*psi
def wrong(theta, psi, gamma):
    return -psi, theta - 2*gamma*psi
def three(theta, psi):
    return 1, 2, 3
def fails(theta, psi):
    raise RuntimeError("no field today")
def penalty(discriminator, x_real, x_fake):
    return 0.0
def vector(discriminator, x_real, x_fake):
    return x_real
def text(discriminator, x_real, x_fake):
    return "a word"
def triple(discriminator, x_real, x_fake):
    return 1.0, 2.0, 3.0
def backward(discriminator, x_real, x_fake):
    loss = discriminator(x_fake).mean()
    loss.backward()
    return loss, loss
def raises(discriminator, x_real, x_fake):
    return undefined_name
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r1.proposal.toml").write_text(R1 + "[objective]\nf = 'wasserstein'\n", encoding="utf-8")
    (tmp_path / "both.proposal.toml").write_text(BOTH, encoding="utf-8")
    (tmp_path / "none.proposal.toml").write_text("[objective]\nf = 'wasserstein'\n", encoding="utf-8")
    (tmp_path / "plane.proposal.toml").write_text("[game]\nprototype = 'plane'\n", encoding="utf-8")
    (tmp_path / "code.py").write_text(FIELD, encoding="utf-8")
    return tmp_path


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", ["convergan", "agree", *arguments])
    with pytest.raises(SystemExit) as stopped:
        command()
    return int(stopped.value.code or 0)


def test_agreement(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["r1.proposal.toml", "code.py:right"], monkeypatch) == 0
    text = capsys.readouterr().out
    assert "agrees: code and mathematics agree at" in text
    assert "proved" not in text  # numbers are evidence


def test_disagreement_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["r1.proposal.toml", "code.py:wrong", "--json", "-"], monkeypatch) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == SCHEMA
    assert document["holds"] is False
    (cause,) = document["causes"]
    assert (cause["factor"], "v_psi" in cause["where"]) == ("2", True)
    assert "theta = 0, psi = 1" in document["smallest"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["r1.proposal.toml", "code.py:three"], "it returned 3 values; return (v_theta, v_psi)"),
        (["r1.proposal.toml", "code.py:fails"], "RuntimeError: no field today (line 9)"),
        (["r1.proposal.toml", "code.py:vector"], "shape [3, 1] where a scalar is needed; take the mean"),
        (["r1.proposal.toml", "code.py:text"], "a str where a scalar is needed"),
        (["r1.proposal.toml", "code.py:triple"], "it returned 3 values"),
        (["r1.proposal.toml", "code.py:backward"], "without calling backward()"),
        (["r1.proposal.toml", "code.py:raises"], "NameError: name 'undefined_name' is not defined (line 23)"),
        (["absent.proposal.toml", "code.py:right"], "no such file"),
        (["r1.proposal.toml", "code.py:absent"], "no function 'absent'"),
        (["both.proposal.toml", "code.py:penalty"], "--player generator"),
        (["none.proposal.toml", "code.py:penalty"], "the proposal has no penalty of the discriminator"),
        (["plane.proposal.toml", "code.py:three"], "with several parameters"),
        (["r1.proposal.toml", "code.py:right", "--with", "gamma"], "not NAME=EXPRESSION"),
        (["r1.proposal.toml", "code.py:right", "--with", "gamma=open('x')"], "--with gamma="),
        (["r1.proposal.toml", "code.py:penalty", "--player", "referee"], "no such player"),
    ],
)
def test_bad_input(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments, monkeypatch) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err


def test_the_text_of_a_failure_names_the_input() -> None:
    result = agree_code("absent.proposal.toml", "code.py:right")
    assert result.exit_code == 2
    assert agreement_text(result).startswith("invalid: absent.proposal.toml: no such file")
