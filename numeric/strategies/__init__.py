"""Hypothesis strategies for objectives, values, networks, games and proposals; public, for users' own tests.

Everything shrinks towards small rational numbers, short expressions and small networks, so that a falsifying example
is readable; its ``repr`` can be pasted. None of these imports torch before a network, a batch or a value of an
objective is asked for.
"""

from __future__ import annotations

from .admissible_cases import Case
from .games import games
from .manifolds import manifolds
from .mixtures import SmoothFunction
from .networks import batches, discriminators, generators
from .objectives import ASSUMPTION_II, objectives
from .proposals import documents, proposals
from .rationals import rationals
from .values import Point, cases, critical_cases, parameters, points

__all__ = [
    "ASSUMPTION_II",
    "Case",
    "Point",
    "SmoothFunction",
    "batches",
    "cases",
    "critical_cases",
    "discriminators",
    "documents",
    "games",
    "generators",
    "manifolds",
    "objectives",
    "parameters",
    "points",
    "proposals",
    "rationals",
]
