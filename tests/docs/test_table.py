"""``proofs/TABLE1.md`` is what the program decides; run this file as a script to write it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from convergan.proofs.methods import METHODS
from convergan.proofs.tabulation import Row, row_of, table_markdown

DOCUMENT = Path(__file__).parents[2] / "proofs" / "TABLE1.md"


ROWS = [
    pytest.param(method, id=method.name, marks=[] if method.printed is not None else [pytest.mark.slow])
    for method in METHODS
]


@pytest.mark.parametrize("method", ROWS)
def test_row(method) -> None:
    """The answers; reasons are text, and only written."""
    row = row_of(method.proposal, method=method)
    lines = [line for line in table_markdown([row]).splitlines() if line.startswith(f"| {method.name} |")]
    assert len(lines) == 1
    assert lines[0] in DOCUMENT.read_text(encoding="utf-8").splitlines()


def test_no_row_is_left_over() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line.startswith("| ")]
    assert rows[1:] == [method.name for method in METHODS]


if __name__ == "__main__":
    found: list[Row] = [row_of(method.proposal, method=method) for method in METHODS]
    DOCUMENT.write_text(table_markdown(found), encoding="utf-8")
