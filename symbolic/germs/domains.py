"""Whether a proposal's text has a real value near the equilibrium, operation by operation.

An argument without coordinates is a constant of the cell, and its sign decides. An argument that is 0 at single points
near the equilibrium (or, for a division, on a thin set) is no obstacle: the text is extended there by its limit, which
the jets of the field decide. What is refused is an argument that is negative, or that vanishes, on a whole side.
"""

from __future__ import annotations

import sympy as sp

from ..calculus import GaussSymbol, random_symbols
from ..decision.cells import Cell
from ..requirements import Kind, Requirement
from .growth import has_floor
from .jet import NotSmooth
from .switching import Resolver


def check(requirement: Requirement, resolver: Resolver) -> None:
    """Checks one requirement on one branch.

    Args:
        requirement: With its argument in the local coordinates.
        resolver: The branch.

    Raises:
        NotSmooth: If it fails, or is not seen to hold.
        NeedBranch: If it holds on one side and perhaps not on the other.
        NeedSplit: If it depends on the parameters.
    """
    argument, cell = requirement.argument, resolver.algebra.cell
    random = random_symbols(argument)
    if not random and not argument.has(*resolver.coordinates):
        if not _holds_for_constant(requirement, cell):
            raise NotSmooth(f"{requirement} is undefined")
        return
    if any(isinstance(symbol, GaussSymbol) for symbol in random):
        if requirement.kind is not Kind.DIVISION and not (_never_negative(argument) or has_floor(argument, cell)):
            raise NotSmooth(f"{requirement} may be undefined for some value of the Gaussian noise")
        return
    side = resolver.resolved(argument)
    if sp.expand(side) == 0 and not (requirement.kind is Kind.POWER and cell.sign(requirement.exponent) >= 0):
        raise NotSmooth(f"{requirement} is undefined on a side of the equilibrium")
    if requirement.kind is not Kind.DIVISION and not _never_negative(argument):
        at_equilibrium = cell.sign(resolver.algebra.value(resolver.algebra.evaluate(side, dict(resolver.jets))))
        if at_equilibrium < 0 or (at_equilibrium == 0 and (random or resolver.sign(side) < 0)):
            raise NotSmooth(f"{requirement} is undefined near the equilibrium")


def _holds_for_constant(requirement: Requirement, cell: Cell) -> bool:
    sign = cell.sign(requirement.argument)
    match requirement.kind:
        case Kind.DIVISION:
            return sign != 0
        case Kind.LOGARITHM:
            return sign > 0
    return sign > 0 or (sign == 0 and cell.sign(requirement.exponent) >= 0)


def _never_negative(expression: sp.Expr) -> bool:
    """Whether the shape of the expression shows that it is nowhere negative."""
    if isinstance(expression, sp.exp | sp.Abs):
        return True
    if isinstance(expression, sp.Pow):
        exponent = expression.exp
        return bool(exponent.is_Integer and exponent % 2 == 0) or _never_negative(expression.base)
    if isinstance(expression, sp.Add | sp.Mul):
        return all(_never_negative(part) for part in expression.args)
    return bool(expression.is_Rational and expression >= 0)
