"""The light outline of a proposal file is what the reader of proposals finds in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from convergan.proofs.pytest_plugin.outline import CLAIM_KEYS, Outline, outline
from convergan.proofs.reading import read_proposal_file

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.proposal.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_claims_and_their_lines(path: Path) -> None:
    found, claim = outline(path), read_proposal_file(path).claim
    claimed = tuple(key for key in CLAIM_KEYS if getattr(claim, key) is not None)
    assert found.claims == (claimed or ("verdict",))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert {key: lines[number].split("=")[0].strip() for key, number in found.lines.items()} == {
        key: key for key in claimed
    }


@pytest.mark.parametrize(
    ("text", "claims", "lines"),
    [
        ("", ("verdict",), {}),
        ("[claim]\n", ("verdict",), {}),
        ("[claim]\nverdit = 'converges'\n", ("verdict",), {}),
        ("claim = 3\n", ("verdict",), {}),
        ("[claim\n", ("verdict",), {}),
        ("[claim]\nrate = 1\nverdict = 2\n", ("verdict", "rate"), {"rate": 1, "verdict": 2}),
        ("claim = {rate = 'linear'}\n", ("rate",), {}),
        ("[ claim ] # what we say\n\n'rate'='linear'\n", ("rate",), {"rate": 2}),
        ("[other]\nrate = 1\n[claim]\nrate = 'linear'\n[penalty]\ncritical = 1\n", ("rate",), {"rate": 3}),
    ],
)
def test_unusual_files(tmp_path: Path, text: str, claims: tuple[str, ...], lines: dict[str, int]) -> None:
    file = tmp_path / "a.proposal.toml"
    file.write_text(text, encoding="utf-8")
    assert outline(file) == Outline(claims, lines)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    nothing = Outline(("verdict",), {})
    assert outline(tmp_path / "none.proposal.toml") == nothing
    assert outline(tmp_path) == nothing
    (tmp_path / "bytes").write_bytes(b"\xff")
    assert outline(tmp_path / "bytes") == nothing
