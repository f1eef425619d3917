"""Certified decimals beside exact formulas, wherever all that a formula mentions are numbers.

A parameter that its conditions pin to one value (``gamma == 3/10``) is a number. What is enclosed at these values:
eigenvalues and the spectral abscissa of v'(x*), multipliers and the spectral radius of one period, the stable step
sizes, and the regions ``condition`` and ``critical`` if one symbol is left in them. Every digit is certain
(``symbolic.enclosures``). ``decimals_document`` has these keys, each null where there is no number:

- ``at``: the pinned parameters, exact;
- ``eigenvalues``, ``multipliers``: a list of ``re``, ``im`` (each lower and upper end) and ``multiplicity``; null also
  where eigenvalues could not be told apart;
- ``abscissa``, ``spectral_radius``: lower and upper end; those along a manifold of equilibria are left out;
- ``step_size``, ``condition``, ``critical``: ``symbol`` and ``pieces``, a list of ``start`` and ``end`` (each lower and
  upper end, null for none) and ``closed`` (whether each end belongs to it).

Ends are decimal numbers as strings, rounded outward.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sympy as sp

from ..symbolic.analysis import Analysis
from ..symbolic.decision.cells import SYMPY_FAILURES
from ..symbolic.decision.limits import OutOfTime, time_limit
from ..symbolic.enclosures import Interval, NoEnclosure, RealSet, Spectrum, listed, real_set, spectrum
from ..symbolic.formula import And, Formula, compare, conjunction, substituted, symbols
from ..symbolic.pinned import pinned
from ..symbolic.printing import formula_text, text
from ..symbolic.rates import certified_stable_steps
from ..symbolic.updates import Averaged

_SECONDS, _STEP_SECONDS = 3.0, 1.5
# Exact ends of a formula that is short need no second form.
_SHORT = 60
# More eigenvalues than this are in the JSON document only.
_LISTED = 16

Point = tuple[tuple[sp.Symbol, sp.Expr], ...]


@dataclass(frozen=True, slots=True)
class Region:
    """Where a condition on one symbol holds, in numbers."""

    symbol: sp.Symbol
    values: RealSet

    @property
    def line(self) -> str:
        """As inequalities."""
        return self.values.text(str(self.symbol))

    @property
    def exact(self) -> bool:
        """Whether every end is an exact short decimal number."""
        ends = [end for piece in self.values.pieces for end in (piece.start, piece.end) if end is not None]
        return all(end.short() is not None for end in ends)


@dataclass(frozen=True, slots=True)
class Decimals:
    """What is known in numbers; None for what is not.

    Attributes:
        at: The pinned parameters.
        eigenvalues: The spectrum of v'(x*).
        abscissa: Its abscissa without the zeros along a manifold of equilibria.
        multipliers: The spectrum of one period.
        radius: Its radius without the ones along a manifold of equilibria.
        step_size: The stable step sizes.
        condition: Where training converges.
        critical: Where eigenvalues of v' meet.
    """

    at: Point
    eigenvalues: Spectrum | None
    abscissa: Interval | None
    multipliers: Spectrum | None
    radius: Interval | None
    step_size: Region | None
    condition: Region | None
    critical: Region | None


def decimals(analysis: Analysis) -> Decimals | None:
    """The numbers of an analysis; None where no formula is one.

    What takes too long, or what SymPy cannot do, is left out.
    """
    at, h = pinned(analysis.hypotheses), analysis.step
    field, period = analysis.jacobian, analysis.update_matrix
    if analysis.question is not None and isinstance(analysis.question.rule, Averaged):
        period = None  # its average is what converges
    free_step = {symbol: value for symbol, value in at.items() if symbol != h}
    found = _decimals(
        tuple(at.items()),
        _constant(field, at),
        _constant(period, at),
        _constant(period, free_step, h),
        h,
        _along_equilibria(analysis, at),
        substituted(analysis.hypotheses, at),
        None if analysis.condition is None else substituted(analysis.condition, at),
        None if analysis.critical is None else substituted(analysis.critical, at),
        None if analysis.step_size is None else substituted(analysis.step_size, free_step),
    )
    known = (found.eigenvalues, found.multipliers, found.step_size, found.condition, found.critical)
    return found if any(known) else None


def _constant(
    matrix: sp.ImmutableMatrix | None, at: dict[sp.Symbol, sp.Expr], *free: sp.Symbol
) -> sp.ImmutableMatrix | None:
    """The matrix at a point; None if other symbols than some are left in it."""
    found = None if matrix is None else matrix.xreplace(at)
    return None if found is None or found.free_symbols - set(free) else found


def _along_equilibria(analysis: Analysis, at: dict[sp.Symbol, sp.Expr]) -> int:
    """How many eigenvalues of v' are 0 along a manifold of equilibria; 0 where that is not known."""
    field = _constant(analysis.jacobian, at)
    if field is None or field.det(method="berkowitz") != 0:
        return 0
    return analysis.dimension or 0


