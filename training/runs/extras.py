"""Libraries that only training needs: they come with ``pip install convergan[train]``."""

from __future__ import annotations

from importlib.util import find_spec


class MissingExtraError(ImportError):
    """A library of the extra ``train`` is not installed; names it, what needs it and the mend."""


def require(library: str, purpose: str) -> None:
    """Makes sure that a library can be imported, without importing it.

    Args:
        library: Its top-level module.
        purpose: What needs it, such as "plots".

    Raises:
        MissingExtraError: If it is not installed.
    """
    if find_spec(library) is None:
        raise MissingExtraError(f"{purpose}: {library} is not installed; pip install convergan[train]")
