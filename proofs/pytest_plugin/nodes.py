"""A proposal file as pytest sees it: an item per claim, one for the evidence, one per code compared with it."""

from __future__ import annotations

import ast
import os
import shlex
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from ... import __version__
from .outline import Outline, outline
from .settings import CodeAgreement, Settings

if TYPE_CHECKING:
    from ...symbolic.analysis import Analysis
    from ..checking import CheckResult

_LABEL = 18


class Unproved(Exception):
    """What an item asked was not proved; the text says it all, so no traceback is shown.

    Attributes:
        headline: One line, for summaries.
    """

    def __init__(self, headline: str, lines: Iterable[tuple[str, str]], text: str = "") -> None:
        self.headline = headline
        shown = [text] if text else []
        super().__init__("\n".join([headline, *shown, *(f"  {label:<{_LABEL}} {content}" for label, content in lines)]))


class ProposalFile(pytest.File):
    """A proposal; decided once in a process, when the first of its items runs."""

    def __init__(self, *, settings: Settings, **arguments) -> None:
        super().__init__(**arguments)
        self.settings = settings
        self.add_marker(pytest.mark.convergan)
        if self.config.pluginmanager.hasplugin("xdist"):
            # With --dist loadgroup the items of a file go to one worker, as they do with --dist loadfile.
            self.add_marker(pytest.mark.xdist_group(name=self.nodeid))

    def collect(self) -> Sequence[ProposalItem]:
        """One item per claim, and what the settings ask for; nothing is derived yet."""
        found = outline(self.path)
        items: list[ProposalItem] = [ClaimItem.from_parent(self, name=key, outline=found) for key in found.claims]
        if self.settings.evidence:
            items.append(EvidenceItem.from_parent(self, name="evidence", outline=found))
        codes = [entry for entry in self.settings.agreements if os.path.samefile(entry.proposal, self.path)]
        return items + [
            CodeItem.from_parent(self, name=f"agree[{entry.label}]", outline=found, code=entry) for entry in codes
        ]

    @cached_property
    def result(self) -> CheckResult:
        """What came out of the proposal, evidence left out."""
        from ..checking import check

        return check(self.path, None)

    @property
    def shown(self) -> str:
        """The path as a person at the prompt would write it."""
        return _relative(self.path, self.config.invocation_params.dir)

    @property
    def spokesman(self) -> pytest.Item:
        """The item that fails where the proposal is invalid: the first that was asked for, a claim if any was."""
        own = [item for item in self.session.items if item.parent is self]
        return min(own, key=lambda item: isinstance(item, CodeItem))


