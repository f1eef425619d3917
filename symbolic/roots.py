"""Real solutions of a polynomial equation for one parameter, as equations ``symbol == value`` proved to be all."""

from __future__ import annotations

import math
from collections.abc import Iterator

import sympy as sp

from .decision.prover import Prover
from .formula import Atom, Formula, compare, conjunction, disjunction
from .printing import formula_text

_DEGREE = 4


def solutions(equation: Atom, symbol: sp.Symbol, assumed: Formula, prover: Prover) -> Formula | None:
    """The solutions of an equation for a symbol.

    Args:
        equation: ``polynomial == 0``.
        symbol: What to solve for.
        assumed: The hypotheses.
        prover: Proves that every solution is one, and that there is no other.

    Returns:
        ``symbol == value``, or several of these joined by ``Or``, or ``symbol**k == value`` where that is shorter; None
        if nothing is proved.
    """
    expression = equation.expression
    if not expression.has(symbol) or not expression.is_polynomial(symbol):
        return None
    unsigned = {s for s in expression.free_symbols if not prover.proves(assumed, compare(s, ">"), "sign")}
    roots = _real_roots(sp.Poly(expression, symbol), unsigned)

    def right(solution: Formula) -> bool:
        return prover.proves(conjunction([assumed, solution]), equation, "critical value")

    def complete(solution: Formula) -> bool:
        return prover.proves(conjunction([assumed, equation]), solution, "critical values")

    true = [compare(symbol, "==", root) for root in roots if right(compare(symbol, "==", root))]
    for one in true:
        if complete(one):
            return one
    several = disjunction(one for one in true if not formula_text(one).count("Abs"))
    powers = [p for p in _of_power(sp.Poly(expression, symbol), symbol, unsigned) if right(p) and complete(p)]
    if formula_text(several).count("sqrt") == 0 or not powers:
        found = several if complete(several) else None
        return found or next(iter(powers), None)
    return powers[0]


def _real_roots(polynomial: sp.Poly, unsigned: set[sp.Symbol]) -> list[sp.Expr]:
    """Roots in radicals, each also with absolute values of the unsigned symbols; perhaps not real everywhere."""
    if polynomial.degree() > _DEGREE:
        return []
    roots = sp.roots(polynomial)
    both = (candidate for root in roots for candidate in (root, _with_absolute_values(root, unsigned)))
    return [root for root in dict.fromkeys(both) if not root.has(sp.I)]


def _of_power(polynomial: sp.Poly, symbol: sp.Symbol, unsigned: set[sp.Symbol]) -> Iterator[Formula]:
    """Solutions of an equation in x**k for x**k."""
    most = math.gcd(*(exponent for (exponent,) in polynomial.monoms()))
    for power in (k for k in range(2, most + 1) if most % k == 0):
        inner = sp.Poly({(m // power,): c for (m,), c in polynomial.terms()}, symbol)
        for root in _real_roots(inner, unsigned):
            yield compare(symbol**power, "==", root)


def _with_absolute_values(root: sp.Expr, unsigned: set[sp.Symbol]) -> sp.Expr:
    """The root, or its negative, with absolute values of some symbols in place of these."""
    positive = -root if root.could_extract_minus_sign() else root
    return positive.xreplace({s: sp.Abs(s) for s in unsigned})
