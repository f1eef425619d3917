"""``[tool.convergan]`` of the user's pyproject.toml, read whole and checked before anything is collected."""

from __future__ import annotations

import glob
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...symbolic.errors import ProposalError, closest

FILE = "pyproject.toml"
MOST_CASES = 1_000_000
MOST_ROUNDS = 1000
UNDECIDED = ("fail", "xfail")
PLAYERS = ("discriminator", "generator")
KEYS = ("proposals", "cases", "seed", "evidence", "undecided", "agree")
AGREE_KEYS = ("proposal", "code", "with", "player", "rounds")


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """One ``[[tool.convergan.agree]]``: torch code against a proposal's mathematics.

    Attributes:
        proposal: The proposal's file.
        label: ``CODE.py:FUNCTION`` as the user wrote it.
        file: The code's file.
        function: The function in it.
        bindings: Further arguments of the function by name, as text in the proposal's parameters.
        player: Whose penalty it is, or None.
        rounds: How often the table of cases is gone through.
    """

    proposal: Path
    label: str
    file: Path
    function: str
    bindings: Mapping[str, str]
    player: str | None
    rounds: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``[tool.convergan]`` says.

    Attributes:
        proposals: Files to decide besides the ``*.proposal.toml`` files that pytest meets.
        cases: Random cases of the confrontation with autograd.
        seed: Their seed, and that of the code agreements.
        evidence: Whether to confront derivations with autograd.
        undecided: What becomes of an undecided claim: ``fail`` or ``xfail``; it never passes.
        agreements: Code to compare with proposals.
    """

    proposals: tuple[Path, ...] = ()
    cases: int = 2000
    seed: int = 0
    evidence: bool = True
    undecided: str = "fail"
    agreements: tuple[CodeAgreement, ...] = ()


_DEFAULT = Settings()


def read_settings(root: Path) -> Settings:
    """Reads the settings.

    Args:
        root: The folder whose pyproject.toml counts, pytest's rootdir; paths in the file are relative to it.

    Returns:
        The settings; the defaults where there is no file or no such table.

    Raises:
        ProposalError: For anything that is no setting; it names the file, the key, the offending text and the mend.
    """
    try:
        return _Reader(root, _table(root / FILE)).settings()
    except ProposalError as error:
        raise error.in_file(str(root / FILE)) from error


def settings_elsewhere(root: Path, start: Path) -> Path | None:
    """A pyproject.toml with settings that pytest's rootdir hides: that of the folder of the call, or of one above.

    Args:
        root: Pytest's rootdir.
        start: Where pytest was called.
    """
    if _table_or_nothing(root / FILE):
        return None
    candidates = [folder / FILE for folder in (start, *start.parents, *root.parents)]
    return next((path for path in candidates if path.parent != root and _table_or_nothing(path)), None)


def _table_or_nothing(path: Path) -> Mapping[str, Any]:
    try:
        return _table(path)
    except ProposalError:
        return {}


def _table(path: Path) -> Mapping[str, Any]:
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ProposalError("", f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ProposalError("", f"not UTF-8 text at byte {error.start}", "save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ProposalError("", f"not TOML: {error}", "strings are quoted, sections are [named]") from None
    tools = document.get("tool", {})
    table = tools.get("convergan", {}) if isinstance(tools, Mapping) else {}
    if not isinstance(table, Mapping):
        raise ProposalError("tool.convergan", f"not a table: {table!r}", "write [tool.convergan]")
    return table


class _Reader:
    def __init__(self, root: Path, table: Mapping[str, Any]) -> None:
        self.root, self.table = root, table

    def settings(self) -> Settings:
        _require_known("tool.convergan", self.table, KEYS)
        named = [path for position, text in enumerate(self._list("proposals")) for path in self._files(position, text)]
        agreements = tuple(self._agreement(number, entry) for number, entry in enumerate(self._list("agree")))
        doubled = [(a.proposal, a.label) for a in agreements]
        for number, pair in enumerate(doubled):
            if pair in doubled[:number]:
                raise ProposalError(f"tool.convergan.agree[{number}]", f"given twice: {pair[1]!r}", "delete one")
        return Settings(
            tuple(dict.fromkeys([*named, *(agreement.proposal for agreement in agreements)])),
            _integer("tool.convergan.cases", self.table.get("cases", _DEFAULT.cases), 1, MOST_CASES),
            _integer("tool.convergan.seed", self.table.get("seed", _DEFAULT.seed), 0, None),
            self._evidence(),
            self._undecided(),
            agreements,
        )

    def _list(self, key: str) -> list[Any]:
        value = self.table.get(key, [])
        if not isinstance(value, list):
            mend = "write [[tool.convergan.agree]]" if key == "agree" else 'write ["proposals/*.proposal.toml"]'
            raise ProposalError(f"tool.convergan.{key}", f"not a list: {value!r}", mend)
        return value

    def _files(self, position: int, pattern: Any) -> list[Path]:
        key = f"tool.convergan.proposals[{position}]"
        text = _string(key, pattern)
        found = sorted(glob.glob(text, root_dir=self.root, recursive=True))
        files = [self.root / name for name in found if (self.root / name).is_file()]
        if not files:
            raise ProposalError(key, f"no file matches {text!r}", f"globs are relative to {self.root}")
        return files

    def _evidence(self) -> bool:
        value = self.table.get("evidence", _DEFAULT.evidence)
        if not isinstance(value, bool):
            raise ProposalError("tool.convergan.evidence", f"neither true nor false: {value!r}", "write true or false")
        return value

    def _undecided(self) -> str:
        return _choice("tool.convergan.undecided", self.table.get("undecided", _DEFAULT.undecided), UNDECIDED)

    def _agreement(self, number: int, entry: Any) -> CodeAgreement:
        key = f"tool.convergan.agree[{number}]"
        if not isinstance(entry, Mapping):
            raise ProposalError(key, f"not a table: {entry!r}", "write [[tool.convergan.agree]]")
        _require_known(key, entry, AGREE_KEYS)
        for needed in ("proposal", "code"):
            if needed not in entry:
                raise ProposalError(f"{key}.{needed}", "missing", "give both proposal and code")
        proposal = self.root / _string(f"{key}.proposal", entry["proposal"])
        if not proposal.is_file():
            raise ProposalError(f"{key}.proposal", f"no such file: {entry['proposal']!r}", f"it is below {self.root}")
        label = _string(f"{key}.code", entry["code"])
        file, colon, function = label.rpartition(":")
        if not colon or not file or not all(map(str.isidentifier, function.split("."))):
            raise ProposalError(f"{key}.code", f"not FILE.py:FUNCTION: {label!r}", 'as "training/loss.py:r1_penalty"')
        if not (self.root / file).is_file():
            raise ProposalError(f"{key}.code", f"no such file: {file!r}", f"paths are relative to {self.root}")
        bindings = entry.get("with", {})
        if not isinstance(bindings, Mapping):
            raise ProposalError(f"{key}.with", f"not a table: {bindings!r}", 'write with = {reg_param = "gamma/2"}')
        return CodeAgreement(
            proposal,
            label,
            self.root / file,
            function,
            {name: _string(f"{key}.with.{name}", value) for name, value in bindings.items()},
            _choice(f"{key}.player", entry["player"], PLAYERS) if "player" in entry else None,
            _integer(f"{key}.rounds", entry.get("rounds", 1), 1, MOST_ROUNDS),
        )


def _require_known(key: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in table:
        if name not in known:
            raise ProposalError(f"{key}.{name}", "unknown key", closest(name, known))


def _string(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ProposalError(key, f"not a text: {value!r}", "put it in quotes")
    return value


def _choice(key: str, value: Any, known: tuple[str, ...]) -> str:
    text = _string(key, value)
    if text not in known:
        raise ProposalError(key, f"unknown value {text!r}", closest(text, known))
    return text


def _integer(key: str, value: Any, least: int, most: int | None) -> int:
    bounds = f"an integer of at least {least}" + (f" and at most {most}" if most is not None else "")
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProposalError(key, f"not an integer: {value!r}", f"write {bounds}")
    if value < least or (most is not None and value > most):
        raise ProposalError(key, f"out of range: {value}", f"write {bounds}")
    return value
