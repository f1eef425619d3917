"""The function that a theorem speaks of, and how it changes along trajectories, expanded at x*."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ...symbolic.analysis import Analysis
from ...symbolic.calculus import Mean, ObjectiveDerivative
from ...symbolic.derivation import Derivation
from ...symbolic.expression import DERIVATIVE_SYMBOLS
from ...symbolic.germs.local import X, Y
from ...symbolic.updates import UPDATES, Rule
from ..latex_printing import value_latex
from .blocks import Block, Display, Paragraph

_LEAST = 4  # where V is a quadratic form, its change begins with the terms of degree 4 at the earliest
_SCALE = sp.Symbol("_scale", positive=True)
_WORDS = {
    "first-integral": "does not change along trajectories, and is not constant near $x^*$",
    "measure-preserved": r"is such that the motion keeps the measure $dx\,dy/g$",
    "equilibrium-line": "vanishes on a line of zeros of $v$",
    "equilibrium-curve": "vanishes on a curve of zeros of $v$",
    "time-reversal": "is the first coordinate of a reflection $R$ with $v(R x) = -R v(x)$",
}


def in_own_coordinates(analysis: Analysis) -> dict[sp.Expr, sp.Expr]:
    """The local coordinates in the players' own: x is theta - theta*, y is psi - psi*."""
    derivation = analysis.derivation
    if derivation is None or not derivation.planar:
        return {}
    pairs = zip((X, Y), derivation.coordinates, derivation.equilibrium, strict=True)
    return {local: own - star for local, own, star in pairs}


def change_of(analysis: Analysis, theorem: str, function: sp.Expr, vanishes: Callable[[sp.Expr], bool]) -> list[Block]:
    """The function, and the lowest terms of its change where they can be written down.

    Args:
        analysis: Of a planar game.
        theorem: Which one speaks of the function.
        function: In the local coordinates.
        vanishes: Whether a coefficient is 0 on the case at hand.
    """
    derivation, question = analysis.derivation, analysis.question
    if derivation is None or question is None or not derivation.planar:
        return []
    own = in_own_coordinates(analysis)
    letter = "g" if theorem == "measure-preserved" else "E"
    if letter in derivation.symbols:
        letter = rf"\mathcal{{{letter.upper()}}}"
    blocks: list[Block] = [Paragraph("Let"), Display(f"{letter} = {value_latex(function.xreplace(own))}.")]
    if theorem in _WORDS:
        blocks.append(Paragraph(f"It {_WORDS[theorem]}."))
        return blocks
    if theorem != "weak-focus":
        return blocks
    found = _lowest_change(derivation, question.rule, question.h, function, vanishes)
    if found is None:
        return blocks
    change, degree = found
    along = rf"{letter} \circ F_h - {letter}" if question.rule.discrete else rf"\frac{{d}}{{dt}} {letter}"
    rest = rf"O\left(\|\Delta\|^{{{degree + 1}}}\right)"
    blocks += [
        Paragraph(r"Its change along trajectories, with $\Delta$ the distance from $x^*$, is"),
        Display(rf"{along} = {value_latex(sp.factor(change).xreplace(own))} + {rest}."),
    ]
    return blocks


def _lowest_change(
    derivation: Derivation, rule: Rule, h: sp.Symbol, function: sp.Expr, vanishes: Callable[[sp.Expr], bool]
) -> tuple[sp.Expr, int] | None:
    """The lowest terms of V's change and their degree."""
    energy = sp.Poly(function, X, Y)
    degree = max(_LEAST, energy.total_degree())
    rows = [_taylor(row, derivation, degree - 1) for row in derivation.field]
    first, second = rows
    if first is None or second is None:
        return None
    if not rule.discrete:
        change = _cut(energy.diff(X) * first + energy.diff(Y) * second, degree)
    else:
        moved = _period(rule, first, second, h, degree)
        if moved is None:
            return None
        change = _composed(energy, moved, degree) - energy
    for order in range(1, degree + 1):
        terms = [c * X**i * Y**j for (i, j), c in change.terms() if i + j == order and not vanishes(sp.expand(c))]
        value = sp.expand(sp.Add(*terms))
        if value != 0:
            return value, order
    return None


def _period(rule: Rule, first: sp.Poly, second: sp.Poly, h: sp.Symbol, degree: int) -> tuple[sp.Poly, sp.Poly] | None:
    theta = sp.Poly(X, X, Y) + h * first
    psi = sp.Poly(Y, X, Y)
    if rule == UPDATES["simultaneous"].configured({}):
        return theta, psi + h * second
    if rule == UPDATES["alternating"].configured({}):
        return theta, psi + h * _composed(second, (theta, psi), degree)
    return None


def _composed(outer: sp.Poly, inner: tuple[sp.Poly, sp.Poly], degree: int) -> sp.Poly:
    """outer(inner) up to a degree."""
    powers: list[list[sp.Poly]] = []
    for one in inner:
        known = [sp.Poly(1, X, Y)]
        for _ in range(outer.total_degree()):
            known.append(_cut(known[-1] * one, degree))
        powers.append(known)
    total = sp.Poly(0, X, Y)
    for (i, j), coefficient in outer.terms():
        total += _cut(powers[0][i] * powers[1][j], degree) * coefficient
    return total


def _cut(polynomial: sp.Poly, degree: int) -> sp.Poly:
    """Without the terms of a higher degree."""
    terms = {(i, j): c for (i, j), c in polynomial.terms() if i + j <= degree}
    return sp.Poly.from_dict(terms or {(0, 0): sp.Integer(0)}, X, Y)


def _taylor(row: sp.Expr, derivation: Derivation, degree: int) -> sp.Poly | None:
    """The row as a polynomial in the local coordinates, up to terms of higher degree."""
    if row.has(Mean):
        return None
    shift = dict(zip(derivation.coordinates, derivation.equilibrium, strict=True))
    at = {s: star + _SCALE * x for (s, star), x in zip(shift.items(), (X, Y), strict=True)}
    expanded = _without_f(row.xreplace(at), degree)
    if expanded is None:
        return None
    total = sp.Integer(0)
    for order in range(degree + 1):
        try:
            value = expanded.subs(_SCALE, 0)
        except (TypeError, ValueError):
            return None
        if value.has(sp.nan, sp.zoo, sp.oo) or not value.is_polynomial(X, Y):
            return None
        total += value / sp.factorial(order)
        expanded = sp.diff(expanded, _SCALE)
    return sp.Poly(sp.expand(total), X, Y)


def _without_f(row: sp.Expr, degree: int) -> sp.Expr | None:
    """The row with f^(k)(u) as its Taylor polynomial at 0; None where that takes derivatives without a name."""
    values: dict[sp.Expr, sp.Expr] = {}
    for node in row.atoms(ObjectiveDerivative):
        order, point = int(node.args[0]), node.args[1]
        if sp.expand(point).subs(_SCALE, 0) != 0:
            return None
        least = min((power for (power,) in sp.Poly(point, _SCALE).monoms()), default=1)
        needed = degree // max(1, least)
        if order == 0 or order + needed > len(DERIVATIVE_SYMBOLS):
            return None
        known = enumerate(DERIVATIVE_SYMBOLS[order - 1 : order + needed])
        values[node] = sp.Add(*(sp.Symbol(name, real=True) * point**k / sp.factorial(k) for k, name in known))
    return row.xreplace(values)
