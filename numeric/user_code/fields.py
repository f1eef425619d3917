"""A user's vector field (theta, psi) -> (v_theta, v_psi), as the notebooks on the Dirac-GAN write it.

In NumPy or torch, on arrays or on numbers; compared with autograd's field of the proposal on its own game, at points
off the equilibrium and on it. The field is the sum of the objective's part and one part per term of the penalties, so
that a wrong factor is found where it is. A field that draws noise is averaged, with the error of the mean.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from ...symbolic import expression as ex
from ...symbolic.proposal import Proposal
from ..cases import Cases
from ..field import TorchField
from ..functions import SmoothFunctions
from ..measurement import measured
from .concrete import concrete_proposals
from .errors import CodeError
from .field_calls import GROUPS, Place, Values, draws, field_values, places, thinned
from .field_causes import Alternative, alternatives, row_causes
from .fitting import Array, Observation
from .kinds import Binding
from .mathematics import penalty_terms
from .outcome import Cause, Outcome, Settings
from .smallest import both
from .trials import moderate_parameters

_EPS = float(np.finfo(np.float64).eps)
_ROWS = ("v_theta", "v_psi")
_RESOLUTION = 0.1
_SMALL = (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5)
# The equilibrium output d* of a proposal at parameters by name.
Output = Callable[[Proposal, Mapping[str, float]], float]


def compare_field(proposal: Proposal, binding: Binding, settings: Settings, output: Output) -> Outcome:
    """Compares a vector field.

    Args:
        proposal: The mathematics, on a game whose players have one parameter each.
        binding: The function and what its arguments get.
        settings: How.
        output: The equilibrium output d* of a proposal, at parameters by name.

    Raises:
        CodeError: If the function fails, returns something else, or the game has players with several parameters.
        EvidenceUnavailable: If the game has no torch form.
    """
    if TorchField(proposal).sizes != (1, 1):
        raise CodeError(
            binding.function.where,
            f"a field of (theta, psi), and players of {proposal.prototype!r} with several parameters",
            "give a penalty or a pair of losses",
        )
    points = list(places(proposal, settings.seed))
    if draws(binding, points[0], settings.seed):
        points = [thinned(place) for place in points[:3]]
    values = [field_values(binding, place, settings.seed) for place in points]
    tried = concrete_proposals(proposal, binding, needed=not binding.objective)
    readings = [(candidate, sign) for candidate in tried for sign in (1, -1)]
    best: tuple[int, list[Cause], Proposal, int] | None = None
    for candidate, sign in readings:
        seen = _observations(candidate, points, values, sign, output)
        failed = [row for row in range(2) if not all(o.agrees for o in seen[row])]
        if not failed and not all(_resolved(o) for row in seen for o in row):
            said = "the code draws so much noise that the mean over its calls says too little"
            mend = "draw more samples in each call, or write the expectation as a sum over fixed nodes"
            return Outcome("vector field", None, f"{said}; {mend}", (), (), tuple(binding.remarks), "nothing", 0, 0.0)
        if not failed:
            return _outcome(proposal, candidate, sign, points, seen, [], binding, ())
        if any(not np.isfinite(v.rows).all() for v in values):
            found = [Cause("the field", "a value is not finite", "use the stable form, softplus or logsigmoid")]
            unexplained = 0
        else:
            others = _others(candidate, points, sign, output)
            found, unexplained = row_causes(candidate, seen, failed, others, list(proposal.parameter_names), binding)
        rank = 1000 * unexplained + 10 * len(found) + (sign < 0)
        if best is None or rank < best[0]:
            best = (rank, found, candidate, sign)
    assert best is not None
    _, found, candidate, sign = best
    seen = _observations(candidate, points, values, sign, output)
    shown = _smallest(candidate, binding, sign, output, settings.seed)
    return _outcome(proposal, candidate, sign, points, seen, found, binding, shown)


def _resolved(observation: Observation) -> bool:
    """Whether the tolerance is small against every term: a missing or doubled one would show."""
    sizes = np.abs(observation.terms).max(axis=0, initial=0.0)
    least = float(sizes[sizes > 0].min(initial=1.0))
    return observation.tolerance <= _RESOLUTION * least


# -- the mathematics -------------------------------------------------------------------------------------------------


def _parts(proposal: Proposal) -> list[list[tuple[str, Proposal]]]:
    """Per row: what its terms are called, and the proposals whose fields are the terms; the objective's first."""
    if proposal.field is not None:
        return [[("the field", proposal)], [("the field", proposal)]]
    bare = replace(proposal, penalty_discriminator=ex.ZERO, penalty_generator=ex.ZERO)
    rows: list[list[tuple[str, Proposal]]] = [[("the objective", bare)], [("the objective", bare)]]
    for row, player in ((0, "generator"), (1, "discriminator")):
        for term in penalty_terms(proposal, player):  # type: ignore[arg-type]
            assert term.tree is not None
            rows[row].append((term.text, replace(bare, **{f"penalty_{player}": term.tree})))
    return rows


