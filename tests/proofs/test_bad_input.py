"""Bad input: one clear error that names file, key, text and mend; exit code 2; the other files are still checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from convergan.proofs.cli.main import app

GOOD = '[parameters]\ngamma = "gamma > 0"\n[penalty]\ndiscriminator = "gamma/2 * E_real(norm(grad(D))**2)"\n'


def penalty(expression: str) -> str:
    return f'[parameters]\ngamma = "gamma > 0"\n[penalty]\ndiscriminator = {json.dumps(expression)}\n'


# name: (content, words that the error has to contain)
CASES: dict[str, tuple[str | bytes, tuple[str, ...]]] = {
    "not-toml": ("[penalty\n", ("not TOML",)),
    "not-text": (b"\xff\xfe\x00", ("UTF-8",)),
    "unknown-section": ("[penalties]\n", ("penalties", "penalty")),
    "unknown-key": ("[penalty]\ndiscriminater = '0'\n", ("penalty.discriminater", "discriminator")),
    "undeclared": ("[penalty]\ndiscriminator = 'lam*E_real(D)'\n", ("penalty.discriminator", "lam", "[parameters]")),
    "no-admissible-value": ("[parameters]\ngamma = 'gamma > 0 and gamma < 0'\n", ("no admissible point",)),
    "contradiction-across": (
        "[parameters]\na = 'a > 1'\nb = 'b > a and b < 1'\n",
        ("parameters", "no admissible point"),
    ),
    "unbalanced": (penalty("gamma*E_real(D"), ("unbalanced parentheses", "column")),
    "attribute": (penalty("gamma.__class__"), ("attribute access",)),
    "call": (penalty("open('x')"), ("open",)),
    "import": (penalty("__import__('os').system('true')"), ("not part of the language",)),
    "dunder-call": (penalty("__import__('os')"), ("unknown function", "__import__")),
    "lambda": (penalty("lambda: 1"), ("lambda",)),
    "comprehension": (penalty("[x for x in (1,)]"), ("not part of the language",)),
    "vector": (penalty("gamma*E_real(grad(D))"), ("vector", "norm(grad(D))**2")),
    "deep-parentheses": (penalty("(" * 1000 + "1" + ")" * 1000), ("deep",)),
    "deep-minus": (penalty("-" * 1000 + "1"), ("penalty.discriminator",)),
    "deep-power": (penalty("**".join(["2"] * 1000)), ("penalty.discriminator",)),
    "huge-number": (penalty("9" * 1000), ("too large to matter",)),
    "huge-power": (penalty("10**10**10"), ("too large to matter",)),
    "huge-exponent": (penalty("1e999999999"), ("penalty.discriminator",)),
    "caret": (penalty("gamma^2"), ("**",)),
    "implicit-product": (penalty("2gamma"), ("*",)),
    "greek": (penalty("\u03b3"), ("ASCII",)),
    "keyword-parameter": ("[parameters]\nlambda = 'lambda > 0'\n", ("parameters.lambda", "lam")),
    "reserved-parameter": ("[parameters]\npsi = 'real'\n", ("parameters.psi", "reserved")),
    "not-polynomial": ("[parameters]\ngamma = 'exp(gamma) > 1'\n", ("parameters.gamma", "polynomial")),
    "or": ("[parameters]\ngamma = 'gamma > 1 or gamma < -1'\n", ("parameters.gamma", "'and'")),
    "unknown-objective": ("[objective]\nf = 'standart'\n", ("objective.f", "standard")),
    "unknown-update": ("[training]\nupdate = 'simultanous'\n", ("training.update", "simultaneous")),
    "steps": ("[training]\ng_steps = 2\n", ("training.g_steps", "alternating")),
    "zero-steps": ("[training]\nupdate = 'alternating'\nd_steps = 0\n", ("training.d_steps", "0")),
    "boolean": ("[training]\nd_steps = true\n", ("training.d_steps",)),
    "number-for-text": ("[penalty]\ndiscriminator = [1]\n", ("penalty.discriminator",)),
    "field-and-penalty": ("[field]\ntheta='0'\npsi='0'\n[penalty]\ngenerator='0'\n", ("penalty", "[field]")),
    "half-field": ("[field]\ntheta='0'\n", ("field.psi",)),
    "half-objective": ("[objective]\nfake='t'\n", ("objective.fake",)),
    "claim": ("[claim]\nverdict = 'proved'\n", ("claim.verdict", "converges")),
    "claimed-list": ("[claim]\neigenvalues = '-1'\n", ("claim.eigenvalues",)),
    "empty-expression": (penalty(" "), ("empty",)),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.proposal.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def invoke(*arguments: str):
    return CliRunner().invoke(app, ["check", "--no-evidence", *arguments])


@pytest.mark.parametrize("case", CASES)
def test_one_clear_error_and_the_other_file_is_checked(folder: Path, case: str) -> None:
    content, words = CASES[case]
    bad = folder / "bad.proposal.toml"
    bad.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = invoke("bad.proposal.toml", "good.proposal.toml", "--json", "-")
    assert done.exit_code == 2, done.output
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert "bad.proposal.toml" in lines[0]
    assert len(lines[0]) < 600
    for word in words:
        assert word in lines[0]
    results = json.loads(done.stdout)["results"]
    assert [result["verdict"] for result in results] == ["invalid", "converges"]
    assert results[0]["error"] in lines[0]


def test_missing_file_and_folder(folder: Path) -> None:
    done = invoke("missing.proposal.toml", ".", "good.proposal.toml")
    assert done.exit_code == 2
    assert "no such file" in done.stderr
    assert "a folder where a file is needed" in done.stderr
    assert "converges" in done.stdout


def test_nothing_is_executed(folder: Path) -> None:
    marker = folder / "executed"
    attack = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    for section in ("[penalty]\ndiscriminator", "[objective]\nf", "[game]\ndata", "[parameters]\ngamma"):
        file = folder / "attack.proposal.toml"
        file.write_text(f"{section} = {json.dumps(attack)}\n", encoding="utf-8")
        assert invoke("attack.proposal.toml").exit_code == 2
    assert not marker.exists()


def test_usage_errors(folder: Path) -> None:
    assert invoke().exit_code == 2
    assert invoke("good.proposal.toml", "--cases", "0").exit_code == 2
    assert invoke("good.proposal.toml", "--json", "good.proposal.toml/x.json").exit_code == 2
