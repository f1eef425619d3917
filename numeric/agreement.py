"""Evidence: the derived field and Jacobian against torch autograd at thousands of random cases.

Entry by entry,

    |symbolic - autograd| <= eps * (N_t * M_t + N_s * M_s),

where M_t, N_t are the magnitude and the number of operations of the torch computation (``rounding``), M_s and N_s
those of the symbolic formula (``evaluate``). Both follow from the standard model of floating point; nothing is tuned.
Where a kink lies within rounding of the point, autograd may stand on either side of it, and the case does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ..symbolic import expression as ex
from ..symbolic.derivation import Derivation
from ..symbolic.formula import And, Formula, Or
from ..symbolic.proposal import Proposal
from . import rounding
from .cases import Cases, EvidenceUnavailable
from .comparison import Comparison, compare, with_characteristic_polynomial
from .evaluate import UnsupportedFormula, evaluate, operations
from .jets import EPS, decided_magnitudes
from .quadrature import gauss_hermite, gauss_legendre, node_count
from .sampling import sample_cases, slopes_of

Array = NDArray[np.float64]
Values = dict[sp.Symbol, Array | tuple[Array, Array]]
_ENTRIES = ("dv1/dtheta", "dv1/dpsi", "dv2/dtheta", "dv2/dpsi")
# Beyond this argument of f the family's exponentials and sixth powers drown everything else.
_LARGEST_OUTPUT = 12.0


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
    torch_field = TorchField(proposal)
    try:
        with np.errstate(all="ignore"):  # what overflows is not finite, and does not count
            sample = sample_cases(proposal, cases, seed, lambda values: _at(derivation.output, derivation, values))
            theta, psi = random_points(proposal, sample, seed)
            field = _field_comparison(proposal, derivation, sample, theta, psi, torch_field.field(theta, psi, sample))
            comparisons = [field, *_output_comparison(proposal, sample)]
            if jacobian is not None:
                at = [_at(coordinate, derivation, sample.parameters) for coordinate in derivation.equilibrium]
                star = [np.broadcast_to(coordinate, (len(sample),)) for coordinate in at]
                measured = torch_field.jacobian(star[0], star[1], sample).reshape(-1, 4)
                compared = _jacobian_comparison(proposal, derivation, sample, star, list(jacobian), measured)
                inside = _inside(region, _values(derivation, sample), len(sample))
                comparisons.append(with_characteristic_polynomial(compared.restricted(inside)))
    except UnsupportedFormula as error:
        raise EvidenceUnavailable(str(error)) from error
    return _summary(comparisons, sample, seed, jacobian_compared=jacobian is not None)


def random_points(proposal: Proposal, cases: Cases, seed: int) -> tuple[Array, Array]:
    """Points (theta, psi) from 1e-3 to 10 away from the equilibrium, with D's output kept moderate.

    Args:
        proposal: Whose data and noise set the scale.
        cases: Parameter values.
        seed: The result is a function of it.

    Returns:
        theta and psi, each of shape [cases].
    """
    random = np.random.default_rng([seed, 1])
    shape = (2, len(cases))
    exponents = np.where(random.random(shape) < 0.7, random.uniform(-1, 0.5, shape), random.uniform(-3, 1, shape))
    away = random.choice([-1.0, 1.0], shape) * 10.0**exponents
    data = rounding.scalar(proposal.data, cases.parameters, len(cases))
    noise = ex.ZERO if proposal.objective is None else proposal.objective.noise
    sigma = np.abs(rounding.scalar(noise, cases.parameters, len(cases)))
    theta = data + away[0]
    reach = np.abs(theta) + np.abs(data) + sigma * gauss_hermite(node_count(proposal)).positions.max()
    return theta, away[1] * np.minimum(1.0, _LARGEST_OUTPUT / np.maximum(np.abs(away[1]) * reach, 1e-300))


def _field_comparison(
    proposal: Proposal, derivation: Derivation, cases: Cases, theta: Array, psi: Array, autograd: Array
) -> Comparison:
    limits = rounding.bounds(proposal, theta, psi, cases, jacobian=False)
    values = _values(derivation, cases) | {derivation.theta: theta, derivation.psi: psi}
    symbolic, magnitude, decided, count = _evaluated(proposal, derivation.field, values, cases)
    tolerance = EPS * (rounding.operations(proposal, 1) * limits.magnitude + count * magnitude)
    points = np.stack([theta, psi], axis=1)
    total = limits.magnitude + magnitude
    return compare(("v1", "v2"), points, (symbolic, autograd), total, tolerance, decided & limits.decided)


def _jacobian_comparison(
    proposal: Proposal,
    derivation: Derivation,
    cases: Cases,
    star: Sequence[Array],
    entries: Sequence[sp.Expr],
    autograd: Array,
) -> Comparison:
    limits = rounding.bounds(proposal, star[0], star[1], cases, jacobian=True)
    sizes, limited = limits.magnitude.reshape(-1, 4), limits.decided.reshape(-1, 4)
    symbolic, magnitude, decided, count = _evaluated(proposal, entries, _values(derivation, cases), cases)
    tolerance = EPS * (rounding.operations(proposal, 2) * sizes + count * magnitude)
    points = np.stack(star, axis=1)
    total = sizes + magnitude
    return compare(_ENTRIES, points, (symbolic, autograd), total, tolerance, decided & limited)


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
    points = np.stack([cases.output, np.zeros(len(cases))], axis=1)
    tolerance = EPS * rounding.operations(proposal, 1) * columns[1]
    decided = np.ones_like(columns[0], dtype=bool)
    zero = np.zeros_like(columns[0])
    label = ("fake'(d*) + real'(d*) with d* for theta,",)
    return [compare(label, points, (zero, columns[0]), columns[1], tolerance, decided)]


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


def _evaluated(
    proposal: Proposal, formulas: Sequence[sp.Expr], values: Values, cases: Cases
) -> tuple[Array, Array, NDArray[np.bool_], int]:
    """(values, magnitudes, decided, operations) of formulas at the cases."""
    count = node_count(proposal)
    nodes = (gauss_hermite(count), gauss_legendre(count))
    size = operations(formulas, count)
    symbolic, magnitude, decided = decided_magnitudes(
        EPS * size, lambda kinks: evaluate(formulas, values, cases.functions, nodes, kinks)
    )
    return symbolic, magnitude, decided, size


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
    values: Values = {symbol: parameters[name] for name, symbol in derivation.symbols.items() if name in parameters}
    return evaluate([formula], values)[0][:, 0]
