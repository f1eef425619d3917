r"""Maps that keep a measure dx dy / g with a density that is positive at x*: nothing is attracted.

    g(F(x)) = +-det F'(x) g(x)

identically, so the images of a small disk keep their measure, and cannot shrink to x*. With g = 1 that is area.
Alternating descent on f(theta psi) with a quadratic f keeps g = f'(theta psi): each player's step multiplies g by the
factor by which it stretches its own coordinate.
"""

from __future__ import annotations

import sympy as sp

from ..germs.local import X, Y
from ..updates import Rule, Steps
from .facts import Facts
from .invariants import Rows, linear_relations, substituting

_DEGREE = 2
_PART = sp.Symbol("_k")


def kept_density(rows: Rows, rule: Rule, steps: Steps, step: sp.Expr, facts: Facts) -> sp.Expr | None:
    """A polynomial g of degree 2 at most with g(x*) != 0 and g(F) = +-det F' g.

    Args:
        rows: (v1, v2), rational in the local coordinates.
        rule: The rule.
        steps: Its counts.
        step: The step size.
        facts: Where the parameters are: g(x*) must not vanish for any of them.

    Returns:
        g, or None if none was found.
    """
    period = rule.period(substituting(rows), X, Y, step, steps)
    determinant = _determinant(period)
    if any(_is_identity(determinant - value) for value in (1, -1)):
        return sp.Integer(1)
    if not all(row.is_polynomial(X, Y) for row in rows):
        return None
    # Where every step of a player keeps a measure, so does their product.
    alone = [(X + step * rows[0], Y), (X, Y + step * rows[1])]
    parts = alone if rule.name == "alternating" else [period]
    candidates = [X**i * Y**j for i in range(_DEGREE + 1) for j in range(_DEGREE + 1 - i)]
    changes = [sp.Integer(0)] * len(candidates)
    for number, part in enumerate(parts, 1):
        stretch = sp.expand(_determinant(part))
        way = stretch.xreplace({X: sp.Integer(0), Y: sp.Integer(0)})
        if way not in (1, -1):
            return None
        for place, g in enumerate(candidates):
            moved = g.xreplace({X: part[0], Y: part[1]})
            changes[place] += sp.expand(_PART**number * (moved - way * stretch * g))
    for solution in linear_relations(changes, (X, Y, _PART)):
        if facts.compared(solution[0], "!="):
            return sp.Add(*(c * g for c, g in zip(solution, candidates, strict=True)))
    return None


def _determinant(images: Rows) -> sp.Expr:
    a, b, c, d = (sp.diff(image, s) for image in images for s in (X, Y))
    return a * d - b * c


def _is_identity(expression: sp.Expr) -> bool:
    """Whether a rational function is 0: a point sifts, a normal form decides."""
    symbols = sorted(expression.free_symbols, key=str)
    at = {s: sp.Rational(2, 7 + 3 * k) for k, s in enumerate(symbols)}
    value = expression.xreplace(at)
    return not (value.is_Rational and value != 0) and sp.cancel(expression) == 0
