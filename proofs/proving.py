"""``prove``: lemmas of the catalogue derived anew, several at a time."""

from __future__ import annotations

import difflib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from .lemmas import Derived, catalogue, derive_lemma
from .records import Record, find, keep, recorded


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


def records(names: list[str], *, fresh: bool = False) -> Iterator[Record]:
    """The records of lemmas: those that are unchanged from the cache, the others derived, on all processors.

    Each is kept as soon as it is derived, so that a run that was killed goes on where it was.

    Args:
        names: Lemma ids; all of the catalogue if there are none.
        fresh: Whether to derive unchanged ones too.

    Yields:
        Records in the order of the names.

    Raises:
        UnknownLemmaError: For an id that is not in the catalogue.
    """
    names, known = select(names), catalogue()
    found = {name: None if fresh else find(known[name]) for name in names}
    missing = [name for name, record in found.items() if record is None]
    workers = min(len(missing), os.cpu_count() or 1)
    if workers < 2:
        yield from (found[name] or _derived(name) for name in names)
        return
    # Not forked: a solver's process belongs to one of us only.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        running: dict[str, Future[Record]] = {name: pool.submit(_derived, name) for name in missing}
        try:
            yield from (found[name] or running[name].result() for name in names)
        finally:
            pool.shutdown(cancel_futures=True)


def _derived(name: str) -> Record:
    lemma = catalogue()[name]
    record = recorded(derive_lemma(lemma))
    keep(lemma, record)
    return record
