"""What a training rule has to say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, ClassVar, Self

from .keys import Key, Misfit
from .players import Players

# (theta, psi, memory...): what one period needs to know of the past.
State = tuple[Any, ...]


@dataclass(frozen=True)
class Rule(ABC):
    """A training rule with its numbers, generic over arithmetic.

    Attributes:
        name: As written in a proposal.
        discrete: Whether it is a map (with a step size h) rather than a flow.
        formula: One period, for people.
        source: Where it is from.
        keys: What may be given under ``[training]``.
        uses_jacobian: Whether a period reads v' as well, so that v has to be C^1 near the equilibrium.
        uses_opponents: Whether a period reads ``Players.opponent_gradients``.
        solves: Whether a period solves equations (``Players.solve``).
        one_point: Whether a period that starts with its memory at rest reads v, and v', at the starting point only.
        keeps_equilibria: Whether every zero of v is a fixed point (with its memory at rest).
    """

    name: ClassVar[str]
    discrete: ClassVar[bool] = True
    formula: ClassVar[str]
    source: ClassVar[str]
    keys: ClassVar[tuple[Key, ...]] = ()
    uses_jacobian: ClassVar[bool] = False
    uses_opponents: ClassVar[bool] = False
    solves: ClassVar[bool] = False
    one_point: ClassVar[bool] = False
    keeps_equilibria: ClassVar[bool] = True

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """The rule with the values of its keys.

        Args:
            options: A value for every key that was given or has a default other than an empty string.
        """
        return cls(**options)

    @classmethod
    def misfit(cls, options: Mapping[str, Any]) -> Misfit | None:
        """Keys that were given and do not go together, if any."""
        return None

    @classmethod
    def needs_costs(cls, options: Mapping[str, Any]) -> bool:
        """Whether the rule with these options reads the players' costs, which a field given directly does not have."""
        return False

    @property
    def uses_free_field(self) -> bool:
        """Whether a period reads ``Players.free_field``."""
        return False

    @property
    def first_order(self) -> tuple[int, int] | None:
        """(n, m) if a period, without memory, is x + h (n v1, m v2) + O(h^2 |x|) for every Lipschitz v, v(0) = 0."""
        return None

    def positive(self) -> list[tuple[str, str, Any]]:
        """Numbers that have to be positive: the key, the number in words, and the number."""
        return []

    def start(self, theta: Any, psi: Any) -> State:
        """The state at the start of training: the parameters, and the memory at rest."""
        return theta, psi

    @abstractmethod
    def period(self, players: Players, state: State, h: Any) -> State:
        """One period of the rule, with step size h.

        Raises:
            TypeError: If the rule is no map.
        """

    def step_size(self, h: Any, count: Any) -> Any:
        """The step size of the period after ``count`` others."""
        return h

    @property
    def planar(self) -> bool:
        """Whether the rule has no memory."""
        return len(self.start(0, 0)) == 2

    def converted(self, function: Callable[[Any], Any], kind: type) -> Self:
        """The rule with every number of a type (its own, and its steppers') replaced by its image."""
        return _converted(self, function, kind)

    def numbers(self, kind: type) -> list[Any]:
        """All numbers of a type, its own and its steppers'."""
        found: list[Any] = []
        self.converted(lambda number: found.append(number) or number, kind)
        return found


def _converted(value: Any, function: Callable[[Any], Any], kind: type) -> Any:
    changes: dict[str, Any] = {}
    for each in fields(value):
        part = getattr(value, each.name)
        if isinstance(part, kind):
            changes[each.name] = function(part)
        elif is_dataclass(part):
            changes[each.name] = _converted(part, function, kind)
    return replace(value, **changes) if changes else value
