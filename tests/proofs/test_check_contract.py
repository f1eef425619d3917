"""The JSON document of ``check`` against its contract: keys, types, and that every formula parses as promised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import sympy as sp

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.proposal.toml"))

TEXT = {"type": "string"}
MAYBE_TEXT = {"type": ["string", "null"]}
TEXTS = {"type": ["array", "null"], "items": TEXT}
MATRIX = {"type": ["array", "null"], "items": {"type": "array", "items": TEXT}}
POINT = {"type": ["object", "null"], "additionalProperties": TEXT}
VERDICT = {"enum": ["converges", "conditional", "does-not-converge", "undecided"]}
RATE = {"enum": ["linear", "sublinear", None]}
RULE = {
    "type": "object",
    "required": ["verdict", "rate", "reason"],
    "properties": {"verdict": VERDICT, "rate": RATE, "reason": TEXT},
}
CASE = {
    "type": "object",
    "required": ["verdict", "reason"],
    "properties": {"verdict": {"enum": ["converges", "not-always", "never", "undecided"]}, "reason": TEXT},
}
PROPERTIES: dict[str, Any] = {
    "name": TEXT,
    "file": TEXT,
    "symbols": {"type": "array", "items": TEXT},
    "verdict": VERDICT,
    "rate": RATE,
    "reason": TEXT,
    "condition": MAYBE_TEXT,
    "witness": POINT,
    "counterexample": POINT,
    "generator_converges": {"type": ["boolean", "null"]},
    "prototype": TEXT,
    "equilibrium": {"type": "object", "required": ["theta", "psi"]},
    "equilibrium_dimension": {"type": ["integer", "null"]},
    "vector_field": TEXTS,
    "jacobian": MATRIX,
    "characteristic_polynomial": MAYBE_TEXT,
    "eigenvalues": TEXTS,
    "update_jacobian": MATRIX,
    "update_polynomial": MAYBE_TEXT,
    "multipliers": TEXTS,
    "step_size": MAYBE_TEXT,
    "critical": MAYBE_TEXT,
    "updates": {
        "type": "object",
        "required": ["flow", "simultaneous", "alternating"],
        "additionalProperties": RULE,
    },
    "cases": {
        "type": "object",
        "required": ["general", "absolutely_continuous"],
        "additionalProperties": CASE,
    },
    "claims": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["claim", "holds"],
            "properties": {"claim": TEXT, "holds": {"type": ["boolean", "null"]}},
        },
    },
    "evidence": {"type": ["object", "null"], "required": ["autograd_cases", "max_error", "seed"]},
    "certificate": MAYBE_TEXT,
    "seconds": {"type": "number"},
}
SCHEMA = {
    "type": "object",
    "required": ["schema", "version", "results"],
    "properties": {
        "schema": {"const": "convergan.check/1"},
        "version": TEXT,
        "results": {
            "type": "array",
            "items": {"type": "object", "required": list(PROPERTIES), "properties": PROPERTIES},
        },
    },
}
FORMULAS = ("condition", "characteristic_polynomial", "update_polynomial", "step_size", "critical")
LISTS = ("vector_field", "eigenvalues", "multipliers")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "convergan", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


# `make prove` decides all of them; here a fourth stands for the rest.
PARTS = {"some": EXAMPLES[::4], "all": EXAMPLES}


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.slow)])
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    files = PARTS[request.param]
    done = run("check", *map(str, files), "--no-evidence", "--json", "-")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["results"]) == len(files)
    return found


def test_document_is_valid(document: dict[str, Any]) -> None:
    jsonschema.validate(document, SCHEMA)


def parsed(text: str, names: list[str]) -> sp.Basic:
    return sp.sympify(text, locals={name: sp.Symbol(name, real=True) for name in names})


def is_zero(expression: sp.Expr) -> bool:
    return sp.cancel(sp.together(sp.expand(expression))) == 0


def test_every_formula_parses_and_means_what_it_says(document: dict[str, Any]) -> None:
    for result in document["results"]:
        names = result["symbols"]
        for key in FORMULAS:
            if result[key] is not None:
                parsed(result[key], names)
        for key in LISTS:
            for entry in result[key] or []:
                parsed(entry, names)
        for key, polynomial in (("jacobian", "characteristic_polynomial"), ("update_jacobian", "update_polynomial")):
            if result[key] is None:
                continue
            matrix = sp.Matrix([[parsed(entry, names) for entry in row] for row in result[key]])
            z = sp.Symbol("z", real=True)
            determinant = (z * sp.eye(matrix.rows) - matrix).det(method="berkowitz")
            assert is_zero(determinant - parsed(result[polynomial], names))
        for key, polynomial in (("eigenvalues", "characteristic_polynomial"), ("multipliers", "update_polynomial")):
            if result[key] is None:
                continue
            z = sp.Symbol("z", real=True)
            product = sp.prod([z - parsed(value, names) for value in result[key]])
            assert is_zero(product - parsed(result[polynomial], names))


def test_symbols_cover_all_that_is_mentioned(document: dict[str, Any]) -> None:
    for result in document["results"]:
        names = set(result["symbols"])
        for key in FORMULAS:
            if result[key] is not None:
                assert {str(s) for s in parsed(result[key], result["symbols"]).free_symbols} <= names
        for row in result["jacobian"] or []:
            for entry in row:
                assert {str(s) for s in parsed(entry, result["symbols"]).free_symbols} <= names


def test_json_goes_alone_to_standard_output(tmp_path: Path) -> None:
    bad = tmp_path / "bad.proposal.toml"
    bad.write_text("[proposal]\nnmae = 'x'\n", encoding="utf-8")
    done = run("check", str(bad), str(EXAMPLES[0]), "--no-evidence", "--json", "-")
    assert done.returncode == 2
    results = json.loads(done.stdout)["results"]
    assert results[0]["verdict"] == "invalid"
    assert results[0]["error"]
    assert results[1]["verdict"] != "invalid"
    assert "nmae" in done.stderr
    assert "bad.proposal.toml" in done.stderr


def test_json_file_and_standard_output_agree(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out.json"
    done = run("check", str(EXAMPLES[0]), "--no-evidence", "--json", str(target))
    assert done.returncode == 0
    assert json.loads(target.read_text(encoding="utf-8"))["results"][0]["verdict"] in done.stdout


def test_no_evidence_does_not_import_torch() -> None:
    code = (
        "import sys; from convergan.proofs.checking import check;"
        f"check({str(EXAMPLES[0])!r}, None); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=120)


@pytest.mark.parametrize(
    ("penalty", "claim", "code"),
    [
        ("gamma/2 * E_real(norm(grad(D))**2)", None, 0),
        ("0", None, 1),
        ("0", "does-not-converge", 0),
        ("gamma/2 * E_real(norm(grad(D))**2)", "does-not-converge", 1),
    ],
)
def test_exit_codes(tmp_path: Path, penalty: str, claim: str | None, code: int) -> None:
    text = f'[parameters]\ngamma = "gamma > 0"\n[penalty]\ndiscriminator = "{penalty}"\n'
    text += f'[claim]\nverdict = "{claim}"\n' if claim else ""
    file = tmp_path / "p.proposal.toml"
    file.write_text(text, encoding="utf-8")
    assert run("check", str(file), "--no-evidence").returncode == code


def test_several_exit_codes_invalid_beats_refuted_beats_undecided(tmp_path: Path) -> None:
    texts = {
        "refuted": "",
        "invalid": "[nonsense]\n",
        # Alternating descent without a penalty is critical at every h.
        "open": '[field]\ntheta = "-psi**3"\npsi = "theta**3 - sqrt(abs(psi*theta))"\n',
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.proposal.toml").write_text(text, encoding="utf-8")
    paths = {name: str(tmp_path / f"{name}.proposal.toml") for name in texts}
    assert run("check", paths["open"], "--no-evidence").returncode == 3
    assert run("check", paths["open"], paths["refuted"], "--no-evidence").returncode == 1
    assert run("check", *paths.values(), "--no-evidence").returncode == 2


def test_reports_and_certificates_are_written(tmp_path: Path) -> None:
    done = run("check", str(EXAMPLES[0]), "--no-evidence", "--report", str(tmp_path / "r"), "--json", "-")
    assert done.returncode == 0
    certificate = json.loads(done.stdout)["results"][0]["certificate"]
    assert Path(certificate).exists()
    assert list((tmp_path / "r").glob("*.md"))


def test_proof_takes_one_proposal(tmp_path: Path) -> None:
    done = run("check", str(EXAMPLES[0]), str(EXAMPLES[1]), "--no-evidence", "--proof", str(tmp_path / "c.json"))
    assert done.returncode == 2
    assert "--report" in done.stderr
