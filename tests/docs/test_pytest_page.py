"""The outputs of docs/pytest.md are what pytest prints; run this file as a script to write them anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import pytest

from convergan.proofs.pytest_plugin.settings import AGREE_KEYS, KEYS, Settings
from convergan.symbolic.proposal import Claim

PAGE = Path(__file__).parents[2] / "docs" / "pytest.md"
BLOCK = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```\w+\n(?P<content>.*?)```\n"
    r"|<!-- output: pytest (?P<command>[^\n]*?) -->\n(?P<body>.*?)<!-- end -->",
    re.DOTALL,
)


def output(folder: Path, arguments: str) -> str:
    ours = ("PYTEST", "PYTHONPATH", "CI", "BUILD_NUMBER", "HYPOTHESIS")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    program = [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", *arguments.split()]
    done = subprocess.run(
        program, cwd=folder, env={**environment, "COLUMNS": "120"}, capture_output=True, text=True, check=False
    )
    return f"\n```console\n$ pytest {arguments}\n{done.stdout.rstrip()}\n```\n\n"


def regenerated(text: str, folder: Path) -> str:
    """The page with its commands run in a folder that holds its files, in the order of the page."""

    def replacement(match: re.Match[str]) -> str:
        if match["file"] is None:
            return f"<!-- output: pytest {match['command']} -->\n{output(folder, match['command'])}<!-- end -->"
        (folder / match["file"]).parent.mkdir(exist_ok=True)
        (folder / match["file"]).write_text(match["content"], encoding="utf-8")
        return match[0]

    (folder / "tests").mkdir()
    (folder / "tests" / "test_training.py").write_text("def test_training_step():\n    pass\n", encoding="utf-8")
    return BLOCK.sub(replacement, text)


def without_seconds(text: str) -> str:
    """Seconds differ from run to run, and with them the length of the rules beside them."""
    text = re.sub(r"=* ?(\d+ (?:passed|failed).*) in [\d.:() s]+ ?=*$", r"\1", text, flags=re.MULTILINE)
    return re.sub(r"(?m)^(  time +)[\d.]+ s$", r"\1*", text)


@pytest.mark.slow
def test_the_page_shows_what_pytest_prints(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == 7
    assert without_seconds(regenerated(text, tmp_path)) == without_seconds(text)


def test_the_page_names_every_setting_and_claim() -> None:
    text = PAGE.read_text(encoding="utf-8")
    keys = set(KEYS) - {"agree"}
    keys |= {f"agree.{key}" for key in AGREE_KEYS}
    assert {key for key in keys if f"\n| `{key}` |" not in text} == set()
    assert {field.name for field in fields(Claim) if f"`{field.name}`" not in text} == set()
    defaults = Settings()
    assert f"| {defaults.cases} |" in text
    assert f'| `"{defaults.undecided}"` |' in text


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        PAGE.write_text(regenerated(PAGE.read_text(encoding="utf-8"), Path(scratch)), encoding="utf-8")
