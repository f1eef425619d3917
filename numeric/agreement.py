"""Evidence: the derived field and Jacobian against torch autograd at thousands of random cases.

Entry by entry,

    |symbolic - autograd| <= eps * (N_t * M_t + N_s * M_s),

where M_t, N_t are the magnitude and the number of operations of the torch computation (``rounding``), M_s and N_s
those of the symbolic formula (``evaluate``). Both follow from the standard model of floating point; nothing is tuned.
Where a kink lies within rounding of the point, autograd may stand on either side of it, and the case does not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ..symbolic import expression as ex
from ..symbolic.derivation import Derivation
from ..symbolic.proposal import Proposal
from . import rounding
from .cases import Cases, EvidenceUnavailable
from .evaluate import UnsupportedFormula, evaluate, operations
from .jets import EPS, Kinks
from .quadrature import Nodes, gauss_hermite, gauss_legendre, node_count
from .sampling import sample_cases, slopes_of

if TYPE_CHECKING:
    from .field import TorchField

Array = NDArray[np.float64]
_ROWS = ("v1", "v2")
_ENTRIES = ("dv1/dtheta", "dv1/dpsi", "dv2/dtheta", "dv2/dpsi", "trace", "determinant")
# Beyond this argument of f the family's exponentials and sixth powers drown everything else.
_LARGEST_OUTPUT = 12.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came out of a comparison.

    Attributes:
        cases: Cases in which v was compared (and J, where it was given and autograd has it).
        max_error: The largest difference, relative to the magnitude of the terms that are summed.
        seed: What reproduces it.
        holds: Whether every compared entry agrees within its tolerance.
        worst: The case of the largest error in units of its tolerance: point, parameters, f and both values.
        reason: One sentence.
    """

    cases: int
    max_error: float
    seed: int
    holds: bool
    worst: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Entries [cases, entries] of one quantity: both values, magnitude, tolerance, and whether they count."""

    labels: tuple[str, ...]
    symbolic: Array
    autograd: Array
    magnitude: Array
    tolerance: Array
    counts: NDArray[np.bool_]

    @property
    def gap(self) -> Array:
        """Differences, 0 where they do not count."""
        return np.where(self.counts, np.abs(self.symbolic - self.autograd), 0.0)


def agree(
    proposal: Proposal, derivation: Derivation, jacobian: sp.MatrixBase | None, cases: int = 2000, seed: int = 0
) -> Agreement:
    """Confronts a derivation with autograd.

    Args:
        proposal: What was derived; torch reads it anew.
        derivation: The vector field to check.
        jacobian: v' at the equilibrium, in parameters and f1 ... f6; None where there is none to check.
        cases: How many random cases.
        seed: The result is a function of it.

    Returns:
        The agreement; it is evidence and never a verdict.

    Raises:
        EvidenceUnavailable: If no case can be compared, with the reason.
    """
    from .field import TorchField

    if cases < 1:
        raise ValueError(f"cases = {cases}; at least one case is needed")
    sample = sample_cases(proposal, cases, seed, lambda values: _scalar(derivation.output, values, derivation))
    torch_field = TorchField(proposal)
    try:
        with np.errstate(all="ignore"):
            comparisons = [_compare_field(proposal, derivation, torch_field, sample, seed)]
            if jacobian is not None:
                comparisons.append(_compare_jacobian(proposal, derivation, jacobian, torch_field, sample))
    except UnsupportedFormula as error:
        raise EvidenceUnavailable(str(error)) from error
    return _verdict(comparisons, sample, seed)


def random_points(proposal: Proposal, cases: Cases, seed: int) -> tuple[Array, Array]:
    """Points (theta, psi) around the equilibrium, from 1e-3 to 10 away, with D's output kept moderate.

    Args:
        proposal: Whose data and noise set the scale.
        cases: Parameter values.
        seed: The result is a function of it.

    Returns:
        theta and psi, each of shape [cases].
    """
    random = np.random.default_rng([seed, 1])
    count = len(cases)
    signs = random.choice([-1.0, 1.0], (2, count))
    sizes = signs * 10.0 ** np.where(
        random.random((2, count)) < 0.7, random.uniform(-1, 0.5, (2, count)), random.uniform(-3, 1, (2, count))
    )
    data = rounding.scalar(proposal.data, cases.parameters, count)
    noise = ex.ZERO if proposal.objective is None else proposal.objective.noise
    sigma = np.abs(rounding.scalar(noise, cases.parameters, count))
    theta = data + sizes[0]
    reach = np.abs(theta) + np.abs(data) + sigma * gauss_hermite(node_count(proposal)).positions.max()
    return theta, sizes[1] * np.minimum(1.0, _LARGEST_OUTPUT / np.maximum(np.abs(sizes[1]) * reach, 1e-300))


def _compare_field(
    proposal: Proposal, derivation: Derivation, torch_field: TorchField, cases: Cases, seed: int
) -> _Comparison:
    theta, psi = random_points(proposal, cases, seed)
    autograd = torch_field.field(theta, psi, cases)
    limits = rounding.bounds(proposal, theta, psi, cases, jacobian=False)
    values = _values(derivation, cases) | {derivation.theta: theta, derivation.psi: psi}
    symbolic, magnitude, decided, count = _symbolic(proposal, derivation.field, values, cases)
    tolerance = EPS * (rounding.operations(proposal, 1) * limits.magnitude + count * magnitude)
    labels = tuple(f"{row} at theta = {{theta!r}}, psi = {{psi!r}}" for row in _ROWS)
    return _comparison(labels, symbolic, autograd, limits.magnitude + magnitude, tolerance, limits.decided & decided)


def _compare_jacobian(
    proposal: Proposal, derivation: Derivation, jacobian: sp.MatrixBase, torch_field: TorchField, cases: Cases
) -> _Comparison:
    points = [_scalar(coordinate, cases.parameters, derivation, len(cases)) for coordinate in derivation.equilibrium]
    autograd = torch_field.jacobian(*points, cases).reshape(-1, 4)
    limits = rounding.bounds(proposal, *points, cases, jacobian=True)
    values = _values(derivation, cases)
    symbolic, magnitude, decided, count = _symbolic(proposal, list(jacobian), values, cases)
    sizes = limits.magnitude.reshape(-1, 4)
    tolerance = EPS * (rounding.operations(proposal, 2) * sizes + count * magnitude)
    decided &= limits.decided.reshape(-1, 4)
    together = _comparison(_ENTRIES[:4], symbolic, autograd, sizes + magnitude, tolerance, decided)
    return _with_polynomial(together)


def _with_polynomial(entries: _Comparison) -> _Comparison:
    """The comparison with trace and determinant added: the coefficients of the characteristic polynomial.

    An entry off by d moves the trace by d and the determinant by d times its cofactor, to first order.
    """

    def extended(a: Array) -> Array:
        trace, determinant = a[:, 0] + a[:, 3], a[:, 0] * a[:, 3] - a[:, 1] * a[:, 2]
        return np.concatenate([a, trace[:, None], determinant[:, None]], axis=1)

    def widened(a: Array, by: Array) -> Array:
        trace = a[:, 0] + a[:, 3]
        determinant = a[:, 0] * by[:, 3] + a[:, 3] * by[:, 0] + a[:, 1] * by[:, 2] + a[:, 2] * by[:, 1]
        return np.concatenate([a, trace[:, None], determinant[:, None]], axis=1)

    size = np.maximum(np.abs(entries.symbolic), np.abs(entries.autograd)) + entries.tolerance
    everywhere = np.broadcast_to(entries.counts.all(axis=1, keepdims=True), (len(size), 2))
    magnitude = widened(entries.magnitude, entries.magnitude)
    return _Comparison(
        _ENTRIES,
        extended(entries.symbolic),
        extended(entries.autograd),
        magnitude,
        widened(entries.tolerance, size) + 4 * EPS * magnitude,
        np.concatenate([entries.counts, everywhere], axis=1),
    )


def _comparison(
    labels: tuple[str, ...], symbolic: Array, autograd: Array, magnitude: Array, tolerance: Array, decided: Array
) -> _Comparison:
    finite = np.isfinite(symbolic) & np.isfinite(autograd) & np.isfinite(tolerance)
    return _Comparison(labels, symbolic, autograd, magnitude, tolerance, finite & decided)


def _verdict(comparisons: list[_Comparison], cases: Cases, seed: int) -> Agreement:
    field = comparisons[0]
    compared = int(field.counts.all(axis=1).sum())
    if not compared:
        raise EvidenceUnavailable("v is not finite, or a kink lies within rounding, at every sampled point")
    ratios = [np.where(c.gap > 0, c.gap / np.where(c.tolerance > 0, c.tolerance, 1e-300), 0.0) for c in comparisons]
    errors = [np.where(c.gap > 0, c.gap / np.where(c.magnitude > 0, c.magnitude, c.gap), 0.0) for c in comparisons]
    which = int(np.argmax([ratio.max() for ratio in ratios]))
    case, entry = np.unravel_index(int(np.argmax(ratios[which])), ratios[which].shape)
    holds = all(bool((ratio <= 1).all()) for ratio in ratios)
    worst = _describe(comparisons[which], int(case), int(entry), cases)
    reason = f"v agrees with autograd at {compared} random points"
    if len(comparisons) > 1:
        compared_j = int(comparisons[1].counts.all(axis=1).sum())
        reason += (
            f", J at {compared_j} equilibria"
            if compared_j
            else "; J was not compared: autograd meets a kink or pole at the equilibrium"
        )
    if not holds:
        reason = f"autograd disagrees with the derivation: {worst}"
    return Agreement(compared, float(max(error.max() for error in errors)), seed, holds, worst, reason)


def _describe(comparison: _Comparison, case: int, entry: int, cases: Cases) -> str:
    raise NotImplementedError


def _values(derivation: Derivation, cases: Cases) -> dict[sp.Symbol, Array | tuple[Array, Array]]:
    """Values of the parameters' symbols and of f1 ... f6."""
    values: dict[sp.Symbol, Array | tuple[Array, Array]] = {
        symbol: cases.parameters[name] for name, symbol in derivation.symbols.items()
    }
    sizes = {} if cases.functions is None else slopes_of(cases.functions)[1]
    for name, slope in cases.slopes.items():
        values[sp.Symbol(name, real=True)] = (slope, np.maximum(np.abs(slope), sizes.get(name, 0.0)))
    return values


