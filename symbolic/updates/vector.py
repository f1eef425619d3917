"""Vectors over any arithmetic: what one player's parameters are to a rule that is written with + and *.

SymPy's ring elements answer 0 to 0 * anything before a vector is asked, so that a number that is 0 counts as the zero
vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Vector:
    """A column of numbers.

    Attributes:
        entries: Elements of a ring or field.
    """

    entries: tuple[Any, ...]

    @classmethod
    def of(cls, entries: Iterable[Any]) -> Vector:
        """The vector of some numbers."""
        return cls(tuple(entries))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __add__(self, other: Any) -> Vector:
        return Vector.of(a + b for a, b in zip(self, other, strict=True)) if self._matches(other) else self

    __radd__ = __add__

    def __sub__(self, other: Any) -> Vector:
        return Vector.of(a - b for a, b in zip(self, other, strict=True)) if self._matches(other) else self

    def __rsub__(self, other: Any) -> Vector:
        return -self + other

    def __neg__(self) -> Vector:
        return Vector.of(-a for a in self)

    def __mul__(self, factor: Any) -> Vector:
        return Vector.of(a * factor for a in self)

    def __rmul__(self, factor: Any) -> Vector:
        return Vector.of(factor * a for a in self)

    def __truediv__(self, divisor: Any) -> Vector:
        return Vector.of(a / divisor for a in self)

    def _matches(self, other: Any) -> bool:
        """Whether the other is a vector and not a number that is 0.

        Raises:
            TypeError: For any other number.
        """
        if not isinstance(other, Vector) and other != 0:
            raise TypeError(f"a vector and the number {other}")
        return isinstance(other, Vector)
