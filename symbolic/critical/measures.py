r"""Measures dx dy / g with g != 0 at x* that a flow or a map keeps: nothing is attracted.

    div(v / g) = 0, that is v . grad g = g div v,    or    g(F(x)) = +-det F'(x) g(x)

identically, so the images of a small disk keep their measure, and cannot shrink to x*. With g = 1 that is area.

- A flow with separable rows, v1 = a(x) B(y) and v2 = C(x) d(y), keeps dx dy / (a(x) d(y)); the integral of C/a dx -
  B/d dy is constant along its trajectories.
- Alternating descent on f(theta psi) with a quadratic f keeps g = f'(theta psi): each player's step multiplies g by
  the factor by which it stretches its own coordinate.
"""

from __future__ import annotations

import sympy as sp

from ..germs.local import X, Y
from ..updates import Alternating, Rule
from .facts import Facts
from .invariants import Rows, Substituted, linear_relations

_DEGREE = 2
_FLOW_DEGREE = 3
_PART = sp.Symbol("_k")


def flow_density(rows: Rows, facts: Facts) -> sp.Expr | None:
    """A g with g(x*) != 0 and v . grad g = g div v: of separable rows, or a polynomial of degree 3 at most.

    Args:
        rows: (v1, v2) in the local coordinates, continuous.
        facts: Where the parameters are: g(x*) must not vanish for any of them.

    Returns:
        g, or None if none was found.
    """
    separable = _separable_density(rows, facts)
    if separable is not None or not all(row.is_polynomial(X, Y) for row in rows):
        return separable
    divergence = sp.expand(sp.diff(rows[0], X) + sp.diff(rows[1], Y))
    candidates = _monomials(_FLOW_DEGREE)
    changes = [sp.expand(sp.diff(g, X) * rows[0] + sp.diff(g, Y) * rows[1] - divergence * g) for g in candidates]
    return _density(changes, candidates, facts)


def _separable_density(rows: Rows, facts: Facts) -> sp.Expr | None:
    found = sp.Integer(1)
    for row, own, other in ((rows[0], X, Y), (rows[1], Y, X)):
        factors = sp.Mul.make_args(sp.factor(row))
        if any(factor.has(X) and factor.has(Y) for factor in factors):
            return None
        mine = sp.Mul(*(factor for factor in factors if factor.has(own) and not factor.has(other)))
        # Polynomials and exponentials: smooth, without a singular point to look for.
        smooth = mine.replace(sp.exp, lambda _: sp.Integer(1))
        value = mine.xreplace({own: sp.Integer(0)})
        if not smooth.is_polynomial(own) or not facts.compared(value, "!="):
            return None
        found *= mine
    return found


def kept_density(rows: Rows, rule: Rule, step: sp.Expr, facts: Facts) -> sp.Expr | None:
    """A polynomial g of degree 2 at most with g(x*) != 0 and g(F) = +-det F' g.

    Args:
        rows: (v1, v2), rational in the local coordinates.
        rule: The rule.
        step: The step size.
        facts: Where the parameters are: g(x*) must not vanish for any of them.

    Returns:
        g, or None if none was found.
    """
    period = rule.period(Substituted(rows), (X, Y), step)
    determinant = _determinant((period[0], period[1]))
    if any(_is_identity(determinant - value) for value in (1, -1)):
        return sp.Integer(1)
    if not all(row.is_polynomial(X, Y) for row in rows):
        return None
    # Where every step of a player keeps a measure, so does their product.
    alone = [(X + step * rows[0], Y), (X, Y + step * rows[1])]
    parts = alone if isinstance(rule, Alternating) else [period]
    candidates = _monomials(_DEGREE)
    changes = [sp.Integer(0)] * len(candidates)
    for number, part in enumerate(parts, 1):
        stretch = sp.expand(_determinant(part))
        way = stretch.xreplace({X: sp.Integer(0), Y: sp.Integer(0)})
        if way not in (1, -1):
            return None
        for place, g in enumerate(candidates):
            moved = g.xreplace({X: part[0], Y: part[1]})
            changes[place] += sp.expand(_PART**number * (moved - way * stretch * g))
    return _density(changes, candidates, facts)


def _monomials(degree: int) -> list[sp.Expr]:
    """Those up to a degree; 1 is the first."""
    return [X**i * Y**j for i in range(degree + 1) for j in range(degree + 1 - i)]


def _density(changes: list[sp.Expr], candidates: list[sp.Expr], facts: Facts) -> sp.Expr | None:
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
