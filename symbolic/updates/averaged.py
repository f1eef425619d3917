"""Uniform averaging of the iterates: (x_1 + ... + x_k)/k for simultaneous descent.

The averages tend to x* wherever the iterates do, like 1/k, and besides that where the iterates turn around x* without
growing; they do not where the iterates of a linear field grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .players import Players
from .rule import Rule, State
from .simultaneous import Simultaneous


@dataclass(frozen=True)
class Averaged(Rule):
    """A period is a simultaneous step; what is judged is the average of the iterates."""

    name = "averaged"
    formula = "(x_1 + ... + x_k)/k of simultaneous iterates x_j"
    source = "Freund & Schapire 1999; Nemirovski 2004; Gidel et al. 2019"

    def period(self, players: Players, state: State, h: Any) -> State:
        """A simultaneous step."""
        return Simultaneous().period(players, state, h)
