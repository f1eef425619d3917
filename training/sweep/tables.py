"""Typed access to the tables of a study's file: every misfit is one error that names key, text and mend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...symbolic.errors import closest
from ..stacked.member import MemberError
from ..stacked.specification import exact
from .study import StudyError

MOST = 10**9


class Table:
    """A table of the file.

    Args:
        content: The keys and what stands behind them.
        where: Its dotted key, "" for the file itself.
    """

    def __init__(self, content: Any, where: str = "") -> None:
        if not isinstance(content, Mapping):
            raise StudyError(where, f"a value where a table is needed: {content!r}", f"write [{where}]")
        self.content, self.where = content, where

    def key(self, name: str) -> str:
        """The dotted key of one of its keys."""
        return f"{self.where}.{name}" if self.where else name

    def allow(self, known: Iterable[str]) -> None:
        """Refuses other keys."""
        names = tuple(known)
        for name in self.content:
            if name not in names:
                raise StudyError(self.key(name), "unknown key", closest(name, names))

    def table(self, name: str) -> Table:
        """A table in it; empty if it is not there."""
        return Table(self.content.get(name, {}), self.key(name))

    def tables(self, name: str) -> list[Table]:
        """A list of named tables; the names differ."""
        key, found = self.key(name), self.content.get(name, [])
        if not isinstance(found, list) or not found:
            problem = "missing" if name not in self.content else f"not a list of tables: {found!r}"
            raise StudyError(key, problem, f"write at least one [[{key}]]")
        named: dict[str, Table] = {}
        for number, content in enumerate(found, 1):
            title = Table(content, f"{key}[{number}]").text("name")
            if title in named:
                raise StudyError(f"{key}[{number}].name", f"{title!r} is the name of two", "rename one")
            named[title] = Table(content, f"{key}.{title}")
        return list(named.values())

    def text(self, name: str, default: str | None = None) -> str:
        """A string."""
        value = self._get(name, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise StudyError(self.key(name), f"not a string: {value!r}", "put it in quotes")
        return value

    def integer(self, name: str, *, least: int = 1, default: int | None = None) -> int:
        """A count."""
        return self._count(name, self._get(name, default), least)

    def integers(self, name: str, default: list[int]) -> tuple[int, ...]:
        """Different integers from 0."""
        return self._distinct(name, [self._count(name, value, 0) for value in self._list(name, default)])

    def texts(self, name: str, default: list[str] | None = None) -> tuple[str, ...]:
        """Different strings."""
        found = self._list(name, default)
        for value in found:
            if not isinstance(value, str):
                raise StudyError(self.key(name), f"not a string: {value!r}", "put it in quotes")
        return self._distinct(name, found)

    def numbers(self, name: str) -> tuple[str, ...]:
        """Different numbers as exact text; one number may stand without a list."""
        value = self.content.get(name)
        found = [self._number(name, v) for v in (self._list(name, None) if isinstance(value, list) else [value])]
        self._once(name, [(exact(text, name), text) for text in found])
        return tuple(found)

    def number(self, name: str, default: str) -> str:
        """A number as exact text."""
        return self._number(name, self.content.get(name, default))

    def _get(self, name: str, default: Any) -> Any:
        value = self.content.get(name, default)
        if value is None:
            raise StudyError(self.key(name), "missing", f"give {name}")
        return value

    def _count(self, name: str, value: Any, least: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
            raise StudyError(
                self.key(name), f"not such a number: {value!r}", f"write an integer from {least} to {MOST}"
            )
        return value

    def _number(self, name: str, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int | str):
            problem = "missing" if value is None else f"no number: {value!r}"
            raise StudyError(self.key(name), problem, "write one such as 10, 0.25 or 1/3")
        try:
            exact(text := str(value), name)
        except MemberError:
            raise StudyError(self.key(name), f"no number: {value!r}", "write one such as 10, 0.25 or 1/3") from None
        return text

    def _list(self, name: str, default: list[Any] | None) -> list[Any]:
        value = self._get(name, default)
        if not isinstance(value, list) or not value:
            raise StudyError(
                self.key(name), f"not a list of something: {value!r}", "write [...] with at least one entry"
            )
        return value

    def _distinct(self, name: str, values: list[Any]) -> tuple[Any, ...]:
        self._once(name, [(value, repr(value)) for value in values])
        return tuple(values)

    def _once(self, name: str, values: list[tuple[Any, str]]) -> None:
        """Refuses a value, given with its text, that stood there before."""
        seen: set[Any] = set()
        for value, text in values:
            if value in seen:
                raise StudyError(self.key(name), f"{text} is given twice", "leave one out")
            seen.add(value)
