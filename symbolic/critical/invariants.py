r"""Exact obstructions to asymptotic stability: lines of equilibria, first integrals, time reversal.

All three are identities in the local coordinates (x, y), checked by normal forms in which every node that is no
polynomial (f'(u), exp(u), |u|, an expectation) is an independent variable: what vanishes then, vanishes.

- *Equilibria on a line.* v = 0 on a line through x*: its points are equilibria with another generator or another slope
  of D, as near as one likes, and none of them tends to x*. The same holds for every map whose fixed points they are.
- *First integral.* grad V . v = 0 with a polynomial V that is not constant: if every trajectory near x* tended to x*, V
  would be constant there.
- *Reversal.* v(R x) = -R v(x) with a linear involution R: if x* were asymptotically stable, R would make it so in
  backward time as well, which is impossible.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from ..germs.local import X, Y, rebuilt

Rows = tuple[sp.Expr, sp.Expr]
_DEGREES = (2, 4)
_INVOLUTIONS = {
    "psi -> -psi": {Y: -Y},
    "theta -> -theta": {X: -X},
    "theta <-> psi": {X: Y, Y: X},
    "theta <-> -psi": {X: -Y, Y: -X},
}


def equilibrium_line(rows: Rows) -> str | None:
    """A coordinate line through x* on which v vanishes identically, in words; None if there is none.

    Args:
        rows: (v1, v2) in the local coordinates.
    """
    for symbol, words in ((Y, "psi = 0"), (X, "theta = theta*")):
        if all(_is_zero(row.xreplace({symbol: sp.Integer(0)})) for row in rows):
            return words
    return None


def first_integral(rows: Rows) -> sp.Expr | None:
    """A polynomial V(x, y) without constant term, not 0, with grad V . v = 0 identically; None if none was found.

    Args:
        rows: (v1, v2) in the local coordinates.
    """
    for degree in _DEGREES:
        monomials = [
            sp.Mul(*powers) for d in range(1, degree + 1) for powers in combinations_with_replacement((X, Y), d)
        ]
        changes = [sp.expand(sp.diff(m, X) * rows[0] + sp.diff(m, Y) * rows[1]) for m in monomials]
        solution = _relation(changes)
        if solution is not None:
            return sp.Add(*(c * m for c, m in zip(solution, monomials, strict=True)))
    return None


def reversal(rows: Rows) -> str | None:
    """A linear involution that reverses time, in words; None if none of the usual ones does.

    Args:
        rows: (v1, v2) in the local coordinates.
    """
    for words, change in _INVOLUTIONS.items():
        image = [row.xreplace(change) for row in rows]
        direction = [change.get(X, X), change.get(Y, Y)]
        # R v: the same substitution applied to the components.
        moved = [coordinate.xreplace({X: rows[0], Y: rows[1]}) for coordinate in direction]
        if all(_is_zero(a + b) for a, b in zip(image, moved, strict=True)):
            return words
    return None


def _is_zero(expression: sp.Expr) -> bool:
    return sp.expand(rebuilt(expression)) == 0


def _relation(expressions: list[sp.Expr]) -> list[sp.Expr] | None:
    """Coefficients, free of x and y, of a linear relation between expressions; None if they are independent."""
    rows: dict[sp.Expr, dict[int, sp.Expr]] = {}
    for index, expression in enumerate(expressions):
        for term in sp.Add.make_args(expression):
            constant, rest = term.as_independent(X, Y, as_Add=False)
            if rest.has(sp.nan, sp.zoo) or constant.has(sp.nan, sp.zoo):
                return None
            entry = rows.setdefault(rest, {})
            entry[index] = entry.get(index, sp.Integer(0)) + constant
    table = [[row.get(i, sp.Integer(0)) for i in range(len(expressions))] for row in rows.values()]
    symbols = sorted({s for row in table for e in row for s in e.free_symbols}, key=str)
    if any(not entry.is_rational_function(*symbols) for row in table for entry in row):
        return None
    domain = sp.QQ.frac_field(*symbols) if symbols else sp.QQ
    try:
        matrix = DomainMatrix(
            [[domain.from_sympy(e) for e in row] for row in table], (len(table), len(expressions)), domain
        )
    except (ValueError, TypeError, sp.CoercionFailed):
        return None
    null = matrix.nullspace()
    if null.shape[0] == 0:
        return None
    vector = [domain.to_sympy(value) for value in null.to_list()[0]]
    common = sp.Mul(*(sp.denom(sp.together(value)) for value in vector))
    return [sp.cancel(value * common) for value in vector]
