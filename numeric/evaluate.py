"""Symbolic formulas in NumPy: the derived field and Jacobian at thousands of cases at once, with error bounds.

A SymPy expression is walked, not compiled: nothing is executed, equal subexpressions are computed once, and every value
carries the magnitude of ``jets`` (here of order 0), so that the rounding errors of *this* formula, expanded or
factored as SymPy left it, are known. ``Mean`` nodes average over the same nodes as the torch side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ..symbolic.calculus import GaussSymbol, Mean, ObjectiveDerivative, SignChange, UniformSymbol
from . import jets
from .functions import SmoothFunctions
from .jets import Jet, Kinks
from .quadrature import Nodes

Array = NDArray[np.float64]
# The batch's axes: cases, noise on real samples, noise on fake samples, mixing.
_GAUSS_AXES = {"epsilon_real": 1, "epsilon_fake": 2}
_UNIFORM_AXIS = 3
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


class UnsupportedFormula(TypeError):
    """A formula with a node that has no numerical meaning here."""


def evaluate(
    formulas: Sequence[sp.Expr],
    values: Mapping[sp.Symbol, Array | tuple[Array, Array]],
    functions: SmoothFunctions | None = None,
    nodes: tuple[Nodes, Nodes] | None = None,
    kinks: Kinks | None = None,
) -> tuple[Array, Array]:
    """Values of formulas at a batch of cases.

    Args:
        formulas: Expressions in the symbols of ``values``.
        values: Of shape [cases] per symbol; with a second array where its magnitude exceeds its absolute value.
        functions: The arbitrary f of ``ObjectiveDerivative`` nodes, one per case.
        nodes: (Gauss-Hermite, Gauss-Legendre) nodes for ``Mean``.
        kinks: How kinks within rounding are treated; by default not at all.

    Returns:
        (values, magnitudes), both of shape [cases, formulas]; the rounding error of an entry is at most
        ``operations(formulas) * eps * magnitude`` to first order.

    Raises:
        UnsupportedFormula: For a node of another kind, a symbol without a value, or a missing f or node set.
    """
    first = next(iter(values.values())) if values else np.zeros(1)
    cases = len(first[0] if isinstance(first, tuple) else first)
    walker = _Walker(values, functions, nodes, kinks or Kinks())
    with np.errstate(all="ignore"):
        results = [walker.value(sp.S(formula)) for formula in formulas]
    columns = [np.broadcast_to(result.values[0], (cases, 1, 1, 1))[:, 0, 0, 0] for result in results]
    sizes = [np.broadcast_to(result.magnitudes[0], (cases, 1, 1, 1))[:, 0, 0, 0] for result in results]
    return np.stack(columns, axis=1), np.stack(sizes, axis=1)


def operations(formulas: Sequence[sp.Expr], nodes: int = 1) -> int:
    """How many operations the evaluation of the largest formula takes, sums over nodes included."""
    sizes = [sum(4 for _ in sp.preorder_traversal(formula)) for formula in formulas]
    averaged = any(formula.has(Mean) for formula in formulas)
    return max(sizes, default=0) + (nodes * nodes if averaged else 0)


class _Walker:
    def __init__(
        self,
        values: Mapping[sp.Symbol, Array | tuple[Array, Array]],
        functions: SmoothFunctions | None,
        nodes: tuple[Nodes, Nodes] | None,
        kinks: Kinks,
    ) -> None:
        self.functions, self.nodes, self.kinks = functions, nodes, kinks
        self.known: dict[sp.Basic, Jet] = {symbol: _leaf(value) for symbol, value in values.items()}

    def value(self, node: sp.Basic) -> Jet:
        """The value of a node, computed once."""
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = self._compute(node)
        return found

    def _compute(self, node: sp.Basic) -> Jet:
        if isinstance(node, sp.Rational):
            return _number(node.p / node.q)
        if isinstance(node, sp.NumberSymbol | sp.Float):
            return _number(float(node))
        if isinstance(node, GaussSymbol | UniformSymbol):
            return self._random(node)
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
        if node.is_number and node.is_real:
            return _number(float(sp.N(node, 20)))
        what = f"symbol {node} without a value" if isinstance(node, sp.Symbol) else f"{node.func.__name__}: {node}"
        raise UnsupportedFormula(f"cannot evaluate {what}")

    def _objective(self, order: int, argument: Jet) -> Jet:
        if self.functions is None:
            raise UnsupportedFormula("a derivative of the arbitrary f, but no f was given")
        family = self.functions
        return argument.compose(lambda k, u: (family.derivative(order + k, u), family.magnitude(order + k, u)))

    def _sign_change(self, argument: Jet) -> Jet:
        """0: the average over explicit samples does not see a density on the set where u = 0, nor does autograd."""
        near = self.kinks.near_zero(argument.value, argument.magnitude)
        zero = np.zeros_like(argument.value)
        return argument.compose(lambda k, u: (zero, zero), near, -1, self.kinks)

    def _random(self, symbol: sp.Symbol) -> Jet:
        hermite, legendre = self._nodes()
        gauss = isinstance(symbol, GaussSymbol)
        axis = _GAUSS_AXES.get(symbol.name, 1) if gauss else _UNIFORM_AXIS
        shape = [1, 1, 1, 1]
        shape[axis] = -1
        return Jet.constant((hermite if gauss else legendre).positions.reshape(shape), 0)

    def _mean(self, body: Jet) -> Jet:
        hermite, legendre = self._nodes()
        for axis in _GAUSS_AXES.values():
            body = body.average(hermite.weights, axis)
        return body.average(legendre.weights, _UNIFORM_AXIS)

    def _nodes(self) -> tuple[Nodes, Nodes]:
        if self.nodes is None:
            raise UnsupportedFormula("an expectation, but no nodes were given")
        return self.nodes


def _number(value: float) -> Jet:
    return Jet.constant(np.full((1, 1, 1, 1), value), 0)


def _leaf(value: Array | tuple[Array, Array]) -> Jet:
    number, magnitude = value if isinstance(value, tuple) else (value, np.abs(value))
    shape = (1, -1, 1, 1, 1)
    return Jet(0, np.reshape(number, shape).astype(np.float64), np.reshape(magnitude, shape).astype(np.float64))
