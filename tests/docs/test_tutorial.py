"""The tutorial's files run, and its outputs are what they print; run this file as a script to write them anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "property-tests.md"
FILE = re.compile(r"<!-- file: (?P<name>\S+) -->\n\n```python\n(?P<body>.*?)```\n\n<!-- end -->", re.DOTALL)
OUTPUT = re.compile(r"<!-- output: (?P<name>\S+) -->\n\n```console\n(?P<body>.*?)```\n\n<!-- end -->", re.DOTALL)
# What differs from run to run, and from one version of pytest to the next.
SECONDS = re.compile(r" in [\d.]+s(?: \(\S+\))?")


def written(folder: Path, text: str) -> None:
    for match in FILE.finditer(text):
        (folder / match["name"]).write_text(match["body"], encoding="utf-8")


def output(folder: Path, name: str) -> str:
    """What pytest prints for one file, from the failures on, without times and places."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HYPOTHESIS"))}
    environment |= {"COLUMNS": "100", "CI": "", "OMP_NUM_THREADS": "1"}
    options = ["-q", "--tb=short", "-p", "no:cacheprovider", "--rootdir=.", "-c", os.devnull]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return SECONDS.sub("", done.stdout.replace(f"{folder}{os.sep}", "")).rstrip()


def shown(printed: str) -> str:
    """The lines that a reader needs: what failed, at what example, and the counts."""
    kept = []
    for line in printed.splitlines():
        if line.startswith("E ") or re.match(r"_{3,} .* _{3,}$|\d+ (passed|failed)", line):
            kept.append(line.rstrip())
    return "\n".join(kept)


def block(folder: Path, name: str) -> str:
    return f"<!-- output: {name} -->\n\n```console\n$ pytest {name}\n{shown(output(folder, name))}\n```\n\n<!-- end -->"


def test_every_file_is_run() -> None:
    text = PAGE.read_text(encoding="utf-8")
    files = {match["name"] for match in FILE.finditer(text)}
    assert {match["name"] for match in OUTPUT.finditer(text)} == {name for name in files if name.startswith("test_")}
    assert text.count("```python") == len(FILE.findall(text))
    assert text.count("```console") == len(OUTPUT.findall(text))


# Each starts pytest, torch and SymPy anew; two of them in every run, the others with -m slow.
QUICK = ("test_penalties.py", "test_networks.py")
NAMES = [match["name"] for match in OUTPUT.finditer(PAGE.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in NAMES]
)
def test_outputs_are_what_is_printed(name: str, tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    written(tmp_path, text)
    (match,) = (match for match in OUTPUT.finditer(text) if match["name"] == name)
    assert block(tmp_path, name) == match[0]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        page = PAGE.read_text(encoding="utf-8")
        written(Path(scratch), page)
        PAGE.write_text(OUTPUT.sub(lambda match: block(Path(scratch), match["name"]), page), encoding="utf-8")