def _symbolic(
    proposal: Proposal,
    formulas: Mapping[int, sp.Expr] | list[sp.Expr] | tuple[sp.Expr, ...],
    values: dict[sp.Symbol, Array | tuple[Array, Array]],
    cases: Cases,
) -> tuple[Array, Array, NDArray[np.bool_], int]:
    """(values, magnitudes, decided, operations) of formulas at the cases."""
    count = node_count(proposal)
    nodes: tuple[Nodes, Nodes] = (gauss_hermite(count), gauss_legendre(count))
    size = operations(list(formulas), count)
    results = [
        evaluate(list(formulas), values, cases.functions, nodes, Kinks(EPS * size, inflate)) for inflate in (False, True)
    ]
    (symbolic, plain), (_, inflated) = results
    return symbolic, plain, inflated <= 2 * plain, size


def _scalar(
    formula: sp.Expr, parameters: Mapping[str, Array], derivation: Derivation, count: int | None = None
) -> Array:
    """Values of a formula in the parameters, of shape [count] (1 without parameters)."""
    values: dict[sp.Symbol, Array | tuple[Array, Array]] = {
        symbol: parameters[name] for name, symbol in derivation.symbols.items() if name in parameters
    }
    if not values and count is not None:
        values = {sp.Dummy(): np.zeros(count)}
    return evaluate([formula], values)[0][:, 0]
