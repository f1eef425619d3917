r"""Lyapunov functions by ansatz: a definite form V of degree 2 or 4 that falls along a homogeneous field.

V = sum of c_ij x^i y^j is sought at one point of the cell: on a fan of directions V > 0 and grad V . v0 < 0 are linear
inequalities in c, and the c with the greatest margin is taken. Its coefficients are rounded, and both inequalities are
then proved for all directions and all parameter values of the cell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import sympy as sp

from ..formula import Formula, atoms, compare
from ..germs.local import X, Y
from .facts import Facts

_DEGREES = (2, 4)
_DIRECTIONS = np.tan(np.linspace(-1.55, 1.55, 63))
_ROUNDS = 500
_GRAIN = 64


class Chart(NamedTuple):
    """The field on directions (x, y) that are polynomials in t, in a closed sector.

    Attributes:
        point: (x, y).
        rows: (v1, v2) there, up to one positive factor.
        inside: What t fulfils in the sector.
    """

    point: tuple[sp.Expr, sp.Expr]
    rows: tuple[sp.Expr, sp.Expr]
    inside: tuple[Formula, ...]


def form_sign(charts: list[Chart], t: sp.Symbol, facts: Facts) -> int | None:
    """The sign of grad V . v0 for some positive definite form V, all around; None if no form was found.

    Args:
        charts: They cover the directions.
        t: The symbol of directions.
        facts: Where the parameters are.
    """
    symbols = {s for chart in charts for row in chart.rows for s in row.free_symbols} - {t}
    point = facts.cell.prover.point(facts.cell.formula, sorted(symbols, key=str), "a point for a guess")
    if point is None:
        return None
    for degree in _DEGREES:
        monomials = [X ** (degree - j) * Y**j for j in range(degree + 1)]
        values, changes = _tables(charts, t, monomials, point)
        for way in (-1, 1):
            guess = _separating(np.concatenate([values, way * changes]))
            if guess is None:
                continue
            form = sp.Add(*(sp.Rational(round(c * _GRAIN), _GRAIN) * m for c, m in zip(guess, monomials, strict=True)))
            if all(_is_proved(chart, form, way, facts) for chart in charts):
                return way
    return None


def _at(expression: sp.Expr, chart: Chart) -> sp.Expr:
    return sp.expand(expression.xreplace(dict(zip((X, Y), chart.point, strict=True))))


def _change(form: sp.Expr, chart: Chart) -> sp.Expr:
    return sp.expand(sum(_at(sp.diff(form, s), chart) * row for s, row in zip((X, Y), chart.rows, strict=True)))


def _tables(
    charts: list[Chart], t: sp.Symbol, monomials: list[sp.Expr], point: dict[sp.Symbol, sp.Expr]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Values and changes of the monomials (columns) on directions of the sectors (rows), each of length 1."""
    found: list[list[npt.NDArray[np.float64]]] = [[], []]
    for chart in charts:
        conditions = [a.expression for formula in chart.inside for a in atoms(formula)]
        inside = np.all([np.ones_like(_DIRECTIONS), *(_sampled(c, t, point) >= 0 for c in conditions)], axis=0)
        for table, function in zip(found, (_at, _change), strict=True):
            table.append(np.stack([_sampled(function(m, chart), t, point)[inside] for m in monomials], axis=1))
    tables = [np.concatenate(parts) for parts in found]
    sizes = [np.linalg.norm(table, axis=1, keepdims=True) for table in tables]
    return tables[0] / np.maximum(sizes[0], 1e-300), tables[1] / np.maximum(sizes[1], 1e-300)


def _sampled(expression: sp.Expr, t: sp.Symbol, point: dict[sp.Symbol, sp.Expr]) -> npt.NDArray[np.float64]:
    coefficients = sp.Poly(expression.xreplace(point), t).all_coeffs()
    return np.asarray(np.polyval([float(c) for c in coefficients], _DIRECTIONS), dtype=np.float64)


def _separating(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """A vector with positive products with all rows, of nearly the greatest margin; None if none came up.

    That is the point of least length in the convex hull of the rows (Gilbert 1966).
    """
    vector = rows.mean(axis=0)
    for _ in range(_ROUNDS):
        step = rows[int(np.argmin(rows @ vector))] - vector
        length = float(step @ step)
        share = -float(step @ vector) / length if length > 0 else 0.0
        if share <= 1e-9:
            break
        vector = vector + min(share, 1.0) * step
    size = float(np.abs(vector).max())
    return vector / size if size > 1e-9 and bool(np.all(rows @ vector > 0)) else None


def _is_proved(chart: Chart, form: sp.Expr, way: int, facts: Facts) -> bool:
    falls = compare(way * _change(form, chart), ">")
    return facts.holds(compare(_at(form, chart), ">"), chart.inside) and facts.holds(falls, chart.inside)
