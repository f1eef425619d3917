"""Fields by hand: a proposal from two rows, its verdict, and its mirror image."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from convergan.symbolic import analyse, read_proposal

Rows = tuple[str, str]


def _document(rows: Rows, update: str = "flow", parameters: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "parameters": parameters or {},
        "field": {"theta": rows[0], "psi": rows[1]},
        "training": {"update": update},
    }


@pytest.fixture(scope="session")
def document() -> Callable[..., dict[str, Any]]:
    """`document(rows, update="flow", parameters=None)`: the proposal of a field."""
    return _document


@pytest.fixture(scope="session")
def verdict() -> Callable[..., str]:
    """The verdict on the same arguments."""

    def verdict(rows: Rows, update: str = "flow", parameters: dict[str, str] | None = None) -> str:
        return analyse(read_proposal(_document(rows, update, parameters))).verdict.verdict.value

    return verdict


@pytest.fixture(scope="session")
def mirrored() -> Callable[[Rows], Rows]:
    """The same field with the players' names exchanged."""
    names = {"theta": "psi", "psi": "theta"}

    def mirrored(rows: Rows) -> Rows:
        first, second = (re.sub(r"\b(theta|psi)\b", lambda match: names[match[0]], row) for row in rows)
        return second, first

    return mirrored
