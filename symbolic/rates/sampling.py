"""Which candidate is the best one where: a guess from floating point samples, to be proved afterwards.

At random points of the parameter space every candidate is evaluated, and compared with a scan over x. The region of a
candidate is then guessed as a decision tree: signs of the switching polynomials that separate its samples from the
others'. No sample is part of a proof; a wrong guess is refused by the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import sympy as sp

from ..formula import And, Atom, Formula, compare, conjunction
from .options import Option
from .problem import Problem, solved

# What a sample is labelled with, besides the index of a candidate.
NO_FORM, NONE_CONVERGES, UNKNOWN = -1, -2, -3
_DRAWS, _SAMPLES, _SCAN, _ZOOMS = 4000, 120, 120, 4
_DEPTH = 6
_NEAR = 1e-7


@dataclass(frozen=True, slots=True)
class Guess:
    """A part of the parameter space and the labels that may be right there, the likeliest first."""

    region: Formula
    labels: tuple[int, ...]


@dataclass(slots=True)
class Samples:
    """Points of the parameter space, each with the label of what is best there.

    Attributes:
        columns: Values of the parameters, by symbol.
        labels: One for each point.
    """

    columns: dict[sp.Symbol, np.ndarray]
    labels: np.ndarray

    def signs(self, expression: sp.Expr) -> np.ndarray:
        """Signs of a parameter expression."""
        return np.sign(np.real(evaluated(expression, self.columns)))

    def part(self, mask: np.ndarray) -> Samples:
        """The points where the mask is true."""
        return Samples({s: column[mask] for s, column in self.columns.items()}, self.labels[mask])


def evaluated(expression: sp.Expr, columns: dict[sp.Symbol, np.ndarray]) -> np.ndarray:
    """The expression at all points, as complex numbers; NaN where it is undefined."""
    shape = np.broadcast_shapes(*(column.shape for column in columns.values()))
    function = sp.lambdify(list(columns), expression, modules=["numpy"])
    with np.errstate(all="ignore"):
        value = function(*(column.astype(complex) for column in columns.values()))
    return np.broadcast_to(np.asarray(value, dtype=complex), shape)


def satisfied(formula: Formula, columns: dict[sp.Symbol, np.ndarray]) -> np.ndarray:
    """Where the formula holds, up to rounding; strict conditions are met with a margin."""
    shape = np.broadcast_shapes(*(column.shape for column in columns.values()))
    if isinstance(formula, Atom):
        value = evaluated(formula.expression, columns)
        real = np.where(np.abs(np.imag(value)) < _NEAR, np.real(value), np.nan)
        match formula.relation:
            case ">":
                return real > 1e-12
            case ">=":
                return real > -_NEAR
            case "==":
                return np.abs(real) < _NEAR
        return np.abs(real) > 1e-12
    masks = [satisfied(part, columns) for part in formula.parts]
    start = np.full(shape, isinstance(formula, And))
    for mask in masks:
        start = start & mask if isinstance(formula, And) else start | mask
    return start


def radii(problem: Problem, columns: dict[sp.Symbol, np.ndarray]) -> np.ndarray:
    """Rho at all points (every symbol has a column), by the roots of the factors."""
    largest = np.zeros(np.broadcast_shapes(*(column.shape for column in columns.values())))
    for factor in problem.factors:
        values = [evaluated(c, columns) for c in factor.coefficients]
        n = factor.degree
        companion = np.zeros((*largest.shape, n, n), dtype=complex)
        with np.errstate(all="ignore"):
            for k in range(n):
                companion[..., 0, k] = -values[k + 1] / values[0]
                if k:
                    companion[..., k, k - 1] = 1
        bad = ~np.isfinite(companion).all(axis=(-1, -2))
        companion[bad] = 0
        modulus = np.abs(np.linalg.eigvals(companion)).max(axis=-1)
        largest = np.maximum(largest, np.where(bad, np.inf, modulus))
    return largest


def points(problem: Problem, seed: int = 0) -> dict[sp.Symbol, np.ndarray]:
    """Random points that satisfy the conditions on the parameters; none if the draws found none."""
    generator = np.random.default_rng(seed)
    columns = {}
    for symbol in problem.parameters:
        magnitude = np.exp(generator.normal(0.0, 1.0, _DRAWS))
        columns[symbol] = magnitude * generator.choice([-1.0, 1.0], _DRAWS)
    if not columns:
        return {}
    for symbol, value in solved(problem.given).items():
        if symbol in columns:
            columns[symbol] = np.real(evaluated(value, columns))
    kept = np.flatnonzero(satisfied(problem.given, columns))[:_SAMPLES]
    return {symbol: column[kept] for symbol, column in columns.items()}


def labelled(problem: Problem, options: Sequence[Option], columns: dict[sp.Symbol, np.ndarray]) -> Samples:
    """The points with the index of the best option, or why there is none.

    Args:
        problem: What is minimised.
        options: The simplest first: the first of several that are equally good counts.
        columns: The points.
    """
    at = columns or {sp.Dummy(): np.zeros(1)}
    size = len(next(iter(at.values())))
    best, labels = np.full(size, np.inf), np.full(size, NO_FORM)
    for index, option in enumerate(options):
        square = evaluated(option.square, at)
        chosen, valid = dict(at), np.isfinite(square) & (np.real(square) > -_NEAR) & (np.abs(np.imag(square)) < _NEAR)
        for symbol, expression in option.choice.items():
            value = evaluated(expression, at)
            valid &= (np.abs(np.imag(value)) < 1e-9) & np.isfinite(value)
            chosen[symbol] = np.real(value)
        valid &= satisfied(problem.admissible, chosen)
        true = np.full(size, np.inf)
        if valid.any():
            true[valid] = radii(problem, {s: column[valid] for s, column in chosen.items()})
        claimed = np.sqrt(np.abs(square))
        valid &= np.abs(true - claimed) < 1e-5 * (1 + claimed)  # a double eigenvalue is good to 1e-8 only
        better = valid & (claimed < best - _NEAR)
        best[better], labels[better] = claimed[better], index
    lowest = _scanned(problem, at, size)
    labels[lowest < best - 1e-7] = NO_FORM
    labels[np.minimum(lowest, best) >= 1 - 1e-9] = NONE_CONVERGES
    return Samples(dict(columns), labels)


def _scanned(problem: Problem, at: dict[sp.Symbol, np.ndarray], size: int) -> np.ndarray:
    """The smallest rho on a grid of the variables that spans many magnitudes, refined around its best points."""
    count = _SCAN if len(problem.variables) == 1 else 2 * int(_SCAN**0.5)
    axis = np.linspace(-8.0, 8.0, count)
    parts = problem.admissible.parts if isinstance(problem.admissible, And) else (problem.admissible,)
    both = any(compare(s, ">") not in parts for s in problem.variables)
    lowest = np.full(size, np.inf)
    for signs in product(*[(1.0, -1.0) if both else (1.0,)] * len(problem.variables)):
        centre, spread = np.zeros((len(signs), size)), 1.0
        for _ in range(_ZOOMS):
            grids = [grid.ravel() for grid in np.meshgrid(*[axis * spread] * len(signs))]
            shape = (size, len(grids[0]))
            logs = [middle[:, None] + grid[None, :] for middle, grid in zip(centre, grids, strict=True)]
            wide = {s: np.broadcast_to(column[:, None], shape) for s, column in at.items()}
            wide |= {s: sign * np.exp(log) for s, sign, log in zip(problem.variables, signs, logs, strict=True)}
            found = np.where(satisfied(problem.admissible, wide), radii(problem, wide), np.inf)
            best = found.argmin(axis=1)
            lowest = np.minimum(lowest, found.min(axis=1))
            centre = np.stack([log[np.arange(size), best] for log in logs])
            spread *= 3.0 / count
    return lowest


def guessed(samples: Samples, switches: Sequence[sp.Expr]) -> list[Guess]:
    """Regions that cover the parameter space, with what seems to be best on each.

    Args:
        samples: Labelled points.
        switches: Polynomials in the parameters whose signs may cut the regions out.
    """
    cuts = sorted(switches, key=lambda e: (e.count_ops(), str(e)))
    return _tree(samples, cuts, (), _DEPTH)


def _tree(samples: Samples, cuts: Sequence[sp.Expr], path: tuple[Formula, ...], depth: int) -> list[Guess]:
    present = list(dict.fromkeys(samples.labels.tolist()))
    if len(present) == 1:
        return [Guess(conjunction(path), (int(present[0]),))]
    cut = _best_cut(samples, cuts) if depth else None
    if cut is None:
        present.sort(key=lambda label: -int((samples.labels == label).sum()))
        return [Guess(conjunction(path), (*map(int, present), UNKNOWN))]
    signs, rest = samples.signs(cut), [c for c in cuts if c is not cut]
    above = _tree(samples.part(signs > 0), rest, (*path, compare(cut, ">")), depth - 1)
    below = _tree(samples.part(signs < 0), rest, (*path, compare(cut, "<")), depth - 1)
    # Nothing is sampled on the boundary; what is best on either side is tried there.
    labels = tuple(dict.fromkeys(label for guess in (*above, *below) for label in guess.labels))
    return [*above, *below, Guess(conjunction((*path, compare(cut, "=="))), labels)]


def _best_cut(samples: Samples, cuts: Sequence[sp.Expr]) -> sp.Expr | None:
    """The polynomial whose sign tells most about the label; the simplest of several."""
    best, gained = None, 1e-9
    for cut in cuts:
        signs = samples.signs(cut)
        masks = [signs > 0, signs < 0]
        if not all(mask.any() for mask in masks) or not np.all(masks[0] | masks[1]):
            continue
        gain = _entropy(samples.labels) - sum(mask.mean() * _entropy(samples.labels[mask]) for mask in masks)
        if gain > gained + 1e-9:
            best, gained = cut, gain
    return best


def _entropy(labels: np.ndarray) -> float:
    _, counts = np.unique(labels, return_counts=True)
    shares = counts / counts.sum()
    return float(-(shares * np.log(shares)).sum())
