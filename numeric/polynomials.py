"""Conditions as polynomials in one of their names, batched: what bounds or fixes that name, given all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import pi

import numpy as np
from numpy.typing import NDArray

from ..symbolic import expression as ex
from ..symbolic.conditions import Relation
from ..symbolic.parser import constant

Array = NDArray[np.float64]
# Coefficients by rising power; trailing zeros are not stored.
Polynomial = list[Array]


class PolynomialAlgebra:
    """Polynomial trees as polynomials in one name, with the other names' values put in.

    Args:
        values: Values of all names but ``unknown``, of shape [cases].
        unknown: The name that stays, or an empty string.
    """

    def __init__(self, values: Mapping[str, Array], unknown: str = "") -> None:
        self.values, self.unknown = values, unknown

    def polynomial(self, node: ex.Expression) -> Polynomial:
        """The polynomial of a tree.

        Raises:
            TypeError: If the tree is no polynomial.
            KeyError: For a name without a value.
        """
        match node:
            case ex.Number(value=value):
                return [np.asarray(float(value))]
            case ex.Name(name="pi"):
                return [np.asarray(pi)]
            case ex.Name(name=name):
                return [np.asarray(0.0), np.asarray(1.0)] if name == self.unknown else [self.values[name]]
            case ex.Negate(operand=operand):
                return [-c for c in self.polynomial(operand)]
            case ex.Add(terms=terms):
                return _sum([self.polynomial(term) for term in terms])
            case ex.Multiply(factors=factors):
                return _product([self.polynomial(factor) for factor in factors])
            case ex.Divide(numerator=numerator, denominator=denominator):
                (divisor,) = self.polynomial(denominator)
                return [c / divisor for c in self.polynomial(numerator)]
            case ex.Power(base=base, exponent=exponent):
                count = constant(exponent)
                if count is not None and count.denominator == 1 and count >= 0:
                    return _product([self.polynomial(base)] * int(count))
        raise TypeError(f"not a polynomial: {node!r}")


def difference(relation: Relation) -> ex.Expression:
    """The left side minus the right side."""
    return ex.Add((relation.left, ex.Negate(relation.right)))


def degree_in(node: ex.Expression, name: str) -> int:
    """The degree of a polynomial tree in one name."""
    match node:
        case ex.Name(name=other):
            return int(other == name)
        case ex.Multiply(factors=factors):
            return sum(degree_in(factor, name) for factor in factors)
        case ex.Power(base=base, exponent=exponent):
            return degree_in(base, name) * int(constant(exponent) or Fraction(0))
    return max((degree_in(child, name) for child in ex.children(node)), default=0)


def holds(relation: Relation, values: Mapping[str, Array], magnitudes: Mapping[str, Array]) -> NDArray[np.bool_]:
    """Where a comparison holds; equalities up to rounding of the terms that they sum.

    Args:
        relation: Any comparison of polynomials.
        values: By name, each of shape [cases].
        magnitudes: Bounds of the terms that each value was summed from; the absolute value where a name is missing.
    """
    sizes = {name: np.maximum(np.abs(value), magnitudes.get(name, 0.0)) for name, value in values.items()}
    gap = PolynomialAlgebra(values).polynomial(difference(relation))[0]
    size = PolynomialAlgebra(sizes).polynomial(_positive(difference(relation)))[0]
    equal = np.abs(gap) <= 64 * np.finfo(np.float64).eps * size
    match relation.operator:
        case "==":
            return equal
        case "!=":
            return ~equal
        case "<":
            return gap < 0
        case "<=":
            return (gap <= 0) | equal
        case ">":
            return gap > 0
        case ">=":
            return (gap >= 0) | equal
    raise ValueError(f"unknown comparison {relation.operator!r}")


def _positive(node: ex.Expression) -> ex.Expression:
    """The tree with every minus made a plus: at absolute values, the sum of the absolute values of the terms."""
    match node:
        case ex.Number(value=value):
            return ex.Number(abs(value))
        case ex.Negate(operand=operand):
            return _positive(operand)
        case ex.Add(terms=terms):
            return ex.Add(tuple(map(_positive, terms)))
        case ex.Multiply(factors=factors):
            return ex.Multiply(tuple(map(_positive, factors)))
        case ex.Divide(numerator=numerator, denominator=denominator):
            return ex.Divide(_positive(numerator), _positive(denominator))
        case ex.Power(base=base, exponent=exponent):
            return ex.Power(_positive(base), exponent)
    return node


def _sum(parts: Sequence[Polynomial]) -> Polynomial:
    total: Polynomial = []
    for part in parts:
        for k, coefficient in enumerate(part):
            if k < len(total):
                total[k] = total[k] + coefficient
            else:
                total.append(coefficient)
    return total


def _product(parts: Sequence[Polynomial]) -> Polynomial:
    product: Polynomial = [np.asarray(1.0)]
    for part in parts:
        following: Polynomial = [np.asarray(0.0)] * (len(product) + len(part) - 1)
        for i, a in enumerate(product):
            for k, b in enumerate(part):
                following[i + k] = following[i + k] + a * b
        product = following
    return product
