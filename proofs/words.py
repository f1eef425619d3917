"""Identities between words in matrices, decided in the free algebra over the quotients of ``quotients``.

An element is a sum of words in letters that do not commute, each with a coefficient; it is 0 iff every coefficient is.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import TypeAlias

from ..symbolic import expression as ex
from ..symbolic.parser import Scope, parse
from .arithmetic_only import ArithmeticOnly
from .certificate_reading import Uncheckable
from .quotients import Quotient, QuotientAlgebra

Word: TypeAlias = tuple[str, ...]
Sum: TypeAlias = dict[Word, Quotient]
_LONGEST = 12


class WordAlgebra(ArithmeticOnly):
    """The language of certificates, with letters that do not commute.

    Args:
        names: The symbols that commute.
        letters: Those that do not.
    """

    def __init__(self, names: Collection[str], letters: Collection[str]) -> None:
        self._scalars = QuotientAlgebra(names)
        self._letters = frozenset(letters)
        self._scope = Scope(frozenset(names) | self._letters, imaginary=True, printed=True)

    def read(self, text: str) -> Sum:
        """The sum of words that a text stands for.

        Raises:
            ExpressionError: If it is no text of the language.
            Uncheckable: If it has a node that is no sum of words.
        """
        return ex.interpret(parse(text, self._scope), self)

    def equal(self, left: Sum, right: Sum) -> bool:
        """Whether two sums are the same."""
        zero = self._scalars.number(Fraction(0))
        words = left.keys() | right.keys()
        return all(self._scalars.equal(left.get(word, zero), right.get(word, zero)) for word in words)

    # -- the language ------------------------------------------------------------------------------------------------

    def number(self, value: Fraction) -> Sum:
        """A rational number."""
        return {(): self._scalars.number(value)}

    def name(self, name: str) -> Sum:
        """A letter, a symbol, or i."""
        if name in self._letters:
            return {(name,): self._scalars.number(Fraction(1))}
        return {(): self._scalars.name(name)}

    def add(self, terms: Sequence[Sum]) -> Sum:
        """The sum."""
        total: Sum = {}
        for term in terms:
            for word, value in term.items():
                total[word] = self._scalars.add([total[word], value]) if word in total else value
        return total

    def multiply(self, factors: Sequence[Sum]) -> Sum:
        """The product, in the order of its factors."""
        total = factors[0]
        for factor in factors[1:]:
            pairs = itertools.product(total.items(), factor.items())
            total = self.add([{left + right: self._scalars.multiply([a, b])} for (left, a), (right, b) in pairs])
            if any(len(word) > _LONGEST for word in total):
                raise Uncheckable("words of too many letters")
        return total

    def divide(self, numerator: Sum, denominator: Sum) -> Sum:
        """The quotient by a sum without letters."""
        if set(denominator) != {()}:
            raise Uncheckable("division by a matrix")
        return {word: self._scalars.divide(value, denominator[()]) for word, value in numerator.items()}

    def power(self, base: Sum, exponent: Sum) -> Sum:
        """A power; of letters with small whole exponents only."""
        if set(exponent) != {()}:
            raise Uncheckable("a matrix as an exponent")
        if set(base) == {()}:
            return {(): self._scalars.power(base[()], exponent[()])}
        for count in range(1, _LONGEST):
            if self._scalars.equal(exponent[()], self._scalars.number(Fraction(count))):
                return self.multiply([base] * count)
        raise Uncheckable("a power of matrices that is no small whole number")

    def negate(self, operand: Sum) -> Sum:
        """The negative."""
        return {word: self._scalars.negate(value) for word, value in operand.items()}

    def call(self, function: str, arguments: Sequence[Sum]) -> Sum:
        """A function of numbers."""
        if any(set(argument) != {()} for argument in arguments):
            raise Uncheckable("a function of matrices")
        return {(): self._scalars.call(function, [argument[()] for argument in arguments])}
