"""Parameters that their conditions pin to one number, as ``gamma == 3/10`` does: these count as numbers."""

from __future__ import annotations

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from .decision.points import holds
from .formula import And, Atom, Formula, conjunction, substituted, symbols


def pinned(assumed: Formula) -> dict[sp.Symbol, sp.Expr]:
    """The symbols that have one admissible value, with these.

    Args:
        assumed: The hypotheses; equations among the parts of the conjunction pin a symbol, perhaps together with
            inequalities (``gamma**2 == 2 and gamma > 0``), and one after the other (``a == 1``, ``b == 2*a``).

    Returns:
        Exact values by symbol.
    """
    values: dict[sp.Symbol, sp.Expr] = {}
    while True:
        known = substituted(assumed, values)
        parts = known.parts if isinstance(known, And) else (known,)
        for part in parts:
            if isinstance(part, Atom) and part.relation == "==" and len(part.expression.free_symbols) == 1:
                (symbol,) = part.expression.free_symbols
                value = _only_root(part.expression, symbol, parts)
                if value is not None:
                    values[symbol] = value
                    break
        else:
            return values


def _only_root(expression: sp.Expr, symbol: sp.Symbol, parts: tuple[Formula, ...]) -> sp.Expr | None:
    """The only real root at which the conditions on this symbol alone hold; None if that is not known."""
    try:
        roots = dict.fromkeys(sp.real_roots(sp.Poly(expression, symbol, domain="QQ")))
    except (BasePolynomialError, NotImplementedError):
        return None
    own = conjunction(part for part in parts if symbols(part) == {symbol})
    answers = [(root, holds(own, {symbol: root})) for root in roots]
    if any(answer is None for _, answer in answers):
        return None
    admissible = [root for root, answer in answers if answer]
    return admissible[0] if len(admissible) == 1 else None
