"""The players of a proposal on their real torch losses: what training rules read, one case at a time or batched.

A rule of ``symbolic.updates`` is written once and generic over arithmetic; here its period runs on tensors. Every
product with v' is a product of ``torch.func`` with the losses' second derivatives, and ``vmap`` adds the cases. With
that the Jacobian of one real training period, memory included, is one more derivative.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sympy as sp
import torch
from numpy.typing import NDArray
from torch.func import jacrev, vjp, vmap

from ..symbolic.proposal import Proposal
from ..symbolic.updates import Rule
from .cases import Cases
from .evaluate import evaluate
from .field import State, TorchField, states, tensor

Array = NDArray[np.float64]
Tensor = torch.Tensor
TensorPair = tuple[Tensor, Tensor]


class TorchPlayers:
    """One case of a game, as training rules see it (``symbolic.updates.players``).

    Args:
        game: The proposal's losses.
        case: Parameter values and objective, as tensors of shape [] (or, under ``vmap``, one of a batch).
    """

    def __init__(self, game: TorchField, case: State) -> None:
        self._game, self._case = game, case

    def field(self, theta: Tensor, psi: Tensor) -> TensorPair:
        """V = (v1, v2), of the shapes of theta and psi."""
        return self._game.rows(theta, psi, self._case)

    def free_field(self, theta: Tensor, psi: Tensor) -> TensorPair:
        """V without the penalties of both players."""
        return self._game.free_rows(theta, psi, self._case)

    def jvp(self, theta: Tensor, psi: Tensor, tangent: TensorPair) -> TensorPair:
        """v'(theta, psi) tangent."""
        pull = vjp(self.field, theta, psi)[1]
        # Linear in the cotangent, so that its own pullback is v'; forward mode would need more of torch.
        at = torch.zeros_like(theta), torch.zeros_like(psi)
        return vjp(lambda *cotangent: pull(cotangent), *at)[1](tangent)

    def vjp(self, theta: Tensor, psi: Tensor, cotangent: TensorPair) -> TensorPair:
        """v'(theta, psi)^T cotangent."""
        return vjp(self.field, theta, psi)[1](cotangent)

    def opponent_gradients(self, theta: Tensor, psi: Tensor) -> TensorPair:
        """(d C_G / d psi, d C_D / d theta)."""
        return self._game.opponent_rows(theta, psi, self._case)

    def solve(self, operator: Callable[[Tensor], Tensor], right: Tensor) -> Tensor:
        """The u with operator(u) = right, both of shape [n]: by the operator's matrix, so for small n."""
        images = vmap(operator)(torch.eye(len(right), dtype=right.dtype))
        return torch.linalg.solve(images.T, right)

    def clip(self, value: Tensor, bound: Tensor | float) -> Tensor:
        """Every entry of a value, brought into [-bound, bound]."""
        limit = torch.as_tensor(bound, dtype=value.dtype)
        return torch.clamp(value, -limit, limit)


def period(proposal: Proposal, rule: Rule, at: Array, steps: Array, cases: Cases) -> Array:
    """One period of training on the real losses, batched over cases.

    Args:
        proposal: Whose losses.
        rule: The training rule, its numbers SymPy expressions in the proposal's parameters (``Derivation.rule``).
        at: The extended state (theta, psi, memory...) in each case, of shape [cases, size].
        steps: The step size h in each case, of shape [cases].
        cases: Parameter values and objectives.

    Returns:
        The state after the period, of shape [cases, size].
    """
    return _batched(_advance(proposal, rule), rule, at, steps, cases)


def period_jacobian(proposal: Proposal, rule: Rule, at: Array, steps: Array, cases: Cases) -> Array:
    """The Jacobian of one period of training on the real losses, by autograd, batched over cases.

    Args:
        proposal: Whose losses.
        rule: The training rule, its numbers SymPy expressions in the proposal's parameters (``Derivation.rule``).
        at: Where: the extended state (theta, psi, memory...) in each case, of shape [cases, size].
        steps: The step size h in each case, of shape [cases].
        cases: Parameter values and objectives.

    Returns:
        Of shape [cases, size, size]; rows are entries of the new state, columns of the old one.
    """
    return _batched(jacrev(_advance(proposal, rule)), rule, at, steps, cases)


def start(rule: Rule, theta: Array, psi: Array) -> Array:
    """The extended state at the start of training, memory at rest, of shape [cases, size].

    Args:
        rule: The training rule.
        theta: Of shape [cases] or [cases, m].
        psi: Of shape [cases] or [cases, n].
    """
    parts = rule.start(*(part.reshape(len(part), -1) for part in (theta, psi)))
    return np.concatenate(parts, axis=1)


# (state [size], step size [], the rule's numbers [count], case) -> new state [size]
_Advance = Callable[[Tensor, Tensor, Tensor, State], Tensor]


def _advance(proposal: Proposal, rule: Rule) -> _Advance:
    game = TorchField(proposal)
    zeros = (torch.zeros(size, dtype=torch.float64) for size in game.sizes)
    shapes = [len(part) for part in rule.start(*zeros)]

    def advance(state: Tensor, step: Tensor, numbers: Tensor, case: State) -> Tensor:
        values = iter(numbers)
        concrete = rule.converted(lambda _: next(values), sp.Expr)
        return torch.cat(concrete.period(TorchPlayers(game, case), state.split(shapes), step))

    return advance


def _batched(function: _Advance, rule: Rule, at: Array, steps: Array, cases: Cases) -> Array:
    numbers = _numbers(rule, cases)
    return vmap(function)(tensor(at), tensor(steps), numbers, states(cases)).detach().numpy()


def _numbers(rule: Rule, cases: Cases) -> Tensor:
    """The rule's numbers in the order of ``Rule.numbers``, of shape [cases, count]."""
    formulas = rule.numbers(sp.Expr)
    if not formulas:
        return torch.zeros(len(cases), 0, dtype=torch.float64)
    values = {sp.Symbol(name, real=True): column for name, column in cases.parameters.items()}
    found = evaluate(formulas, values)[0]
    return tensor(np.broadcast_to(found, (len(cases), len(formulas))))
