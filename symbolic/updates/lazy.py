"""Lazy regularisation (Karras et al. 2020): the penalties at every k-th step only, at k times their weight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .players import Pair, Players


def lazy_field(players: Players, every: int, turn: int) -> Callable[[Any, Any], Pair]:
    """The field of one step: v0 without the penalties, and v0 + k (v - v0) at the last of k steps.

    Args:
        players: The game.
        every: k; with 1 the field is v itself.
        turn: Which step of the period, from 1 to k.
    """
    if every == 1:
        return players.field
    if turn < every:
        return players.free_field

    def weighted(theta: Any, psi: Any) -> Pair:
        (first, second), (free_1, free_2) = players.field(theta, psi), players.free_field(theta, psi)
        return free_1 + every * (first - free_1), free_2 + every * (second - free_2)

    return weighted
