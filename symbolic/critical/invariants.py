r"""Exact obstructions to asymptotic stability: lines of equilibria, first integrals, time reversal, periods.

All of them are identities in the local coordinates (x, y), checked by normal forms in which every node that is no
polynomial (f'(u), exp(u), |u|, an expectation) is an independent variable: what vanishes then, vanishes.

- *Equilibria on a line.* v = 0 on a line through x*: its points are equilibria with another generator or another slope
  of D, as near as one likes, and none of them tends to x*. The same holds for every map whose fixed points they are.
- *First integral.* grad V . v = 0 with a polynomial V that is not constant: if every trajectory near x* tended to x*, V
  would be constant there.
- *Reversal.* v(R x) = -R v(x) with a linear involution R: if x* were asymptotically stable, R would make it so in
  backward time as well, which is impossible.
- *Periods.* F^q = id: nothing moves on the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement

import flint
import sympy as sp
from sympy.polys.matrices import DomainMatrix
from sympy.polys.rings import ring

from ..formula import compare, disjunction
from ..germs.local import X, Y, rebuilt, with_derivative_symbols
from ..updates import Rule
from ..updates.linear import LinearPlayers
from .facts import Facts

Rows = tuple[sp.Expr, sp.Expr]
_DEGREES = (2, 4)
_NUMERIC_DEGREES = (4, 8, 12)
# The reflections in the lines where these forms are 0.
_REFLECTIONS = {
    Y: ("psi -> -psi", {Y: -Y}),
    X: ("theta -> -theta", {X: -X}),
    X - Y: ("theta <-> psi", {X: Y, Y: X}),
    X + Y: ("theta <-> -psi", {X: -Y, Y: -X}),
}


def equilibrium_line(rows: Rows, known: Mapping[sp.Symbol, sp.Expr]) -> tuple[sp.Symbol, str] | None:
    """The coordinate that is 0 on a line through x* on which v vanishes, and the line in words; None if there is none.

    Args:
        rows: (v1, v2) in the local coordinates.
        known: Values of symbols, derivatives of f at 0 among them, that the cell's equations determine.
    """
    for symbol, words in ((Y, "psi = 0"), (X, "theta = theta*")):
        on_line = (with_derivative_symbols(row.xreplace({symbol: sp.Integer(0)})) for row in rows)
        if all(_is_zero(row.xreplace(dict(known))) for row in on_line):
            return symbol, words
    return None


def first_integral(rows: Rows, facts: Facts) -> sp.Expr | None:
    """A polynomial V(x, y) without constant term, not 0, with grad V . v = 0 identically; None if none was found.

    Args:
        rows: (v1, v2) in the local coordinates.
        facts: Where the parameters are: V must not vanish for any of them.
    """
    for degree in _DEGREES:
        monomials = [
            sp.Mul(*powers) for d in range(1, degree + 1) for powers in combinations_with_replacement((X, Y), d)
        ]
        changes = [sp.expand(sp.diff(m, X) * rows[0] + sp.diff(m, Y) * rows[1]) for m in monomials]
        for solution in linear_relations(changes, (X, Y)):
            if facts.holds(disjunction(compare(c, "!=") for c in solution)):
                return sp.Add(*(c * m for c, m in zip(solution, monomials, strict=True)))
    return None


def polynomial_integral(rows: Rows, facts: Facts) -> sp.Expr | None:
    """The first integral of a polynomial field, sought to a higher degree where the coefficients are numbers.

    Args:
        rows: (v1, v2), polynomials in the local coordinates.
        facts: Where the parameters are.
    """
    if any(row.free_symbols - {X, Y} for row in rows):
        return first_integral(rows, facts)
    polynomials, x, y = ring("x,y", sp.QQ)
    first, second = (
        polynomials.from_dict({m: sp.QQ.from_sympy(c) for m, c in sp.Poly(row, X, Y).terms()}) for row in rows
    )
    for degree in _NUMERIC_DEGREES:
        monomials = [(i - j, j) for i in range(1, degree + 1) for j in range(i + 1)]
        columns = []
        for i, j in monomials:
            power = polynomials.from_dict({(i, j): sp.QQ.one})
            columns.append(power.diff(x) * first + power.diff(y) * second)
        places = {m: k for k, m in enumerate(sorted({m for column in columns for m in column}))}
        table = flint.fmpq_mat(len(places), len(columns))
        for k, column in enumerate(columns):
            for m, c in column.terms():
                table[places[m], k] = flint.fmpq(int(c.numerator), int(c.denominator))
        vector = _kernel_vector(table)
        if vector is not None:
            return sp.Add(*(c * X**i * Y**j for c, (i, j) in zip(vector, monomials, strict=True)))
    return None


def _kernel_vector(table: flint.fmpq_mat) -> list[sp.Rational] | None:
    """A vector, not 0, that a matrix takes to 0; None if there is none."""
    reduced, rank = table.rref()
    columns = table.ncols()
    if rank == columns:
        return None
    pivots = [next(j for j in range(columns) if reduced[i, j] != 0) for i in range(rank)]
    free = next(j for j in range(columns) if j not in pivots)
    vector = [sp.Integer(0)] * columns
    vector[free] = sp.Integer(1)
    for i, pivot in enumerate(pivots):
        value = reduced[i, free]
        vector[pivot] = -sp.Rational(int(value.p), int(value.q))
    return vector


def is_periodic(rows: Rows, rule: Rule, step: sp.Expr, count: int) -> bool:
    """Whether a number of periods is the identity.

    Args:
        rows: (v1, v2), rational in the local coordinates.
        rule: The rule.
        step: The step size.
        count: How many periods.
    """
    x, y, players = X, Y, Substituted(rows)
    for _ in range(count):
        x, y = (sp.cancel(image) for image in rule.period(players, (x, y), step))
    return x == X and y == Y


class Substituted(LinearPlayers):
    """A field given by expressions in ``X`` and ``Y``, for rules that read nothing else.

    Args:
        rows: (v1, v2).
    """

    def __init__(self, rows: Rows) -> None:
        super().__init__(())
        self._rows = rows

    def field(self, theta: sp.Expr, psi: sp.Expr) -> Rows:
        """The rows at a point."""
        first, second = (row.subs({X: theta, Y: psi}, simultaneous=True) for row in self._rows)
        return first, second


def reversal(rows: Rows) -> tuple[sp.Expr, str] | None:
    """A linear form, and the reflection in its zero line in words, which reverses time; None if none of the usual does.

    Args:
        rows: (v1, v2) in the local coordinates.
    """
    for form, (words, change) in _REFLECTIONS.items():
        image = [row.xreplace(change) for row in rows]
        direction = [change.get(X, X), change.get(Y, Y)]
        # R v: the same substitution applied to the components.
        moved = [coordinate.xreplace({X: rows[0], Y: rows[1]}) for coordinate in direction]
        if all(_is_zero(a + b) for a, b in zip(image, moved, strict=True)):
            return form, words
    return None


def _is_zero(expression: sp.Expr) -> bool:
    return sp.expand(rebuilt(expression)) == 0


def linear_relations(expressions: list[sp.Expr], variables: tuple[sp.Symbol, ...]) -> list[list[sp.Expr]]:
    """A basis of the linear relations between expressions, as coefficients free of the variables.

    Args:
        expressions: Expanded. Products in which a variable occurs are taken to be independent, if they differ.
        variables: Those.
    """
    rows: dict[sp.Expr, dict[int, sp.Expr]] = {}
    for index, expression in enumerate(expressions):
        for term in sp.Add.make_args(expression):
            constant, rest = term.as_independent(*variables, as_Add=False)
            if rest.has(sp.nan, sp.zoo) or constant.has(sp.nan, sp.zoo):
                return []
            entry = rows.setdefault(rest, {})
            entry[index] = entry.get(index, sp.Integer(0)) + constant
    table = [[row.get(i, sp.Integer(0)) for i in range(len(expressions))] for row in rows.values()]
    symbols = sorted({s for row in table for e in row for s in e.free_symbols}, key=str)
    if any(not entry.is_rational_function(*symbols) for row in table for entry in row):
        return []
    domain = sp.QQ.frac_field(*symbols) if symbols else sp.QQ
    try:
        matrix = DomainMatrix(
            [[domain.from_sympy(e) for e in row] for row in table], (len(table), len(expressions)), domain
        )
    except (ValueError, TypeError, sp.CoercionFailed):
        return []
    return [_primitive([domain.to_sympy(value) for value in row]) for row in matrix.nullspace().to_list()]


def _primitive(vector: list[sp.Expr]) -> list[sp.Expr]:
    """The vector as polynomials in the parameters without a common factor; they may still vanish together somewhere."""
    fractions = [sp.fraction(sp.cancel(value)) for value in vector]
    common = sp.lcm_list([below for _, below in fractions])
    tops = [sp.cancel(above * common / below) for above, below in fractions]
    shared = sp.gcd_list(tops)
    return [sp.cancel(top / shared) for top in tops]
