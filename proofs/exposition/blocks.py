"""What a text is made of, whatever it is set in: paragraphs with formulas between dollar signs, displays, lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; formulas stand between dollar signs, code between backticks."""

    text: str


@dataclass(frozen=True, slots=True)
class Display:
    """A formula on a line of its own, without dollar signs."""

    latex: str


@dataclass(frozen=True, slots=True)
class Items:
    """A numbered list of texts."""

    texts: tuple[str, ...]


Block: TypeAlias = Paragraph | Display | Items


@dataclass(frozen=True, slots=True)
class Exposition:
    """A lemma with its proof, for a reader who has nothing else.

    Attributes:
        title: The proposal's name.
        heading: ``Lemma``; ``Remark`` where nothing is proved.
        setting: Game, objective, penalty and training rule.
        statement: The lemma.
        proof: Line by line.
        remarks: What holds beyond the prototype, and how to check the text again.
    """

    title: str
    heading: str
    setting: tuple[Block, ...]
    statement: tuple[Block, ...]
    proof: tuple[Block, ...]
    remarks: tuple[Block, ...]


_FORMULAS = (
    (re.compile(r"\b([Fv]'?)\(x\*\)( = (?:0|x\*))?"), lambda m: f"${m[0].replace('x*', 'x^*')}$"),
    (re.compile(r"\b(t|r|k)\*\*\((-?[\d/]+)\)"), lambda m: f"${m[1]}^{{{m[2]}}}$"),
    (re.compile(r"(?<!\$)(?<![\w(])x\*(?!\w)"), lambda m: "$x^*$"),
    (re.compile(r"(?<![\w\\])(theta|psi)\b(?![*(])"), lambda m: f"$\\{m[1]}$"),
    (re.compile(r"(?<=small )h\b"), lambda m: "$h$"),
)


def sentence(words: str) -> str:
    """With a capital, unless it begins with a formula, and a full stop; the usual symbols become formulas."""
    start = words[:1].upper() + words[1:] if words[:2] not in ("v ", "f ", "v'", "x*") else words
    return typeset(start if start.endswith(".") else start + ".")


def typeset(words: str) -> str:
    """Text with x*, theta, psi, v'(x*) and the like as formulas."""
    for pattern, formula in _FORMULAS:
        parts = re.split(r"(\$[^$]*\$|`[^`]*`)", words)
        words = "".join(part if k % 2 else pattern.sub(formula, part) for k, part in enumerate(parts))
    return words
