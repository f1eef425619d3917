"""``[tool.convergan]``: what it may say, and one clear error for what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from convergan.proofs.pytest_plugin.settings import Settings, read_settings
from convergan.symbolic.errors import ProposalError

AGREE = "[[tool.convergan.agree]]\nproposal = {p}\ncode = {c}\n"
P, C = '"p/r1.proposal.toml"', '"training/loss.py:r1"'

# What stands in pyproject.toml, then the key that the error names, the offending text, and a word of the mend.
WRONG = [
    ("[tool.convergan]\nproposal = []", "tool.convergan.proposal", "unknown key", "did you mean 'proposals'"),
    ("[tool.convergan]\ntests = 1", "tool.convergan.tests", "unknown key", "known: proposals, cases"),
    ("[tool]\nconvergan = 3", "tool.convergan", "not a table: 3", "[tool.convergan]"),
    ('[tool.convergan]\nproposals = "p/*"', "tool.convergan.proposals", "not a list: 'p/*'", 'write ["'),
    ("[tool.convergan]\nproposals = [1]", "tool.convergan.proposals[0]", "not a text: 1", "quotes"),
    ('[tool.convergan]\nproposals = [""]', "tool.convergan.proposals[0]", "not a text: ''", "quotes"),
    (
        '[tool.convergan]\nproposals = ["p/*", "q/*"]',
        "tool.convergan.proposals[1]",
        "no file matches 'q/*'",
        "relative",
    ),
    ('[tool.convergan]\nproposals = ["p"]', "tool.convergan.proposals[0]", "no file matches 'p'", "relative"),
    ('[tool.convergan]\ncases = "many"', "tool.convergan.cases", "not an integer: 'many'", "at least 1"),
    ("[tool.convergan]\ncases = true", "tool.convergan.cases", "not an integer: True", "at least 1"),
    ("[tool.convergan]\ncases = 10.0", "tool.convergan.cases", "not an integer: 10.0", "at least 1"),
    ("[tool.convergan]\ncases = 0", "tool.convergan.cases", "out of range: 0", "at most 1000000"),
    ("[tool.convergan]\ncases = 1_000_001", "tool.convergan.cases", "out of range: 1000001", "at most 1000000"),
    ("[tool.convergan]\nseed = -1", "tool.convergan.seed", "out of range: -1", "at least 0"),
    ("[tool.convergan]\nevidence = 1", "tool.convergan.evidence", "neither true nor false: 1", "write true or false"),
    ('[tool.convergan]\nundecided = "pass"', "tool.convergan.undecided", "unknown value 'pass'", "known: fail, xfail"),
    ("[tool.convergan]\nundecided = false", "tool.convergan.undecided", "not a text: False", "quotes"),
    ("[tool.convergan.agree]\ncode = 1", "tool.convergan.agree", "not a list", "[[tool.convergan.agree]]"),
    ("[tool.convergan]\nagree = [1]", "tool.convergan.agree[0]", "not a table: 1", "[[tool.convergan.agree]]"),
    (f"[[tool.convergan.agree]]\ncode = {C}", "tool.convergan.agree[0].proposal", "missing", "both proposal and code"),
    (f"[[tool.convergan.agree]]\nproposal = {P}", "tool.convergan.agree[0].code", "missing", "both proposal and code"),
    (AGREE.format(p='"p/no.toml"', c=C), "tool.convergan.agree[0].proposal", "no such file: 'p/no.toml'", "below"),
    (AGREE.format(p=P, c='"training/loss.py"'), "tool.convergan.agree[0].code", "not FILE.py:FUNCTION", "r1_penalty"),
    (AGREE.format(p=P, c='":r1"'), "tool.convergan.agree[0].code", "not FILE.py:FUNCTION: ':r1'", "r1_penalty"),
    (
        AGREE.format(p=P, c='"training/loss.py:r 1"'),
        "tool.convergan.agree[0].code",
        "not FILE.py:FUNCTION",
        "r1_penalty",
    ),
    (
        AGREE.format(p=P, c='"training/los.py:r1"'),
        "tool.convergan.agree[0].code",
        "no such file: 'training/los.py'",
        "rel",
    ),
    (AGREE.format(p=P, c=C) + "round = 3", "tool.convergan.agree[0].round", "unknown key", "did you mean 'rounds'"),
    (AGREE.format(p=P, c=C) + "rounds = 0", "tool.convergan.agree[0].rounds", "out of range: 0", "at most 1000"),
    (AGREE.format(p=P, c=C) + "player = 'd'", "tool.convergan.agree[0].player", "unknown value 'd'", "generator"),
    (AGREE.format(p=P, c=C) + "with = 'a=b'", "tool.convergan.agree[0].with", "not a table: 'a=b'", "reg_param"),
    (AGREE.format(p=P, c=C) + "with = {a = 1}", "tool.convergan.agree[0].with.a", "not a text: 1", "quotes"),
    (AGREE.format(p=P, c=C) * 2, "tool.convergan.agree[1]", "given twice: 'training/loss.py:r1'", "delete one"),
    ("[tool.convergan\n", "", "not TOML", "sections are [named]"),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("p/r1.proposal.toml", "p/b.proposal.toml", "training/loss.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("text", "key", "problem", "mend"), WRONG)
def test_wrong_settings(root: Path, text: str, key: str, problem: str, mend: str) -> None:
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProposalError) as caught:
        read_settings(root)
    error = caught.value
    assert (error.file, error.key) == (str(root / "pyproject.toml"), key)
    assert problem in error.problem
    assert mend in error.mend
    assert len(str(error).splitlines()) == 1


def test_a_file_that_is_no_text(root: Path) -> None:
    (root / "pyproject.toml").write_bytes(b"[tool.convergan]\nundecided = '\xff'\n")
    with pytest.raises(ProposalError, match="not UTF-8 text at byte 30"):
        read_settings(root)


@pytest.mark.parametrize("text", ["", "[tool.other]\ncases = 'x'\n", "[tool.convergan]\n", "tool = 3\n"])
def test_defaults(root: Path, text: str) -> None:
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    assert read_settings(root) == Settings((), 2000, 0, True, "fail", ())


def test_no_file_is_no_settings(root: Path) -> None:
    assert read_settings(root) == Settings()


def test_settings(root: Path) -> None:
    text = '[tool.convergan]\nproposals = ["p/b*", "**/*.toml"]\ncases = 7\nseed = 3\nevidence = false\n'
    text += 'undecided = "xfail"\n'
    text += (
        AGREE.format(p=P, c=C)
        + "rounds = 5\nwith = {reg = 'gamma/2'}\nplayer = 'generator'\n"
        + AGREE.format(p=P, c='"training/loss.py:Loss.r1"')
    )
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    found = read_settings(root)
    assert [path.name for path in found.proposals] == ["b.proposal.toml", "r1.proposal.toml", "pyproject.toml"]
    assert all(path.is_absolute() for path in found.proposals)
    assert (found.cases, found.seed, found.evidence, found.undecided) == (7, 3, False, "xfail")
    first, second = found.agreements
    assert (first.label, first.file, first.function) == ("training/loss.py:r1", root / "training/loss.py", "r1")
    assert (first.rounds, first.bindings, first.player) == (5, {"reg": "gamma/2"}, "generator")
    assert (second.label, second.function) == ("training/loss.py:Loss.r1", "Loss.r1")
    assert (second.rounds, second.bindings, second.player) == (1, {}, None)
    assert first.proposal == root / "p/r1.proposal.toml"


def test_the_proposal_of_an_agreement_is_decided_too(root: Path) -> None:
    (root / "pyproject.toml").write_text(AGREE.format(p=P, c=C), encoding="utf-8")
    assert read_settings(root).proposals == (root / "p/r1.proposal.toml",)
