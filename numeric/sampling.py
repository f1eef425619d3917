"""Admissible parameter values and objectives, thousands at a time.

Names are drawn one after another; a comparison that is linear in the last of its names bounds that name, so narrow
admissible regions are hit at once, and everything is checked at the end (rejection). Equalities fix one of their
names. f1 ... f6 of an arbitrary objective are names like the others: where a condition mentions them they are drawn
first and then prescribed to f.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..symbolic import expression as ex
from ..symbolic.conditions import Relation
from ..symbolic.proposal import Proposal
from .batches import batch_sizes, random_source
from .cases import Cases, EvidenceUnavailable
from .functions import SmoothFunctions, random_functions
from .polynomials import PolynomialAlgebra, degree_in, difference, holds
from .rounding import objective_derivatives

Array = NDArray[np.float64]
# The equilibrium output d* at parameter values by name, of shape [cases].
Output = Callable[[Mapping[str, Array]], Array]
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """In which order names are drawn, and what bounds each.

    Attributes:
        order: Names in the order of drawing.
        bounds: Inequalities that bound a name linearly, given the names before it.
        equations: The equality that fixes a name, given the names before it.
        relations: All conditions, for the check at the end.
        known: Names with fixed values before anything is drawn: f1 ... f6 of a concrete f without parameters.
    """

    order: tuple[str, ...]
    bounds: Mapping[str, tuple[Relation, ...]]
    equations: Mapping[str, Relation]
    relations: tuple[Relation, ...]
    known: Mapping[str, float]


def conditions(proposal: Proposal) -> tuple[Relation, ...]:
    """All conditions of a proposal: on its parameters and on its objective."""
    assumed = () if proposal.objective is None else proposal.objective.assume
    return (*assumed, *(relation for parameter in proposal.parameters for relation in parameter.conditions))


def plan(proposal: Proposal, output: Output | None = None) -> Plan:
    """How to draw the names of a proposal.

    Args:
        proposal: Whose conditions hold.
        output: The equilibrium output d*; 0 if not given.

    Raises:
        EvidenceUnavailable: If an equality is of degree 3 or more in each of its names.
    """
    known = _fixed_slopes(proposal, output)
    relations = conditions(proposal)
    mentioned = _mentioned(relations)
    drawn_slopes = [name for name in ex.DERIVATIVE_SYMBOLS if name in mentioned and has_arbitrary_f(proposal)]
    names = [*drawn_slopes, *proposal.parameter_names]
    equations: dict[str, Relation] = {}
    for relation in relations:
        if relation.operator == "==":
            pivot = _pivot(relation, [name for name in names if name not in equations])
            if pivot is not None:
                equations[pivot] = relation
    order = [name for name in names if name not in equations] + list(equations)
    bounds: dict[str, tuple[Relation, ...]] = {}
    for relation in relations:
        inside = [name for name in order if name in _mentioned([relation])]
        late = _mentioned([relation]) - set(order) - set(known)
        last = inside[-1] if inside and not late else None
        if last is None or relation.operator in ("==", "!="):
            continue
        if last not in equations and degree_in(difference(relation), last) == 1:
            bounds[last] = (*bounds.get(last, ()), relation)
    return Plan(tuple(order), bounds, equations, relations, known)


def has_arbitrary_f(proposal: Proposal) -> bool:
    """Whether an f has to be drawn."""
    return proposal.objective is not None and proposal.objective.arbitrary


def sample_cases(proposal: Proposal, count: int, seed: int, output: Output | None = None) -> Cases:
    """Draws admissible cases.

    Args:
        proposal: Whose conditions hold.
        count: How many.
        seed: The result is a function of it.
        output: The equilibrium output d*; 0 if not given.

    Returns:
        ``count`` cases, or fewer where the admissible region is hard to hit.

    Raises:
        EvidenceUnavailable: If no admissible case was found.
    """
    return _joined([cases for _, cases in sample_batches(proposal, count, seed, output)])


def sample_batches(
    proposal: Proposal, count: int, seed: int, output: Output | None = None
) -> Iterator[tuple[int, Cases]]:
    """The same cases batch by batch (``batches``), none of them empty, each with its number.

    Raises:
        EvidenceUnavailable: If no admissible case was found in any batch.
    """
    drawing = plan(proposal, output)
    found = False
    for batch, size in enumerate(batch_sizes(count)):
        cases = _drawn(proposal, drawing, size, random_source(seed, batch), output)
        if len(cases):
            found = True
            yield batch, cases
    if not found:
        raise EvidenceUnavailable(
            f"no admissible case among {_ROUNDS * 2 * count} drawn: the conditions of {proposal.name!r} are "
            "contradictory or describe too thin a region to sample"
        )


def _drawn(proposal: Proposal, drawing: Plan, count: int, random: np.random.Generator, output: Output | None) -> Cases:
    """Admissible cases, at most ``count`` of them."""
    tries: list[Cases] = []
    with np.errstate(all="ignore"):
        for _ in range(_ROUNDS):
            tries.append(_batch(proposal, drawing, 2 * count, random, output))
            if sum(map(len, tries)) >= count:
                break
    return _joined(tries)[slice(0, count)]


def draw_values(drawing: Plan, count: int, number: Callable[[str, Array, Array], Array]) -> dict[str, Array]:
    """Values for all names of a plan, before the final check.

    Args:
        drawing: The plan.
        count: How many values per name.
        number: Draws values of a name between bounds [count] (infinite where there is none).
    """
    values: dict[str, Array] = {name: np.full(count, value) for name, value in drawing.known.items()}
    for name in drawing.order:
        equation = drawing.equations.get(name)
        if equation is not None:
            values[name] = _solution(equation, name, values, count, number)
            continue
        low, high = np.full(count, -np.inf), np.full(count, np.inf)
        for relation in drawing.bounds.get(name, ()):
            side = PolynomialAlgebra(values, name).polynomial(difference(relation))
            offset, slope = (np.broadcast_to(c, (count,)) for c in side[:2])
            edge = -offset / np.where(slope == 0, 1.0, slope)
            below = (slope > 0) == (relation.operator in ("<", "<="))
            active = slope != 0
            high = np.where(active & below, np.minimum(high, edge), high)
            low = np.where(active & ~below, np.maximum(low, edge), low)
        values[name] = number(name, low, high)
    return values


def admissible(
    drawing: Plan,
    parameters: Mapping[str, Array],
    slopes: Mapping[str, Array],
    magnitudes: Mapping[str, Array],
    count: int,
) -> NDArray[np.bool_]:
    """Where all conditions hold, of shape [count].

    Args:
        drawing: The plan with the conditions.
        parameters: By name, each of shape [count].
        slopes: f1 ... f6, likewise; only those that are mentioned matter.
        magnitudes: Sums of absolute values that the slopes were computed from.
        count: How many.
    """
    good = np.ones(count, dtype=bool)
    for value in parameters.values():
        good &= np.isfinite(value)
    for relation in drawing.relations:
        good &= np.broadcast_to(holds(relation, {**parameters, **slopes}, magnitudes), (count,))
    return good


def spread(random: np.random.Generator) -> Callable[[str, Array, Array], Array]:
    """Draws between bounds: sizes from 1e-3 to 1e3, small integers, and values close to a bound."""

    def number(name: str, low: Array, high: Array) -> Array:
        count = len(low)
        size = 10.0 ** random.uniform(-3.0, 3.0, count)
        kind = random.random(count)
        halves, ordinary = random.integers(1, 5, count) / 2.0, 10.0 ** random.uniform(-1, 1, count)
        size = np.where(kind < 0.25, halves, np.where(kind < 0.75, ordinary, size))
        signs = random.choice([-1.0, 1.0], count) * (random.random(count) > 0.02)
        fraction = random.beta(0.7, 0.7, count)
        # A ray: away from its end. Both where low = -inf and high = inf: the whole line, with 0.
        ray = np.where(np.isfinite(low), low + size, np.where(np.isfinite(high), high - size, signs * size))
        inner = low + (high - low) * fraction
        return np.where(np.isfinite(low) & np.isfinite(high), inner, ray)

    return number


def _fixed_slopes(proposal: Proposal, output: Output | None) -> dict[str, float]:
    objective = proposal.objective
    if objective is None or objective.fake is None or not _mentioned(conditions(proposal)) & set(ex.DERIVATIVE_SYMBOLS):
        return {}
    trees = [tree for tree in (objective.fake, objective.real) if tree is not None]
    if any(ex.names(tree) - {"t"} for tree in trees):
        return {}
    at = np.zeros(1) if output is None else np.reshape(output({}), (1,))
    rows = objective_derivatives(objective.fake, at, {}, len(ex.DERIVATIVE_SYMBOLS))
    return {name: float(row[0]) for name, row in zip(ex.DERIVATIVE_SYMBOLS, rows.value[1:], strict=True)}


def _batch(proposal: Proposal, drawing: Plan, count: int, random: np.random.Generator, output: Output | None) -> Cases:
    values = draw_values(drawing, count, spread(random))
    parameters = {name: values[name] for name in proposal.parameter_names}
    at = np.zeros(count) if output is None else np.broadcast_to(output(parameters), (count,))
    functions: SmoothFunctions | None = None
    if has_arbitrary_f(proposal):
        targets = {int(name[1:]): values[name] for name in drawing.order if name in ex.DERIVATIVE_SYMBOLS}
        functions = random_functions(count, random).pinned(targets)
    slopes, magnitudes = slopes_at(proposal, functions, at, parameters)
    good = admissible(drawing, parameters, slopes, magnitudes, count)
    return Cases(parameters, functions, at, slopes)[np.flatnonzero(good)]


def slopes_at(
    proposal: Proposal, functions: SmoothFunctions | None, at: Array, parameters: Mapping[str, Array]
) -> tuple[dict[str, Array], dict[str, Array]]:
    """f1 ... f6 at the equilibrium output and their magnitudes; empty without an objective, NaN from a kink on."""
    if functions is not None:
        return slopes_of(functions)
    if proposal.objective is None or proposal.objective.fake is None:
        return {}, {}
    series = objective_derivatives(proposal.objective.fake, at, parameters, len(ex.DERIVATIVE_SYMBOLS))
    values, sizes = (
        dict(zip(ex.DERIVATIVE_SYMBOLS, rows[1:], strict=True)) for rows in (series.value, series.magnitude)
    )
    return values, sizes


def slopes_of(functions: SmoothFunctions) -> tuple[dict[str, Array], dict[str, Array]]:
    """f1 ... f6 of a batch of functions, and their magnitudes."""
    zero = np.zeros(len(functions))
    both = {name: functions.with_magnitude(int(name[1:]), zero) for name in ex.DERIVATIVE_SYMBOLS}
    return {name: value for name, (value, _) in both.items()}, {name: size for name, (_, size) in both.items()}


def _mentioned(relations: Iterable[Relation]) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for relation in relations:
        found |= ex.names(relation.left) | ex.names(relation.right)
    return found


def _pivot(relation: Relation, names: list[str]) -> str | None:
    """The name that an equality is solved for: linear before quadratic, later before earlier; None without names."""
    gap = difference(relation)
    candidates = [(degree_in(gap, name), -place, name) for place, name in enumerate(names) if degree_in(gap, name)]
    if not candidates:
        return None
    lowest, _, name = min(candidates)
    if lowest > 2:
        raise EvidenceUnavailable(f"an equality of degree {lowest} in {name} is not solved numerically")
    return name


def _solution(
    equation: Relation, name: str, values: Mapping[str, Array], count: int, number: Callable[[str, Array, Array], Array]
) -> Array:
    """A solution of an equality for one name, NaN where there is none."""
    try:
        side = PolynomialAlgebra(values, name).polynomial(difference(equation))
    except KeyError as error:
        raise EvidenceUnavailable(
            f"the equality for {name} is not solved numerically: {error.args[0]} is known only after {name}"
        ) from None
    c, b, a = (np.broadcast_to(part, (count,)) for part in [*side, np.asarray(0.0)][:3])
    linear = -c / b
    if len(side) == 2:
        return linear
    branch = np.sign(number(name, np.full(count, -1.0), np.full(count, 1.0)))
    return np.where(a == 0, linear, (-b + np.where(branch < 0, -1.0, 1.0) * np.sqrt(b * b - 4 * a * c)) / (2 * a))


def _joined(batches: list[Cases]) -> Cases:
    def join(pick: Callable[[Cases], Array]) -> Array:
        return np.concatenate([pick(batch) for batch in batches])

    first = batches[0]
    functions = None
    if first.functions is not None:
        parts = [batch.functions for batch in batches if batch.functions is not None]
        functions = SmoothFunctions(
            np.concatenate([part.coefficients for part in parts]), np.concatenate([part.scales for part in parts])
        )
    return Cases(
        {name: join(lambda batch, name=name: batch.parameters[name]) for name in first.parameters},
        functions,
        join(lambda batch: batch.output),
        {name: join(lambda batch, name=name: batch.slopes[name]) for name in first.slopes},
    )
