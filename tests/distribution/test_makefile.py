"""The Makefile, with a fake Python that only writes down what it is asked to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

FAKE = """#!/bin/sh
[ "$1" = -c ] && exit 0
printf '%s\\n' "$*" >> calls.txt
case "$*" in
    "-m venv "*) mkdir -p .venv/bin && cp "$0" .venv/bin/python;;
    *"convergan prove"*) exit "${PROVE:-0}";;
    *"convergan check"*) exit "${CHECK:-0}";;
esac
"""


@pytest.fixture
def make(tmp_path: Path, root: Path, run: Callable[..., Any]) -> Callable[..., list[str]]:
    """Call make in a folder with a space in its name; give the calls of the fake Python, `pip --version` left out."""
    folder = tmp_path / "a clone"
    (folder / "examples").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy2(root / name, folder / name)
    for name in ("a", "b"):
        (folder / "examples" / f"{name}.proposal.toml").touch()
    fake = folder / "fake"
    fake.write_text(FAKE, encoding="utf-8")
    fake.chmod(0o755)

    def call(*targets: str, code: int = 0, **variables: str) -> list[str]:
        (folder / "calls.txt").write_text("", encoding="utf-8")
        run(["make", "PYTHON=./fake", *targets], folder, code=code, **variables)
        calls = (folder / "calls.txt").read_text(encoding="utf-8").splitlines()
        return [line for line in calls if not line.endswith("pip --version")]

    return call


RUN_JOB = ["-P -m convergan prove", "-P -m convergan check examples/a.proposal.toml examples/b.proposal.toml"]
INSTALL = "-P -m pip --disable-pip-version-check install -c constraints.txt -e"


def test_prove_installs_once_and_does_both_jobs(make: Callable[..., list[str]]) -> None:
    assert make("prove") == ["-m venv .venv", f"{INSTALL} .", *RUN_JOB]
    assert make("prove") == RUN_JOB


def test_a_development_installation_serves_prove(make: Callable[..., list[str]]) -> None:
    assert make("test")[:2] == ["-m venv .venv", f"{INSTALL} .[dev]"]
    assert make("prove") == RUN_JOB
    assert [call for call in make("test") if "pip" in call] == []


def test_tests_after_prove_add_the_tools(make: Callable[..., list[str]]) -> None:
    make("prove")
    assert make("test")[0] == f"{INSTALL} .[dev]"


def test_a_changed_requirement_installs_again(make: Callable[..., list[str]], tmp_path: Path) -> None:
    make("prove")
    (stamp,) = (tmp_path / "a clone" / ".venv").glob(".run-*")
    os.utime(stamp, (0, 0))
    assert make("prove")[0] == f"{INSTALL} ."


def test_a_moved_clone_installs_again(tmp_path: Path, make: Callable[..., list[str]], run: Callable[..., Any]) -> None:
    make("prove")
    moved = tmp_path / "moved"
    (tmp_path / "a clone").rename(moved)
    run(["make", "PYTHON=./fake", "prove"], moved)
    assert (moved / "calls.txt").read_text(encoding="utf-8").count(INSTALL) == 2


@pytest.mark.parametrize("variables", [{"PROVE": "1"}, {"CHECK": "3"}, {"PROVE": "3", "CHECK": "2"}])
def test_prove_does_both_jobs_and_fails_if_one_does(make: Callable[..., list[str]], variables: dict[str, str]) -> None:
    assert make("prove", code=2, **variables)[-2:] == RUN_JOB
