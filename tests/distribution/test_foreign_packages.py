"""convergan beside somebody else's `training` and `symbolic`, and what a start must not import."""

from __future__ import annotations

import json
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PYTHON = [sys.executable]
SCRIPT = [str(Path(sysconfig.get_path("scripts")) / "convergan")]
MODULE = [*PYTHON, "-m", "convergan"]
PROPOSAL = """
[proposal]
name = "R1"

[parameters]
gamma = "gamma > 0"

[penalty]
discriminator = "gamma/2 * E_real(norm(grad(D))**2)"
"""


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder like a GAN repository's, with packages of our folders' names that must never be imported."""
    for name in ("symbolic", "numeric", "training", "proofs"):
        (tmp_path / name).mkdir()
        text = f"raise RuntimeError('the foreign package {name} was imported')\n"
        (tmp_path / name / "__init__.py").write_text(text, encoding="utf-8")
    (tmp_path / "r1.proposal.toml").write_text(PROPOSAL, encoding="utf-8")
    return tmp_path


def _imported(stderr: str) -> set[str]:
    """The top-level packages that `-X importtime` reports."""
    lines = (line.rpartition("|")[2].strip() for line in stderr.splitlines() if line.startswith("import time:"))
    return {line.split(".")[0] for line in lines}


def test_the_foreign_packages_shadow_ours_when_imported_by_bare_name(foreign: Path, run: Callable[..., Any]) -> None:
    assert "was imported" in run([*PYTHON, "-c", "import symbolic"], foreign, code=1).stderr


@pytest.mark.parametrize("layer", ["symbolic", "numeric", "training", "proofs"])
def test_import(foreign: Path, layer: str, run: Callable[..., Any]) -> None:
    code = f"import convergan.{layer} as layer; print(layer.__name__)"
    assert run([*PYTHON, "-c", code], foreign).stdout.split() == [f"convergan.{layer}"]


@pytest.mark.parametrize("program", [SCRIPT, MODULE], ids=["script", "module"])
def test_help(foreign: Path, program: list[str], run: Callable[..., Any]) -> None:
    assert "Usage" in run([*program, "--help"], foreign, PYTHONPATH=str(foreign)).stdout


@pytest.mark.parametrize("program", [SCRIPT, MODULE], ids=["script", "module"])
def test_check(foreign: Path, program: list[str], run: Callable[..., Any]) -> None:
    command = [*program, "check", "r1.proposal.toml", "--json", "-", "--cases", "10"]
    (result,) = json.loads(run(command, foreign, PYTHONPATH=str(foreign)).stdout)["results"]
    assert result["verdict"] == "converges"


def test_importing_convergan_is_light(foreign: Path, run: Callable[..., Any]) -> None:
    imported = _imported(run([*PYTHON, "-X", "importtime", "-c", "import convergan"], foreign).stderr)
    assert "convergan" in imported
    assert imported & {"torch", "sympy", "z3", "cvc5", "flint", "hypothesis"} == set()


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", "--no-evidence", "r1.proposal.toml"]], ids=["help", "check without evidence"]
)
def test_commands_that_do_not_import_torch(foreign: Path, arguments: list[str], run: Callable[..., Any]) -> None:
    command = [*PYTHON, "-X", "importtime", "-m", "convergan", *arguments]
    imported = _imported(run(command, foreign).stderr)
    assert "typer" in imported
    assert "torch" not in imported
