"""The second variation of a penalty at an equilibrium of a general game (Mescheder et al. 2018, section 4).

Near psi* the discriminator is D = d* + u on the data, and grad D = grad u. A penalty of the language is a function of
expectations E[phi(D, |grad D|)], so that to second order in u it is a polynomial in

    E[u],   E|grad u|,   E[u^2],   E|grad u|^2,   E[u |grad u|],   |grad_theta L|^2,   |grad_psi L|^2

taken over the laws that it names: data and generated samples (which agree at theta*), mixtures, noisy samples. Here
E[u] is E[D - d*] with all its orders, and terms E|grad u| are kinks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import sympy as sp

from .. import expression as ex
from ..decision.cells import Cell
from ..interpretation import ScalarAlgebra, rational
from ..printing import text
from .truncated import NotSmooth, Quantity, Truncated, composed, modulus_sign

_T = sp.Symbol("_t", real=True)


class NotInvariant(Exception):
    """A penalty depends on how D or G is parametrised, not on D and the samples alone."""


@dataclass(frozen=True, slots=True)
class Vector:
    """A multiple of grad D, or of a player's gradient.

    Attributes:
        factor: The multiple.
        of: The quantity that is its norm: a slope, or a player's gradient.
    """

    factor: Truncated
    of: Quantity


@dataclass(frozen=True, slots=True)
class Norm:
    """c |w|^p of a vector w, exactly.

    Attributes:
        factor: c.
        of: What the norm is of.
        power: p.
    """

    factor: sp.Expr
    of: Quantity
    power: sp.Expr


@dataclass(frozen=True, slots=True)
class Square:
    """The norm of a vector whose factor vanishes: its square is known to be of higher order, itself is not smooth."""


Value = Truncated | Vector | Norm | Square


@dataclass(frozen=True, slots=True)
class Variation:
    """A penalty to second order.

    Attributes:
        polynomial: In the quantities outside expectations.
        laws: The laws on which it looks at D, data and generated samples excepted.
        idle: Those on which it is constant as long as D is near d*.
    """

    polynomial: Truncated
    laws: frozenset[tuple[str, ...]]
    idle: frozenset[tuple[str, ...]]


def variation(penalty: ex.Expression, names: Mapping[str, sp.Expr], output: sp.Expr, cell: Cell) -> Variation:
    """The penalty to second order.

    Args:
        penalty: The expression tree.
        names: The declared parameters' symbols.
        output: The equilibrium output d*.
        cell: Where signs of parameter expressions are decided.

    Raises:
        NotSmooth: If it has no such expansion.
        NotInvariant: If it depends on the parametrisation of the players.
        NeedSplit: If a sign varies over the cell.
    """
    algebra = _Algebra(names, output, cell)
    polynomial = algebra.plain(ex.interpret(penalty, algebra)).simplified()
    return Variation(polynomial, frozenset(algebra.laws), frozenset(algebra.idle) - frozenset(algebra.laws))


class _Algebra:
    def __init__(self, names: Mapping[str, sp.Expr], output: sp.Expr, cell: Cell) -> None:
        self.names, self.d_star, self.cell = names, output, cell
        self.laws: set[tuple[str, ...]] = set()
        self.idle: set[tuple[str, ...]] = set()

    # -- values ------------------------------------------------------------------------------------------------------

    def plain(self, value: Value) -> Truncated:
        """A scalar as a polynomial."""
        if isinstance(value, Truncated):
            return value
        if isinstance(value, Norm):
            return self._of_norm(value)
        if isinstance(value, Square):
            raise NotSmooth("the norm of D grad D, or of a similar product")
        raise TypeError("a vector where a scalar is needed")

    def _of_norm(self, norm: Norm) -> Truncated:
        sign = self.cell.sign
        if sign(norm.power) == 0:
            return Truncated.constant(norm.factor)
        if sign(norm.power) < 0:
            raise NotSmooth("a negative power of a norm that vanishes at the equilibrium")
        if sign(norm.power - 2) > 0:
            return Truncated({}, exact=False)
        second = Quantity("player", norm.of.law) if norm.of.kind == "player" else None
        if sign(norm.power - 2) == 0:
            return Truncated({(norm.of, norm.of) if second is None else (second,): norm.factor})
        if sign(norm.power - 1) == 0 and second is None:
            return Truncated({(norm.of,): norm.factor})
        raise NotSmooth(f"a norm to the power {norm.power}, which has an infinite slope, or a kink, at the equilibrium")

    # -- the language ------------------------------------------------------------------------------------------------

    def number(self, value: Fraction) -> Value:
        return Truncated.constant(rational(value))

    def name(self, name: str) -> Value:
        if name == "pi":
            return Truncated.constant(sp.pi)
        if name in ("theta", "psi"):
            raise NotInvariant(f"it depends on {name} itself")
        return Truncated.constant(self.names[name])

    def add(self, terms: Sequence[Value]) -> Value:
        if any(isinstance(term, Vector) for term in terms):
            vectors = [term for term in terms if isinstance(term, Vector)]
            if len({vector.of for vector in vectors}) > 1:
                raise NotSmooth("a sum of different gradients")
            return Vector(reduce(Truncated.__add__, (vector.factor for vector in vectors)), vectors[0].of)
        return reduce(Truncated.__add__, map(self.plain, terms))

    def multiply(self, factors: Sequence[Value]) -> Value:
        vectors = [factor for factor in factors if isinstance(factor, Vector)]
        norms = [factor for factor in factors if isinstance(factor, Norm)]
        if norms and not vectors and len({norm.of for norm in norms}) == 1:
            rest = [factor for factor in factors if not isinstance(factor, Norm)]
            scale = reduce(Truncated.__mul__, map(self.plain, rest), Truncated.constant(sp.Integer(1)))
            if scale.is_constant:
                factor = sp.Mul(scale.value, *(norm.factor for norm in norms))
                return Norm(factor, norms[0].of, sp.Add(*(norm.power for norm in norms)))
        scalars = (self.plain(factor) for factor in factors if not isinstance(factor, Vector))
        product = reduce(Truncated.__mul__, scalars, Truncated.constant(sp.Integer(1)))
        return Vector(product * vectors[0].factor, vectors[0].of) if vectors else product

    def divide(self, numerator: Value, denominator: Value) -> Value:
        inverse = self._function(1 / _T, self._nonzero(self.plain(denominator)))
        return self.multiply([numerator, inverse])

    def power(self, base: Value, exponent: Value) -> Value:
        to = self.plain(exponent).value
        if isinstance(base, Square):
            if to.is_Integer and to > 0 and to % 2 == 0:
                return Truncated({}, exact=False)
            raise NotSmooth("an odd power of the norm of D grad D, or of a similar product")
        if isinstance(base, Norm) and not self.cell.is_zero(base.factor):
            if to.is_Integer or self.cell.sign(base.factor) >= 0:
                return Norm(base.factor**to, base.of, base.power * to)
            raise NotSmooth("a root of something negative")
        inner = self.plain(base)
        if to.is_Integer and to >= 0:
            return reduce(Truncated.__mul__, [inner] * int(to), Truncated.constant(sp.Integer(1)))
        if inner.is_constant:
            return self._constant_power(inner.value, to)
        sign = self.cell.sign(inner.value)
        if sign == 0 or (sign < 0 and not to.is_Integer):
            raise NotSmooth(f"a power {to} of something that is not positive at the equilibrium")
        return self._function(_T**to, inner)

    def negate(self, operand: Value) -> Value:
        return self.multiply([Truncated.constant(sp.Integer(-1)), operand])

    def call(self, function: str, arguments: Sequence[Value]) -> Value:
        if function in ("max", "min"):
            sign = sp.Integer(1 if function == "max" else -1)

            def extreme(a: Truncated, b: Truncated) -> Truncated:
                apart = self._modulus(a + b.scaled(sp.Integer(-1)))
                return (a + b + apart.scaled(sign)).scaled(sp.Rational(1, 2))

            return reduce(extreme, map(self.plain, arguments))
        (argument,) = arguments
        if function == "abs" and isinstance(argument, Norm):
            return Norm(self.cell.sign(argument.factor) * argument.factor, argument.of, argument.power)
        inner = self.plain(argument)
        match function:
            case "abs":
                return self._modulus(inner)
            case "sign":
                sign = self.cell.sign(inner.value)
                if sign == 0 and not inner.is_constant:
                    raise NotSmooth("the sign of something that vanishes at the equilibrium")
                return Truncated.constant(sp.Integer(sign))
            case "sqrt":
                return self.power(argument, Truncated.constant(sp.Rational(1, 2)))
            case "log" if self.cell.sign(inner.value) <= 0:
                raise NotSmooth("a logarithm of something that is not positive at the equilibrium")
        return self._function(ScalarAlgebra({}).call(function, [_T]), inner)

    def output(self) -> Value:
        return Truncated({(): self.d_star, (Quantity("value"),): sp.Integer(1)})

    def gradient(self) -> Value:
        return Vector(Truncated.constant(sp.Integer(1)), Quantity("slope"))

    def norm(self, operand: Value) -> Value:
        if isinstance(operand, Vector):
            if operand.factor.is_constant:
                factor = operand.factor.value
                return Norm(self.cell.sign(factor) * factor, operand.of, sp.Integer(1))
            if self.cell.is_zero(operand.factor.value):
                return Square()
            size = self._modulus(operand.factor)
            return size * self.plain(Norm(sp.Integer(1), operand.of, sp.Integer(1)))
        return self._modulus(self.plain(operand))

    def player_gradient(self, player: str, loss: str) -> Value:
        return Vector(Truncated.constant(sp.Integer(1)), Quantity("player", (player, loss)))

    def expectation(self, operator: str, body: ex.Expression, variance: Value | None) -> Value:
        law: tuple[str, ...] = ("data",)
        if operator == "E_mix":
            law = ("mixture",)
        elif variance is not None:
            size = self.plain(variance).value
            sign = self.cell.sign(size)
            if sign < 0:
                raise NotSmooth("a negative variance")
            law = ("noisy", text(size)) if sign else law
        side = ("fake",) if operator.startswith("E_fake") else ("real",) if operator.startswith("E_real") else ()
        inside = self.plain(ex.interpret(body, self)).simplified()
        if law != ("data",):
            # Gaussian tails reach what a hinge switches off near d*.
            constant = inside.exact and not inside.rest.terms and law[0] == "mixture"
            (self.idle if constant else self.laws).add(law)
        found: dict[tuple[Quantity, ...], sp.Expr] = {}
        for monomial, c in inside.terms.items():
            key = _averaged(monomial, law, side)
            found[key] = found.get(key, sp.Integer(0)) + c
        return Truncated(found, inside.exact)

    # -- functions ---------------------------------------------------------------------------------------------------

    def _nonzero(self, inner: Truncated) -> Truncated:
        if self.cell.is_zero(inner.value):
            raise NotSmooth("a division by something that vanishes at the equilibrium")
        return inner

    def _modulus(self, inner: Truncated) -> Truncated:
        if inner.is_constant:
            return Truncated.constant(self.cell.sign(inner.value) * inner.value)
        return inner.scaled(sp.Integer(modulus_sign(inner, self.cell)))

    def _constant_power(self, value: sp.Expr, to: sp.Expr) -> Truncated:
        sign = self.cell.sign(value)
        if sign > 0 or (sign == 0 and self.cell.sign(to) > 0) or (sign and to.is_Integer):
            return Truncated.constant(value**to)
        raise NotSmooth(f"{value} to the power {to}, which has no real value")

    def _function(self, outer: sp.Expr, inner: Truncated) -> Truncated:
        return composed(outer, _T, inner)


_SQUARES = {
    ("value",): "value",
    ("slope",): "slope",
    ("value", "value"): "value2",
    ("slope", "slope"): "slope2",
    ("slope", "value"): "mixed",
}


def _averaged(monomial: tuple[Quantity, ...], law: tuple[str, ...], side: tuple[str, ...]) -> tuple[Quantity, ...]:
    """The expectation of a product of y and s; quantities from outside stay."""
    inside = [q for q in monomial if not q.law]
    outside = [q for q in monomial if q.law]
    if not inside:
        return monomial
    kind = _SQUARES[tuple(sorted(q.kind for q in inside))]
    # At theta* the laws of real and generated samples agree; only the first order in u meets theta's changes.
    where = (*law, *side) if kind == "value" else law
    return tuple(sorted([*outside, Quantity(kind, where)]))
