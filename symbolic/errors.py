"""Errors that a person can act on: what is wrong, where, and the mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of character positions in a source text."""

    start: int
    end: int


class ExpressionError(ValueError):
    """An expression or condition that the language does not contain.

    Attributes:
        problem: What is wrong, in one sentence without a full stop.
        text: The whole source text.
        span: Where the offending part stands in ``text``.
        mend: What to write instead, or an empty string.
    """

    def __init__(self, problem: str, text: str, span: Span, mend: str = "") -> None:
        self.problem, self.text, self.span, self.mend = problem, text, span, mend
        super().__init__(self.describe())

    @property
    def offending(self) -> str:
        """The offending part of the text, shortened to 60 characters."""
        part = self.text[self.span.start : self.span.end] or self.text
        return part if len(part) <= 60 else part[:57] + "..."

    def describe(self) -> str:
        """One sentence with the offending text and the mend."""
        mend = f"; {self.mend}" if self.mend else ""
        return f"{self.problem}: {self.offending!r} (column {self.span.start + 1}){mend}"


class ProposalError(ValueError):
    """A proposal that cannot be read; names file, key, offending text and mend.

    Attributes:
        key: Dotted path of the offending key, such as ``penalty.discriminator``.
        problem: What is wrong, the offending text included.
        mend: What to write instead, or an empty string.
        file: The file's path as the user gave it, or an empty string for a mapping.
    """

    def __init__(self, key: str, problem: str, mend: str = "", file: str = "") -> None:
        self.key, self.problem, self.mend, self.file = key, problem, mend, file
        super().__init__(self.describe())

    def describe(self) -> str:
        """One line: file, key, problem, mend."""
        where = ": ".join(part for part in (self.file, self.key) if part)
        mend = f"; {self.mend}" if self.mend else ""
        return f"{where}: {self.problem}{mend}" if where else f"{self.problem}{mend}"

    def in_file(self, file: str) -> ProposalError:
        """The same error with the file named."""
        return type(self)(self.key, self.problem, self.mend, file)


def closest(word: str, known: Iterable[str]) -> str:
    """A mend for an unknown word: the known ones, and the one that was probably meant."""
    words = tuple(known)
    match = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    listing = ", ".join(words)
    return f"did you mean {match[0]!r}? known: {listing}" if match else f"known: {listing}"
