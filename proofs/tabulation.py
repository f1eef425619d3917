"""``table``: rows of Table 1, for the catalogue or for proposals, as values, as text and as JSON."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from .. import __version__
from ..symbolic.decision.prover import Prover
from ..symbolic.errors import ProposalError
from ..symbolic.general import Case, Cases, CaseVerdict, cases_of
from ..symbolic.proposal import Proposal
from .case_lines import case_text, cases_document
from .methods import Method

SCHEMA = "convergan.table/1"
_PROVER_SECONDS = 18.0
_NAME, _CELL = 34, 24


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Attributes:
        name: The method or proposal.
        file: The proposal's file, or an empty string.
        cases: Both cells; None for an invalid proposal.
        method: The catalogue's row, if it is one.
        error: What is wrong with the proposal, or an empty string.
        seconds: Wall-clock time.
    """

    name: str
    file: str
    cases: Cases | None
    method: Method | None = None
    error: str = ""
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """2 invalid, 3 a cell is undecided, 0 otherwise."""
        if self.cases is None:
            return 2
        found = {self.cases.general.verdict, self.cases.absolutely_continuous.verdict}
        return 3 if CaseVerdict.UNDECIDED in found else 0

    @property
    def differs(self) -> bool:
        """Whether a decided cell is not what Table 1 prints."""
        if self.method is None or self.method.printed is None or self.cases is None:
            return False
        cells = (self.cases.absolutely_continuous, self.cases.general)
        return any(
            cell.verdict is not CaseVerdict.UNDECIDED and (cell.verdict is CaseVerdict.CONVERGES) is not printed
            for cell, printed in zip(cells, self.method.printed, strict=True)
        )


def row_of(proposal: Proposal, file: str = "", method: Method | None = None) -> Row:
    """Decides both cells of a proposal's row.

    Args:
        proposal: What to decide.
        file: Where it is from.
        method: The catalogue's row, if it is one.
    """
    start = time.monotonic()
    try:
        found = cases_of(proposal, Prover(deadline=start + _PROVER_SECONDS))
    except ProposalError as error:
        return Row(proposal.name, file, None, method, str(error.in_file(file)), time.monotonic() - start)
    return Row(proposal.name, file, found, method, "", time.monotonic() - start)


def heading() -> str:
    """The columns' names, and what is in brackets."""
    columns = f"{'method':<{_NAME}} {'with densities':<{_CELL}} {'general case':<{_CELL}}"
    return f"{columns}\n{'-' * len(columns)}"


def row_text(row: Row) -> str:
    """The row on one line, with what Table 1 prints in brackets; * where that differs."""
    if row.cases is None:
        return f"{row.name[:_NAME]:<{_NAME}} invalid"
    printed = None if row.method is None else row.method.printed
    marks = ("", "") if printed is None else tuple(" [yes]" if yes else " [no]" for yes in printed)
    cells = (row.cases.absolutely_continuous, row.cases.general)
    shown = (f"{cell.verdict.value}{mark}" for cell, mark in zip(cells, marks, strict=True))
    line = f"{row.name[:_NAME]:<{_NAME}} " + " ".join(f"{cell:<{_CELL}}" for cell in shown)
    return line.rstrip() + (" *" if row.differs else "")


def reasons_text(row: Row) -> str:
    """Why, cell by cell."""
    if row.cases is None:
        return f"{row.name}: {row.error}\n"
    lines = [row.name]
    if _same(row.cases.absolutely_continuous, row.cases.general):
        lines.append(f"  both           {case_text(row.cases.general)}")
    else:
        lines.append(f"  with densities {case_text(row.cases.absolutely_continuous)}")
        lines.append(f"  general case   {case_text(row.cases.general)}")
    if row.method is not None and row.method.remark:
        lines.append(f"  remark         {row.method.remark}")
    return "\n".join(lines) + "\n"


def _same(one: Case, other: Case) -> bool:
    return one == other


def table_markdown(rows: list[Row]) -> str:
    """The table and the reasons as a document.

    Args:
        rows: Decided rows.
    """
    lines = [
        "# Table 1 of Mescheder et al. 2018, decided",
        "",
        "Generated. In brackets what the paper prints; bold where a proof says otherwise.",
        "*converges*: every game of the class, every admissible f and parameter value. *not-always*: some fail,",
        "*never*: all fail; both are proved.",
        "",
        "| method | with densities | general case |",
        "|---|---|---|",
    ]
    for row in rows:
        assert row.cases is not None
        printed = (None, None) if row.method is None or row.method.printed is None else row.method.printed
        cells = (row.cases.absolutely_continuous, row.cases.general)
        shown = (_marked(cell, was) for cell, was in zip(cells, printed, strict=True))
        lines.append(f"| {row.name} | {' | '.join(shown)} |")
    for row in rows:
        lines += ["", f"## {row.name}", ""]
        if row.method is not None:
            lines += [f"{row.method.source}.", ""]
        lines += [f"    {line}" for line in reasons_text(row).splitlines()[1:]]
    return "\n".join(lines) + "\n"


def _marked(cell: Case, printed: bool | None) -> str:
    if printed is None:
        return cell.verdict.value
    words = f"{cell.verdict.value} [{'yes' if printed else 'no'}]"
    settled = cell.verdict is not CaseVerdict.UNDECIDED
    return f"**{words}**" if settled and (cell.verdict is CaseVerdict.CONVERGES) is not printed else words


def table_document(rows: list[Row]) -> dict[str, Any]:
    """All rows as plain JSON values.

    Returns:
        ``schema``, ``version`` and ``results``: ``name``, ``file``, ``cases`` as in the document of ``check``,
        ``printed`` (what Table 1 has, by case; null for methods that it does not have), ``remark`` and ``seconds``. An
        invalid proposal has ``error`` and null ``cases``.
    """
    return {"schema": SCHEMA, "version": __version__, "results": [_entry(row) for row in rows]}


def _entry(row: Row) -> dict[str, Any]:
    printed = None
    if row.method is not None and row.method.printed is not None:
        densities, general = row.method.printed
        printed = {"general": general, "absolutely_continuous": densities}
    return {
        "name": row.name,
        "file": row.file or None,
        "cases": None if row.cases is None else cases_document(row.cases),
        "printed": printed,
        "remark": None if row.method is None else row.method.remark or None,
        "error": row.error or None,
        "seconds": round(row.seconds, 3),
    }
