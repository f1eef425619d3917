"""Checks of the strategies' arguments; every error is Hypothesis's own ``InvalidArgument`` and names the mend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis.errors import InvalidArgument

from ...symbolic.errors import closest

DTYPES = ("float64", "float32", "bfloat16", "float16")


def whole(name: str, value: Any, *, least: int) -> int:
    """A whole number.

    Raises:
        InvalidArgument: For anything else, booleans included, and for numbers below ``least``.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InvalidArgument(f"{name}={value!r}: an integer of at least {least} is needed")
    return value


def flag(name: str, value: Any) -> bool:
    """True or False.

    Raises:
        InvalidArgument: For anything else.
    """
    if not isinstance(value, bool):
        raise InvalidArgument(f"{name}={value!r}: True or False is needed")
    return value


def sizes(name: str, value: Any) -> tuple[int, ...]:
    """The shape of one sample: ``(d,)`` or ``(C, H, W)``.

    Raises:
        InvalidArgument: For anything but one to three positive integers.
    """
    if not isinstance(value, tuple) or not 1 <= len(value) <= 3:
        raise InvalidArgument(f"{name}={value!r}: a shape is needed, such as (2,) for vectors or (1, 8, 8) for images")
    return tuple(whole(f"{name}[{place}]", size, least=1) for place, size in enumerate(value))


def chosen(name: str, values: Any, known: Sequence[str]) -> tuple[str, ...]:
    """Some of the known words, at least one; the order is kept, since strategies shrink towards the first.

    Raises:
        InvalidArgument: For an empty or single value, and for unknown words.
    """
    if isinstance(values, str) or not isinstance(values, Sequence) or not values:
        raise InvalidArgument(f"{name}={values!r}: a list of words is needed; known: {', '.join(known)}")
    for value in values:
        if value not in known:
            raise InvalidArgument(f"{name}: unknown {value!r}; {closest(str(value), known)}")
    return tuple(dict.fromkeys(values))


def one_of(name: str, value: Any, known: Sequence[str]) -> str:
    """One of the known words.

    Raises:
        InvalidArgument: For anything else.
    """
    if value not in known:
        raise InvalidArgument(f"{name}={value!r}: {closest(str(value), known)}")
    return value


def dtype_name(value: Any) -> str:
    """The name of a floating-point type, given as a string or as a ``torch.dtype``; torch is not imported for it.

    Raises:
        InvalidArgument: For types that are not floating-point.
    """
    return one_of("dtype", str(value).removeprefix("torch."), DTYPES)
