"""The largest multiplier of one period at exact values: the factor per period and the periods of one turn.

Everything is decided on exact matrices: where the spectral radius lies relative to 1 by sign conditions (Schur-Cohn,
Routh-Hurwitz), its value and the argument by certified enclosures. A flow is taken as its own map over the time h.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import flint
import sympy as sp

from ...symbolic.analysis import Analysis
from ...symbolic.criteria import Spectrum, classify_flow, classify_map
from ...symbolic.enclosures import Box, Interval, NoEnclosure, sign, spectrum
from ...symbolic.spectrum import characteristic_coefficients
from ...symbolic.updates import Averaged, Rule, Stepwise, period_matrix
from .pinning import PredictionError
from .prediction import Estimate


def of_iterates(rule: Rule) -> Rule:
    """The rule without the averages that it keeps beside the iterates, which do not change those."""
    return replace(rule, ema=None) if isinstance(rule, Stepwise) else rule


def period_at(analysis: Analysis, at: Mapping[sp.Symbol, sp.Expr]) -> sp.ImmutableMatrix | None:
    """F'(x*) of the iterates at exact values (v'(x*) for the flow).

    Args:
        analysis: Of the pinned proposal.
        at: Values of its parameters and of h.

    Returns:
        The matrix; None where v has no Jacobian, the steps' sizes change, or an average is what is judged.
    """
    assert analysis.question is not None
    rule = analysis.question.rule
    if isinstance(rule, Averaged) or (isinstance(rule, Stepwise) and rule.decay is not None):
        return None
    if not rule.discrete:
        matrix = analysis.jacobian
    elif analysis.linearisation is None:
        return None
    else:
        matrix = period_matrix(of_iterates(rule), analysis.linearisation, analysis.step)
    found = None if matrix is None else matrix.xreplace(dict(at))
    return None if found is None or found.free_symbols else found


def factor_and_turn(
    matrix: sp.ImmutableMatrix, h: Fraction, *, discrete: bool
) -> tuple[Estimate | None, Estimate | None]:
    """The spectral radius and 2 pi/|arg mu| of the multiplier that has it.

    Args:
        matrix: Constants: F'(x*), or v'(x*) for the flow.
        h: The step size.
        discrete: Whether the matrix is that of a map.

    Returns:
        Both; None for a spectrum that could not be enclosed, and for a turn where the largest multiplier is positive,
        or there are several that turn differently.
    """
    known = spectrum(matrix)
    if isinstance(known, NoEnclosure):
        return None, None
    coefficients = characteristic_coefficients(matrix)
    classified = (classify_map if discrete else classify_flow)(coefficients, certain_sign)
    where = {Spectrum.STABLE: "below 1", Spectrum.CRITICAL: "1 exactly", Spectrum.UNSTABLE: "above 1"}[classified]
    what = "the spectral radius of F'(x*)" if discrete else "exp(h lambda), the flow over the time h"
    because = f"{what}, {where} by sign conditions"
    step = flint.arb(flint.fmpq(h.numerator, h.denominator))
    extreme = known.radius if discrete else Interval.of((_ball(known.abscissa) * step).exp())
    factor = Estimate(1.0, 0.0, because) if classified is Spectrum.CRITICAL else _estimate(extreme, because)
    boxes = [box for box, _ in known.eigenvalues or ()]
    sizes = [box.modulus if discrete else box.real for box in boxes]
    largest = known.radius if discrete else known.abscissa
    leading = [box for box, size in zip(boxes, sizes, strict=True) if size.overlaps(largest)]
    if not leading or not _one_pair(leading):
        return factor, None
    real, imag = _ball(leading[0].real), abs(_ball(leading[0].imag))
    angle = flint.arb.atan2(imag, real) if discrete else imag * step
    if angle.contains(0):
        return factor, None
    words = "2 pi/|arg mu| of the largest multiplier" if discrete else "2 pi/(h |Im lambda|)"
    return factor, _estimate(Interval.of(2 * flint.arb.pi() / angle), words)


def certain_sign(value: sp.Expr) -> int:
    """The sign of a constant.

    Raises:
        PredictionError: If it could not be decided.
    """
    found = sign(value)
    if found is None:
        raise PredictionError(f"the sign of {value} could not be decided; give other values")
    return found


def _one_pair(leading: list[Box]) -> bool:
    """One real eigenvalue, or a pair of conjugates."""
    return len(leading) == 1 or (len(leading) == 2 and leading[0].conjugate.overlaps(leading[1]))


def _ball(interval: Interval) -> flint.arb:
    lower, upper = (flint.arb(flint.fmpq(end.numerator, end.denominator)) for end in (interval.lower, interval.upper))
    return lower.union(upper)


def _estimate(interval: Interval, because: str) -> Estimate:
    middle = float(interval.midpoint)
    off = max(abs(Fraction(middle) - end) for end in (interval.lower, interval.upper))
    return Estimate(middle, float(off), because)
