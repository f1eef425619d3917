"""A Jacobian on the quotient by the tangent space of a set of equilibria, and its blocks.

Along a set E of equilibria v' vanishes, so that x* can only be stable together with E. With T = T_x* E the matrix v'
acts on R^n / T; where all eigenvalues there have negative real part, E attracts, and every trajectory that starts near
x* tends to one of its points. For the E of a GAN, a part of M_G x M_D, T is a sum of directions of G and of D, and the
quotient is again a game.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from .prototypes import FREE


@dataclass(frozen=True, slots=True)
class Quotient:
    """R^n / T.

    Attributes:
        project: From R^n, of shape (n - k, n); its kernel is T.
        lift: A right inverse, of shape (n, n - k).
        tangent: A basis of T, of shape (n, k).
        of_generator: The number of G's directions in the quotient.
    """

    project: sp.ImmutableMatrix
    lift: sp.ImmutableMatrix
    tangent: sp.ImmutableMatrix
    of_generator: int

    def reduced(self, matrix: sp.Matrix) -> sp.ImmutableMatrix:
        """The matrix on the quotient."""
        return sp.ImmutableMatrix((self.project * matrix * self.lift).applyfunc(sp.expand))


def quotient(equilibria: Sequence[sp.Expr], of_generator: int) -> Quotient | None:
    """The quotient by the tangent space of a family of equilibria at x*.

    Args:
        equilibria: Coordinates in the symbols ``FREE``, x* where those are 0.
        of_generator: The number of G's parameters.

    Returns:
        The quotient; None if a tangent is not rational, or moves both players.
    """
    free = [s for s in FREE if any(coordinate.has(s) for coordinate in equilibria)]
    origin = dict.fromkeys(free, sp.Integer(0))
    columns = [[sp.cancel(sp.diff(c, s).xreplace(origin)) for c in equilibria] for s in free]
    size = len(equilibria)
    parts: list[sp.Matrix] = []
    for rows in (slice(0, of_generator), slice(of_generator, size)):
        own = [column[rows] for column in columns if any(entry != 0 for entry in column[rows])]
        count = len(range(size)[rows])
        if any(not entry.is_Rational for column in own for entry in column):
            return None
        parts.append(_annihilator(own, count))
    if sum(part.rows for part in parts) != size - len(free):
        return None
    project = sp.diag(*parts) if all(part.rows for part in parts) else _stacked(parts, size, of_generator)
    lift = project.T * (project * project.T).inv() if project.rows else sp.zeros(size, 0)
    tangent = sp.Matrix(columns).T if columns else sp.zeros(size, 0)
    project, lift, tangent = (sp.ImmutableMatrix(matrix) for matrix in (project, lift, tangent))
    return Quotient(project, lift, tangent, parts[0].rows)


def blocks(matrix: sp.Matrix) -> list[sp.ImmutableMatrix]:
    """The blocks of a square matrix after a permutation: coordinates that no nonzero entries link are apart."""
    return [sp.ImmutableMatrix(matrix.extract(group, group)) for group in matrix.connected_components()]


def _annihilator(vectors: Sequence[Sequence[sp.Expr]], size: int) -> sp.Matrix:
    """Rows that span the complement of some vectors; unit vectors where the vectors are."""
    if not vectors:
        return sp.eye(size)
    found = sp.Matrix(vectors).nullspace()
    return sp.Matrix([list(vector) for vector in found]) if found else sp.zeros(0, size)


def _stacked(parts: Sequence[sp.Matrix], size: int, of_generator: int) -> sp.Matrix:
    """Both players' rows, where one of them has none left."""
    first, second = parts
    rows = [[*first.row(i), *(0 for _ in range(size - of_generator))] for i in range(first.rows)]
    rows += [[*(0 for _ in range(of_generator)), *second.row(i)] for i in range(second.rows)]
    return sp.Matrix(rows) if rows else sp.zeros(0, size)
