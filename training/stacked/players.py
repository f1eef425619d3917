"""The players of a stack on minibatches, as training rules see them (``symbolic.updates.players``).

One minibatch belongs to one point: whatever a rule asks about a point within a period (the field, its products with
vectors, the costs) is answered on the same samples, and a new point gets fresh ones. So v'^T v of consensus steps is
the gradient of |v|^2/2 of that minibatch, while the n_d steps of a discriminator, and both halves of extragradient, see
independent samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from ...symbolic.updates import Rule
from .losses import Evaluation, Part
from .solving import gmres

Tensor = torch.Tensor
TensorPair = tuple[Tensor, Tensor]
# Minibatches of a part, by number within the period.
Minibatches = Callable[[int], Sequence[Mapping[str, Tensor]]]


class Rows:
    """A pair whose entries are computed when they are read: alternating rules want one at a time.

    Args:
        row: Player 0 or 1 to its row.
    """

    def __init__(self, row: Callable[[int], Tensor]) -> None:
        self._row = row
        self._known: dict[int, Tensor] = {}

    def __getitem__(self, player: int) -> Tensor:
        if player not in (0, 1):
            raise IndexError(player)
        if player not in self._known:
            self._known[player] = self._row(player)
        return self._known[player]

    def __iter__(self) -> Iterator[Tensor]:
        return iter((self[0], self[1]))


class Points:
    """Numbers the points that a rule looks at within a period, by identity, in the order of their first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int], int] = {}
        self._alive: list[Any] = []

    def number(self, theta: Any, psi: Any) -> int:
        """The point's number; the objects are kept, so that no other gets their identity."""
        key = id(theta), id(psi)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers)
            self._alive += [theta, psi]
        return self._numbers[key]

    def __len__(self) -> int:
        return len(self._numbers)


class StackedPlayers:
    """A stack in one period.

    Args:
        parts: Members by method, covering the stack in order.
        minibatches: From a minibatch's number to its samples, one mapping per part.
    """

    def __init__(self, parts: Sequence[Part], minibatches: Minibatches) -> None:
        self._parts, self._minibatches = parts, minibatches
        self._points = Points()
        self._samples: dict[int, Sequence[Mapping[str, Tensor]]] = {}

    def field(self, theta: Tensor, psi: Tensor) -> Any:
        """V = (v1, v2), of the shapes of theta [E, m] and psi [E, n]; a row is computed when it is read."""
        return self._rows(theta, psi, free=False)

    def free_field(self, theta: Tensor, psi: Tensor) -> Any:
        """V without the penalties of both players."""
        return self._rows(theta, psi, free=True)

    def jvp(self, theta: Tensor, psi: Tensor, tangent: TensorPair) -> TensorPair:
        """v'(theta, psi) tangent."""

        def pushed(part: Part, samples: Mapping[str, Tensor], at: TensorPair) -> TensorPair:
            rows = _both(part, at, samples)
            # Linear in the cotangent, so that its own gradient is v'.
            cotangent = [torch.zeros_like(row).requires_grad_() for row in rows]
            pulled = _gradients(rows, at, cotangent, create_graph=True)
            along = [value[part.where] for value in tangent]
            first, second = _gradients(pulled, cotangent, along)
            return first, second

        return self._by_part(theta, psi, pushed)

    def vjp(self, theta: Tensor, psi: Tensor, cotangent: TensorPair) -> TensorPair:
        """v'(theta, psi)^T cotangent."""

        def pulled(part: Part, samples: Mapping[str, Tensor], at: TensorPair) -> TensorPair:
            along = [value[part.where] for value in cotangent]
            first, second = _gradients(_both(part, at, samples), at, along)
            return first, second

        return self._by_part(theta, psi, pulled)

    def opponent_gradients(self, theta: Tensor, psi: Tensor) -> TensorPair:
        """(d C_G / d psi, d C_D / d theta)."""

        def of_part(part: Part, samples: Mapping[str, Tensor], at: TensorPair) -> TensorPair:
            value = Evaluation(part, *at, samples)
            of_cost = _gradients([value.whole_cost().sum()], [at[1]], None, retain_graph=True)[0]
            of_gain = _gradients([value.gain().sum()], [at[0]], None)[0]
            return of_cost, -part.scalar(part.method.ratio) * of_gain

        return self._by_part(theta, psi, of_part)

    def solve(self, operator: Callable[[Tensor], Tensor], right: Tensor) -> Tensor:
        """The u with operator(u) = right, both of shape [E, n]."""
        return gmres(operator, right)

    def clip(self, value: Tensor, bound: Tensor | float) -> Tensor:
        """Every entry of a value, brought into [-bound, bound]."""
        limit = torch.as_tensor(bound, dtype=value.dtype, device=value.device)
        return torch.maximum(torch.minimum(value, limit), -limit)

    # -- one point ---------------------------------------------------------------------------------------------------

    def _rows(self, theta: Tensor, psi: Tensor, *, free: bool) -> Rows:
        samples = self._at(theta, psi)

        def row(player: int) -> Tensor:
            found = []
            for part, minibatch in zip(self._parts, samples, strict=True):
                at = [value[part.where].detach() for value in (theta, psi)]
                for place, value in enumerate(at):
                    if place == player or part.method.reads_player_gradients:
                        value.requires_grad_()
                found.append(_row(part, at, minibatch, player, free=free))
            return found[0] if len(found) == 1 else torch.cat(found)

        return Rows(row)

    def _by_part(self, theta: Tensor, psi: Tensor, function: Callable[..., TensorPair]) -> TensorPair:
        found = []
        for part, minibatch in zip(self._parts, self._at(theta, psi), strict=True):
            at = tuple(value[part.where].detach().requires_grad_() for value in (theta, psi))
            found.append([value.detach() for value in function(part, minibatch, at)])
        first, second = (torch.cat(rows) for rows in zip(*found, strict=True))
        return first, second

    def _at(self, theta: Tensor, psi: Tensor) -> Sequence[Mapping[str, Tensor]]:
        number = self._points.number(theta, psi)
        if number not in self._samples:
            self._samples[number] = self._minibatches(number)
        return self._samples[number]


