"""Training rules, one file each: the map of one period, written once and generic over arithmetic.

A rule's ``period`` works on anything that adds and multiplies: SymPy expressions and polynomials here, mpmath's
numbers, tensors in ``numeric`` and ``training``. The Jacobian of a period at the equilibrium is ``period`` applied to
the linear field x -> J x (``linear``). A new rule is a file and a row here.
"""

from __future__ import annotations

from .alternating import Alternating
from .averaged import Averaged
from .competitive import Competitive
from .consensus import Consensus
from .extragradient import Extragradient
from .flow import Flow
from .keys import Key, Kind, Misfit
from .linear import Linearisation, period_matrix
from .lola import Lola
from .look_ahead_gradient import LookAheadGradient
from .lookahead import Lookahead
from .optimistic import Optimistic
from .past_extragradient import PastExtragradient
from .players import Pair, Players
from .replay import Replay
from .rule import Rule, State
from .running_average import RunningAverage
from .simultaneous import Simultaneous
from .stepwise import Stepwise
from .symplectic import Symplectic
from .unrolled import Unrolled

UPDATES: dict[str, type[Rule]] = {
    rule.name: rule
    for rule in (
        Flow,
        Simultaneous,
        Alternating,
        Extragradient,
        PastExtragradient,
        Optimistic,
        Lookahead,
        Unrolled,
        LookAheadGradient,
        Lola,
        Symplectic,
        Consensus,
        Competitive,
        Averaged,
        RunningAverage,
        Replay,
    )
}

__all__ = [
    "UPDATES",
    "Alternating",
    "Averaged",
    "Extragradient",
    "Flow",
    "Key",
    "Kind",
    "Linearisation",
    "Lookahead",
    "Misfit",
    "Pair",
    "Players",
    "Rule",
    "Simultaneous",
    "State",
    "Stepwise",
    "period_matrix",
]
