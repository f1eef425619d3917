"""Study files: TOML in, ``Study`` or one clear error out. Nothing in a file is ever executed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..symbolic.errors import ProposalError
from .reading import toml_document

if TYPE_CHECKING:
    from ..training.sweep.study import Study


def read_study_file(path: Path | str) -> Study:
    """Reads one study file; its format is described in docs/sweeps.md.

    Args:
        path: A TOML file.

    Returns:
        The study.

    Raises:
        ProposalError: For a file that cannot be read or holds no valid study; it names file, key, text and mend.
    """
    from ..training.sweep.study_reader import read_study

    path = Path(path)
    try:
        return read_study(toml_document(path), path.stem)
    except ProposalError as error:
        raise error.in_file(str(path)) from error
