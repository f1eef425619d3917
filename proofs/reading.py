"""Proposal files: TOML in, ``Proposal`` or one clear error out. Nothing in a file is ever executed."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ..symbolic.errors import ProposalError
from ..symbolic.proposal import Proposal
from ..symbolic.proposal_reader import read_proposal

_MAX_BYTES = 1_000_000
_SUFFIX = ".proposal.toml"


def read_proposal_file(path: Path | str) -> Proposal:
    """Reads one proposal file.

    Args:
        path: A TOML file, by convention ``NAME.proposal.toml``.

    Returns:
        The proposal.

    Raises:
        ProposalError: For a file that cannot be read or holds no valid proposal; it names file, key, text and mend.
    """
    path = Path(path)
    try:
        document = toml_document(path)
        return read_proposal(document, default_name=proposal_name(path))
    except ProposalError as error:
        raise error.in_file(str(path)) from error


def proposal_name(path: Path) -> str:
    """The name that a file gives its proposal: its own, without the suffix."""
    return path.name.removesuffix(_SUFFIX) if path.name.endswith(_SUFFIX) else path.stem


def toml_document(path: Path) -> dict[str, object]:
    """The content of a TOML file.

    Raises:
        ProposalError: If it cannot be read.
    """
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise ProposalError("", "a folder where a file is needed", f"name the files in it, as {path}/*{_SUFFIX}")
        if size > _MAX_BYTES:
            raise ProposalError("", f"larger than {_MAX_BYTES} bytes", "is this a proposal?")
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ProposalError("", "no such file", "check the path") from None
    except UnicodeDecodeError as error:
        raise ProposalError("", f"not UTF-8 text at byte {error.start}", "save the file as UTF-8") from None
    except OSError as error:
        raise ProposalError("", f"cannot be read: {error.strerror or error}") from None
    try:
        # Floats stay text, so that decimals are read exactly.
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise ProposalError("", f"not TOML: {error}", "strings are quoted, sections are [named]") from None
    except (RecursionError, ValueError) as error:
        raise ProposalError("", f"not TOML that can be read: {type(error).__name__}", "flatten it") from None
