"""Evidence: the derived field and Jacobian against torch autograd at thousands of random cases.

Entry by entry,

    |symbolic - autograd| <= eps * (N_t * M_t + N_s * M_s),

where M_t, N_t are the magnitude and the number of operations of the torch computation (``measurement``), M_s and N_s
those of the symbolic formula (``evaluate``). Both follow from the standard model of floating point; nothing is tuned.
Where a kink lies within rounding of the point, autograd may stand on either side of it, and the case does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ..symbolic.derivation import Derivation
from ..symbolic.formula import And, Formula, Or
from ..symbolic.proposal import Proposal
from . import rounding
from .cases import Cases, EvidenceUnavailable
from .comparison import Comparison, compare, with_characteristic_polynomial
from .evaluate import UnsupportedFormula, evaluate, operations
from .jets import EPS, decided_magnitudes
from .measurement import Measurement, Points, measured
from .points import random_points
from .sampling import sample_cases, slopes_of

if TYPE_CHECKING:
    from .field import TorchField

Array = NDArray[np.float64]
Values = dict[sp.Symbol, Array | tuple[Array, Array]]
# Games with many parameters or nodes get fewer cases, so that the numbers of all cases together are as many as this.
_LARGEST_WORK = 2_000_000
_FEWEST_CASES = 20


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came out of a comparison.

    Attributes:
        cases: Cases in which v was compared.
        max_error: The largest difference of an entry of v or J, relative to the magnitude of the terms it sums.
        seed: What reproduces it.
        holds: Whether every compared entry agrees within its tolerance.
        worst: The entry with the largest error in units of its tolerance: both values, point, parameters and f.
        reason: One sentence.
    """

    cases: int
    max_error: float
    seed: int
    holds: bool
    worst: str
    reason: str


