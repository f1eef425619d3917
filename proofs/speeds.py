"""How fast training converges near x*: the spectral radius of a period, and the fastest step size.

In closed form and proved where that goes through (``symbolic.rates``); else enclosed at one exact point.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..symbolic.analysis import Analysis
from ..symbolic.formula import TRUE, Formula, conjunction
from ..symbolic.printing import formula_text, number_text, text
from ..symbolic.rates import (
    BestStep,
    CertifiedStep,
    SpectralRadius,
    best_step,
    certified_best_step,
    spectral_radius,
)
from ..symbolic.rulings import Verdict
from ..symbolic.updates import Averaged

_RADIUS_SECONDS, _BEST_SECONDS, _CERTIFIED_SECONDS = 1.0, 5.0, 1.0
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Speeds:
    """What is known of the rate.

    Attributes:
        radius: The spectral radius as a function of h and the parameters.
        best: The fastest step sizes, region by region.
        certified: An enclosure of the best at ``point``, where no closed form was found.
        point: Exact values of the parameters, by name.
    """

    radius: SpectralRadius
    best: tuple[BestStep, ...]
    certified: CertifiedStep | None
    point: tuple[tuple[str, sp.Expr], ...]

    @property
    def found(self) -> list[BestStep]:
        """The regions where a best step size, or that there is none, is proved."""
        return [best for best in self.best if best.proved]


def speeds(analysis: Analysis) -> Speeds | None:
    """The rate of a proposal whose rule has a period; None where training does not converge, or that is not known."""
    matrix, question = analysis.update_matrix, analysis.question
    if matrix is None or question is None or isinstance(question.rule, Averaged):
        return None
    if analysis.derivation is None or not analysis.derivation.planar:
        return None
    if analysis.verdict.verdict not in (Verdict.CONVERGES, Verdict.CONDITIONAL):
        return None
    assumed = conjunction([analysis.hypotheses, analysis.jacobian_region])
    point = analysis.verdict.witness
    if point is None:
        point = analysis.prover.point(analysis.hypotheses, matrix.free_symbols - {analysis.step}, "a point for a rate")
    values = () if point is None else tuple(sorted(((str(s), v) for s, v in point.items()), key=lambda pair: pair[0]))
    return _speeds(matrix, analysis.step, assumed, values)


@functools.lru_cache(maxsize=64)
def _speeds(
    matrix: sp.ImmutableMatrix, h: sp.Symbol, assumed: Formula, values: tuple[tuple[str, sp.Expr], ...]
) -> Speeds:
    best = best_step(matrix, h, assumed, seconds=_BEST_SECONDS)
    radius = spectral_radius(matrix, h, assumed, seconds=_RADIUS_SECONDS)
    certified = None
    point = {sp.Symbol(name, real=True): value for name, value in values if name != str(h)}
    if not all(each.proved for each in best) and matrix.free_symbols - {h} <= set(point):
        found = certified_best_step(matrix, h, point, seconds=_CERTIFIED_SECONDS)
        certified = found if isinstance(found, CertifiedStep) else None
    return Speeds(radius, best, certified, values)


def speeds_document(analysis: Analysis) -> dict[str, Any] | None:
    """The rate as JSON values."""
    found = speeds(analysis)
    if found is None:
        return None
    certified = found.certified
    return {
        "spectral_radius": None if found.radius.expression is None else text(found.radius.expression),
        "best_step": [
            {
                "where": formula_text(best.region),
                "h": None if best.step is None else text(best.step),
                "spectral_radius": None if best.radius is None else text(best.radius),
                "proved": best.proved,
                "note": best.note or None,
            }
            for best in found.best
        ],
        "certified": None
        if certified is None
        else {
            "at": {name: text(value) for name, value in found.point if name != str(analysis.step)},
            "h": [interval.ends() for interval in certified.steps],
            "spectral_radius": certified.radius.ends(),
        },
    }


def speed_lines(analysis: Analysis) -> list[str]:
    """The rate in words, one line each."""
    found = speeds(analysis)
    if found is None:
        return []
    lines: list[str] = []
    for best in found.found:
        where = "" if best.region == TRUE else f" where {formula_text(best.region)}"
        if best.radius is None or best.step is None:
            lines.append(f"none: {best.note}{where}")
            continue
        note = f"; {best.note}" if best.note else ""
        line = f"h = {number_text(best.step)}: error times {number_text(best.radius)} each period{note}{where}"
        lines.append(line if len(line) <= _LONGEST else f"a long formula (in the JSON document){where}")
    if found.certified is not None:
        at = ", ".join(f"{name} = {text(value)}" for name, value in found.point if name != str(analysis.step))
        steps = " or ".join(" to ".join(interval.ends()) for interval in found.certified.steps)
        radius = " to ".join(found.certified.radius.ends())
        lines.append(f"{f'at {at}: ' if at else ''}h from {steps}: error times {radius} each period (enclosed)")
    return lines
