"""What stands before and beside the parser: checks of the raw text, size limits, and exact constants.

Python's own parser only sees text that is short, ASCII, balanced and not too deep, so that nothing can exhaust it.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from fractions import Fraction

from . import expression as ex
from .errors import ExpressionError, Span

MAX_LENGTH = 5000
MAX_DEPTH = 120
MAX_DIGITS = 60
MAX_EXPONENT = 1000


def python_expression(text: str) -> ast.expr:
    """Python's tree of the text, after the checks that keep Python's own parser safe.

    Raises:
        ExpressionError: If the text is empty, too long, too deep, not ASCII or not an expression.
    """
    whole = Span(0, len(text))
    if not text.strip():
        raise ExpressionError("empty expression", text, whole, "write 0 for nothing")
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters", text, Span(0, 40), "shorten it")
    for position, character in enumerate(text):
        if not (character.isascii() and (character.isprintable() or character in "\n\t\r")):
            raise ExpressionError(
                "character outside the language", text, Span(position, position + 1), "spell names in ASCII, as gamma"
            )
    _check_brackets(text)
    if position := _find(text, "#"):
        raise ExpressionError("comments are not part of an expression", text, position, "put it in the TOML file")
    flat = re.sub(r"\s", " ", text)
    start = len(flat) - len(flat.lstrip())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse("(" + flat[start:] + ")", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        column = (getattr(error, "offset", None) or 2) - 2 + start
        column = min(max(column, 0), len(text) - 1)
        raise ExpressionError("not an expression", text, Span(column, len(text)), _syntax_mend(text)) from None


def _find(text: str, needle: str) -> Span | None:
    position = text.find(needle)
    return None if position < 0 else Span(position, position + len(needle))


def _syntax_mend(text: str) -> str:
    for word in re.findall(r"[A-Za-z_]\w*", text):
        if keyword.iskeyword(word) and word not in {"and", "or", "not"}:
            return f"{word!r} is a word of Python and cannot be a name" + ("; write lam" if word == "lambda" else "")
    if re.search(r"\d\s*[A-Za-z_(]", text):
        return "write products with *"
    if re.search(r"(?<![<>=!])=(?!=)", text):
        return "equality is written =="
    return "write it with + - * / ** and parentheses"


def _check_brackets(text: str) -> None:
    open_at: list[int] = []
    for position, character in enumerate(text):
        if character in "([{":
            open_at.append(position)
            if len(open_at) > MAX_DEPTH:
                raise ExpressionError(
                    f"nested more than {MAX_DEPTH} deep", text, Span(position, position + 1), "flatten it"
                )
        elif character in ")]}":
            if not open_at:
                raise ExpressionError(
                    "unbalanced parentheses", text, Span(position, position + 1), "remove it or open one before"
                )
            open_at.pop()
    if open_at:
        raise ExpressionError(
            "unbalanced parentheses", text, Span(open_at[-1], open_at[-1] + 1), "close this parenthesis"
        )


def constant(node: ex.Expression) -> Fraction | None:
    """The exact value of a tree of rational numbers, or None if it is anything else or too large."""
    match node:
        case ex.Number(value=value):
            return value
        case ex.Negate(operand=operand):
            value = constant(operand)
            return None if value is None else -value
        case ex.Add(terms=parts) | ex.Multiply(factors=parts):
            values = [constant(part) for part in parts]
            total = Fraction(0) if isinstance(node, ex.Add) else Fraction(1)
            for value in values:
                if value is None:
                    return None
                total = total + value if isinstance(node, ex.Add) else total * value
            return total
        case ex.Divide(numerator=left, denominator=right):
            numerator, denominator = constant(left), constant(right)
            return None if numerator is None or not denominator else numerator / denominator
        case ex.Power(base=left, exponent=right):
            base, exponent = constant(left), constant(right)
            if base is None or exponent is None or exponent.denominator != 1 or (base == 0 and exponent < 0):
                return None
            bits = max(abs(base.numerator), base.denominator).bit_length() * abs(exponent.numerator)
            return base**exponent.numerator if bits <= 4 * MAX_EXPONENT else None
    return None
