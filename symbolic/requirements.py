"""Where a proposal's text has a value at all, noted before SymPy rewrites anything.

SymPy's automatic rewritings are right for complex numbers and off sets of measure zero: ``sqrt(psi)**4`` becomes
``psi**2`` and ``log(t - 1)`` loses its logarithm under differentiation, although both have no real value where they
would be needed. So every division, root and logarithm of the text leaves a requirement, which the local analysis checks
(``germs.domains``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy as sp


class Kind(Enum):
    """What an operation needs of its argument u."""

    DIVISION = "u is not 0"
    POWER = "u is not negative, and not 0 under a negative exponent"
    LOGARITHM = "u is positive"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One operation that is not defined everywhere.

    Attributes:
        kind: What it needs.
        argument: u, as an expression in the game's coordinates, the parameters and random symbols.
        exponent: For a power: the exponent.
    """

    kind: Kind
    argument: sp.Expr
    exponent: sp.Expr = sp.S.One

    def __str__(self) -> str:
        operations = {Kind.DIVISION: f"1/({self.argument})", Kind.LOGARITHM: f"log({self.argument})"}
        return operations.get(self.kind, f"({self.argument})**({self.exponent})")


class Requirements:
    """Collects requirements while a text is interpreted; those of rational numbers are settled at once."""

    def __init__(self) -> None:
        self._found: dict[Requirement, None] = {}

    def division(self, denominator: sp.Expr) -> None:
        """A quotient by ``denominator``."""
        self._add(Requirement(Kind.DIVISION, denominator), settled=denominator.is_Rational and denominator != 0)

    def power(self, base: sp.Expr, exponent: sp.Expr) -> None:
        """``base**exponent``."""
        if exponent.is_Integer:
            if exponent < 0:
                self.division(base)
            return
        self._add(Requirement(Kind.POWER, base, exponent), settled=base.is_Rational and base > 0)

    def logarithm(self, argument: sp.Expr) -> None:
        """``log(argument)``."""
        self._add(Requirement(Kind.LOGARITHM, argument), settled=argument.is_Rational and argument > 0)

    def _add(self, requirement: Requirement, *, settled: bool) -> None:
        if not settled:
            self._found[requirement] = None

    def all(self) -> tuple[Requirement, ...]:
        """What was found, in order."""
        return tuple(self._found)
