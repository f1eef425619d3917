"""The keys under ``[training]`` that a rule has: what they are, and what they are without being given."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What may stand behind a key."""

    COUNT = "a positive integer"
    NUMBER = "a number or an expression in the parameters"
    FLAG = "true or false"
    WORD = "one of some words"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a rule.

    Attributes:
        name: As written in a proposal; also the name of the rule's argument.
        kind: What may stand behind it.
        meaning: For people.
        default: The value without the key, as it would be written; None if the key has to be given, and an empty
            string if the rule does without.
        words: For ``Kind.WORD``: the words.
    """

    name: str
    kind: Kind
    meaning: str
    default: int | bool | str | None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Misfit:
    """Keys of one rule that do not go together: the key, what is wrong with it, the mend."""

    key: str
    problem: str
    mend: str