def _row(
    part: Part, at: Sequence[Tensor], samples: Mapping[str, Tensor], player: int, *, free: bool, graph: bool = False
) -> Tensor:
    """One player's row of the field; detached unless a graph is wanted."""
    with torch.enable_grad():
        if part.method.field is not None:
            row = part.given_row(at[0], at[1], player)
            row = row if graph else row.detach()
        else:
            value = Evaluation(part, at[0], at[1], samples)
            loss = value.gain(free=free) if player else -value.cost(free=free)
            row = _gradients([loss.sum()], [at[player]], None, create_graph=graph)[0]
        return part.scalar(part.method.ratio) * row if player else row


def _both(part: Part, at: TensorPair, samples: Mapping[str, Tensor]) -> list[Tensor]:
    """Both rows, differentiable."""
    return [_row(part, at, samples, player, free=False, graph=True) for player in (0, 1)]


def _gradients(
    values: Sequence[Tensor], inputs: Sequence[Tensor], along: Sequence[Tensor] | None, **options: bool
) -> list[Tensor]:
    """Gradients, 0 where a value does not depend on an input."""
    kept = [(v, None if along is None else along[k]) for k, v in enumerate(values) if v.requires_grad]
    if not kept:
        return [torch.zeros_like(x) for x in inputs]
    outputs, cotangents = [v for v, _ in kept], None if along is None else [c for _, c in kept]
    found = torch.autograd.grad(outputs, inputs, cotangents, allow_unused=True, **options)
    return [torch.zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True)]


class _Scout:
    """Players that answer 0 and count the points they are asked about."""

    def __init__(self) -> None:
        self.points = Points()

    def field(self, theta: Any, psi: Any) -> Any:
        self.points.number(theta, psi)
        # Fresh objects: a value that was moved is another point.
        return Rows(lambda player: (psi if player else theta) * 0)

    def free_field(self, theta: Any, psi: Any) -> Any:
        return self.field(theta, psi)

    def jvp(self, theta: Any, psi: Any, tangent: Any) -> Any:
        return self.field(theta, psi)

    def vjp(self, theta: Any, psi: Any, cotangent: Any) -> Any:
        return self.field(theta, psi)

    def opponent_gradients(self, theta: Any, psi: Any) -> Any:
        self.points.number(theta, psi)
        return psi * 0, theta * 0

    def solve(self, operator: Any, right: Any) -> Any:
        operator(right)
        return right * 1

    def clip(self, value: Any, bound: Any) -> Any:
        return value * 1


def minibatches_of(rule: Rule, theta: Tensor, psi: Tensor) -> int:
    """How many minibatches a period of a rule takes: the points that it looks at.

    Args:
        rule: Its numbers are tensors or floats.
        theta: Of shape [E, m]; only the shape matters.
        psi: Of shape [E, n].
    """
    scout = _Scout()
    # Copies: at the start memories may be the very parameters, and later they are not.
    state = tuple(part.clone() for part in rule.start(theta, psi))
    rule.period(scout, state, torch.zeros_like(theta[:, :1]))
    return len(scout.points)
