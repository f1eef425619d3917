"""Truncated Taylor polynomials in the local coordinates (theta - theta*, psi - psi*) with a remainder order.

A jet (p, k) stands for a function u with u = p + o(r**k) as r, the distance from x*, tends to 0 (in Frechet's sense:
along every path), where p is a polynomial of degree at most the requested order. Inside a ``Mean`` the coefficients of
p are polynomials in the random symbols.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from sympy.polys.rings import PolyElement, ring

from ..averages import is_constant
from ..calculus import Mean, ObjectiveDerivative, RandomSymbol, derivative, joint_moment
from ..decision.cells import Cell
from .coefficients import CoefficientField


class NotSmooth(Exception):
    """A node has no Taylor polynomial at the equilibrium; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Jet:
    """``polynomial`` plus a remainder o(r**order)."""

    polynomial: PolyElement
    order: int


class JetAlgebra:
    """Jets of expressions without absolute values and signs, on one cell.

    Args:
        cell: Where signs of parameter expressions are decided.
        field: The coefficients.
        order: Degree to which jets are computed.
        axis_signs: Signs of coordinates on the branch, where the branch fixes them, by their place.
        size: The number of coordinates.
        random: The random symbols that may occur.

    Attributes:
        coordinates: Generators of the ring for the coordinates.
    """

    def __init__(
        self,
        cell: Cell,
        field: CoefficientField,
        order: int,
        axis_signs: dict[int, int],
        size: int = 2,
        random: Sequence[RandomSymbol] = (),
    ) -> None:
        self.cell, self.field, self.order, self.axis_signs = cell, field, order, axis_signs
        self.size, self._symbols = size, tuple(random)
        names = [*(f"x{i}" for i in range(size)), *(f"n{i}" for i in range(len(random)))]
        self.ring, *generators = ring(names, field.domain)
        self.coordinates, self._random = generators[:size], dict(zip(self._symbols, generators[size:], strict=True))

    def constant(self, expression: sp.Expr) -> Jet:
        """The jet of a parameter expression."""
        return Jet(self.ring.ground_new(self.field.element(expression)), self.order)

    def value(self, jet: Jet) -> sp.Expr:
        """The value at the equilibrium.

        Raises:
            NotSmooth: If it is random.
        """
        start = self._level(jet.polynomial, 0)
        if not start.is_ground:
            raise NotSmooth("a random value at the equilibrium under a function that is not a polynomial")
        return self.field.expression(self.field.domain.convert(start.coeff(1)))

    def coefficient(self, jet: Jet, *powers: int) -> sp.Expr:
        """The coefficient of a monomial in the coordinates, for a jet without random symbols."""
        value = jet.polynomial.get((*powers, *(0 for _ in self._symbols)), self.field.domain.zero)
        return self.field.expression(value)

    def slopes(self, jet: Jet) -> list[sp.Expr]:
        """The coefficients of the coordinates themselves."""
        return [self.coefficient(jet, *(int(i == j) for j in range(self.size))) for i in range(self.size)]

    def truncated(self, polynomial: PolyElement) -> PolyElement:
        """Without the terms above the order."""
        kept = {m: c for m, c in polynomial.terms() if sum(m[: self.size]) <= self.order}
        return self.ring.from_dict(kept)

    def evaluate(self, expression: sp.Expr, local: dict[sp.Symbol, Jet]) -> Jet:
        """The jet of an expression.

        Args:
            expression: Built from the nodes of the language, without Abs and sign.
            local: Jets of the coordinates.

        Returns:
            The jet; its order may be lower than requested where fractional powers occur.

        Raises:
            NotSmooth: If a node is singular at the equilibrium.
            NeedSplit: If the sign of a parameter expression is needed and varies.
        """
        if expression in local:
            return local[expression]  # type: ignore[index]
        if expression in self._random:
            return Jet(self._random[expression], self.order)  # type: ignore[index]
        if not (expression.free_symbols & (set(local) | set(self._random))) and not expression.has(
            ObjectiveDerivative, Mean
        ):
            self._check_defined(expression)
            return self.constant(expression)
        if isinstance(expression, sp.Add):
            jets = [self.evaluate(term, local) for term in expression.args]
            return Jet(sum((jet.polynomial for jet in jets), self.ring.zero), min(jet.order for jet in jets))
        if isinstance(expression, sp.Mul):
            jets = [self.evaluate(factor, local) for factor in expression.args]
            product = jets[0]
            for jet in jets[1:]:
                product = self.product(product, jet)
            return product
        if isinstance(expression, sp.Pow) and expression.exp.free_symbols & (set(local) | set(self._random)):
            exponent, logarithm = self.evaluate(expression.exp, local), self.evaluate(sp.log(expression.base), local)
            return self._function(sp.exp(sp.Dummy()), self.product(exponent, logarithm))
        if isinstance(expression, sp.Pow):
            return self._power(self.evaluate(expression.base, local), expression.exp, expression)
        if isinstance(expression, ObjectiveDerivative):
            order, argument = expression.args
            return self._objective(int(order), self.evaluate(argument, local))
        if is_constant(expression):
            return self.constant(expression)
        if isinstance(expression, Mean):
            return self._mean(self.evaluate(expression.args[0], local))
        return self._function(expression, self.evaluate(expression.args[0], local))

    def product(self, left: Jet, right: Jet) -> Jet:
        """The product; a factor that vanishes at the equilibrium raises the remainder's order."""
        order = min(left.order + self.valuation(right), right.order + self.valuation(left), self.order)
        return Jet(self.truncated(left.polynomial * right.polynomial), order)

    def valuation(self, jet: Jet) -> int:
        """The lowest degree that occurs, or the remainder's order if the polynomial is 0."""
        degrees = [sum(m[: self.size]) for m in jet.polynomial.itermonoms()]
        return min(degrees, default=jet.order)

    def _level(self, polynomial: PolyElement, degree: int) -> PolyElement:
        return self.ring.from_dict({m: c for m, c in polynomial.terms() if sum(m[: self.size]) == degree})

    def _check_defined(self, expression: sp.Expr) -> None:
        """Every division, root and logarithm in a parameter expression is defined on the cell."""
        for node in sp.preorder_traversal(expression):
            if isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp < 0:
                if self.cell.is_zero(node.base):
                    raise NotSmooth(f"division by {node.base} = 0")
            elif isinstance(node, sp.Pow) and not node.exp.is_Integer:
                sign = self.cell.sign(node.base)
                if sign < 0 or (sign == 0 and self.cell.sign(node.exp) <= 0):
                    raise NotSmooth(f"{node} is undefined")
            elif isinstance(node, sp.log) and self.cell.sign(node.args[0]) <= 0:
                raise NotSmooth(f"{node} is undefined")

    # -- composition -------------------------------------------------------------------------------------------------

    def _composed(self, jet: Jet, start: sp.Expr, taylor: list[PolyElement]) -> Jet:
        """sum_k taylor[k] (u - u0)**k for an inner jet u with value u0."""
        rest = jet.polynomial - self.ring.ground_new(self.field.element(start))
        total, power = taylor[0], self.ring.one
        for coefficient in taylor[1:]:
            power = self.truncated(power * rest)
            total += coefficient * power
        return Jet(self.truncated(total), jet.order)

    def _ground(self, expression: sp.Expr) -> PolyElement:
        return self.ring.ground_new(self.field.element(expression))

    def _power(self, base: Jet, exponent: sp.Expr, node: sp.Expr) -> Jet:
        if exponent.is_Integer and exponent >= 0:
            return self._natural_power(base, int(exponent))
        start = self.value(base)
        sign = self.cell.sign(start)
        if not exponent.is_Integer and sign < 0:
            raise NotSmooth(f"{node} is undefined near the equilibrium")
        if sign != 0:
            taylor = [start ** (exponent - k) * sp.ff(exponent, k) / sp.factorial(k) for k in range(self.order + 1)]
            return self._composed(base, start, [self._ground(c) for c in taylor])
        return self._vanishing_power(base, exponent, node)

    def _natural_power(self, base: Jet, exponent: int) -> Jet:
        valuation = self.valuation(base)
        if valuation >= 1 and exponent * valuation > self.order:
            return Jet(self.ring.zero, min(self.order, (exponent - 1) * valuation + base.order))
        result = self.constant(sp.Integer(1))
        while exponent:
            if exponent & 1:
                result = self.product(result, base)
            exponent >>= 1
            if exponent:
                base = self.product(base, base)
        return result

    def _vanishing_power(self, base: Jet, exponent: sp.Expr, node: sp.Expr) -> Jet:
        """u**e with u = O(r**m): o(r**k) for every k < m*e, if the base is not negative near the equilibrium."""
        if self.cell.sign(exponent) < 0:
            raise NotSmooth(f"{node} is unbounded at the equilibrium")
        if self.cell.sign(exponent) == 0:
            return self.constant(sp.Integer(1))
        if self._leading_sign(base) != 1:
            raise NotSmooth(f"the sign of the base of {node} varies near the equilibrium")
        vanishing = self.valuation(base)
        for whole in range(1, self.order + 2):
            difference = self.cell.sign(exponent - whole)
            if difference == 0:
                return self._natural_power(base, whole)
            if difference < 0:
                break
        order = -1
        while order < self.order and self.cell.sign(vanishing * exponent - order - 1) > 0:
            order += 1
        if order < 1:
            raise NotSmooth(f"{node} has an infinite slope at the equilibrium")
        return Jet(self.ring.zero, order)

    def _leading_sign(self, jet: Jet) -> int:
        """The sign of a monomial on the branch, -1 or 1; 0 if it is not known or u is no monomial."""
        terms = list(jet.polynomial.terms())
        if len(terms) == 1 and not any(terms[0][0][self.size :]):
            powers, coefficient = terms[0]
            known = 1
            for place, power in enumerate(powers[: self.size]):
                known *= self.axis_signs.get(place, 0 if power % 2 else 1) ** power
            return known * self.cell.sign(self.field.expression(coefficient))
        return 0

    def _objective(self, order: int, inner: Jet) -> Jet:
        start = self.value(inner)
        if not self.cell.is_zero(start):
            raise NotSmooth(f"f at {start}, where nothing is known of an arbitrary f")
        taylor = [
            self.ring.ground_new(self.field.derivative_of_f(order + k) / self.field.element(sp.factorial(k)))
            for k in range(self.order + 1)
        ]
        return self._composed(Jet(inner.polynomial, inner.order), sp.Integer(0), taylor)

    def _mean(self, inner: Jet) -> Jet:
        total = self.ring.zero
        for powers, coefficient in inner.polynomial.terms():
            factor = joint_moment(dict(zip(self._symbols, powers[self.size :], strict=True)))
            place = (*powers[: self.size], *(0 for _ in self._symbols))
            total += self.ring.from_dict({place: coefficient * self.field.domain.from_sympy(factor)})
        return Jet(total, inner.order)

    def _function(self, node: sp.Expr, inner: Jet) -> Jet:
        start = self.value(inner)
        t = sp.Symbol("t", real=True)
        if isinstance(node, sp.log):
            sign = self.cell.sign(start)
            if sign <= 0:
                where = "unbounded" if sign == 0 else "undefined"
                raise NotSmooth(f"{node} is {where} at the equilibrium")
        taylor, current = [], node.func(t)
        for k in range(self.order + 1):
            taylor.append(self._ground(current.xreplace({t: start}) / sp.factorial(k)))
            if k < self.order:
                current = sp.expand(derivative(current, t))
        return self._composed(inner, start, taylor)
