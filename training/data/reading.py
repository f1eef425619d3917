"""The registry of laws, and laws as text: ``circle``, ``affine-subspace:dimension=10,intrinsic=2,seed=0``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...symbolic.errors import closest
from .affine_subspace import AffineSubspace
from .circle import Circle
from .curved_manifold import CurvedManifold
from .dirac import Dirac
from .eight_gaussians import EightGaussians
from .figure_eight import FigureEight
from .four_segments import FourSegments
from .four_squares import FourSquares
from .gaussian import Gaussian
from .law import DataError, Law, options
from .segment import Segment
from .swiss_roll import SwissRoll
from .twenty_five_gaussians import TwentyFiveGaussians

DATA: dict[str, type[Law]] = {
    law.name: law
    for law in (
        Gaussian,
        Segment,
        Circle,
        FourSegments,
        FigureEight,
        FourSquares,
        EightGaussians,
        TwentyFiveGaussians,
        SwissRoll,
        Dirac,
        AffineSubspace,
        CurvedManifold,
    )
}


def _coordinates(text: str) -> float | tuple[float, ...]:
    return tuple(map(float, text.split(":"))) if ":" in text else float(text)


# The type of an option as its class writes it: how it is read, and what it is called.
_READERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    "int": (int, "a whole number"),
    "float": (float, "a number"),
    "float | tuple[float, ...]": (_coordinates, "a number, or one per coordinate as in 1:0:-2"),
}


def read_data(text: str) -> Law:
    """The law that a text names.

    Args:
        text: ``NAME`` or ``NAME:OPTION=VALUE,...``, with the names of ``DATA`` and the fields of its classes.

    Raises:
        DataError: For an unknown name, an unknown or repeated option, and a value that the law does not have.
    """
    name, colon, listed = text.partition(":")
    if name not in DATA:
        raise DataError(f"unknown data {name!r}; {closest(name, DATA)}")
    kinds = {option.name: option.type for option in options(DATA[name])}
    values = {}
    for part in listed.split(",") if colon else ():
        key, equals, value = part.partition("=")
        if key not in kinds:
            raise DataError(f"{name}: unknown option {key!r}; {closest(key, kinds)}")
        if not equals:
            raise DataError(f"{name}: {part!r} has no value; write {key}=VALUE")
        if key in values:
            raise DataError(f"{name}: {key} is given twice; give it once")
        read, what = _READERS[kinds[key]]
        try:
            values[key] = read(value)
        except ValueError:
            raise DataError(f"{name}: {key} = {value!r}; give {what}") from None
    return DATA[name](**values)
