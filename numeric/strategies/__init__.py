"""Hypothesis strategies for objectives, parameters, points and proposals; public, for the tests of users' own methods.

Everything shrinks towards small rational numbers and short expressions, so that a falsifying example is readable.
None of these imports torch.
"""

from __future__ import annotations

from .objectives import objectives, rationals
from .proposals import documents, proposals
from .values import Point, cases, parameters, points

__all__ = ["Point", "cases", "documents", "objectives", "parameters", "points", "proposals", "rationals"]
