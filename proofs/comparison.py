"""Whether a committed derivation says what the code derives: mathematics is compared, not typesetting.

Another SymPy may order a sum differently; that is no drift. A page's words have to be the same up to line breaks, and
its formulas the same expressions; a certificate's strings likewise, its scripts being translations of its formulas.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..symbolic.errors import ExpressionError
from ..symbolic.expression import FUNCTIONS
from .certificate import digest
from .certificate_reading import Uncheckable
from .latex_reading import same_latex
from .words import WordAlgebra

_FORMULA = re.compile(r"(\$\$?[^$]+\$\$?)")
_NAME = re.compile(r"[A-Za-z_]\w*")
_DERIVED_KEYS = ("digest", "script")
_FUNCTIONS = FUNCTIONS | {"Abs", "Max", "Min", "I", "pi"}


def letters_of(certificate: str) -> frozenset[str]:
    """The names in a lemma's certificate that do not commute."""
    return frozenset(letter for step in json.loads(certificate)["steps"] for letter in step.get("letters", ()))


def same_page(committed: str, derived: str, letters: frozenset[str] = frozenset()) -> bool:
    """Whether two pages say the same.

    Args:
        committed: A page.
        derived: Another one.
        letters: Names that do not commute.
    """
    if committed == derived:
        return True
    first, second = _FORMULA.split(committed), _FORMULA.split(derived)
    if len(first) != len(second):
        return False
    return all(
        same_latex(a.strip("$"), b.strip("$"), letters) if k % 2 else a.split() == b.split()
        for k, (a, b) in enumerate(zip(first, second, strict=True))
    )


def same_certificate(committed: str, derived: str) -> bool:
    """Whether two certificates say the same; one that was changed by hand, against its digest, does not."""
    if committed == derived:
        return True
    try:
        first, second = json.loads(committed), json.loads(derived)
    except ValueError:
        return False
    if not isinstance(first, dict) or first.get("digest") != digest(first):
        return False
    return _same_value(first, second, letters_of(derived))


def _same_value(left: Any, right: Any, letters: frozenset[str]) -> bool:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(
            key in _DERIVED_KEYS or _same_value(left[key], right[key], letters) for key in left
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_same_value(a, b, letters) for a, b in zip(left, right, strict=True))
    if isinstance(left, str) and isinstance(right, str):
        return left == right or _same_expression(left, right, letters)
    return type(left) is type(right) and left == right


def _same_expression(left: str, right: str, letters: frozenset[str]) -> bool:
    names = {name for text in (left, right) for name in _NAME.findall(text)} - _FUNCTIONS
    algebra = WordAlgebra(names - letters, names & letters)
    try:
        return algebra.equal(algebra.read(left), algebra.read(right))
    except (ExpressionError, Uncheckable, RecursionError):
        return False
