"""Exact signs at exact points: the re-check of every witness and counterexample.

The sign of a constant is that of a ball that excludes 0, at rising precision (``enclosures``); whether an *algebraic*
constant is exactly 0 is decided by its separation bound. A constant that neither shows is of unknown sign.
"""

from __future__ import annotations

from collections.abc import Mapping

import flint
import sympy as sp

from ..enclosures.evaluation import PRECISIONS, TooClose, Undefined, ball, complex_ball, sign
from ..formula import And, Atom, Formula

Point = Mapping[sp.Symbol, sp.Expr]


def holds(formula: Formula, point: Point) -> bool | None:
    """Whether the formula holds at an exact point; None if a sign in it could not be decided or is undefined.

    Args:
        formula: Any formula.
        point: Exact values of its symbols.

    Returns:
        True, False or None.
    """
    if isinstance(formula, Atom):
        value = sign(formula.expression.xreplace(dict(point)))
        if value is None:
            return None
        return {">": value > 0, ">=": value >= 0, "==": value == 0, "!=": value != 0}[formula.relation]
    values = [holds(part, point) for part in formula.parts]
    decisive = not isinstance(formula, And)
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def is_nonzero(value: sp.Expr) -> bool:
    """Whether a real or complex constant is proved not to be 0, by a ball that excludes 0; False says nothing."""
    for precision in PRECISIONS:
        try:
            if not complex_ball(value, precision).contains(0):
                return True
        except TooClose:
            continue
        except (Undefined, TypeError):
            return False
    return False


def enclosure(value: sp.Expr, precision: int) -> flint.arb | None:
    """A ball that contains the constant, or None where it is undefined over the reals, or not known to be defined.

    Args:
        value: A real constant.
        precision: Bits of working precision.

    Returns:
        The ball.
    """
    try:
        return ball(value, precision)
    except (TooClose, Undefined, TypeError):
        return None
