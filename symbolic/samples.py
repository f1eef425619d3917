"""Guesses by floats: at many points, the signs of expressions, so that only what seems true is asked of the solver.

Nothing here proves anything. A wrong guess costs a question or a simplification, never correctness.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import sympy as sp

from .decision.prover import Prover
from .decision.readable import evaluated, grid_columns, sift
from .formula import And, Atom, Formula, symbols

_KEPT = 1500
_RANDOM = 20_000
_NEAR = 1e-10


class Samples:
    """Points of the parameter space where the hypotheses seem to hold.

    Args:
        assumed: The hypotheses.
        cells: Parts of the parameter space, each of which gets a point of its own where one is found.
        prover: Finds those points.
    """

    def __init__(self, assumed: Formula, cells: Sequence[Formula], prover: Prover) -> None:
        found = set(symbols(assumed)).union(*(symbols(cell) for cell in cells))
        self._unknowns = sorted(found, key=str)
        self._signs: dict[sp.Expr, np.ndarray | None] = {}
        self._masks: dict[Formula, np.ndarray | None] = {}
        self._columns = np.zeros((len(self._unknowns), 1))
        self._columns = self._sampled(assumed, cells, prover)

    def _sampled(self, assumed: Formula, cells: Sequence[Formula], prover: Prover) -> np.ndarray:
        count = len(self._unknowns)
        if count == 0:
            return np.zeros((0, 1))
        generator = np.random.default_rng(0)
        spread = 10 ** generator.uniform(-1.5, 1.5, (count, _RANDOM)) * generator.choice([-1.0, 1.0], (count, _RANDOM))
        points = [np.zeros((count, 0))]
        for columns in (np.array(grid_columns(count)), spread):
            mask = sift(assumed, self._unknowns, list(columns))
            if mask is not None:
                points.append(columns[:, np.flatnonzero(mask)[:_KEPT]])
        self._columns = np.hstack(points)
        own = [self._own_point(cell, prover) for cell in cells]
        points.append(np.array([p for p in own if p is not None], dtype=float).reshape(-1, count).T)
        beside = np.repeat(points[-1], 60, axis=1)
        beside = beside * (1 + generator.normal(0, 0.05, beside.shape))
        mask = sift(assumed, self._unknowns, list(beside))
        if mask is not None:
            points.append(beside[:, mask])
        self._signs.clear()
        self._masks.clear()
        return np.hstack(points)

    def _own_point(self, cell: Formula, prover: Prover) -> list[float] | None:
        """A point of a cell that has none."""
        where = self.where(cell)
        if where is not None and where.any():
            return None
        point = prover.model(cell, self._unknowns, "a point of the cell")
        return None if point is None else [complex(sp.N(point[s], 17)).real for s in self._unknowns]

    def signs(self, expression: sp.Expr) -> np.ndarray | None:
        """The sign at every point: -1, 0 (or too close to it to tell) or 1; None where floats cannot evaluate it."""
        if expression not in self._signs:
            self._signs[expression] = self._evaluated(expression)
        return self._signs[expression]

    def _evaluated(self, expression: sp.Expr) -> np.ndarray | None:
        if not self._unknowns:
            return None
        terms = sp.Add.make_args(sp.expand(expression) if expression.is_polynomial() else expression)
        values = [evaluated(term, self._unknowns, list(self._columns)) for term in terms]
        known = [value for value in values if value is not None]
        if len(known) != len(values):
            return None
        total, scale = np.sum(known, axis=0), np.sum(np.abs(known), axis=0)
        if not np.isfinite(scale).all():
            return None
        return np.where(np.abs(total) <= _NEAR * scale, 0, np.sign(total)).astype(np.int8)

    def where(self, formula: Formula) -> np.ndarray | None:
        """Where a formula seems to hold; None where floats cannot tell."""
        if formula not in self._masks:
            self._masks[formula] = self._where(formula)
        return self._masks[formula]

    def _where(self, formula: Formula) -> np.ndarray | None:
        if isinstance(formula, Atom):
            signs = self.signs(formula.expression)
            if signs is None:
                return None
            return {">": signs > 0, ">=": signs >= 0, "==": signs == 0, "!=": signs != 0}[formula.relation]
        masks = [self.where(part) for part in formula.parts]
        mask = np.full(self._columns.shape[1], isinstance(formula, And))
        for part in masks:
            if part is None:
                return None
            mask = mask & part if isinstance(formula, And) else mask | part
        return mask

    def refutes(self, formulas: Iterable[Formula]) -> bool:
        """Whether all of the formulas seem to hold together at some point."""
        mask: np.ndarray | None = None
        for formula in formulas:
            part = self.where(formula)
            if part is None:
                return False
            mask = part if mask is None else mask & part
        return mask is not None and bool(mask.any())

    def seen(self, cell: Formula, expression: sp.Expr) -> frozenset[int] | None:
        """The signs of an expression at the points of a cell; None if there are none, or floats cannot tell."""
        where, signs = self.where(cell), self.signs(expression)
        if where is None or signs is None or not where.any():
            return None
        return frozenset(int(sign) for sign in np.unique(signs[where]))
