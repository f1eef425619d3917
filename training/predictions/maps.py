"""One period F_h of the analysed field in float64: the derived formulas under the rule as it is written once.

The rules of ``symbolic.updates`` are generic over arithmetic; here a player's parameters are an array [points, k].
Nothing of the trainer's losses or of autograd enters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...symbolic.calculus import derivative
from ...symbolic.derivation import Derivation
from ...symbolic.updates import Rule
from .formulas import Tape, Values

Array = NDArray[np.float64]
Pair = tuple[Array, Array]


class FormulaPlayers:
    """A derived game at points [points, k], as training rules see it (``symbolic.updates.players``).

    Args:
        derivation: With its fields.
        at: Exact values of all parameters.
    """

    def __init__(self, derivation: Derivation, at: Values) -> None:
        self._derivation, self._at = derivation, dict(at)
        self._symbols, self._split = derivation.coordinates, len(derivation.players[0])

    def field(self, theta: Array, psi: Array) -> Pair:
        """V = (v1, v2)."""
        return self._rows(self._field, theta, psi, self._split)

    def free_field(self, theta: Array, psi: Array) -> Pair:
        """V without the penalties."""
        return self._rows(self._free, theta, psi, self._split)

    def jvp(self, theta: Array, psi: Array, tangent: Pair) -> Pair:
        """v'(theta, psi) tangent."""
        matrix = self._slopes(theta, psi)
        return self._halves((matrix @ np.concatenate(tangent, axis=1)[:, :, None])[:, :, 0], self._split)

    def vjp(self, theta: Array, psi: Array, cotangent: Pair) -> Pair:
        """v'(theta, psi)^T cotangent."""
        matrix = self._slopes(theta, psi).swapaxes(1, 2)
        return self._halves((matrix @ np.concatenate(cotangent, axis=1)[:, :, None])[:, :, 0], self._split)

    def opponent_gradients(self, theta: Array, psi: Array) -> Pair:
        """(d C_G / d psi, d C_D / d theta).

        Raises:
            TypeError: For a field given directly: it has no costs.
        """
        return self._rows(self._opponents, theta, psi, len(self._symbols) - self._split)

    def solve(self, operator: Callable[[Array], Array], right: Array) -> Array:
        """The u with operator(u) = right, by the operator's matrix."""
        units = np.eye(right.shape[1])
        matrix = np.stack([operator(np.broadcast_to(unit, right.shape)) for unit in units], axis=2)
        return np.asarray(np.linalg.solve(matrix, right[:, :, None])[:, :, 0], dtype=np.float64)

    def clip(self, value: Array, bound: Any) -> Array:
        """Every entry of a value, brought into [-bound, bound]."""
        return np.clip(value, -bound, bound)

    # -- formulas ----------------------------------------------------------------------------------------------------

    @cached_property
    def _field(self) -> Tape:
        return self._tape(self._derivation.field)

    @cached_property
    def _free(self) -> Tape:
        return self._tape(self._derivation.free_field)

    @cached_property
    def _opponents(self) -> Tape:
        if self._derivation.opponents is None:
            raise TypeError("a field that is given directly has no costs")
        return self._tape(self._derivation.opponents)

    @cached_property
    def _jacobian(self) -> Tape:
        return self._tape([derivative(row, symbol) for row in self._derivation.field for symbol in self._symbols])

    def _tape(self, formulas: Sequence[sp.Expr]) -> Tape:
        return Tape([formula.xreplace(self._at) for formula in formulas], self._symbols)

    def _rows(self, tape: Tape, theta: Array, psi: Array, split: int) -> Pair:
        columns = [*theta.T, *psi.T]
        return self._halves(np.stack(tape(columns), axis=1), split)

    def _halves(self, rows: Array, split: int) -> Pair:
        return rows[:, :split], rows[:, split:]

    def _slopes(self, theta: Array, psi: Array) -> Array:
        entries = self._jacobian([*theta.T, *psi.T])
        return np.stack(entries, axis=1).reshape(len(theta), len(self._symbols), len(self._symbols))


class FieldMap:
    """F_h of a derived proposal at exact parameter values.

    Args:
        derivation: On the Dirac-GAN or its form in n dimensions.
        at: Exact values of all parameters.
        h: The step size.

    Raises:
        TypeError: If the rule is no map, or a formula has no numerical meaning.
    """

    def __init__(self, derivation: Derivation, at: Values, h: float) -> None:
        if not derivation.rule.discrete:
            raise TypeError("the flow is not a map")
        self._players = FormulaPlayers(derivation, at)
        known = dict(at)
        self._rule: Rule = derivation.rule.converted(lambda e: float(sp.N(e.xreplace(known), 20)), sp.Expr)
        self._h, self._split = h, len(derivation.players[0])
        self.equilibrium: Array = np.array([float(sp.N(e.xreplace(known), 20)) for e in derivation.equilibrium])

    def start(self, theta: Array, psi: Array) -> tuple[Array, ...]:
        """The state at points theta [points, m], psi [points, n], the memory at rest."""
        return self._rule.start(theta, psi)

    def step(self, state: tuple[Array, ...], count: int = 0) -> tuple[Array, ...]:
        """The state after one period, the ``count``-th from 0 on."""
        return self._rule.period(self._players, state, self._rule.step_size(self._h, count))

    def flat(self, rows: Array) -> Array:
        """One period of extended states given as rows (theta, psi, memory...), of shape [points, size]."""
        sizes = [part.shape[1] for part in self.start(rows[:, : self._split], rows[:, self._split : self.size])]
        cuts = np.cumsum(sizes)[:-1]
        return np.concatenate(self.step(tuple(np.split(rows, cuts, axis=1))), axis=1)

    @property
    def size(self) -> int:
        """The number of both players' parameters."""
        return len(self.equilibrium)
