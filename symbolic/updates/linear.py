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


@dataclass(frozen=True, slots=True)
class Linearisation:
    """What a game is near an equilibrium, to first order.

    Attributes:
        field: v'(x*), 2 x 2.
        free: The same without the penalties; None where no rule asks.
        opponents: Jacobian of (d C_G / d psi, d C_D / d theta), 2 x 2; None where no rule asks.
    """

    field: sp.ImmutableMatrix
    free: sp.ImmutableMatrix | None = None
    opponents: sp.ImmutableMatrix | None = None


class LinearPlayers:
    """A game with linear fields, over any arithmetic.

    Args:
        field: The four entries of v', by rows.
        free: The same without the penalties.
        opponents: Those of the opponents' gradients.
    """

    def __init__(self, field: Sequence[Any], free: Sequence[Any] = (), opponents: Sequence[Any] = ()) -> None:
        self._field, self._free, self._opponents = field, free, opponents

    def field(self, theta: Any, psi: Any) -> Pair:
        """J x."""
        return _product(self._field, theta, psi)

    def free_field(self, theta: Any, psi: Any) -> Pair:
        """J x without the penalties."""
        return _product(self._free, theta, psi)

    def jvp(self, theta: Any, psi: Any, tangent: Pair) -> Pair:
        """J tangent."""
        return _product(self._field, *tangent)

    def vjp(self, theta: Any, psi: Any, cotangent: Pair) -> Pair:
        """J^T cotangent."""
        a, b, c, d = self._field
        return _product((a, c, b, d), *cotangent)

    def opponent_gradients(self, theta: Any, psi: Any) -> Pair:
        """Linear as well."""
        return _product(self._opponents, theta, psi)

    def solve(self, operator: Callable[[Any], Any], right: Any) -> Any:
        """An operator on one number is a factor."""
        return right / operator(1)

    def clip(self, value: Any, bound: Any) -> Any:
        """Near the equilibrium nothing is clipped."""
        return value


def _product(matrix: Sequence[Any], x: Any, y: Any) -> Pair:
    a, b, c, d = matrix
    return a * x + b * y, c * x + d * y


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
    players = LinearPlayers(**{name: [domain.from_sympy(e) for e in matrix] for name, matrix in entries.items()})
    exact = plain.converted(domain.from_sympy, sp.Expr)
    size = len(rule.start(0, 0))
    columns = [
        exact.period(
            players, tuple(domain.one if i == j else domain.zero for i in range(size)), domain.from_sympy(step)
        )
        for j in range(size)
    ]
    return sp.ImmutableMatrix(size, size, lambda i, j: atoms.restored(domain.to_sympy(domain.convert(columns[j][i]))))
