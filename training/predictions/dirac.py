r"""The Dirac-GAN in n dimensions: theta, psi in R^n, D(x) = d* + psi . x, data and x* at 0.

Losses and penalties of the language are functions of |theta|, |psi| and theta . psi on it (Gaussian noise is isotropic,
slopes of D occur in norms only), so that v(R theta, R psi) = R v(theta, psi) for every R in O(n). Two things follow.

- v'(x*) commutes with all R, so each of its blocks is a multiple of 1: v'(x*) = J (x) 1_n with J of the game in one
  dimension, and one period likewise: n uncoupled copies near x*. |x - x*|^2 is the sum over the copies.
- Reflections fix the plane spanned by theta and psi at the start, so that a run stays in it: it is a run of the game in
  two dimensions, and, where theta and psi are parallel, of that in one. A linear rate, and every refutation, of the
  game in one dimension is one in n dimensions; a critical case that converges need not be.

Clipping psi entry by entry commutes with permutations and sign changes only, and is inactive near x*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...symbolic import expression as ex
from ...symbolic.analysis import Analysis
from ...symbolic.derivation import Derivation, derive
from ...symbolic.interpretation import rational
from ...symbolic.proposal import Proposal
from ...symbolic.rulings import Verdict
from ...symbolic.updates import Averaged, Stepwise
from .cycles import LAST, attractor
from .ellipses import of_first_integral, of_linear_map, orbit
from .maps import FieldMap
from .multipliers import factor_and_turn, of_iterates, period_at
from .nonlinearity import Nonlinearity
from .pinning import Number, PredictionError, Values, analysed_at, exact, pinned_proposal
from .prediction import Behaviour, Prediction

Array = NDArray[np.float64]
# The largest dimension in which clipping is followed: that of the prototype ``plane``.
_MOST = 12
# Points at which the curvature of a period is estimated: shells of radius 2^0 ... 2^-10, directions on each.
_SHELLS, _DIRECTIONS = 11, 64


@dataclass(frozen=True)
class Dirac:
    """A run's game: the Dirac-GAN with its start.

    Attributes:
        theta: Where G starts; n numbers.
        psi: Where D starts; n numbers.
        periods: How long the run is; only what drifts for ever asks.
    """

    theta: tuple[float, ...] = (1.0,)
    psi: tuple[float, ...] = (1.0,)
    periods: int = LAST

    def __post_init__(self) -> None:
        if len(self.theta) != len(self.psi) or not self.theta:
            raise PredictionError(
                f"a Dirac-GAN with theta in R^{len(self.theta)} and psi in R^{len(self.psi)}: give both n >= 1 numbers"
            )
        for name, values in (("theta", self.theta), ("psi", self.psi)):
            for value in values:
                exact(name, value)
        if self.periods < 1:
            raise PredictionError(f"periods = {self.periods}: a run has at least 1")

    @property
    def dimension(self) -> int:
        """The number n."""
        return len(self.theta)

    @property
    def words(self) -> str:
        """For people."""
        return f"Dirac-GAN in {self.dimension} dimension{'s' * (self.dimension > 1)}"


def predict_dirac(proposal: Proposal, values: Values, h: Number, game: Dirac) -> Prediction:
    """What theory says of one run on the Dirac-GAN.

    Args:
        proposal: On the prototype ``dirac``, its objective concrete.
        values: Of all declared parameters that the field or the rule reads.
        h: The step size.
        game: The start.

    Raises:
        PredictionError: For what has no numbers: an arbitrary f, missing values, another prototype, or more than one
            dimension where the proposal is a field of two numbers or its data are not at 0.
    """
    _require_numbers(proposal, game)
    pinned = pinned_proposal(proposal, values, h)
    analysis = analysed_at(pinned)
    if analysis.derivation is None or analysis.question is None:
        return Prediction(game.words, analysis.verdict.verdict.value, "", Behaviour.UNDECIDED, analysis.verdict.reason)
    at = _point(analysis.derivation, values, h)
    verdict, rate, because = _verdict(analysis, game.dimension)
    if proposal.training.options.get("optimizer", "sgd") != "sgd":
        because += "; for second moments that stay as the proposal freezes them"
    found = Prediction(game.words, verdict.value, rate, Behaviour.UNDECIDED, because)
    matrix = period_at(analysis, at)
    if matrix is not None:
        discrete = analysis.question.rule.discrete
        factor, turn = factor_and_turn(matrix, exact("h", h), discrete=discrete)
        found = replace(found, factor=factor, turn=turn)
    if verdict is Verdict.CONVERGES:
        found = replace(found, behaviour=Behaviour.CONVERGING)
    if not analysis.question.rule.discrete:
        return found if verdict is Verdict.CONVERGES else _flow(found, analysis, proposal, values, h, game)
    run = _run(proposal, values, h, game, analysis.derivation)
    if run is None:
        return replace(found, because=f"{found.because}; clipping is followed in at most {_MOST} dimensions")
    if matrix is not None:
        own: Array = np.kron(_floats(matrix), np.eye(run.map.size // 2)).astype(np.float64)
        found = replace(found, nonlinearity=_nonlinearity(run.map, own))
    return found if verdict is Verdict.CONVERGES else _iterated(found, analysis, matrix, run, game.periods)


# -- what is asked ---------------------------------------------------------------------------------------------------


def _require_numbers(proposal: Proposal, game: Dirac) -> None:
    name = proposal.name
    if proposal.prototype != "dirac":
        raise PredictionError(
            f"{name}: played on {proposal.prototype!r}, not on the Dirac-GAN; give prototype = 'dirac'"
        )
    if proposal.objective is not None and proposal.objective.arbitrary:
        raise PredictionError(f'{name}: f = "any" has no numbers; give a concrete objective such as f = "standard"')
    if game.dimension == 1:
        return
    if proposal.field is not None:
        raise PredictionError(
            f"{name}: a [field] of two numbers has no form in {game.dimension} dimensions; give n = 1"
        )
    if not ex.is_zero(proposal.data):
        raise PredictionError(f"{name}: data away from 0 in {game.dimension} dimensions; give data = 0, or n = 1")


def _point(derivation: Derivation, values: Values, h: Number) -> dict[sp.Symbol, sp.Expr]:
    """Exact values by symbol.

    Raises:
        PredictionError: If something that the field or the rule reads has no value.
    """
    given = {name: rational(exact(name, value)) for name, value in (dict(values) | {"h": h}).items()}
    at = {sp.Symbol(name, real=True): value for name, value in given.items()}
    read = set[Any]().union(*(row.free_symbols for row in derivation.field)) - set(derivation.coordinates)
    read = read.union(*(number.free_symbols for number in derivation.rule.numbers(sp.Expr)))
    missing = sorted(map(str, read - set(at)))
    if missing:
        raise PredictionError(f"{derivation.proposal.name}: {missing[0]} has no value; give {missing[0]} = a number")
    return at


def _verdict(analysis: Analysis, dimension: int) -> tuple[Verdict, str, str]:
    """What is proved in n dimensions, with the rate and the reason."""
    own = analysis.verdict
    if dimension == 1 or own.verdict is Verdict.DOES_NOT_CONVERGE:
        return own.verdict, own.rate, own.reason
    linear = {"map-linear-stability", "flow-linear-stability"}
    if own.verdict is Verdict.CONVERGES and {cell.ruling.theorem for cell in own.cells} <= linear:
        return own.verdict, own.rate, f"{own.reason}, in {dimension} uncoupled copies"
    reason = f"in one dimension: {own.reason}; that does not decide {dimension} dimensions"
    return Verdict.UNDECIDED, "", reason


# -- near x* ---------------------------------------------------------------------------------------------------------


def _floats(matrix: sp.ImmutableMatrix) -> Array:
    return np.array([[float(sp.N(entry, 20)) for entry in row] for row in matrix.tolist()])


def _nonlinearity(field_map: FieldMap, matrix: Array) -> Nonlinearity | None:
    """The largest |F(x) - x* - M (x - x*)|/|x - x*|^2 over a fixed sample within the distance 1."""
    random = np.random.default_rng(0)
    directions = random.normal(size=(_SHELLS, _DIRECTIONS, len(matrix)))
    directions /= np.linalg.norm(directions, axis=2, keepdims=True)
    away = (2.0 ** -np.arange(_SHELLS)[:, None, None] * directions).reshape(-1, len(matrix))
    rest = np.concatenate(field_map.start(*_halves(field_map.equilibrium)), axis=1)
    with np.errstate(all="ignore"):
        moved = field_map.flat(rest + away) - rest - away @ matrix.T
    ratio = np.linalg.norm(moved, axis=1) / (away**2).sum(axis=1)
    if not np.isfinite(ratio).all():
        return None
    return Nonlinearity(tuple(tuple(map(float, row)) for row in matrix), float(ratio.max()), field_map.size)


def _halves(point: Array) -> tuple[Array, Array]:
    size = len(point) // 2
    return point[None, :size], point[None, size:]


# -- away from x* ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """A map in as few dimensions as the run takes, and its start there."""

    map: FieldMap
    theta: Array
    psi: Array


def _run(proposal: Proposal, values: Values, h: Number, game: Dirac, own: Derivation) -> _Run | None:
    """The run to iterate; None for clipping in more dimensions than are followed."""
    step, theta, psi = float(exact("h", h)), np.array(game.theta, dtype=float), np.array(game.psi, dtype=float)
    derivation = own
    if game.dimension > 1:
        clipped = isinstance(own.rule, Stepwise) and own.rule.clip is not None
        size = game.dimension if clipped else 2
        if size > _MOST:
            return None
        derivation = derive(pinned_proposal(proposal, values, h, game=_section(size)))
        if not clipped:
            theta, psi = in_plane(theta, psi)
    derivation = replace(derivation, rule=of_iterates(derivation.rule))
    return _Run(FieldMap(derivation, _point(derivation, values, h), step), theta, psi)


def _section(size: int) -> dict[str, Any]:
    return {"prototype": "plane", "dimension": size, "generator_dimension": size}


def in_plane(theta: Array, psi: Array) -> tuple[Array, Array]:
    """Two vectors of R^n as vectors of R^2 with the same lengths and the same inner product."""
    both = np.stack([theta, psi], axis=1)
    first, second = np.linalg.qr(both)[1][:2].T if len(theta) > 1 else both
    return first, second


def _flow(
    found: Prediction, analysis: Analysis, proposal: Proposal, values: Values, h: Number, game: Dirac
) -> Prediction:
    """The behaviour of a flow: it is not iterated; a centre with a quadratic first integral is on that."""
    assert analysis.derivation is not None
    in_all = analysis.derivation
    if game.dimension > 1:
        in_all = derive(pinned_proposal(proposal, values, h, game=_section(2)))
    form = of_first_integral(analysis, in_all) if ex.is_zero(proposal.data) else None
    if form is not None:
        kept = analysis.verdict.reason.partition(" is constant")[0]
        words = f"the flow keeps {kept}, so that the orbit is that of this start"
        cycle = orbit(form, np.array(game.theta), np.array(game.psi), found.turn, words)
        return replace(found, behaviour=Behaviour.CIRCLING, cycle=cycle)
    growing = found.factor is not None and found.factor.value - found.factor.error > 1
    return replace(found, behaviour=Behaviour.LEAVING if growing else Behaviour.UNDECIDED)


def _iterated(
    found: Prediction, analysis: Analysis, matrix: sp.ImmutableMatrix | None, run: _Run, periods: int
) -> Prediction:
    """The behaviour by iterating the map, or by the ellipse that a linear map keeps."""
    assert analysis.derivation is not None
    rule = analysis.derivation.rule
    if isinstance(rule, Averaged):
        words = f"{found.because}; the averages are judged, and no cycle of theirs is predicted"
        return replace(found, because=words)
    clipped = isinstance(rule, Stepwise) and rule.clip is not None
    if matrix is not None and not clipped and _linear(analysis.derivation):
        form = of_linear_map(matrix)
        if form is not None:
            words = "the map is linear with two multipliers on the unit circle and keeps an ellipse: that of this start"
            away = np.concatenate([run.theta, run.psi]) - run.map.equilibrium
            theta, psi = np.split(away, 2)
            cycle = orbit(form, theta, psi, found.turn, words)
            return replace(found, behaviour=Behaviour.CIRCLING, cycle=cycle, because=f"{found.because}; {words}")
    ends = attractor(run.map, run.theta, run.psi, last=periods)
    return replace(found, behaviour=ends.behaviour, cycle=ends.cycle, because=f"{found.because}; {ends.because}")


def _linear(derivation: Derivation) -> bool:
    """Whether v is affine in the players' parameters."""
    return all(
        row.is_polynomial(*derivation.coordinates) and sp.Poly(row, *derivation.coordinates).total_degree() <= 1
        for row in derivation.field
    )
