"""The Jacobian of one period at an equilibrium, by running the rule on the linearised game.

Every operation of a rule is differentiable where the fields are, and products with v' meet vectors that vanish at the
equilibrium, so that F'(x*) needs first derivatives only: F'(x*) u is the period of the game with v(x) = J x and
v'(x) = J, started at u.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..flattening import Atoms
from .players import Pair
from .rule import Rule
from .vector import Vector

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Linearisation:
    """What a game is near an equilibrium, to first order.

    Attributes:
        field: v'(x*), of shape (n, n), G's rows and columns first.
        free: The same without the penalties; None where no rule asks.
        opponents: Jacobian of (d C_G / d psi, d C_D / d theta), of shape (n, n); None where no rule asks.
        of_generator: The number of G's parameters.
    """

    field: sp.ImmutableMatrix
    free: sp.ImmutableMatrix | None = None
    opponents: sp.ImmutableMatrix | None = None
    of_generator: int = 1


class LinearPlayers:
    """A game with linear fields, over any arithmetic; the players' parameters are ``Vector`` values.

    Args:
        field: v' by rows.
        free: The same without the penalties.
        opponents: Those of the opponents' gradients, D's rows first.
        of_generator: The number of G's parameters.
    """

    def __init__(self, field: Rows, free: Rows = (), opponents: Rows = (), of_generator: int = 1) -> None:
        self._field, self._free, self._opponents, self._split = field, free, opponents, of_generator

    def field(self, theta: Any, psi: Any) -> Pair:
        """J x."""
        return _product(self._field, (*theta, *psi), self._split)

    def free_field(self, theta: Any, psi: Any) -> Pair:
        """J x without the penalties."""
        return _product(self._free, (*theta, *psi), self._split)

    def jvp(self, theta: Any, psi: Any, tangent: Pair) -> Pair:
        """J tangent."""
        return _product(self._field, (*tangent[0], *tangent[1]), self._split)

    def vjp(self, theta: Any, psi: Any, cotangent: Pair) -> Pair:
        """J^T cotangent."""
        columns = list(zip(*self._field, strict=True))
        return _product(columns, (*cotangent[0], *cotangent[1]), self._split)

    def opponent_gradients(self, theta: Any, psi: Any) -> Pair:
        """Linear as well."""
        return _product(self._opponents, (*theta, *psi), len(self._opponents) - self._split)

    def solve(self, operator: Callable[[Any], Any], right: Any) -> Any:
        """The solution by elimination, from the operator's images of the unit vectors.

        Raises:
            ZeroDivisionError: If the operator is singular.
        """
        size = len(right)
        units = (Vector.of(int(i == j) for i in range(size)) for j in range(size))
        rows = [list(row) for row in zip(*map(operator, units), right, strict=True)]
        for k in range(size):
            pivot = next((i for i in range(k, size) if rows[i][k]), None)
            if pivot is None:
                raise ZeroDivisionError("the rule solves a singular equation")
            rows[k], rows[pivot] = rows[pivot], rows[k]
            rows[k] = [entry / rows[k][k] for entry in rows[k]]
            for i in range(size):
                if i != k:
                    factor = rows[i][k]
                    rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
        return Vector.of(row[-1] for row in rows)

    def clip(self, value: Any, bound: Any) -> Any:
        """Near the equilibrium nothing is clipped."""
        return value


def _product(matrix: Rows, vector: Sequence[Any], split: int) -> Pair:
    products = [sum(a * x for a, x in zip(row, vector, strict=True)) for row in matrix]
    return Vector.of(products[:split]), Vector.of(products[split:])


def period_matrix(rule: Rule, at: Linearisation, h: sp.Expr) -> sp.ImmutableMatrix:
    """F'(x*): the Jacobian of one period at a fixed point, on the state (theta, psi, memory...).

    Args:
        rule: The rule.
        at: The game's Jacobians there.
        h: The step size.

    Returns:
        The matrix; its entries are expanded polynomials, or quotients for rules that solve equations.
    """
    atoms = Atoms()
    given = {"field": at.field, "free": at.free, "opponents": at.opponents}
    entries = {name: [atoms.flat(e) for e in matrix] for name, matrix in given.items() if matrix is not None}
    step, plain = atoms.flat(h), rule.converted(atoms.flat, sp.Expr)
    flat = [step, *plain.numbers(sp.Expr), *(e for matrix in entries.values() for e in matrix)]
    used = sorted(set().union(*(e.free_symbols for e in flat)), key=str)
    domain: Any = sp.QQ
    if used:
        # Polynomials are faster; they do where nothing that is given, and no step, divides.
        whole = not rule.solves and all(e.is_polynomial() for e in flat)
        domain = sp.QQ.poly_ring(*used) if whole else sp.QQ.frac_field(*used)
    count = at.field.rows
    fields = {
        name: [[domain.from_sympy(e) for e in matrix[i * count : (i + 1) * count]] for i in range(count)]
        for name, matrix in entries.items()
    }
    players = LinearPlayers(**fields, of_generator=at.of_generator)
    exact = plain.converted(domain.from_sympy, sp.Expr)
    h_exact = domain.from_sympy(step)
    zero = (Vector((domain.zero,) * at.of_generator), Vector((domain.zero,) * (count - at.of_generator)))
    shapes = [len(part) for part in exact.start(*zero)]
    size = sum(shapes)
    columns = [_flat(exact.period(players, _unit(shapes, j, domain), h_exact), shapes, domain) for j in range(size)]
    return sp.ImmutableMatrix(size, size, lambda i, j: atoms.restored(domain.to_sympy(domain.convert(columns[j][i]))))


def _unit(shapes: Sequence[int], place: int, domain: Any) -> tuple[Vector, ...]:
    """The state that is 1 at one place and 0 elsewhere."""
    entries = [domain.one if i == place else domain.zero for i in range(sum(shapes))]
    parts: list[Vector] = []
    for shape in shapes:
        parts.append(Vector.of(entries[:shape]))
        entries = entries[shape:]
    return tuple(parts)


def _flat(state: Sequence[Any], shapes: Sequence[int], domain: Any) -> list[Any]:
    """All numbers of a state, in which a number 0 stands for a vector of zeros."""
    found: list[Any] = []
    for part, size in zip(state, shapes, strict=True):
        found.extend(part if isinstance(part, Vector) else [domain.zero] * size)
    return found
