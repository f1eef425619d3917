"""The ``[game]`` section: a prototype, where its data sit, and the keys of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import expression as ex
from .errors import ProposalError, closest
from .parser import Scope
from .prototypes import PROTOTYPES, Game
from .training_reader import Values

GAME_KEYS = tuple(dict.fromkeys(["prototype", "data", *(key.name for g in PROTOTYPES.values() for key in g.keys)]))
_COMMON = ("prototype", "data")
_BETWEEN = ("E_mix", "E_real_noisy", "E_fake_noisy")


def read_game(
    reader: Values, section: Mapping[str, Any], names: frozenset[str], *, with_field: bool
) -> tuple[str, ex.Expression, dict[str, int]]:
    """Reads the section.

    Args:
        reader: Reads single values.
        section: The keys and what stands behind them.
        names: The declared parameters.
        with_field: Whether the proposal gives its vector field.

    Returns:
        The prototype's name, where its data sit, and the values of its own keys.

    Raises:
        ProposalError: For keys that the prototype does not have, values out of range, or parameters called like one of
            the players' own.
    """
    prototype = reader.choice("game", "prototype", "dirac", tuple(PROTOTYPES))
    kind = PROTOTYPES[prototype]
    if with_field and prototype != "dirac":
        raise ProposalError("game.prototype", f"{prototype!r} beside [field]", "a field is its own game; leave it out")
    own = {key.name: key for key in kind.keys}
    options: dict[str, int] = {}
    for name, value in section.items():
        if name in own:
            key = own[name]
            if isinstance(value, bool) or not isinstance(value, int) or not key.least <= value <= key.most:
                mend = f"write an integer from {key.least} to {key.most}: {key.meaning}"
                raise ProposalError(f"game.{name}", f"not such a number: {value!r}", mend)
            options[name] = value
        elif name not in _COMMON:
            others = [other for other, game in PROTOTYPES.items() if name in {key.name for key in game.keys}]
            mend = f"it belongs to {', '.join(map(repr, others))}" if others else closest(name, (*_COMMON, *own))
            raise ProposalError(f"game.{name}", f"the prototype {prototype!r} has no such key", mend)
    if "generator_dimension" in own:
        full = {key.name: key.default for key in kind.keys} | options
        if full["generator_dimension"] > full["dimension"]:
            problem = f"{full['generator_dimension']} dimensions in a space of {full['dimension']}"
            raise ProposalError("game.generator_dimension", problem, "at most dimension")
    data = reader.expression("game", "data", "0", Scope(names))
    if not kind.places_data and not ex.is_zero(data):
        raise ProposalError("game.data", f"the data of {prototype!r} are where they are", "leave it out")
    _refuse_captured(kind(ex.ZERO, ex.ZERO, options), names)
    return prototype, data, options


def require_playable(
    prototype: str, options: Mapping[str, int], penalties: Mapping[str, ex.Expression], noise: ex.Expression
) -> None:
    """Checks that a prototype has what the penalties and the noise speak of.

    Raises:
        ProposalError: For ``theta`` or ``psi`` as a number where it is a vector, and for samples that the prototype has
            no values for.
    """
    game = PROTOTYPES[prototype](ex.ZERO, ex.ZERO, options)
    vectors = {name for name, own in (("theta", game.theta), ("psi", game.psi)) if len(own) > 1}
    for player, penalty in penalties.items():
        bare = _bare(penalty) & vectors
        if bare:
            name = min(bare)
            problem = f"{name} is a vector on the prototype {prototype!r}"
            raise ProposalError(f"penalty.{player}", problem, f"write norm({name})**2 for its square")
        used = {node.operator for node in ex.walk(penalty) if isinstance(node, ex.Expectation)} & set(_BETWEEN)
        if used and not game.between:
            raise ProposalError(
                f"penalty.{player}",
                f"{min(used)} on the prototype {prototype!r}",
                "it has no samples between its modes",
            )
    if not game.between and not ex.is_zero(noise):
        raise ProposalError(
            "objective.instance_noise", f"noise on the prototype {prototype!r}", "it has no samples between its modes"
        )


def _refuse_captured(game: Game, names: frozenset[str]) -> None:
    for symbol in (*game.theta, *game.psi):
        if symbol.name in names:
            raise ProposalError(
                f"parameters.{symbol.name}", "a player's own parameter has this name", "rename the parameter"
            )


def _bare(node: ex.Expression) -> frozenset[str]:
    """``theta`` and ``psi`` where they stand for numbers, not within a norm of themselves."""
    if isinstance(node, ex.Norm) and isinstance(node.operand, ex.Name):
        return frozenset()
    if isinstance(node, ex.Name):
        return frozenset({node.name} & {"theta", "psi"})
    return frozenset[str]().union(*(_bare(child) for child in ex.children(node)))
