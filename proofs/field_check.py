"""The vector field of a certificate, as a formula, against the field derived a second time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from ..symbolic.proposal import Proposal
from .certificate_reading import Refused, Uncheckable, expression
from .normal_forms import same
from .printed import UNIFORM, ObjectiveValue, SignChange, density
from .recomputation import Plane, field

_SAMPLES = 3


def check_field(proposal: Proposal, names: Mapping[str, sp.Symbol], output: sp.Expr, rows: list[Any]) -> None:
    """That both rows are what the proposal gives.

    Args:
        proposal: The proposal.
        names: Symbols of the parameters and of f1, f2, ...
        output: The equilibrium output d*.
        rows: (v1, v2) as printed.

    Raises:
        Refused: If a row is another function.
        Uncheckable: If the normal forms differ and numbers show no difference.
    """
    plane = Plane(names)
    known = {**names, "theta": plane.theta, "psi": plane.psi}
    for number, (mine, text) in enumerate(zip(field(proposal, plane, output), rows, strict=True), 1):
        theirs = expression(text, known, "field", fields=True)
        if not same(mine, theirs):
            problem = f"row {number} of the field: {mine} was derived"
            raise Refused(problem) if differ(mine, theirs) else Uncheckable(f"{problem}; perhaps it is the same")


def differ(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether two expressions surely differ as functions: numbers can refute, and never confirm.

    Args:
        left: An expression in parameters, theta, psi or local coordinates, as ``printed`` reads it.
        right: Another.
    """
    generator = np.random.default_rng(0)
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    for _ in range(_SAMPLES):
        values = {symbol: float(generator.uniform(0.3, 1.7)) for symbol in symbols}
        first, second = (_number(side, values) for side in (left, right))
        # A value that is not finite is a nan or makes the right side infinite: it refutes nothing.
        if abs(first - second) > 1e-5 * (1 + abs(first) + abs(second)):
            return True
    return False


def _number(node: sp.Expr, values: Mapping[sp.Symbol, float]) -> float:
    """A float value, with f(t) = exp(t/2) + sin(2 t) for the arbitrary f and quadrature for expectations."""
    if node in values:
        return values[node]  # type: ignore[index]
    if isinstance(node, sp.Integral):
        return _mean(node, values)
    if isinstance(node, ObjectiveValue):
        order, at = int(node.args[0]), _number(node.args[1], values)
        return 0.5**order * math.exp(at / 2) + 2**order * math.sin(2 * at + order * math.pi / 2)
    if isinstance(node, SignChange):
        return math.exp(-(_number(node.args[0], values) ** 2))  # even, and otherwise anything
    if not node.args:
        return float(node)
    arguments = [sp.Float(_number(argument, values)) for argument in node.args]
    value = node.func(*arguments)
    return float(value) if value.is_real and value.is_finite else math.nan


def _mean(node: sp.Integral, values: Mapping[sp.Symbol, float]) -> float:
    (variable, *_), *rest = node.limits
    body = node.function
    if variable is UNIFORM:
        points, weights = np.polynomial.legendre.leggauss(12)
        points, weights = (points + 1) / 2, weights / 2
    else:
        points, weights = np.polynomial.hermite_e.hermegauss(24)
        weights = weights / math.sqrt(2 * math.pi)
        body = body / density(variable)
    inner = sp.Integral(body, *rest) if rest else body
    return float(sum(w * _number(inner, {**values, variable: float(x)}) for x, w in zip(points, weights, strict=True)))
