"""SymPy formulas as a tape of NumPy operations: for maps that are iterated a hundred thousand times.

``numeric.evaluate`` walks a formula anew at every call and carries bounds of rounding errors along; that is made for
thousands of cases at once. Here one formula meets a few points again and again. Nothing is compiled or executed: the
tape is a list of NumPy functions and of the places of their arguments, equal subexpressions once.

Expectations are Gauss sums over the random symbols, each along an axis of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...numeric.quadrature import gauss_hermite, gauss_legendre
from ...symbolic.calculus import GaussSymbol, Mean, RandomSymbol, SignChange, UniformSymbol

Array = NDArray[np.float64]
_FUNCTIONS: dict[Any, Callable[[Array], Array]] = {
    sp.exp: np.exp,
    sp.log: np.log,
    sp.Abs: np.abs,
    sp.sign: np.sign,
    sp.tanh: np.tanh,
    sp.atan: np.arctan,
    sp.cos: np.cos,
    sp.sin: np.sin,
    SignChange: np.zeros_like,
}
# Nodes for each random symbol, by how many meet in one expectation: all combinations count.
_NODES = {1: 32, 2: 16}
_FEW_NODES = 6


class Tape:
    """Formulas, ready to be evaluated at batches of points.

    Args:
        formulas: Expressions in the symbols and in random symbols under expectations.
        symbols: What varies, in the order of the arguments.

    Raises:
        TypeError: For a node without a numerical meaning here, or a symbol that is not given.
    """

    def __init__(self, formulas: Sequence[sp.Expr], symbols: Sequence[sp.Symbol]) -> None:
        random = sorted(set[Any]().union(*(f.atoms(RandomSymbol) for f in formulas)), key=str)
        self._axes, self._count = len(random), len(symbols)
        # Every value by its place: arguments, constants, then the results of the steps.
        self._places: dict[sp.Basic, int] = {symbol: place for place, symbol in enumerate(symbols)}
        self._constants: list[Array] = []
        self._steps: list[tuple[Callable[..., Array], tuple[int, ...]]] = []
        self._weights: dict[sp.Basic, tuple[int, Array]] = {}
        together = max((len(mean.atoms(RandomSymbol)) for f in formulas for mean in f.atoms(Mean)), default=0)
        for axis, symbol in enumerate(random):
            nodes = _nodes(symbol, _NODES.get(together, _FEW_NODES))
            shape = [1] * (1 + self._axes)
            shape[1 + axis] = -1
            self._keep(symbol, nodes.positions.reshape(shape))
            self._weights[symbol] = axis, nodes.weights.reshape(shape)
        nodes_of = list(dict.fromkeys(node for f in formulas for node in sp.postorder_traversal(f)))
        leaves = [node for node in nodes_of if not node.args or node.is_number]
        for leaf in leaves:
            if leaf not in self._places:
                self._keep(leaf, _constant(leaf))
        self._first = len(self._places)
        for node in nodes_of:
            if node not in self._places:
                function, arguments = self._step(node)
                self._steps.append((function, tuple(self._places[argument] for argument in arguments)))
                self._places[node] = len(self._places)
        self._results = [self._places[formula] for formula in formulas]

    def __call__(self, arguments: Sequence[Array]) -> list[Array]:
        """Values of the formulas.

        Args:
            arguments: Of shape [points] each, in the order of the symbols.

        Returns:
            Of shape [points] each.
        """
        shape = arguments[0].shape
        tail = (1,) * self._axes
        values: list[Array] = [a.reshape(shape + tail) for a in arguments]
        values += self._constants
        for function, places in self._steps:
            values.append(function(*(values[place] for place in places)))
        return [np.broadcast_to(values[place], shape + tail).reshape(shape) for place in self._results]

    def _keep(self, node: sp.Basic, value: Array) -> None:
        self._places[node] = len(self._places)
        self._constants.append(value)

    def _step(self, node: sp.Basic) -> tuple[Callable[..., Array], tuple[sp.Basic, ...]]:
        if isinstance(node, sp.Add):
            return _sum, node.args
        if isinstance(node, sp.Mul):
            return _product, node.args
        if isinstance(node, sp.Pow):
            return _power(node)
        if isinstance(node, Mean):
            random = sorted(node.atoms(RandomSymbol), key=str)
            weights = reduce(np.multiply, (self._weights[symbol][1] for symbol in random))
            axes = tuple(1 + self._weights[symbol][0] for symbol in random)
            return lambda body: (body * weights).sum(axis=axes, keepdims=True), node.args
        function = _FUNCTIONS.get(node.func)
        if function is None:
            raise TypeError(f"no numbers for {node.func.__name__}: {node}")
        return function, node.args


def _nodes(symbol: sp.Basic, count: int) -> Any:
    if isinstance(symbol, GaussSymbol):
        return gauss_hermite(count)
    if isinstance(symbol, UniformSymbol):
        return gauss_legendre(count)
    raise TypeError(f"no nodes for the random symbol {symbol}")


def _constant(leaf: sp.Basic) -> Array:
    if not leaf.is_number or not leaf.is_real:  # type: ignore[union-attr]
        raise TypeError(f"no value for {leaf}")
    return np.array(float(sp.N(leaf, 20)))


def _sum(*terms: Array) -> Array:
    return reduce(np.add, terms)


def _product(*factors: Array) -> Array:
    return reduce(np.multiply, factors)


def _power(node: sp.Pow) -> tuple[Callable[..., Array], tuple[sp.Basic, ...]]:
    special = {-1: np.reciprocal, 2: np.square, sp.Rational(1, 2): np.sqrt}.get(node.exp)
    return (np.power, node.args) if special is None else (special, (node.base,))


Values = Mapping[sp.Symbol, sp.Expr]
