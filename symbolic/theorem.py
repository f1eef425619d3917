"""What a theorem of the literature is, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theorem:
    """A theorem of the literature.

    Attributes:
        key: Its name in certificates.
        statement: In words, with the hypotheses that a certificate discharges.
        source: Where it is proved.
    """

    key: str
    statement: str
    source: str
