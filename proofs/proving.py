"""``prove``: lemmas of the catalogue derived anew."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from .lemmas import Derived, catalogue, derive_lemma


class UnknownLemmaError(KeyError):
    """An id that is not in the catalogue; the message says which are."""

    def __str__(self) -> str:
        return str(self.args[0])


def select(names: list[str]) -> list[str]:
    """The ids that are asked for: all for an empty list.

    Args:
        names: Lemma ids.

    Returns:
        Ids that are in the catalogue.

    Raises:
        UnknownLemmaError: For an id that is not.
    """
    known = catalogue()
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            mend = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            raise UnknownLemmaError(f"unknown lemma {name!r}; {mend}")
    return names or list(known)


def prove(*names: str) -> Iterator[Derived]:
    """Derives lemmas one after the other.

    Args:
        *names: Lemma ids; all of the catalogue if none is given.

    Yields:
        Each lemma with its derived status and steps.

    Raises:
        UnknownLemmaError: For an id that is not in the catalogue.
    """
    known = catalogue()
    for name in select(list(names)):
        yield derive_lemma(known[name])
