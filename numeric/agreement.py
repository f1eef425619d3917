"""Evidence: the derived field and Jacobian against torch autograd at thousands of random cases.

Entry by entry,

    |symbolic - autograd| <= eps * (N_t * M_t + N_s * M_s),

where M_t, N_t are the magnitude and the number of operations of the torch computation (``measurement``), M_s and N_s
those of the symbolic formula (``evaluate``). Both follow from the standard model of floating point; nothing is tuned.
Where a kink lies within rounding of the point, autograd may stand on either side of it, and the case does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ..symbolic.derivation import Derivation
from ..symbolic.formula import And, Formula, Or
from ..symbolic.proposal import Proposal
from . import rounding
from .batches import BATCH, batch_sizes, side_by_side, slices
from .cases import Cases, EvidenceUnavailable
from .comparison import Comparison, Outcome, compare, with_characteristic_polynomial
from .evaluate import UnsupportedFormula, evaluate, operations
from .jets import EPS, decided_magnitudes
from .measurement import Measurement, Points, measured
from .points import random_points
from .sampling import sample_batches, slopes_of

if TYPE_CHECKING:
    from .field import TorchField

Array = NDArray[np.float64]
Values = dict[sp.Symbol, Array | tuple[Array, Array]]
# Games with many parameters or nodes get fewer cases, so that the numbers of all cases together are as many as this.
_LARGEST_WORK = 2_000_000
_FEWEST_CASES = 20
# Numbers in the largest tensors of a slice of cases: what fits into a core's cache, and more than the interpreter's own
# time would be worth.
_SLICE = 200_000


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
    import torch

    from .field import TorchField

    if cases < 1:
        raise ValueError(f"cases = {cases}: at least one case is needed")
    work = TorchField(proposal).work
    count = cases if proposal.prototype == "dirac" else min(cases, max(_FEWEST_CASES, _LARGEST_WORK // work))
    size = min(BATCH, max(_FEWEST_CASES, _SLICE // work))

    def compared(part: tuple[Cases, Points]) -> list[Outcome]:
        with np.errstate(all="ignore"):  # what overflows is not finite, and does not count
            # Modules are swapped in place while torch differentiates: one field for each slice.
            comparisons = _comparisons(TorchField(proposal), derivation, *part, jacobian, region)
            return [comparison.outcome(part[0].text) for comparison in comparisons]

    threads = torch.get_num_threads()
    most = sum(-(-batch // size) for batch in batch_sizes(count))
    parts = _parts(proposal, derivation, count, seed, size)
    try:
        # Slices run side by side, and each on its own thread alone: torch's threads would wait for each other.
        outcomes = side_by_side(compared, parts, min(threads, most), lambda: torch.set_num_threads(1))
        whole = [reduce(Outcome.and_then, quantity) for quantity in zip(*outcomes, strict=True)]
    except UnsupportedFormula as error:
        raise EvidenceUnavailable(str(error)) from error
    finally:
        torch.set_num_threads(threads)  # for threads that start later; this one's is what it was
    return _summary(whole, seed, jacobian_compared=jacobian is not None)


def _parts(
    proposal: Proposal, derivation: Derivation, count: int, seed: int, size: int
) -> Iterator[tuple[Cases, Points]]:
    """Cases and points, in slices of a size."""
    for batch, sample in sample_batches(
        proposal, count, seed, lambda values: _at(derivation.output, derivation, values)
    ):
        with np.errstate(all="ignore"):
            theta, psi = random_points(proposal, sample, seed, batch)
        for part in slices(len(sample), size):
            yield sample[part], (theta[part], psi[part])


def _comparisons(
    game: TorchField,
    derivation: Derivation,
    cases: Cases,
    points: Points,
    jacobian: sp.MatrixBase | None,
    region: Formula | None,
) -> Iterator[Comparison]:
    """All comparisons at some cases: v first, then d* where it is not 0 by itself, then J."""
    values = _values(derivation, cases)
    yield _field_comparison(game, derivation, cases, points, values)
    yield from _output_comparison(game.proposal, cases)
    if jacobian is not None:
        compared = _jacobian_comparison(game, derivation, cases, list(jacobian), values)
        compared = compared.restricted(_inside(region, values, len(cases)))
        yield with_characteristic_polynomial(compared) if derivation.planar else compared


def _field_comparison(
    game: TorchField, derivation: Derivation, cases: Cases, points: Points, values: Values
) -> Comparison:
    known = _names_and_values(derivation, points, len(cases))
    formulas = _evaluated(game, derivation.field, values | known, cases)
    autograd = measured(game, points, cases, _output_blur(derivation, cases))
    labels = tuple(f"v{place + 1}" for place in range(len(derivation.field)))
    return _compared(labels, known, formulas, autograd)


def _jacobian_comparison(
    game: TorchField, derivation: Derivation, cases: Cases, entries: Sequence[sp.Expr], values: Values
) -> Comparison:
    star, sizes = evaluate(derivation.equilibrium, _parameters(derivation, cases.parameters))
    shape = (len(cases), len(derivation.coordinates))
    star, blur = np.broadcast_to(star, shape), np.broadcast_to(EPS * operations(derivation.equilibrium) * sizes, shape)
    split = len(derivation.players[0])
    formulas = _evaluated(game, entries, values, cases)
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


def _summary(outcomes: Sequence[Outcome], seed: int, *, jacobian_compared: bool) -> Agreement:
    compared = outcomes[0].compared
    if not compared:
        raise EvidenceUnavailable("v is not finite, or a kink lies within rounding, at every sampled point")
    failed = [outcome for outcome in outcomes if not outcome.holds]
    # Where several fail, v is the root: J follows from it.
    worst = (failed[0] if failed else max(outcomes, key=lambda outcome: outcome.ratio)).worst
    if failed:
        reason = f"autograd disagrees with the derivation: {worst}"
    else:
        reason = f"v agrees with autograd at {compared} random points"
        if jacobian_compared:
            equilibria = outcomes[-1].compared
            reason += (
                f", J at {equilibria} equilibria"
                if equilibria
                else "; J was not compared: autograd meets a kink or a pole at the equilibrium"
            )
    return Agreement(compared, max(outcome.error for outcome in outcomes), seed, not failed, worst, reason)


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
