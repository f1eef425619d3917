"""Symbolic formulas in NumPy: the derived field and Jacobian at thousands of cases at once, with error bounds.

A SymPy expression is walked, not compiled: nothing is executed, equal subexpressions are computed once, and every value
carries the magnitude of ``jets`` (here of order 0), so that the rounding errors of *this* formula, expanded or
factored as SymPy left it, are known. ``Mean`` nodes average over the same nodes as the torch side; each group of random
symbols that share nodes (a noise vector, the coordinates of a point of a circle) has an axis of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from threading import Lock

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ..symbolic.calculus import (
    CircleSymbol,
    GaussSymbol,
    Mean,
    ObjectiveDerivative,
    RandomSymbol,
    SignChange,
    SignSymbol,
    UniformSymbol,
)
from ..symbolic.prototypes import latents
from . import jets
from .functions import SmoothFunctions
from .jets import Jet, Kinks
from .quadrature import Nodes, Sample

Array = NDArray[np.float64]
_SIDES = ("real", "fake")
_FUNCTIONS = {
    sp.exp: "exp",
    sp.log: "log",
    sp.Abs: "abs",
    sp.sign: "sign",
    sp.tanh: "tanh",
    sp.atan: "atan",
    sp.cos: "cos",
    sp.sin: "sin",
}
# SymPy computes the digits of a constant with tables that are not made for several threads.
_DIGITS = Lock()


class UnsupportedFormula(TypeError):
    """A formula with a node that has no numerical meaning here."""


def evaluate(
    formulas: Sequence[sp.Expr],
    values: Mapping[sp.Symbol, Array | tuple[Array, Array]],
    functions: SmoothFunctions | None = None,
    sample: Sample | None = None,
    kinks: Kinks | None = None,
) -> tuple[Array, Array]:
    """Values of formulas at a batch of cases.

    Args:
        formulas: Expressions in the symbols of ``values``.
        values: Of shape [cases] per symbol; with a second array where its magnitude exceeds its absolute value.
        functions: The arbitrary f of ``ObjectiveDerivative`` nodes, one per case.
        sample: Nodes for ``Mean``.
        kinks: How kinks within rounding are treated; by default not at all.

    Returns:
        (values, magnitudes), both of shape [cases, formulas]; the rounding error of an entry is at most
        ``operations(formulas) * eps * magnitude`` to first order.

    Raises:
        UnsupportedFormula: For a node of another kind, a symbol without a value, or a missing f or sample.
    """
    first = next(iter(values.values())) if values else np.zeros(1)
    cases = len(first[0] if isinstance(first, tuple) else first)
    groups = _groups(formulas, sample)
    axes = [1] * len(groups)
    walker = _Walker(values, functions, groups, kinks or Kinks())
    with np.errstate(all="ignore"):
        results = [walker.value(sp.S(formula)) for formula in formulas]
    columns = [np.broadcast_to(result.values[0], (cases, *axes)).reshape(cases) for result in results]
    sizes = [np.broadcast_to(result.magnitudes[0], (cases, *axes)).reshape(cases) for result in results]
    return np.stack(columns, axis=1), np.stack(sizes, axis=1)


def operations(formulas: Sequence[sp.Expr], sample: Sample | None = None) -> int:
    """How many operations the evaluation of the largest formula takes, sums over nodes included."""
    sizes = [sum(4 for _ in sp.preorder_traversal(formula)) for formula in formulas]
    if sample is None or not any(formula.has(Mean) for formula in formulas):
        return max(sizes, default=0)
    return max(sizes) + sum(len(nodes.weights) for nodes, _ in _groups(formulas, sample).values())


# By the first symbol of a group: its nodes, and the column of the positions for each of its symbols.
_Groups = dict[str, tuple[Nodes, dict[sp.Basic, int]]]


def _groups(formulas: Sequence[sp.Expr], sample: Sample | None) -> _Groups:
    """The groups of random symbols in some formulas.

    Raises:
        UnsupportedFormula: If there are any and no nodes for them.
    """
    random = sorted(set[sp.Basic]().union(*(sp.S(formula).atoms(RandomSymbol) for formula in formulas)), key=str)
    if random and sample is None:
        raise UnsupportedFormula("an expectation, but no nodes were given")
    found: _Groups = {}
    for symbol in random:
        assert sample is not None
        name, nodes, column = _group(symbol, sample)
        found.setdefault(name, (nodes, {}))[1][symbol] = column
    return found


def _group(symbol: sp.Basic, sample: Sample) -> tuple[str, Nodes, int]:
    """(group, nodes, column) of a random symbol."""
    for side in _SIDES:
        noise = list(latents.noise(side, sample.noise.positions.shape[1]))
        if symbol in noise:
            return str(noise[0]), sample.noise, noise.index(symbol)
    if isinstance(symbol, CircleSymbol):
        return symbol.angle, sample.circle, 0 if symbol.name.startswith("cos") else 1
    kinds = {GaussSymbol: sample.gauss, UniformSymbol: sample.uniform, SignSymbol: sample.sign}
    if type(symbol) not in kinds:
        raise UnsupportedFormula(f"no nodes for the random symbol {symbol}")
    return str(symbol), kinds[type(symbol)], 0


class _Walker:
    def __init__(
        self,
        values: Mapping[sp.Symbol, Array | tuple[Array, Array]],
        functions: SmoothFunctions | None,
        groups: _Groups,
        kinks: Kinks,
    ) -> None:
        self.functions, self.kinks, self.axes = functions, kinks, len(groups)
        self.known: dict[sp.Basic, Jet] = {symbol: self._leaf(value) for symbol, value in values.items()}
        self.weights = [nodes.weights for nodes, _ in groups.values()]
        for place, (nodes, columns) in enumerate(groups.values()):
            shape = [1] * (1 + self.axes)
            shape[1 + place] = -1
            positions = nodes.positions.reshape(len(nodes.weights), -1)
            for symbol, column in columns.items():
                self.known[symbol] = Jet.constant(positions[:, column].reshape(shape), 0)

    def value(self, node: sp.Basic) -> Jet:
        """The value of a node, computed once."""
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = self._compute(node)
        return found

    def _compute(self, node: sp.Basic) -> Jet:
        if isinstance(node, sp.Rational):
            return self._number(node.p / node.q)
        if isinstance(node, sp.NumberSymbol | sp.Float):
            with _DIGITS:
                return self._number(float(node))
        if isinstance(node, sp.Add):
            parts = [self.value(argument) for argument in node.args]
            total = parts[0]
            for part in parts[1:]:
                total = total + part
            return total
        if isinstance(node, sp.Mul):
            parts = [self.value(argument) for argument in node.args]
            product = parts[0]
            for part in parts[1:]:
                product = product * part
            return product
        if isinstance(node, sp.Pow):
            exponent = node.exp
            known = Fraction(exponent.p, exponent.q) if isinstance(exponent, sp.Rational) else self.value(exponent)
            return jets.power(self.value(node.base), known, self.kinks)
        if isinstance(node, ObjectiveDerivative):
            return self._objective(int(node.args[0]), self.value(node.args[1]))
        if isinstance(node, Mean):
            return self._mean(self.value(node.args[0]))
        name = _FUNCTIONS.get(node.func)
        if name is not None:
            return jets.call(name, self.value(node.args[0]), self.kinks)
        if isinstance(node, SignChange):
            return self._sign_change(self.value(node.args[0]))
        with _DIGITS:
            if node.is_number and node.is_real:
                return self._number(float(sp.N(node, 20)))
        what = f"symbol {node} without a value" if isinstance(node, sp.Symbol) else f"{node.func.__name__}: {node}"
        raise UnsupportedFormula(f"cannot evaluate {what}")

    def _objective(self, order: int, argument: Jet) -> Jet:
        if self.functions is None:
            raise UnsupportedFormula("a derivative of the arbitrary f, but no f was given")
        family = self.functions
        return argument.compose(lambda k, u: family.with_magnitude(order + k, u))

    def _sign_change(self, argument: Jet) -> Jet:
        """0: the average over explicit samples does not see a density on the set where u = 0, nor does autograd."""
        near = self.kinks.near_zero(argument.value, argument.magnitude)
        zero = np.zeros_like(argument.value)
        return argument.compose(lambda k, u: (zero, zero), near, -1, self.kinks)

    def _mean(self, body: Jet) -> Jet:
        for place, weights in enumerate(self.weights):
            body = body.average(weights, 1 + place)
        return body

    def _number(self, value: float) -> Jet:
        return Jet.constant(np.full((1,) * (1 + self.axes), value), 0)

    def _leaf(self, value: Array | tuple[Array, Array]) -> Jet:
        number, magnitude = value if isinstance(value, tuple) else (value, np.abs(value))
        shape = (1, -1, *[1] * self.axes)
        return Jet(0, np.reshape(number, shape).astype(np.float64), np.reshape(magnitude, shape).astype(np.float64))
