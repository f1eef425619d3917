"""The outputs of docs/agree.md are what the command prints; run this file as a script to write them anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "agree.md"
BLOCK = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```\w+\n(?P<content>.*?)```\n"
    r"|<!-- output: (?P<command>[^\n]*?) -->\n(?P<body>.*?)<!-- end -->",
    re.DOTALL,
)


def output(folder: Path, arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "convergan", *arguments.split()],
        cwd=folder,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    return f"\n```console\n$ convergan {arguments}\n{done.stdout.rstrip()}\n```\n\n"


def regenerated(text: str, folder: Path) -> str:
    """The page with its commands run in a folder that holds its files, in the order of the page."""

    def replacement(match: re.Match[str]) -> str:
        if match["file"] is None:
            return f"<!-- output: {match['command']} -->\n{output(folder, match['command'])}<!-- end -->"
        (folder / match["file"]).write_text(match["content"], encoding="utf-8")
        return match[0]

    return BLOCK.sub(replacement, text)


def without_measurements(text: str) -> str:
    """Seconds, and errors of rounding, which differ between processors."""
    text = re.sub(r"(?m)^(  time +)[\d.]+ s$", r"\1*", text)
    return re.sub(r"(?m)^(  largest error +)\S+", r"\1*", text)


@pytest.mark.slow
def test_the_page_shows_what_the_command_prints(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == 10
    assert without_measurements(regenerated(text, tmp_path)) == without_measurements(text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        PAGE.write_text(regenerated(PAGE.read_text(encoding="utf-8"), Path(scratch)), encoding="utf-8")
