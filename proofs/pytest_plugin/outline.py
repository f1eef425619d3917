"""What a proposal file claims and in which lines, without deriving anything: enough to name its tests.

The proposal itself is read and judged by ``reading`` when a test runs. A file that cannot be read here has the outline
of one without a claim, and its test says what is wrong with it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from ...symbolic.proposal import Claim

CLAIM_KEYS = tuple(field.name for field in fields(Claim))
_HEADER = re.compile(r"\s*\[\s*(?P<name>[^\[\]]+?)\s*\]\s*(#.*)?$")
_KEY = re.compile(r"\s*[\"']?(?P<name>\w+)[\"']?\s*=")


@dataclass(frozen=True, slots=True)
class Outline:
    """What to test of a proposal.

    Attributes:
        claims: The claimed keys in the order of the contract; ``verdict`` alone without a claim, for "converges" is
            what is asked then.
        lines: Lines of keys under ``[claim]``, counted from 0.
    """

    claims: tuple[str, ...]
    lines: dict[str, int]


def outline(path: Path) -> Outline:
    """The outline of a proposal file; never an error."""
    try:
        text = path.read_bytes().decode("utf-8")
        claim = tomllib.loads(text).get("claim", {})
    except (OSError, ValueError, RecursionError):
        return Outline(("verdict",), {})
    claimed = tuple(key for key in CLAIM_KEYS if key in claim) if isinstance(claim, dict) else ()
    return Outline(claimed or ("verdict",), _lines(text))


def _lines(text: str) -> dict[str, int]:
    """Where the keys of ``[claim]`` stand; the first place counts."""
    found: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.splitlines()):
        if header := _HEADER.match(line):
            section = header["name"]
        elif section == "claim" and (key := _KEY.match(line)) and key["name"] in CLAIM_KEYS:
            found.setdefault(key["name"], number)
    return found
