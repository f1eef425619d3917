"""Identities decided in QQ(symbols)[i, square roots] by FLINT: a normal form that shares nothing with SymPy's.

An expression is a quotient of two polynomials over QQ in the symbols, in ``i`` with i^2 = -1, and in one generator r_u
for every square root, with r_u^2 = u. Two quotients are equal iff the cross-multiplied difference reduces to 0.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import flint

from ..symbolic import expression as ex
from ..symbolic.parser import Scope, parse
from .arithmetic_only import ArithmeticOnly
from .certificate_reading import Uncheckable

_ROOTS = 8
_MAX_POWER = 64
_MAX_TERMS = 100_000


@dataclass(frozen=True, slots=True)
class Quotient:
    """``above / below``; ``below`` holds no square root and no i."""

    above: Any
    below: Any


class QuotientAlgebra(ArithmeticOnly):
    """The language of certificates over one ring.

    Args:
        names: The symbols that may occur.
    """

    def __init__(self, names: Collection[str]) -> None:
        self.names = sorted(names)
        spare = ["i", *(f"root{k}" for k in range(_ROOTS))]
        self._ring = flint.fmpq_mpoly_ctx.get([f"v_{n}" for n in self.names] + spare, flint.Ordering.lex)
        generators = self._ring.gens()
        self._symbols = dict(zip(self.names, generators, strict=False))
        self._first = len(self.names)
        self._spare = generators[self._first :]
        self._squares = [self._ring.constant(-1)]  # of i and of every root so far
        self.one = self._ring.constant(1)

    def read(self, text: str) -> Quotient:
        """The quotient that a text stands for.

        Raises:
            ExpressionError: If it is no text of the language.
            Uncheckable: If it is too large, or has a node that is no quotient.
        """
        return ex.interpret(parse(text, Scope(frozenset(self.names), imaginary=True, printed=True)), self)

    def equal(self, left: Quotient, right: Quotient) -> bool:
        """Whether two quotients are the same."""
        difference = self._times(left.above, right.below) - self._times(right.above, left.below)
        return self._reduced(difference) == 0

    # -- the language ------------------------------------------------------------------------------------------------

    def number(self, value: Fraction) -> Quotient:
        """A rational number."""
        return Quotient(self._ring.constant(flint.fmpq(value.numerator, value.denominator)), self.one)

    def name(self, name: str) -> Quotient:
        """A symbol, or i."""
        if name == "I":
            return Quotient(self._spare[0], self.one)
        if name not in self._symbols:
            raise Uncheckable(f"{name} is no rational number and no symbol")
        return Quotient(self._symbols[name], self.one)

    def add(self, terms: Sequence[Quotient]) -> Quotient:
        """The sum."""
        total = terms[0]
        for term in terms[1:]:
            above = self._times(total.above, term.below) + self._times(term.above, total.below)
            total = Quotient(above, self._times(total.below, term.below))
        return total

    def multiply(self, factors: Sequence[Quotient]) -> Quotient:
        """The product."""
        total = factors[0]
        for factor in factors[1:]:
            total = Quotient(self._times(total.above, factor.above), self._times(total.below, factor.below))
        return total

    def divide(self, numerator: Quotient, denominator: Quotient) -> Quotient:
        """The quotient."""
        above = self._reduced(denominator.above)
        if above == 0:
            raise Uncheckable("division by 0")
        if any(exponent for exponents in above.to_dict() for exponent in exponents[self._first :]):
            raise Uncheckable("a denominator with a square root or with i")
        return self.multiply([numerator, Quotient(denominator.below, above)])

    def power(self, base: Quotient, exponent: Quotient) -> Quotient:
        """A power with a whole or half exponent."""
        value = self._rational(exponent)
        if value is None or value.denominator > 2 or abs(value.numerator) > _MAX_POWER:
            raise Uncheckable("an exponent that is not a small whole or half number")
        if value.denominator == 2:
            base = self._root(base)
        power = self.multiply([Quotient(self.one, self.one)] + [base] * abs(value.numerator))
        return power if value >= 0 else self.divide(Quotient(self.one, self.one), power)

    def negate(self, operand: Quotient) -> Quotient:
        """The negative."""
        return Quotient(-operand.above, operand.below)

    def call(self, function: str, arguments: Sequence[Quotient]) -> Quotient:
        """A square root; no other function is part of a quotient."""
        if function == "sqrt":
            return self._root(arguments[0])
        raise Uncheckable(f"{function} in an identity")

    # -- arithmetic --------------------------------------------------------------------------------------------------

    def _times(self, left: Any, right: Any) -> Any:
        if len(left) * len(right) > _MAX_TERMS:
            raise Uncheckable("an expression that expands to too many terms")
        return self._reduced(left * right)

    def _reduced(self, polynomial: Any) -> Any:
        """Without squares of roots and of i; a root's square holds earlier generators only."""
        for index in reversed(range(len(self._squares))):
            position = self._first + index
            terms = polynomial.to_dict()
            if all(exponents[position] < 2 for exponents in terms):
                continue
            total = self._ring.constant(0)
            for exponents, coefficient in terms.items():
                whole, rest = divmod(exponents[position], 2)
                kept = (*exponents[:position], rest, *exponents[position + 1 :])
                total += self._ring.from_dict({kept: coefficient}) * self._squares[index] ** whole
            polynomial = total
        return polynomial

    def _root(self, radicand: Quotient) -> Quotient:
        if not radicand.below.is_constant():
            raise Uncheckable("the square root of a fraction")
        square = self._reduced(radicand.above) / radicand.below.leading_coefficient()
        for index, known in enumerate(self._squares[1:], 1):
            if known == square:
                return Quotient(self._spare[index], self.one)
        if len(self._squares) > _ROOTS:
            raise Uncheckable("too many square roots")
        self._squares.append(square)
        return Quotient(self._spare[len(self._squares) - 1], self.one)

    def _rational(self, value: Quotient) -> Fraction | None:
        if not (value.above.is_constant() and value.below.is_constant()):
            return None
        number = value.above.leading_coefficient() / value.below.leading_coefficient() if value.above != 0 else 0
        return Fraction(int(flint.fmpq(number).p), int(flint.fmpq(number).q))
