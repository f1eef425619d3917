r"""Expositions as a LaTeX document that compiles as it is; the part between its marks goes into a paper's appendix."""

from __future__ import annotations

import re

from .blocks import Block, Display, Exposition, Items, Paragraph

_PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath, amssymb, amsthm}
\newtheorem{lemma}{Lemma}
\newtheorem*{remark}{Remark}
\begin{document}
% ---- from here ----
"""
_END = r"""
% ---- to here ----
\end{document}
"""
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "$": r"\$",
}
# What a LaTeX of today sets without further packages.
_LATIN = 0x180
_PARTS = re.compile(r"(\$[^$]+\$|`[^`]+`|\*\*[^*$`]+\*\*)")


def tex(text: Exposition) -> str:
    """The whole document.

    Args:
        text: What to set.
    """
    statement = "\n\n".join(map(block, text.statement))
    if text.heading == "Lemma":
        stated = f"\\begin{{lemma}}[{{{escaped(text.title)}}}]\n{statement}\n\\end{{lemma}}"
    else:
        stated = f"\\begin{{remark}}\n{statement}\n\\end{{remark}}"
    parts = [
        f"\\section*{{{escaped(text.title)}}}",
        *map(block, text.setting),
        stated,
        "\\begin{proof}\n" + "\n\n".join(map(block, text.proof)) + "\n\\end{proof}",
        *map(block, text.remarks),
    ]
    return _PREAMBLE + "\n\n".join(parts) + _END


def block(one: Block) -> str:
    """One block."""
    match one:
        case Paragraph(words):
            return escaped(words)
        case Display(latex):
            return f"\\[\n{latex}\n\\]"
        case Items(texts):
            items = "\n".join(f"\\item {escaped(words)}" for words in texts)
            return f"\\begin{{enumerate}}\n{items}\n\\end{{enumerate}}"


def escaped(words: str) -> str:
    """Running text with its special characters escaped; formulas stay, code becomes typewriter text."""
    found: list[str] = []
    for part in _PARTS.split(words):
        if part.startswith("$"):
            found.append(part)
        elif part.startswith("**"):
            found.append(f"\\textbf{{{_plain(part.strip('*'))}}}")
        elif part.startswith("`"):
            found.append(f"\\texttt{{{_plain(part.strip('`'))}}}")
        else:
            found.append(_plain(part))
    return "".join(found)


def _plain(words: str) -> str:
    known = (letter if ord(letter) < _LATIN else "?" for letter in words)
    return "".join(_SPECIAL.get(letter, letter) for letter in known)