class ProposalItem(pytest.Item):
    """One question about a proposal."""

    parent: ProposalFile

    def __init__(self, *, outline: Outline, **arguments) -> None:
        super().__init__(**arguments)
        self.line = outline.lines.get(self.name, 0)
        self.user_properties.append(("version", __version__))

    def analysis(self) -> Analysis:
        """What was derived from the proposal.

        Raises:
            Unproved: If the proposal is invalid, or if the analysis failed.
        """
        result = self.parent.result
        if result.invalid:
            self.invalid(result.error)
        if result.analysis is None:
            self.undecided(result.error, [])
        verdict = result.analysis.verdict
        self.user_properties.append(("verdict", verdict.verdict.value))
        self.user_properties += [("rate", verdict.rate)] * bool(verdict.rate)
        return result.analysis

    def invalid(self, error: str) -> NoReturn:
        """Fails for all items of an invalid proposal, so that one mistake is one failure."""
        spokesman = self.parent.spokesman
        if spokesman is not self:
            pytest.skip(f"the proposal is invalid: see {spokesman.nodeid}")
        raise Unproved(f"invalid: {error}", self.more())

    def undecided(self, reason: str, lines: Iterable[tuple[str, str]]) -> NoReturn:
        """Fails, or fails as expected where the settings say so: what is undecided never passes."""
        headline = f"undecided: {reason}"
        if self.parent.settings.undecided == "xfail":
            pytest.xfail(headline)
        raise Unproved(headline, [*lines, *self.more()])

    def more(self, *arguments: str) -> list[tuple[str, str]]:
        """Where the claim stands, and the command that shows more."""
        at = f"{self.parent.shown}:{self.line + 1}"
        return [("at", at), ("more", shlex.join(["convergan", "check", self.parent.shown, *arguments]))]

    def repr_failure(self, excinfo, style=None):
        """The text of ``Unproved``, at the claim's line; of anything else, a defect, our part of the traceback."""
        if not isinstance(excinfo.value, Unproved):
            if not self.config.option.fulltrace:
                excinfo.traceback = excinfo.traceback.cut(path=Path(__file__))
            return super().repr_failure(excinfo, "short")
        shown = excinfo.getrepr(style="value")
        if shown.reprcrash is not None:
            shown.reprcrash.path, shown.reprcrash.lineno = self.parent.shown, self.line + 1
            shown.reprcrash.message = excinfo.value.headline
        return shown

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the claim stands, and its name."""
        return self.path, self.line, f"{self.parent.shown}: {self.name}"


class ClaimItem(ProposalItem):
    """Whether a claimed key was proved; "converges" where nothing is claimed."""

    def runtest(self) -> None:
        """Passes if the claim was proved.

        Raises:
            Unproved: If it was refuted or is undecided, or if the proposal is invalid.
        """
        analysis = self.analysis()
        claim = next(claim for claim in self.parent.result.claims if claim.claim == self.name)
        if claim.holds:
            return
        from .findings import claim_lines

        lines = claim_lines(analysis, claim)
        if claim.holds is None:
            self.undecided(claim.reason, lines)
        raise Unproved(f"refuted: {claim.reason.removeprefix('refuted ')}", [*lines, *self.more()])


class EvidenceItem(ProposalItem):
    """Whether the derived field and Jacobian are what torch autograd computes; evidence, never a verdict."""

    def runtest(self) -> None:
        """Passes if autograd agrees, and is skipped where it cannot be asked.

        Raises:
            Unproved: If they differ, or if the proposal is invalid.
        """
        analysis = self.analysis()
        from ..checking import Evidence, confront

        settings = self.parent.settings
        self.user_properties += [("seed", settings.seed), ("cases", settings.cases)]
        agreement, missing = confront(analysis, Evidence(settings.cases, settings.seed))
        if agreement is None:
            pytest.skip(f"{self.parent.shown}: no evidence: {missing}")
        if agreement.holds:
            return
        from .findings import evidence_lines

        more = self.more("--cases", str(settings.cases), "--seed", str(settings.seed))
        raise Unproved("autograd disagrees with the derivation", [*evidence_lines(agreement), *more])


class CodeItem(ProposalItem):
    """Whether the user's torch code computes what the proposal says; evidence, never a verdict."""

    def __init__(self, *, code: CodeAgreement, **arguments) -> None:
        super().__init__(**arguments)
        self.code = code

    def runtest(self) -> None:
        """Passes if the code agrees.

        Raises:
            Unproved: If they differ or could not be compared, or if the code or the proposal is invalid.
        """
        from ...symbolic.errors import ProposalError
        from ..agreeing import agree_code
        from ..agreement_text import agreement_text
        from ..reading import read_proposal_file

        try:
            read_proposal_file(self.path)
        except ProposalError as error:
            self.invalid(str(error))
        code, seed = self.code, self.parent.settings.seed
        self.user_properties.append(("seed", seed))
        where = f"{_relative(code.file, Path.cwd())}:{code.function}"
        result = agree_code(self.path, where, bindings=code.bindings, player=code.player, rounds=code.rounds, seed=seed)
        if result.invalid:
            raise Unproved(f"invalid: {result.error}", self.more())
        if result.holds is None:
            self.undecided(result.reason, [])
        if not result.holds:
            text = agreement_text(result).partition("\n")[2]
            raise Unproved(f"differs: {result.reason}", self.more(), text)

    def more(self, *arguments: str) -> list[tuple[str, str]]:
        """Where the code stands, and the command that shows more."""
        code, seed = self.code, self.parent.settings.seed
        file = _relative(code.file, self.config.invocation_params.dir)
        command = ["convergan", "agree", self.parent.shown, f"{file}:{code.function}"]
        command += [word for name, text in code.bindings.items() for word in ("--with", f"{name}={text}")]
        command += [] if code.player is None else ["--player", code.player]
        command += [] if code.rounds == 1 else ["--rounds", str(code.rounds)]
        command += [] if seed == 0 else ["--seed", str(seed)]
        return [("at", f"{file}:{self._line()}"), ("more", shlex.join(command))]

    def _line(self) -> int:
        """Where the function is defined, counted from 1; the first line where it is not found by its name."""
        try:
            node = ast.parse(self.code.file.read_bytes())
            for name in self.code.function.split("."):
                node = next(part for part in getattr(node, "body", []) if getattr(part, "name", "") == name)
            return getattr(node, "lineno", 1)
        except (OSError, SyntaxError, ValueError, StopIteration):
            return 1


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return str(path)