def agree(
    proposal: Proposal,
    derivation: Derivation,
    jacobian: sp.MatrixBase | None,
    cases: int = 2000,
    seed: int = 0,
    region: Formula | None = None,
) -> Agreement:
    """Confronts a derivation with autograd.

    Args:
        proposal: What was derived; torch reads it anew.
        derivation: The vector field to check.
        jacobian: v' at the equilibrium, in parameters and f1 ... f6; None where there is none to check.
        cases: How many random cases.
        seed: The result is a function of it.
        region: Where in the parameter space ``jacobian`` is v'; everywhere if not given.

    Returns:
        The agreement; it is evidence and never a verdict.

    Raises:
        EvidenceUnavailable: If no case can be compared, with the reason.
        ValueError: If ``cases`` is not positive.
    """
    from .field import TorchField  # here, since it imports torch

    if cases < 1:
        raise ValueError(f"cases = {cases}: at least one case is needed")
    game = TorchField(proposal)
    count = cases if proposal.prototype == "dirac" else min(cases, max(_FEWEST_CASES, _LARGEST_WORK // game.work))
    try:
        with np.errstate(all="ignore"):  # what overflows is not finite, and does not count
            sample = sample_cases(proposal, count, seed, lambda values: _at(derivation.output, derivation, values))
            points = random_points(proposal, sample, seed)
            comparisons = [_field_comparison(game, derivation, sample, points), *_output_comparison(proposal, sample)]
            if jacobian is not None:
                compared = _jacobian_comparison(game, derivation, sample, list(jacobian))
                inside = _inside(region, _values(derivation, sample), len(sample))
                compared = compared.restricted(inside)
                comparisons.append(with_characteristic_polynomial(compared) if derivation.planar else compared)
    except UnsupportedFormula as error:
        raise EvidenceUnavailable(str(error)) from error
    return _summary(comparisons, sample, seed, jacobian_compared=jacobian is not None)


def _field_comparison(game: TorchField, derivation: Derivation, cases: Cases, points: Points) -> Comparison:
    known = _names_and_values(derivation, points, len(cases))
    formulas = _evaluated(game, derivation.field, _values(derivation, cases) | known, cases)
    autograd = measured(game, points, cases, _output_blur(derivation, cases))
    labels = tuple(f"v{place + 1}" for place in range(len(derivation.field)))
    return _compared(labels, known, formulas, autograd)


def _jacobian_comparison(
    game: TorchField, derivation: Derivation, cases: Cases, entries: Sequence[sp.Expr]
) -> Comparison:
    star, sizes = evaluate(derivation.equilibrium, _parameters(derivation, cases.parameters))
    shape = (len(cases), len(derivation.coordinates))
    star, blur = np.broadcast_to(star, shape), np.broadcast_to(EPS * operations(derivation.equilibrium) * sizes, shape)
    split = len(derivation.players[0])
    formulas = _evaluated(game, entries, _values(derivation, cases), cases)
    points = star[:, :split], star[:, split:]
    autograd = measured(game, points, cases, _output_blur(derivation, cases), jacobian_blur=blur)
    names = [symbol.name for symbol in derivation.coordinates]
    labels = tuple(f"dv{row + 1}/d{name}" for row in range(len(names)) for name in names)
    return _compared(labels, _names_and_values(derivation, points, len(cases)), formulas, autograd)


def _compared(
    labels: tuple[str, ...], points: Mapping[sp.Symbol, Array], formulas: Evaluation, autograd: Measurement
) -> Comparison:
    tolerance = autograd.error + EPS * formulas.operations * formulas.magnitude
    return compare(
        labels,
        (tuple(symbol.name for symbol in points), np.stack(list(points.values()), axis=1)),
        (formulas.value, autograd.value),
        formulas.magnitude + autograd.magnitude,
        tolerance,
        formulas.decided & autograd.decided,
    )


def _output_comparison(proposal: Proposal, cases: Cases) -> list[Comparison]:
    """Whether d* is an equilibrium output: fake'(d*) + real'(d*) = 0, which random points do not show."""
    objective = proposal.objective
    if objective is None or objective.fake is None or objective.real is None or objective.f is not None:
        return []
    fake, real = (
        rounding.objective_derivatives(tree, cases.output, cases.parameters, 1)
        for tree in (objective.fake, objective.real)
    )
    columns = [(fake.value + real.value)[1][:, None], (fake.magnitude + real.magnitude)[1][:, None]]
    points = ("d*",), cases.output[:, None]
    tolerance = EPS * rounding.operations(proposal, 1) * columns[1]
    decided = np.ones_like(columns[0], dtype=bool)
    zero = np.zeros_like(columns[0])
    return [compare(("fake'(d*) + real'(d*)",), points, (zero, columns[0]), columns[1], tolerance, decided)]


def _summary(comparisons: Sequence[Comparison], cases: Cases, seed: int, *, jacobian_compared: bool) -> Agreement:
    compared = comparisons[0].compared
    if not compared:
        raise EvidenceUnavailable("v is not finite, or a kink lies within rounding, at every sampled point")
    failed = [comparison for comparison in comparisons if not comparison.holds]
    # Where several fail, v is the root: J follows from it.
    shown = failed[0] if failed else max(comparisons, key=lambda comparison: float(comparison.ratio.max()))
    case, entry = shown.worst()
    worst = ", ".join(part for part in (shown.text(case, entry), cases.text(case)) if part)
    if failed:
        reason = f"autograd disagrees with the derivation: {worst}"
    else:
        reason = f"v agrees with autograd at {compared} random points"
        if jacobian_compared:
            equilibria = comparisons[-1].compared
            reason += (
                f", J at {equilibria} equilibria"
                if equilibria
                else "; J was not compared: autograd meets a kink or a pole at the equilibrium"
            )
    error = max(comparison.error for comparison in comparisons)
    return Agreement(compared, error, seed, not failed, worst, reason)


def _values(derivation: Derivation, cases: Cases) -> Values:
    """Values of the symbols of the parameters and of f1 ... f6."""
    values: Values = {symbol: cases.parameters[name] for name, symbol in derivation.symbols.items()}
    sizes = {} if cases.functions is None else slopes_of(cases.functions)[1]
    for name, slope in cases.slopes.items():
        values[sp.Symbol(name, real=True)] = (slope, np.maximum(np.abs(slope), sizes.get(name, 0.0)))
    return values or {sp.Dummy(): np.zeros(len(cases))}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Formulas at the cases: values, magnitudes and where no kink interferes, of shape [cases, formulas]."""

    value: Array
    magnitude: Array
    decided: NDArray[np.bool_]
    operations: int


def _evaluated(game: TorchField, formulas: Sequence[sp.Expr], values: Values, cases: Cases) -> Evaluation:
    size = operations(formulas, game.sample)
    symbolic, magnitude, decided = decided_magnitudes(
        EPS * size, lambda kinks: evaluate(formulas, values, cases.functions, game.sample, kinks)
    )
    return Evaluation(symbolic, magnitude, decided, size)


def _names_and_values(derivation: Derivation, points: Points, count: int) -> dict[sp.Symbol, Array]:
    """Values of the players' parameters, each of shape [count]."""
    columns = np.concatenate([part.reshape(count, -1) for part in points], axis=1).T
    return dict(zip(derivation.coordinates, columns, strict=True))


def _parameters(derivation: Derivation, parameters: Mapping[str, Array]) -> Values:
    return {symbol: parameters[name] for name, symbol in derivation.symbols.items() if name in parameters}


def _output_blur(derivation: Derivation, cases: Cases) -> Array:
    """How far rounding may have moved d*, of shape [cases]."""
    sizes = evaluate([derivation.output], _parameters(derivation, cases.parameters))[1][:, 0]
    return np.broadcast_to(EPS * operations([derivation.output]) * sizes, (len(cases),))


def _inside(region: Formula | None, values: Values, count: int) -> NDArray[np.bool_]:
    """In which cases a formula holds, of shape [count]; boundaries within rounding are left out."""
    if region is None:
        return np.ones(count, dtype=bool)
    if isinstance(region, And | Or):
        parts = [_inside(part, values, count) for part in region.parts]
        combine = np.logical_and if isinstance(region, And) else np.logical_or
        return combine.reduce(parts) if parts else np.full(count, isinstance(region, And))
    value, magnitude = (column[:, 0] for column in evaluate([region.expression], values))
    vanishes = np.abs(value) <= EPS * operations([region.expression]) * magnitude
    if region.relation in ("==", "!="):
        return vanishes if region.relation == "==" else ~vanishes
    return (value > 0) & ~vanishes


def _at(formula: sp.Expr, derivation: Derivation, parameters: Mapping[str, Array]) -> Array:
    """Values of a formula in the parameters, of shape [cases]; [1] if no parameter is given."""
    return evaluate([formula], _parameters(derivation, parameters))[0][:, 0]