def _fields(proposal: Proposal, places: Sequence[Place], sign: int, output: Output) -> tuple[Array, Array]:
    """Both rows [places, 2, n] with D's sign, and what rounding may have moved them by; infinite at kinks."""
    parts = [place.cases(output(proposal, place.parameters)) for place in places]
    names = parts[0].parameters
    functions = [part.functions for part in parts if part.functions is not None]
    cases = Cases(
        {name: np.concatenate([part.parameters[name] for part in parts]) for name in names},
        SmoothFunctions(
            np.concatenate([f.coefficients for f in functions]), np.concatenate([f.scales for f in functions])
        )
        if functions
        else None,
        np.concatenate([part.output for part in parts]),
        {},
    )
    theta, psi = (np.concatenate([getattr(place, key) for place in places]) for key in ("theta", "psi"))
    with np.errstate(all="ignore"):
        found = measured(TorchField(proposal), (theta, sign * psi), cases, np.zeros(len(cases)))
    error = np.where(found.decided, found.error, np.inf)
    shape = (len(places), -1, 2)
    values, errors = (part.reshape(shape).transpose(0, 2, 1) for part in (found.value, error))
    return values * np.array([[1.0], [sign]]), errors


def _observations(
    proposal: Proposal, places: Sequence[Place], values: Sequence[Values], sign: int, output: Output
) -> list[list[Observation]]:
    """Per row, one observation per place; points at kinks of the mathematics are left out."""
    parts = _parts(proposal)
    fields = {id(p): _fields(p, places, sign, output) for p in {id(p): p for row in parts for _, p in row}.values()}
    whole = _fields(proposal, places, sign, output)
    seen: list[list[Observation]] = [[], []]
    for number, (place, value) in enumerate(zip(places, values, strict=True)):
        for row in range(2):
            base = fields[id(parts[row][0][1])][0][number, row]
            columns = [base, *(fields[id(part)][0][number, row] - base for _, part in parts[row][1:])]
            error = whole[1][number, row] + sum(fields[id(part)][1][number, row] for _, part in parts[row])
            good = np.isfinite(error)
            size = np.abs(columns).max(initial=0.0)
            # The code's own rounding: a hundred operations on numbers of the size of the terms.
            slack = float((8 * error[good] + value.error[row][good]).max(initial=0.0)) + 128 * _EPS * size
            terms = np.stack(columns, axis=1)[good]
            seen[row].append(Observation(place, value.rows[row][good], terms, float(slack), torch.float64))
    return seen


def _others(
    proposal: Proposal, places: Sequence[Place], sign: int, output: Output
) -> list[tuple[Alternative, list[list[Array]]]]:
    """The alternatives' columns, by row and place."""
    theta, psi = (np.stack([getattr(place, key) for place in places]) for key in ("theta", "psi"))
    found = []
    for other in alternatives(proposal):
        rows = other.rows(lambda p, s: _fields(p, places, s * sign, output)[0], theta, psi)
        found.append((other, [[rows[place, row] for place in range(len(places))] for row in range(2)]))
    return found


def _smallest(proposal: Proposal, binding: Binding, sign: int, output: Output, seed: int) -> tuple[str, ...]:
    """The point with the smallest numbers at which they differ."""
    grid = sorted(itertools.product(_SMALL, _SMALL), key=lambda point: _SMALL.index(point[0]) + _SMALL.index(point[1]))
    theta, psi = np.array(grid).T
    parameters, functions = min(
        itertools.islice(moderate_parameters(proposal, seed), GROUPS),
        key=lambda pair: sum(len(f"{v:g}") for v in pair[0].values()),
    )
    place = Place(theta, psi, parameters, functions)
    value = field_values(binding, place, seed)
    field, error = (found[0] for found in _fields(proposal, [place], sign, output))
    gap = np.abs(value.rows - field)
    slack = value.error + 8 * error + 128 * _EPS * np.abs(field).max(initial=1.0)
    wrong = np.flatnonzero(((gap > slack) | ~np.isfinite(value.rows)).any(axis=0) & np.isfinite(field).all(axis=0))
    if not len(wrong):
        return ()
    k = int(wrong[0])
    row = int(np.argmax(np.nan_to_num(gap[:, k] - slack[:, k], nan=np.inf)))
    numbers = [", ".join(f"{name} = {v:g}" for name, v in parameters.items())] * bool(parameters)
    said = f"{_ROWS[row]}: {both(float(value.rows[row, k]), float(field[row, k]))}"
    return (f"theta = {theta[k]:g}, psi = {psi[k]:g}", *numbers, said)


def _outcome(
    asked: Proposal,
    proposal: Proposal,
    sign: int,
    places: Sequence[Place],
    seen: Sequence[Sequence[Observation]],
    found: Sequence[Cause],
    binding: Binding,
    smallest: tuple[str, ...],
) -> Outcome:
    failed = [row for row in range(2) if not all(o.agrees for o in seen[row])]
    remarks = list(binding.remarks)
    if (
        asked.objective is not None
        and proposal.objective is not None
        and proposal.objective.label != asked.objective.label
    ):
        remarks.append(f"f is any in the proposal; the code was compared with f = {proposal.objective.label}")
    if sign < 0:
        remarks.append("psi has the other sign in the code: the spectra are the same")
    cases = sum(len(o.code) for o in seen[0])
    error = max(
        (o.error / max(float(np.abs(o.terms).max(initial=0.0)), 1e-300) for row in seen for o in row), default=0.0
    )
    if not cases:
        return Outcome("vector field", None, "every point lies at a kink", (), (), tuple(remarks), "nothing", 0, 0.0)
    holds = not failed
    if holds:
        reason = f"code and mathematics agree at {cases} points"
    elif found:
        reason = f"{found[0].where}: {found[0].text}"
    else:
        verb = "differs" if len(failed) == 1 else "differ"
        reason = f"{' and '.join(_ROWS[row] for row in failed)} {verb}, by none of the known causes"
    compared = f"both rows at {cases} points of {len(places)} choices of the parameters"
    return Outcome("vector field", holds, reason, tuple(found), smallest, tuple(remarks), compared, cases, error)
