"""Expositions as Markdown with LaTeX that renders on a code host."""

from __future__ import annotations

from .blocks import Block, Display, Exposition, Items, Paragraph


def markdown(text: Exposition) -> str:
    """The whole text.

    Args:
        text: What to set.
    """
    parts = [f"# {text.title}", *map(block, text.setting)]
    parts += [f"## {text.heading}", *map(block, text.statement)]
    parts += ["## Proof", *map(block, text.proof)]
    if text.remarks:
        parts += ["## Remarks", *map(block, text.remarks)]
    return "\n\n".join(parts) + "\n"


def block(one: Block) -> str:
    """One block."""
    match one:
        case Paragraph(text):
            return text
        case Display(latex):
            return f"$${latex}$$"
        case Items(texts):
            return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))
