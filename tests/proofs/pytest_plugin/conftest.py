"""A repository laid out like StyleGAN's, with packages of our folders' names not to be imported, and pytest in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

FOREIGN = ("symbolic", "numeric", "proofs")
R1 = """
[proposal]
name = "R1"

[parameters]
gamma = "gamma > 0"

[penalty]
discriminator = "gamma/2 * E_real(norm(grad(D))**2)"
"""
FILES = {
    "train.py": "from training import training_loop\n",
    "dnnlib/__init__.py": "",
    "torch_utils/__init__.py": "",
    "torch_utils/misc.py": "",
    "training/__init__.py": "",
    "training/loss.py": "",
    "training/networks.py": "",
    "training/training_loop.py": "from training import loss\nfrom torch_utils import misc\n",
    "tests/test_training.py": "def test_loop():\n    from training import training_loop\n",
    "pyproject.toml": """
        [tool.pytest.ini_options]
        testpaths = ["tests"]
        pythonpath = ["."]
        addopts = ["--strict-markers", "--strict-config"]

        [tool.convergan]
        proposals = ["proposals/*.proposal.toml"]
        evidence = false
        """,
    "proposals/r1.proposal.toml": R1 + '\n[claim]\nverdict = "converges"\nrate = "linear"\n',
    "proposals/wgan.proposal.toml": """
        [objective]
        f = "wasserstein"

        [claim]
        verdict = "converges"
        eigenvalues = ["I", "-I"]
        """,
}
Files = dict[str, str]


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[Files], Path]:
    """Makes the repository with some files of its own; `pyproject.toml` and proposals may be replaced."""

    def make(files: Files) -> Path:
        root = tmp_path / "StyleGAN für alle"
        foreign = {f"{name}/__init__.py": f"raise RuntimeError('foreign {name}')\n" for name in FOREIGN}
        for name, text in (foreign | FILES | files).items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return root

    return make


Run = Callable[..., str]


@pytest.fixture(scope="session")
def run_pytest() -> Run:
    """Runs pytest in a folder, without this run's variables; a wrong exit code or a traceback shows the output."""

    def call(
        folder: Path,
        *arguments: str,
        code: int = 0,
        python: tuple[str, ...] = ("-P",),
        traceback: bool = False,
    ) -> str:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PYTHONPATH", "CI", "BUILD_NUMBER"))}
        command = [sys.executable, *python, "-m", "pytest", *arguments]
        environment = {**kept, "COLUMNS": "160", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300
        )
        shown = done.stdout + done.stderr
        assert done.returncode == code, shown
        assert bool(re.search(r"^Traceback|^E  |INTERNALERROR", shown, re.MULTILINE)) is traceback, shown
        return shown

    return call
