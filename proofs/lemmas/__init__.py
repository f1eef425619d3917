"""The catalogue: one file per lemma of the literature. Adding a file adds the lemma.

A lemma file states what is printed and where, what is derived, and the derivation; ``catalogue()`` finds all of them.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from .lemma import Derived, Erratum, Lemma, Proof, Status, derive_lemma

__all__ = ["Derived", "Erratum", "Lemma", "Proof", "Status", "catalogue", "derive_lemma"]


def catalogue() -> dict[str, Lemma]:
    """All lemmas by id, in the order of their ids."""
    found = [
        import_module(f".{module.name}", __name__).LEMMA for module in iter_modules(__path__) if module.name != "lemma"
    ]
    return {lemma.id: lemma for lemma in sorted(found, key=lambda lemma: lemma.id)}
