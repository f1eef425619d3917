"""The ``[training]`` section: a rule, and the keys that this rule has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from . import expression as ex
from .errors import ProposalError, closest
from .parser import Scope, parse
from .proposal import Training
from .updates import UPDATES, Key, Kind

MAX_COUNT = 1000
_COMMON = ("update", "h_ratio")
# Counts that the contract shows with their defaults, and that every rule therefore accepts with the value 1.
_STEPS = ("g_steps", "d_steps")
TRAINING_KEYS = tuple(dict.fromkeys([*_COMMON, *_STEPS, *(key.name for r in UPDATES.values() for key in r.keys)]))


class Values(Protocol):
    """How the proposal's reader gets at single values."""

    def choice(self, section: str, key: str, default: str, known: tuple[str, ...]) -> str:
        """One of some words."""
        ...

    def expression(self, section: str, key: str, default: str, scope: Scope) -> ex.Expression:
        """An expression."""
        ...


def read_training(reader: Values, section: Mapping[str, Any], names: frozenset[str]) -> Training:
    """Reads the section.

    Args:
        reader: Reads single values.
        section: The keys and what stands behind them.
        names: The declared parameters.

    Returns:
        The rule's name with a value for each of its keys: those that were given, and defaults.

    Raises:
        ProposalError: For keys that the rule does not have, of the wrong kind, or that do not go together.
    """
    update = reader.choice("training", "update", "simultaneous", tuple(UPDATES))
    rule = UPDATES[update]
    own = {key.name: key for key in rule.keys}
    given: dict[str, Any] = {}
    for name in section:
        if name in own:
            given[name] = _value(reader, own[name], section[name], names)
        elif name in _STEPS:
            if _count(name, section[name]) != 1:
                problem = f"{section[name]} steps with update {update!r}"
                raise ProposalError(f"training.{name}", problem, 'more than one step: "alternating" only')
        elif name not in _COMMON:
            _refuse(name, update, tuple(own))
    for key in own.values():
        if key.default is None and key.name not in given:
            raise ProposalError(f"training.{key.name}", f"missing for update {update!r}", f"give {key.meaning}")
    wrong = rule.misfit(given)
    if wrong is not None:
        raise ProposalError(f"training.{wrong.key}", wrong.problem, wrong.mend)
    defaults = {key.name: _default(key) for key in own.values() if key.default not in (None, "")}
    ratio = reader.expression("training", "h_ratio", "1", Scope(names))
    return Training(update, defaults | given, ratio)


def _refuse(name: str, update: str, own: tuple[str, ...]) -> None:
    others = [other for other, rule in UPDATES.items() if name in {key.name for key in rule.keys}]
    if others:
        problem = f"the rule {update!r} has no such key"
        raise ProposalError(f"training.{name}", problem, f"it belongs to {', '.join(map(repr, others))}")
    raise ProposalError(f"training.{name}", "unknown key", closest(name, (*_COMMON, *_STEPS, *own)))


def _value(reader: Values, key: Key, value: Any, names: frozenset[str]) -> Any:
    where = f"training.{key.name}"
    match key.kind:
        case Kind.COUNT:
            return _count(key.name, value)
        case Kind.FLAG:
            if not isinstance(value, bool):
                raise ProposalError(where, f"not true or false: {value!r}", "write true or false, without quotes")
            return value
        case Kind.WORD:
            return reader.choice("training", key.name, "", key.words)
    return reader.expression("training", key.name, "", Scope(names))


def _count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_COUNT:
        raise ProposalError(
            f"training.{name}", f"not a number of steps: {value!r}", f"write an integer from 1 to {MAX_COUNT}"
        )
    return value


def _default(key: Key) -> Any:
    return parse(str(key.default), Scope(frozenset())) if key.kind is Kind.NUMBER else key.default
