"""Games with linear features on manifolds: rates and turns from the block Jacobian of Theorem 4.1 in n dimensions.

    J = [[., -pull K^T], [push K, -Q]],    the blocks from moments of feature gradients (``numeric.realisable``)

J vanishes on T (M_G x M_D), along which nothing is asked. On the quotient by it one period of the rule is that of the
linear game N^T J N, with N an orthonormal basis of the complement, block diagonal in the players. Its spectrum in
floating point, with bounds, is a prediction and no verdict: what is proved for all games is in ``networks``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...numeric.cases import Cases, EvidenceUnavailable
from ...numeric.spectra import spectra
from ...symbolic import expression as ex
from ...symbolic.derivation import derive
from ...symbolic.interpretation import rational
from ...symbolic.proposal import Proposal
from ...symbolic.updates import Averaged, Rule, Stepwise
from ...symbolic.updates.linear import LinearPlayers
from ...symbolic.updates.vector import Vector
from .multipliers import of_iterates
from .nonlinearity import Nonlinearity
from .pinning import Number, PredictionError, Values, exact, pinned_proposal
from .prediction import Behaviour, Estimate, Prediction

if TYPE_CHECKING:
    from ...numeric.realisable import Games, GeneralNumbers

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)
# Points of a game at which the curvature of v is estimated: shells of radius 2^0 ... 2^-6.
_SHELLS, _DIRECTIONS = 7, 8


@dataclass(frozen=True, eq=False)
class FeatureGames:
    """Realisable games at whose equilibrium (theta*, psi*) runs start nearby.

    Attributes:
        games: Of ``numeric.realisable``; one for each run.
    """

    games: Games

    @property
    def words(self) -> str:
        """For people."""
        return self.games.shape.text()


def predict_features(proposal: Proposal, values: Values, h: Number, game: FeatureGames) -> list[Prediction]:
    """What the linearisation says of every game, in their order.

    Args:
        proposal: Its objective concrete; its own prototype is not looked at.
        values: Of all declared parameters.
        h: The step size.
        game: The games.

    Raises:
        PredictionError: For what has no numbers.
    """
    step = exact("h", h)
    pinned = pinned_proposal(proposal, values, h)
    if pinned.field is not None or pinned.objective is None or pinned.objective.arbitrary:
        raise PredictionError(f"{proposal.name}: features need a concrete objective; give one, such as f = 'standard'")
    try:
        rule = concrete_rule(proposal, values)
        blocks = blocks_at(proposal, values, len(game.games), rule)
    except EvidenceUnavailable as reason:
        none = Prediction(game.words, "", "", Behaviour.UNDECIDED, f"no statement: {reason}")
        return [none] * len(game.games)
    return _predicted(game, rule, float(step), blocks)


def concrete_rule(proposal: Proposal, values: Values) -> Rule:
    """The iterates' rule with numbers.

    Raises:
        EvidenceUnavailable: For rules whose period is no fixed linear map here.
        PredictionError: For a number that is missing.
    """
    rule = of_iterates(derive(proposal).rule)
    if not rule.discrete or isinstance(rule, Averaged) or (isinstance(rule, Stepwise) and rule.decay is not None):
        raise EvidenceUnavailable(f"the rule {rule.name!r} has no period that stays the same")
    if rule.uses_opponents or rule.solves:
        raise EvidenceUnavailable(f"the rule {rule.name!r} reads more than v and v'")
    at = {sp.Symbol(name, real=True): rational(exact(name, value)) for name, value in values.items()}
    missing = sorted(map(str, set[Any]().union(*(n.free_symbols for n in rule.numbers(sp.Expr))) - set(at)))
    if missing:
        raise PredictionError(f"{proposal.name}: {missing[0]} has no value; give {missing[0]} = a number")
    return rule.converted(lambda number: float(sp.N(number.xreplace(at), 20)), sp.Expr)


@dataclass(frozen=True)
class Blocks:
    """What the engine says of v, and of v without the penalties where the rule asks; and v itself."""

    whole: GeneralNumbers
    free: GeneralNumbers | None
    proposal: Proposal


def blocks_at(proposal: Proposal, values: Values, count: int, rule: Rule) -> Blocks:
    """The blocks at the values, the same for every game.

    Raises:
        EvidenceUnavailable: If the engine has none.
    """
    from ...numeric.realisable import general_numbers  # torch

    ratio = proposal.source.get("training", {}).get("h_ratio", "1")
    pinned = pinned_proposal(proposal, values, training={"update": "simultaneous", "h_ratio": ratio})
    bare = replace(pinned, penalty_discriminator=ex.ZERO, penalty_generator=ex.ZERO)
    free = general_numbers(bare, count, 0) if rule.uses_free_field else None
    return Blocks(general_numbers(pinned, count, 0), free, pinned)


def _predicted(game: FeatureGames, rule: Rule, h: float, blocks: Blocks) -> list[Prediction]:
    from ...numeric.realisable import block_jacobian, tangents

    games = game.games
    found = tangents(games, shift_free=blocks.whole.shift_free)
    normal, split = found.normal, found.normal_g.shape[2]

    def quotient(numbers: GeneralNumbers) -> tuple[Array, Array]:
        j, bound = block_jacobian(games, numbers.blocks)
        transposed = normal.swapaxes(1, 2)
        return transposed @ j @ normal, np.abs(transposed) @ bound @ np.abs(normal)

    whole, bound = quotient(blocks.whole)
    free = None if blocks.free is None else quotient(blocks.free)[0]
    field, own = RealisableFields(blocks.proposal, games), blocks.whole.cases[np.zeros(1, dtype=np.intp)]
    curvature = curvatures(lambda away: field.at(away, own), normal, whole)
    return of_quotients(game.words, rule, h, Quotients(whole, bound, split, free, curvature))


class RealisableFields:
    """The field of a proposal at several points of each game.

    Args:
        proposal: Pinned.
        games: The games.
    """

    def __init__(self, proposal: Proposal, games: Games) -> None:
        self._proposal, self._games = proposal, games

    def at(self, away: Array, case: Cases) -> Array:
        """V at (theta*, psi*) plus something, both of shape [games, points, m + q]."""
        from ...numeric.realisable import RealisableField

        count, points = away.shape[:2]
        places = np.repeat(np.arange(count), points)
        field = RealisableField(self._proposal, self._games[places])
        own = case[np.zeros(len(places), dtype=np.intp)]
        start = np.concatenate([self._games.theta, self._games.psi], axis=1)[places] + away.reshape(len(places), -1)
        split = self._games.theta.shape[1]
        return field.field(start[:, :split], start[:, split:], own).reshape(away.shape)


@dataclass(frozen=True)
class Quotients:
    """Games on the quotient by T (M_G x M_D), in orthonormal bases that respect the players.

    Attributes:
        field: v', of shape [games, d, d].
        bound: How far its entries may be off.
        of_generator: G's dimensions among the d.
        free: v' without the penalties, where the rule reads it.
        curvature: The largest |v - v' y|/|y|^2 seen, of shape [games].
    """

    field: Array
    bound: Array
    of_generator: int
    free: Array | None
    curvature: Array


def of_quotients(words: str, rule: Rule, h: float, games: Quotients) -> list[Prediction]:
    """Predictions from linear games.

    Args:
        words: What they are called.
        rule: Its numbers floats.
        h: The step size.
        games: The games.
    """
    matrix = linear_period(rule, games.field, h, games.of_generator, games.free)
    # One period moves by at most a multiple of h times what J may be off; rounding adds a multiple of eps.
    size = np.abs(matrix).sum(axis=2, keepdims=True)
    error = h * games.bound.max(axis=(1, 2))[:, None, None] * size + 8 * matrix.shape[1] * EPS * np.abs(matrix)
    known = spectra(matrix, error)
    return [
        _of_one(words, values, float(off.max()), own, h * float(curved), games.field.shape[1])
        for values, off, own, curved in zip(known.values, known.error, matrix, games.curvature, strict=True)
    ]


def linear_period(rule: Rule, field: Array, h: float, of_generator: int, free: Array | None = None) -> Array:
    """F' of one period on linear games, by running the rule on all unit vectors at once.

    Args:
        rule: Its numbers floats.
        field: v' of every game, of shape [games, d, d].
        h: The step size.
        of_generator: The number of G's parameters among the d.
        free: v' without the penalties, of the same shape, where the rule asks.

    Returns:
        Of shape [games, size, size], with the rule's memory.
    """
    count, d = field.shape[:2]

    def rows(matrix: Array | None) -> list[list[Array]]:
        return [] if matrix is None else [[matrix[:, i, j, None] for j in range(d)] for i in range(d)]

    players = LinearPlayers(rows(field), rows(free), of_generator=of_generator)
    zero = np.zeros((count, 1))
    at_rest = rule.start(Vector((zero,) * of_generator), Vector((zero,) * (d - of_generator)))
    sizes = [len(part) for part in at_rest]
    units = np.broadcast_to(np.eye(sum(sizes)), (count, sum(sizes), sum(sizes)))
    cuts = np.cumsum([0, *sizes])
    state = tuple(Vector.of(units[:, i] for i in range(first, last)) for first, last in pairwise(cuts))
    moved = rule.period(players, state, h)
    entries = [np.broadcast_to(entry, units[:, 0].shape) for part in moved for entry in part]
    return np.stack(entries, axis=1)


def curvatures(field: Callable[[Array], Array], normal: Array, quotient: Array) -> Array:
    """The largest |N^T v(x* + N y) - N^T J N y|/|y|^2 over a fixed sample with |y| <= 1, of shape [games].

    Args:
        field: From x - x* of shape [games, points, m + q] to v of that shape.
        normal: N, of shape [games, m + q, d].
        quotient: N^T J N, of shape [games, d, d].
    """
    size = normal.shape[2]
    random = np.random.default_rng(0)
    directions = random.normal(size=(_SHELLS, _DIRECTIONS, size))
    directions /= np.linalg.norm(directions, axis=2, keepdims=True)
    y = (2.0 ** -np.arange(_SHELLS)[:, None, None] * directions).reshape(-1, size)
    v = field(np.einsum("gik,yk->gyi", normal, y))
    rest = np.einsum("gik,gyi->gyk", normal, v) - np.einsum("gkl,yl->gyk", quotient, y)
    return (np.linalg.norm(rest, axis=2) / (y**2).sum(axis=1)).max(axis=1)


def _of_one(
    words: str, multipliers: NDArray[np.complex128], error: float, matrix: Array, curvature: float, players: int
) -> Prediction:
    sizes = np.abs(multipliers)
    radius = float(sizes.max())
    behaviour, where = Behaviour.UNDECIDED, "on the unit circle as far as floating point tells"
    if radius + error < 1:
        behaviour, where = Behaviour.CONVERGING, "inside the unit circle"
    elif radius - error > 1:
        behaviour, where = Behaviour.LEAVING, "outside the unit circle"
    because = f"the largest multiplier off the manifold of equilibria is {where}, by the blocks of Theorem 4.1"
    leading = np.abs(np.angle(multipliers[sizes >= radius - 2 * error]))
    turn = None
    # An argument is off by at most the error over the modulus.
    blur = error / radius if radius > error else pi
    if np.ptp(leading) <= 2 * blur and leading.min() > 2 * blur:
        angle = float(leading.mean())
        turn = Estimate(2 * pi / angle, 2 * pi * blur / (angle * (angle - blur)), "2 pi/|arg mu| of that multiplier")
    near = Nonlinearity(tuple(tuple(map(float, row)) for row in matrix), curvature, players)
    factor = Estimate(radius, error, "the spectral radius of one period off the manifold of equilibria")
    return Prediction(words, "", "", behaviour, because, factor, turn, None, near)
