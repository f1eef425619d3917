"""A verdict as a text that stands alone: setting, lemma and proof, in LaTeX or Markdown."""

from __future__ import annotations

from .blocks import Block, Display, Exposition, Items, Paragraph
from .lemma import exposition
from .markdown import markdown
from .tex import tex

__all__ = ["Block", "Display", "Exposition", "Items", "Paragraph", "exposition", "markdown", "tex"]
