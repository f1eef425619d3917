"""The README's outputs and tables are what the program prints; run this file as a script to write them anew."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLOCK = re.compile(r"<!-- (output: (?P<command>[^>]*?)|table|games) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)


def output(command: str) -> str:
    program = [sys.executable, "-P", "-m", "convergan", *command.split()]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    return f"\n```console\n$ convergan {command}\n{done.stdout.rstrip()}\n```\n\n"


def table() -> str:
    from convergan.proofs.checking import check

    rows = []
    for path in sorted((ROOT / "examples").glob("*.proposal.toml")):
        name = path.name.removesuffix(".proposal.toml")
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        result = check(path, None)
        assert result.analysis is not None
        verdict = result.analysis.verdict
        answer = verdict.verdict.value + (f", {verdict.rate}" if verdict.rate else "")
        rule = result.analysis.proposal.training.update
        rows.append(f"| [{name}](examples/{path.name}) | {document['proposal']['name']} | {rule} | {answer} |\n")
    return "".join(rows)


def games() -> str:
    from convergan.symbolic.prototypes import PROTOTYPES

    rows = []
    for name, kind in PROTOTYPES.items():
        keys = [f"`{key.name}` ({key.default})" for key in kind.keys] + ["`data` (0)"] * kind.places_data
        rows.append(f"| `{name}` | {kind.formula} | {', '.join(keys)} |\n")
    return "".join(rows)


def regenerated(text: str) -> str:
    def replacement(match: re.Match[str]) -> str:
        command = match["command"]
        opening = match[0].split("\n", 1)[0]
        body = output(command) if command is not None else games() if "games" in opening else table()
        return f"{opening}\n{body}<!-- end -->"

    return BLOCK.sub(replacement, text)


def without_measurements(text: str) -> str:
    """Seconds and rounding errors differ from run to run, and a slow machine may not find the fastest in time."""
    text = re.sub(r"^  (fastest|advice) .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"(largest error )[\d.e+-]+", r"\1*", text)
    return re.sub(r"(time +)[\d.]+ s", r"\1*", text)


def test_readme_shows_what_the_program_prints() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == 6
    assert without_measurements(regenerated(text)) == without_measurements(text)


def test_readme_shows_the_example_as_it_is() -> None:
    example = (ROOT / "examples" / "r1.proposal.toml").read_text(encoding="utf-8")
    shown = re.search(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    assert shown[1] == "".join(line for line in example.splitlines(keepends=True) if not line.startswith("#"))


if __name__ == "__main__":
    README.write_text(regenerated(README.read_text(encoding="utf-8")), encoding="utf-8")
