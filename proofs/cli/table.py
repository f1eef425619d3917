"""``convergan table``: the paper's Table 1, with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...symbolic.errors import ProposalError
from ..methods import METHODS
from ..reading import proposal_name, read_proposal_file
from ..tabulation import Row, heading, reasons_text, row_of, row_text, table_document
from .output import OutputError, console, error_console, print_plain, progress, write_json

_LEGEND = (
    "\n[...] what Table 1 of Mescheder et al. 2018 prints, * where a proof says otherwise. converges: every game of\n"
    "the class, every admissible f and parameter value. not-always: some fail, proved. never: all fail, proved.\n"
)


def run_table(files: list[str], json: str | None) -> int:
    """Prints rows as they are decided, then the reasons.

    Args:
        files: Proposal files; the catalogue if there are none.
        json: Where the JSON document goes, ``-`` for standard output, or None.

    Returns:
        The exit code.
    """
    errors, out = error_console(), console(quiet=json == "-")
    rows: list[Row] = []
    print_plain(out, heading())
    for row in _rows(files):
        rows.append(row)
        if row.cases is None:
            print_plain(errors, f"invalid: {row.error}")
        print_plain(out, row_text(row))
    print_plain(out, _LEGEND)
    for row in rows:
        print_plain(out, reasons_text(row))
    try:
        if json is not None:
            write_json(table_document(rows), json)
    except OutputError as error:
        print_plain(errors, str(error))
        return 2
    codes = {row.exit_code for row in rows}
    return next((code for code in (2, 1, 3) if code in codes), 0)


def _rows(files: list[str]) -> Iterator[Row]:
    if not files:
        for number, method in enumerate(METHODS, 1):
            with progress(method.name, number, len(METHODS)):
                row = row_of(method.proposal, method=method)
            yield row
        return
    for number, file in enumerate(files, 1):
        with progress(file, number, len(files)):
            try:
                row = row_of(read_proposal_file(file), file)
            except ProposalError as error:
                row = Row(proposal_name(Path(file)), file, None, None, str(error))
        yield row