@functools.lru_cache(maxsize=64)
def _decimals(
    at: Point,
    field: sp.ImmutableMatrix | None,
    multipliers: sp.ImmutableMatrix | None,
    period: sp.ImmutableMatrix | None,
    h: sp.Symbol,
    flat: int,
    assumed: Formula,
    condition: Formula | None,
    critical: Formula | None,
    step_size: Formula | None,
) -> Decimals:
    """The same, from what it rests on."""
    of_field, of_period = _spectrum(field, sp.Integer(0), flat), _spectrum(multipliers, sp.Integer(1), flat)
    return Decimals(
        at,
        None if of_field is None else of_field[0],
        None if of_field is None else of_field[1].abscissa,
        None if of_period is None else of_period[0],
        None if of_period is None else of_period[1].radius,
        None if period is None else _steps(period, h, flat, step_size),
        None if condition is None else _region(condition, assumed),
        None if critical is None else _region(critical, assumed),
    )


def _spectrum(matrix: sp.ImmutableMatrix | None, value: sp.Integer, times: int) -> tuple[Spectrum, Spectrum] | None:
    """The spectrum, and the same without an eigenvalue a number of times."""
    if matrix is None:
        return None

    def enclosed() -> tuple[Spectrum, Spectrum] | None:
        whole = spectrum(matrix)
        rest = spectrum(matrix, without={value: times}) if times else whole
        return None if isinstance(whole, NoEnclosure) or isinstance(rest, NoEnclosure) else (whole, rest)

    return _in_time(enclosed)


def _steps(period: sp.ImmutableMatrix, h: sp.Symbol, ones: int, known: Formula | None) -> Region | None:
    """The stable step sizes: from the period where it is rational, else from the condition on h that was found."""
    found = certified_stable_steps(period, h, {}, ones=ones, seconds=_STEP_SECONDS)
    if not isinstance(found, NoEnclosure):
        return Region(h, found)
    return None if known is None else _region(known, compare(h, ">"))


def _region(formula: Formula, assumed: Formula) -> Region | None:
    if len(symbols(formula)) != 1:
        return None
    (symbol,) = symbols(formula)
    parts = assumed.parts if isinstance(assumed, And) else (assumed,)
    known = conjunction([*(part for part in parts if symbols(part) == {symbol}), formula])
    found = _in_time(lambda: real_set(known, symbol))
    return None if found is None or isinstance(found, NoEnclosure) else Region(symbol, found)


_T = TypeVar("_T")


def _in_time(function: Callable[[], _T]) -> _T | None:
    """What a function gives within the time; None if it takes longer, or SymPy cannot do it."""
    limit = object()
    try:
        with time_limit(_SECONDS, limit):
            return function()
    except OutOfTime as out:
        if out.limit is not limit:
            raise
    except SYMPY_FAILURES:
        pass
    return None


# -- in words ------------------------------------------------------------------------------------------------------


def decimal_lines(analysis: Analysis) -> list[str]:
    """The numbers, one line each; those that the formulas show as well are left out."""
    found = decimals(analysis)
    if found is None:
        return []
    lines = [
        *_spectrum_line("eigenvalues", found.eigenvalues, "largest real part", found.abscissa),
        *_spectrum_line("multipliers", found.multipliers, "spectral radius", found.radius),
        *_region_line("stable for", found.step_size, analysis.step_size),
        *_region_line("converges for", found.condition, analysis.condition),
        *_region_line("critical:", found.critical, analysis.critical),
    ]
    at = ", ".join(f"{symbol} = {text(value)}" for symbol, value in found.at)
    return [f"at {at}:", *lines] if lines and at else lines


def _spectrum_line(name: str, found: Spectrum | None, extreme: str, value: Interval | None) -> list[str]:
    if found is None or value is None:
        return []
    listed_too = found.eigenvalues is not None and len(found.eigenvalues) <= _LISTED
    if listed_too and all(box.place() is None for box, _ in found.eigenvalues or ()):
        return []
    words = f"{name} {listed(found.eigenvalues)}; " if listed_too and found.eigenvalues else f"{name}: "
    return [f"{words}{extreme} {value}" + (f" ({found.note})" if found.note else "")]


def _region_line(words: str, found: Region | None, formula: Formula | None) -> list[str]:
    if found is None or (found.exact and formula is not None and len(formula_text(formula)) <= _SHORT):
        return []
    return [f"{words} {found.line}"]


# -- as JSON values --------------------------------------------------------------------------------------------------


def decimals_document(analysis: Analysis) -> dict[str, Any] | None:
    """The numbers as JSON values."""
    found = decimals(analysis)
    if found is None:
        return None
    return {
        "at": {str(symbol): text(value) for symbol, value in found.at},
        "eigenvalues": _spectrum_document(found.eigenvalues),
        "abscissa": _ends(found.abscissa),
        "multipliers": _spectrum_document(found.multipliers),
        "spectral_radius": _ends(found.radius),
        "step_size": _region_document(found.step_size),
        "condition": _region_document(found.condition),
        "critical": _region_document(found.critical),
    }


def _spectrum_document(found: Spectrum | None) -> list[dict[str, Any]] | None:
    if found is None or found.eigenvalues is None:
        return None
    return [{"re": box.real.ends(), "im": box.imag.ends(), "multiplicity": m} for box, m in found.eigenvalues]


def _region_document(found: Region | None) -> dict[str, Any] | None:
    if found is None:
        return None
    pieces = [
        {"start": _ends(piece.start), "end": _ends(piece.end), "closed": list(piece.closed)}
        for piece in found.values.pieces
    ]
    return {"symbol": str(found.symbol), "pieces": pieces}


def _ends(found: Interval | None) -> list[str] | None:
    return None if found is None else found.ends()
